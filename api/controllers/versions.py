"""Versions of a template: immutable documents."""

from typing import Annotated, Any, NamedTuple

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.params import QueryParameter
from msgspec import UnsetType

from api.answers import Answer, created
from api.bodies import body_of
from api.deps import Asker, Once, Unit
from api.documents import answer_yaml, draft_within, is_yaml, yaml_draft
from api.guards import needs
from api.locations import version_at
from api.media import JSON, YAML, wants_yaml
from api.operations import operation
from api.params import Cursor, Limit, TemplateId, VersionNumber, paging_of
from api.schemas.operations import operations_of
from api.schemas.templates import CreateVersion, Version, VersionPage, version_info_of, version_of
from core.errors import Forbidden, Invalid, NotFound, Problem, Stale
from core.rights import Right
from core.templates.documents.changes import Operation
from core.templates.documents.parse import Draft

Note = Annotated[
    str | None, QueryParameter(max_length=500, description="With YAML: what to remember about it.")
]
Base = Annotated[int | None, QueryParameter(ge=0, description="With YAML: the version that was edited.")]


class VersionController(Controller):
    path = "/templates/{template_id:uuid}/versions"
    tags = ("templates",)

    @get("/", guards=[needs(Right.TEMPLATES_READ)], **operation("listVersions", refuses=(NotFound,)))
    async def versions(
        self, *, actor: Asker, unit: Unit, template_id: TemplateId, limit: Limit = 50, cursor: Cursor = None
    ) -> VersionPage:
        """A template's versions without their documents, newest first."""
        page = await unit.template_versions.list(actor, template_id, paging_of(limit, cursor))
        return VersionPage(items=tuple(map(version_info_of, page.items)), next_cursor=page.next_cursor)

    @post(
        "/",
        guards=[needs(Right.TEMPLATES_WRITE)],
        **operation(
            "createVersion",
            body=CreateVersion,
            takes=(*JSON, YAML[0]),
            refuses=(NotFound, Forbidden, Stale),
            once=True,
        ),
    )
    async def create(
        self,
        *,
        request: Request[Any, Any, Any],
        actor: Asker,
        unit: Unit,
        once: Once,
        template_id: TemplateId,
        note: Note = None,
        base_version: Base = None,
    ) -> Response[Version]:
        """Add a version: as JSON with the document inside or changes to the newest one, or the document itself as
        YAML text, which is kept as it is written. Changes keep the comments of such a text."""

        async def make() -> Answer[Version]:
            await unit.templates.require_own(actor, template_id)
            wanted = await _wanted(request, note, base_version)
            if isinstance(wanted, _Changes):
                version = await unit.template_versions.operate(
                    actor, template_id, wanted.operations, base_version=wanted.base, note=wanted.note
                )
            else:
                version = await unit.template_versions.add(
                    actor,
                    template_id,
                    wanted.document,
                    source=wanted.source,
                    note=wanted.note,
                    base_version=wanted.base,
                )
            return created(version_of(version), version_at(template_id, version.info.number))

        return await once(make)

    @get(
        "/{number:int}",
        guards=[needs(Right.TEMPLATES_READ)],
        **operation("getVersion", refuses=(NotFound,), gives=(*JSON, "application/yaml")),
    )
    async def version(
        self,
        *,
        request: Request[Any, Any, Any],
        actor: Asker,
        unit: Unit,
        template_id: TemplateId,
        number: VersionNumber,
    ) -> Response[Version]:
        """One version; as YAML it is the document alone."""
        version = await unit.template_versions.get(actor, template_id, number)
        if wants_yaml(request):
            return answer_yaml(version.draft.value or version.document, version.source)
        return Response(version_of(version), headers={"Vary": "Accept"})


class _Whole(NamedTuple):
    document: Draft
    source: str | None
    note: str | None
    base: int | None


class _Changes(NamedTuple):
    operations: tuple[Operation, ...]
    note: str | None
    base: int


async def _wanted(request: Request[Any, Any, Any], note: str | None, base: int | None) -> _Whole | _Changes:
    if await is_yaml(request):
        document, source = await yaml_draft(request)
        return _Whole(document, source, note, base)
    body = await body_of(request, CreateVersion)
    match body:
        case CreateVersion(document=msgspec.Raw() as raw, operations=UnsetType()):
            return _Whole(draft_within(raw, "document"), None, body.note, body.base_version)
        case CreateVersion(document=UnsetType(), operations=tuple() as said, base_version=int() as base):
            return _Changes(operations_of(said), body.note, base)
        case _:
            pass
    message = "Give `document`, or `operations` with the `base_version` that they change."
    raise Invalid(message, problems=(Problem(pointer="", code="missing_field", message=message),))
