"""Documents as they come over HTTP: as YAML or JSON text, inside another body, or as Discord's own template."""

from typing import Any

import msgspec
from litestar import Request, Response
from msgspec import UNSET, UnsetType

from api.media import JSON, YAML, require_media, wants_yaml
from core.templates.document import Document
from core.templates.errors import InvalidDocument
from core.templates.native import Imported, import_native, looks_native
from core.templates.parse import read_document
from core.templates.source import decoded
from core.templates.text import to_yaml


def document_within(body: msgspec.Raw, field: str) -> Document:
    """A field of a JSON body. Pointers lead into the whole body; lines of a part would mislead."""
    try:
        return read_document(bytes(body), media="json")
    except InvalidDocument as error:
        problems = tuple(
            msgspec.structs.replace(problem, pointer=f"/{field}{problem.pointer}", line=None, column=None)
            for problem in error.problems
        )
        raise InvalidDocument(error.message, code=error.error_code, problems=problems) from None


def optional_document_within(body: msgspec.Raw | UnsetType, field: str) -> Document | None:
    return None if body is UNSET else document_within(body, field)


async def is_yaml(request: Request[Any, Any, Any]) -> bool:
    """Raises `UnsupportedMedia` for what is neither YAML nor JSON."""
    return require_media(request, (*JSON, *YAML)) in YAML


async def yaml_document(request: Request[Any, Any, Any]) -> tuple[Document, str]:
    """With the text that it was read from."""
    source = decoded(await request.body())
    return read_document(source, media="yaml"), source


async def imported(request: Request[Any, Any, Any]) -> tuple[Imported, str | None]:
    """Our document in YAML, with that text, or in JSON, or Discord's native template."""
    if await is_yaml(request):
        document, source = await yaml_document(request)
        return Imported(document=document), source
    body = await request.body()
    native = _native_in(body)
    if native is None:
        return Imported(document=read_document(body, media="json")), None
    return import_native(native), None


def _native_in(body: bytes) -> object | None:
    """What is not even JSON is left to our own parser, which tells where."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return value if looks_native(value) else None


def answer_yaml(document: Document, source: str | None = None) -> Response[Any]:
    """As text, that which a person wrote if there is one; the Accept header chose it."""
    return Response(
        to_yaml(document) if source is None else source,
        media_type="application/yaml",
        headers={"Vary": "Accept"},
    )


def answer_document(request: Request[Any, Any, Any], document: Document) -> Response[Document]:
    """As YAML where the Accept header prefers it, otherwise as JSON."""
    return answer_yaml(document) if wants_yaml(request) else Response(document, headers={"Vary": "Accept"})
