"""The immutable versions of templates, and what their nodes are in guilds."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from core.actor import Actor
from core.audit.service import AuditService
from core.clock import Clock
from core.discord.images import ImageHash
from core.discord.types import Snowflake
from core.errors import NotFound
from core.paging import Page, Paging
from core.rights import Right
from core.templates.documents.changes import Operation, RenameKey
from core.templates.documents.document import Document
from core.templates.documents.parse import Draft
from core.templates.documents.revision import Revision, revised
from core.templates.lookup import own, visible
from core.templates.models import TemplateVersionModel
from core.templates.repository import BindingRepository, TemplateRepository, TemplateVersionRepository
from core.templates.rows import kept_draft, require_newest, to_draft, to_info
from core.templates.schemas import TemplateVersion, VersionInfo


class TemplateVersionService:
    """A document that reaches this service has been read by `parse`, which is what makes it valid."""

    def __init__(
        self,
        templates: TemplateRepository,
        versions: TemplateVersionRepository,
        bindings: BindingRepository,
        *,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._templates = templates
        self._versions = versions
        self._bindings = bindings
        self._audit = audit
        self._clock = clock

    async def add(
        self,
        actor: Actor,
        template_id: uuid.UUID,
        document: Document | Draft,
        *,
        source: str | None = None,
        note: str | None = None,
        base_version: int | None = None,
    ) -> TemplateVersion:
        """`source` is the YAML that the document was read from. Raises `Stale` naming the newest version when it is
        not `base_version`."""
        model = await own(self._templates, actor, template_id)
        if base_version is not None:
            require_newest(model, base_version)
        return await self.append(
            actor, template_id, Revision(to_draft(document), source), note, self._clock()
        )

    async def operate(
        self,
        actor: Actor,
        template_id: uuid.UUID,
        operations: Sequence[Operation],
        *,
        base_version: int,
        note: str | None = None,
    ) -> TemplateVersion:
        """The newest version with changes, as the next one. A node that is called otherwise stays bound to what it is
        in each guild. Raises `Stale` as `add` does, and `Invalid` with a pointer to each bad operation."""
        require_newest(await own(self._templates, actor, template_id), base_version)
        base = await self.get(actor.unscoped(), template_id, base_version)
        revision = revised(base.draft, base.source, operations)
        for operation in operations:
            if isinstance(operation, RenameKey):
                await self._bindings.rename(template_id, operation.key, operation.to)
        return await self.append(actor, template_id, revision, note, self._clock())

    async def get(
        self, actor: Actor, template_id: uuid.UUID, number: int | None = None, *, keep: bool = False
    ) -> TemplateVersion:
        """The newest version unless `number` says otherwise. With `keep` nobody deletes the template before the
        transaction ends."""
        actor.require_scope(Right.TEMPLATES_READ)
        template = await visible(self._templates, actor, template_id, lock=keep)
        number = template.latest_version if number is None else number
        model = await self._versions.find_whole(template_id, number) if 0 <= number < 2**31 else None
        if model is None:
            raise NotFound(f"Template {template_id} has no version {number}.")
        return TemplateVersion(info=to_info(model), draft=kept_draft(model), source=model.source)

    async def list(self, actor: Actor, template_id: uuid.UUID, paging: Paging) -> Page[VersionInfo]:
        """Newest first, without their documents; the cursor is of the versions' own ids."""
        actor.require_scope(Right.TEMPLATES_READ)
        await visible(self._templates, actor, template_id)
        rows = await self._versions.page(template_id, paging)
        more = len(rows) > paging.limit
        rows = rows[: paging.limit]
        return Page(items=tuple(map(to_info, rows)), next_cursor=str(rows[-1].id) if more else None)

    async def keep(self, template_id: uuid.UUID) -> bool:
        """Nobody deletes the template before the transaction ends; False where somebody has."""
        model = await self._templates.get_one_or_none(id=template_id, with_for_update=True)
        return model is not None and model.deleted_at is None

    async def bindings(self, guild_id: Snowflake, template_id: uuid.UUID) -> dict[str, Snowflake]:
        """Which Discord objects the nodes of the template are in that guild."""
        return await self._bindings.of(guild_id, template_id)

    async def bind(self, guild_id: Snowflake, template_id: uuid.UUID, ids: Mapping[str, Snowflake]) -> None:
        """Remembers which Discord objects its nodes are in that guild."""
        await self._bindings.bind(guild_id, template_id, ids)

    async def pictures(self) -> frozenset[ImageHash]:
        """All that a version's document names, also of a deleted template."""
        return await self._versions.pictures()

    async def append(
        self, actor: Actor, template_id: uuid.UUID, revision: Revision, note: str | None, now: datetime
    ) -> TemplateVersion:
        """As the next one, for services that have asked for their own right already."""
        number = await self._templates.next_number(template_id, now)
        model = await self._versions.add(
            TemplateVersionModel(
                template_id=template_id,
                number=number,
                note=note,
                document=revision.draft.document,
                value=revision.draft.value,
                source=revision.source,
                actor=actor.kept_for(None),
            )
        )
        await self._audit.record(
            actor, "template.version", ("template", template_id), after={"number": number, "note": note}
        )
        return TemplateVersion(info=to_info(model), draft=revision.draft, source=revision.source)
