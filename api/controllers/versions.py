"""Versions of a template: immutable documents."""

from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.params import QueryParameter

from api.answers import Answer, created
from api.bodies import body_of
from api.deps import Asker, Once, Unit
from api.documents import answer_yaml, document_within, is_yaml, yaml_document
from api.guards import signed_in
from api.locations import version_at
from api.media import JSON, YAML, wants_yaml
from api.operations import operation
from api.params import Cursor, Limit, TemplateId, VersionNumber, paging_of
from api.schemas.templates import CreateVersion, Version, VersionPage, version_info_of, version_of
from core.errors import Forbidden, NotFound, Stale
from core.templates.document import Document

Note = Annotated[
    str | None, QueryParameter(max_length=500, description="With YAML: what to remember about it.")
]
Base = Annotated[int | None, QueryParameter(ge=0, description="With YAML: the version that was edited.")]


class VersionController(Controller):
    path = "/templates/{template_id:uuid}/versions"
    tags = ("templates",)
    guards = (signed_in,)

    @get("/", **operation("listVersions", refuses=(NotFound,)))
    async def versions(
        self, *, actor: Asker, unit: Unit, template_id: TemplateId, limit: Limit = 50, cursor: Cursor = None
    ) -> VersionPage:
        """A template's versions without their documents, newest first."""
        page = await unit.templates.versions(actor, template_id, paging_of(limit, cursor))
        return VersionPage(items=tuple(map(version_info_of, page.items)), next_cursor=page.next_cursor)

    @post(
        "/",
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
        """Add a version: as JSON with the document inside, or the document itself as YAML text."""
        document, note, base = await _wanted(request, note, base_version)

        async def make() -> Answer[Version]:
            version = await unit.templates.add_version(
                actor, template_id, document, note=note, base_version=base
            )
            return created(version_of(version), version_at(template_id, version.info.number))

        return await once(make)

    @get("/{number:int}", **operation("getVersion", refuses=(NotFound,), gives=(*JSON, "application/yaml")))
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
        version = await unit.templates.version(actor, template_id, number)
        if wants_yaml(request):
            return answer_yaml(version.document)
        return Response(version_of(version), headers={"Vary": "Accept"})


async def _wanted(
    request: Request[Any, Any, Any], note: str | None, base: int | None
) -> tuple[Document, str | None, int | None]:
    if await is_yaml(request):
        return await yaml_document(request), note, base
    body = await body_of(request, CreateVersion)
    return document_within(body.document, "document"), body.note, body.base_version
