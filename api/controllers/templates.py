"""Templates: named series of versions."""

from typing import Annotated, Any

from litestar import Controller, Request, Response, delete, get, patch, post
from litestar.params import QueryParameter

from api.answers import Answer, created
from api.bodies import body_of
from api.deps import Asker, Once, Unit
from api.documents import imported, optional_draft_within
from api.errors import InvalidParameter
from api.etags import etag_of, seen_in
from api.guards import needs
from api.locations import template_at
from api.media import JSON, MERGE_PATCH, YAML
from api.operations import operation
from api.params import Cursor, Limit, TemplateId, paging_of
from api.schemas.templates import (
    CopyTemplate,
    CreateTemplate,
    EditTemplate,
    ImportedTemplate,
    Template,
    TemplatePage,
    changes_of,
    imported_of,
    template_of,
)
from core.errors import Conflict, Forbidden, NotFound, Stale
from core.rights import Right
from core.templates import schemas as core
from core.templates.documents.document import Document

ImportName = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=100,
        description="The template's name; without it, the document's guild name.",
    ),
]
Note = Annotated[
    str | None, QueryParameter(max_length=500, description="What to remember about the first version.")
]


class TemplateController(Controller):
    path = "/templates"
    tags = ("templates",)

    @get("/", guards=[needs(Right.TEMPLATES_READ)], **operation("listTemplates"))
    async def templates(
        self, *, actor: Asker, unit: Unit, limit: Limit = 50, cursor: Cursor = None
    ) -> TemplatePage:
        """The templates that you may see, newest first."""
        page = await unit.templates.list(actor, paging_of(limit, cursor))
        return TemplatePage(items=tuple(map(template_of, page.items)), next_cursor=page.next_cursor)

    @post(
        "/",
        guards=[needs(Right.TEMPLATES_WRITE)],
        **operation("createTemplate", body=CreateTemplate, refuses=(Forbidden, NotFound), once=True),
    )
    async def create(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, once: Once
    ) -> Response[Template]:
        """Make a template, with its first version when a document is given."""
        wanted = await body_of(request, CreateTemplate)

        async def make() -> Answer[Template]:
            await unit.templates.require_shareable(actor, wanted.visibility, wanted.guild_id)
            document = optional_draft_within(wanted.document, "document")
            template = await unit.templates.create(
                actor,
                wanted.name,
                description=wanted.description,
                visibility=wanted.visibility,
                guild_id=wanted.guild_id,
                document=document,
                note=wanted.note,
            )
            return created(template_of(template), template_at(template.id))

        return await once(make)

    @post(
        "/import",
        guards=[needs(Right.TEMPLATES_WRITE)],
        **operation("importTemplate", body=Document, takes=(YAML[0], *JSON), refuses=(Forbidden,), once=True),
    )
    async def import_(
        self,
        *,
        request: Request[Any, Any, Any],
        actor: Asker,
        unit: Unit,
        once: Once,
        name: ImportName = None,
        note: Note = None,
    ) -> Response[ImportedTemplate]:
        """Make a template of a file: our document in YAML or JSON, or Discord's own server template in JSON.

        `warnings` tell what the file says and a document has no words for.
        """
        read = await imported(request)

        async def make() -> Answer[ImportedTemplate]:
            template = await unit.templates.create(
                actor,
                name or _name_in(read.draft.document),
                document=read.draft,
                source=read.source,
                note=note,
            )
            return created(imported_of(template, read.warnings), template_at(template.id))

        return await once(make)

    @get(
        "/{template_id:uuid}",
        guards=[needs(Right.TEMPLATES_READ)],
        **operation("getTemplate", refuses=(NotFound,), tagged=True),
    )
    async def template(self, *, actor: Asker, unit: Unit, template_id: TemplateId) -> Response[Template]:
        """One template."""
        return _tagged(await unit.templates.get(actor, template_id))

    @post(
        "/{template_id:uuid}/copy",
        guards=[needs(Right.TEMPLATES_WRITE)],
        **operation(
            "copyTemplate", body=CopyTemplate, body_required=False, refuses=(NotFound, Forbidden), once=True
        ),
    )
    async def copy(
        self,
        *,
        request: Request[Any, Any, Any],
        actor: Asker,
        unit: Unit,
        once: Once,
        template_id: TemplateId,
    ) -> Response[Template]:
        """Make a template of your own of somebody's. It knows its origin, and goes its own way."""
        wanted = await body_of(request, CopyTemplate, default=CopyTemplate())

        async def make() -> Answer[Template]:
            template = await unit.templates.copy(
                actor,
                template_id,
                version=wanted.version,
                name=wanted.name,
                description=wanted.description,
                visibility=wanted.visibility,
                guild_id=wanted.guild_id,
                note=wanted.note,
            )
            return created(template_of(template), template_at(template.id))

        return await once(make)

    @patch(
        "/{template_id:uuid}",
        guards=[needs(Right.TEMPLATES_WRITE)],
        **operation(
            "editTemplate",
            body=EditTemplate,
            takes=MERGE_PATCH,
            refuses=(NotFound, Forbidden, Stale),
            conditional=True,
            tagged=True,
        ),
    )
    async def edit(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, template_id: TemplateId
    ) -> Response[Template]:
        """Change what is said: absent stays, null clears (RFC 7396)."""
        changes = changes_of(await body_of(request, EditTemplate, media=MERGE_PATCH))
        seen = seen_in(request.headers.get("if-match"))
        return _tagged(await unit.templates.edit(actor, template_id, changes, seen=seen))

    @delete(
        "/{template_id:uuid}",
        guards=[needs(Right.TEMPLATES_WRITE)],
        **operation("deleteTemplate", refuses=(NotFound, Forbidden, Conflict, Stale), conditional=True),
    )
    async def delete(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, template_id: TemplateId
    ) -> None:
        """Delete a template and its versions; plans and copies made of them stay. Refused while a guild is measured by
        one of them."""
        await unit.templates.delete(actor, template_id, seen=seen_in(request.headers.get("if-match")))


def _name_in(document: Document) -> str:
    name = document.guild.name
    if not isinstance(name, str):
        raise InvalidParameter(
            "name", "The document names no guild: give the template a name.", code="missing_field"
        )
    return name


def _tagged(template: core.Template) -> Response[Template]:
    return Response(template_of(template), headers={"ETag": etag_of(template.updated_at)})
