"""The published JSON Schema of documents."""

from typing import Any

from litestar import Controller, Response, get

from api.guards import anyone
from api.operations import operation
from api.security import OPEN_TO_ALL
from core.templates.documents.jsonschema import document_schema


class SchemaController(Controller):
    path = "/schemas"
    tags = ("templates",)
    guards = (anyone,)
    opt = OPEN_TO_ALL

    @get("/template.json", **operation("getDocumentSchema", gives=("application/schema+json",)))
    async def template(self) -> Response[dict[str, Any]]:
        """The JSON Schema of documents, for editors and validators."""
        return Response(
            document_schema(),
            media_type="application/schema+json",
            headers={"Cache-Control": "public, max-age=300"},
        )
