"""How templates and their documents can be refused."""

from core.errors import Invalid


class InvalidDocument(Invalid):
    """The document cannot be used as it stands; every problem found is named with its place."""

    code = "invalid_document"
