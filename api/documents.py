"""Documents as they come over HTTP: as YAML or JSON text, inside another body, or as Discord's own template."""

from typing import Any, NamedTuple

import msgspec
from litestar import Request, Response
from msgspec import UNSET, UnsetType

from api.media import JSON, YAML, require_media, wants_yaml
from core.templates.documents.document import Document
from core.templates.documents.parse import Draft, read_draft
from core.templates.documents.source import decoded
from core.templates.documents.text import to_yaml
from core.templates.errors import InvalidDocument
from core.templates.native import import_native, looks_native
from core.templates.plan import Notice


def draft_within(body: msgspec.Raw, field: str) -> Draft:
    """A field of a JSON body. Pointers lead into the whole body; lines of a part would mislead."""
    try:
        return read_draft(bytes(body), media="json")
    except InvalidDocument as error:
        problems = tuple(
            msgspec.structs.replace(problem, pointer=f"/{field}{problem.pointer}", line=None, column=None)
            for problem in error.problems
        )
        raise InvalidDocument(error.message, code=error.error_code, problems=problems) from None


def optional_draft_within(body: msgspec.Raw | UnsetType, field: str) -> Draft | None:
    return None if body is UNSET else draft_within(body, field)


async def is_yaml(request: Request[Any, Any, Any]) -> bool:
    """Raises `UnsupportedMedia` for what is neither YAML nor JSON."""
    return require_media(request, (*JSON, *YAML)) in YAML


async def yaml_draft(request: Request[Any, Any, Any]) -> tuple[Draft, str]:
    """With the text that it was read from."""
    source = decoded(await request.body())
    return read_draft(source, media="yaml"), source


class ImportedDraft(NamedTuple):
    """`source` is the text, where it was YAML; `warnings` tell what a document has no words for."""

    draft: Draft
    source: str | None = None
    warnings: tuple[Notice, ...] = ()


async def imported(request: Request[Any, Any, Any]) -> ImportedDraft:
    """Our document in YAML or JSON, or Discord's native template."""
    if await is_yaml(request):
        return ImportedDraft(*await yaml_draft(request))
    body = await request.body()
    native = _native_in(body)
    if native is None:
        return ImportedDraft(read_draft(body, media="json"))
    read = import_native(native)
    return ImportedDraft(Draft(document=read.document), None, read.warnings)


def _native_in(body: bytes) -> object | None:
    """What is not even JSON is left to our own parser, which tells where."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return value if looks_native(value) else None


def answer_yaml(document: Document | dict[str, Any], source: str | None = None) -> Response[Any]:
    """As text, that which a person wrote if there is one; the Accept header chose it."""
    return Response(
        to_yaml(document) if source is None else source,
        media_type="application/yaml",
        headers={"Vary": "Accept"},
    )


def answer_document(request: Request[Any, Any, Any], document: Document) -> Response[Document]:
    """As YAML where the Accept header prefers it, otherwise as JSON."""
    return answer_yaml(document) if wants_yaml(request) else Response(document, headers={"Vary": "Accept"})
