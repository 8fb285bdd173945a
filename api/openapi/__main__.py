"""`python -m api.openapi > tests/api/openapi.json` renews the committed snapshot."""

import sys

from api.app import assemble
from api.openapi.document import as_json, openapi_document

if __name__ == "__main__":
    sys.stdout.buffer.write(as_json(openapi_document(assemble())))
