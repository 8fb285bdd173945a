"""Templates: made, copied, shared, changed and removed. Their versions are in `versions`."""

import uuid
from collections.abc import Sequence
from datetime import datetime

import msgspec

from core.actor import SYSTEM, Actor
from core.audit.service import AuditService
from core.clock import Clock
from core.discord.types import Snowflake
from core.errors import Conflict, Forbidden
from core.guilds.service import GuildService
from core.paging import Page, Paging
from core.rights import Right
from core.templates.documents.document import Document
from core.templates.documents.parse import Draft
from core.templates.documents.revision import Revision
from core.templates.lookup import own, visible
from core.templates.models import TemplateModel
from core.templates.repository import ActiveVersionRepository, TemplateRepository
from core.templates.rows import edited, require_guild, require_seen, sees, to_draft, to_template
from core.templates.schemas import Template, TemplateChanges, VersionInfo, Visibility
from core.templates.versions import TemplateVersionService


class TemplateService:
    """A document that reaches this service has been read by `parse`, which is what makes it valid."""

    def __init__(
        self,
        templates: TemplateRepository,
        active: ActiveVersionRepository,
        *,
        versions: TemplateVersionService,
        guilds: GuildService,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._templates = templates
        self._active = active
        self._versions = versions
        self._guilds = guilds
        self._audit = audit
        self._clock = clock

    async def create(
        self,
        actor: Actor,
        name: str,
        *,
        description: str | None = None,
        visibility: Visibility = "private",
        guild_id: Snowflake | None = None,
        document: Document | Draft | None = None,
        source: str | None = None,
        note: str | None = None,
    ) -> Template:
        """With its first version, when a document is given; `source` is the YAML it was read from. `guild_id` goes
        with visibility `guild`."""
        actor.require_scope(Right.TEMPLATES_WRITE)
        model = await self._create(actor, name, description, visibility, guild_id)
        if document is None:
            return to_template(model)
        await self._versions.append(
            actor, model.id, Revision(to_draft(document), source), note, model.created_at
        )
        return msgspec.structs.replace(to_template(model), latest_version=1)

    async def require_shareable(
        self, actor: Actor, visibility: Visibility, guild_id: Snowflake | None = None
    ) -> None:
        """Whether the actor may make such a template, before its document is read. Raises as `create` does."""
        actor.require_scope(Right.TEMPLATES_WRITE)
        require_guild(visibility, guild_id)
        await self._require_managed(actor, guild_id)

    async def require_own(self, actor: Actor, template_id: uuid.UUID) -> None:
        """Whether the actor may change it, before it is read what to. Raises `NotFound`, `Forbidden`."""
        await own(self._templates, actor, template_id, lock=False)

    async def copy(
        self,
        actor: Actor,
        template_id: uuid.UUID,
        *,
        version: int | None = None,
        name: str | None = None,
        description: str | None = None,
        visibility: Visibility = "private",
        guild_id: Snowflake | None = None,
        note: str | None = None,
    ) -> Template:
        """A template of the actor's own whose first version is that of another one (its newest unless named). It
        remembers its origin; what either becomes later is not the other's."""
        actor.require_scope(Right.TEMPLATES_WRITE)
        source = await visible(self._templates, actor, template_id)
        copied = await self._versions.get(actor.unscoped(), template_id, version)
        model = await self._create(
            actor,
            source.name if name is None else name,
            source.description if description is None else description,
            visibility,
            guild_id,
            origin=copied.info,
        )
        revision = Revision(copied.draft, copied.source)
        await self._versions.append(actor, model.id, revision, note, model.created_at)
        [template] = await self._shown(actor, [model])
        return msgspec.structs.replace(template, latest_version=1)

    async def unshare(self, guild_id: Snowflake) -> int:
        """What was shared in a guild that is left for good is its owner's alone; answers how many that were."""
        ids = await self._templates.unshare(guild_id, self._clock())
        for template_id in ids:
            await self._audit.record(
                SYSTEM,
                "template.edit",
                ("template", template_id),
                guild_id=guild_id,
                before={"visibility": "guild", "guild_id": guild_id},
                after={"visibility": "private", "guild_id": None},
            )
        return len(ids)

    async def get(self, actor: Actor, template_id: uuid.UUID) -> Template:
        """Raises `NotFound` also for a template that the actor may not see."""
        actor.require_scope(Right.TEMPLATES_READ)
        [template] = await self._shown(actor, [await visible(self._templates, actor, template_id)])
        return template

    async def list(self, actor: Actor, paging: Paging) -> Page[Template]:
        """Newest first."""
        actor.require_scope(Right.TEMPLATES_READ)
        rows = await self._templates.page(
            paging,
            everything=actor.is_everywhere,
            account_id=actor.account_id,
            shared_in=(actor.guild_ids or ()) if actor.is_owner else actor.guilds_with(Right.TEMPLATES_READ),
            bound_to=actor.guild_ids,
        )
        items = await self._shown(actor, rows[: paging.limit])
        return Page(items=items, next_cursor=str(items[-1].id) if len(rows) > paging.limit else None)

    async def edit(
        self, actor: Actor, template_id: uuid.UUID, changes: TemplateChanges, *, seen: datetime | None = None
    ) -> Template:
        """Raises `Stale` when the template was changed after `seen`, its `updated_at` as the asker knows it."""
        model = await own(self._templates, actor, template_id)
        require_seen(model, seen)
        before = to_template(model)
        after = edited(before, changes)
        if after != before:
            if after.guild_id != before.guild_id:
                await self._require_managed(actor, after.guild_id)
            for name in changes.__struct_fields__:
                setattr(model, name, getattr(after, name))
            model.updated_at = self._clock()
            await self._templates.update(model)
            after = to_template(model)
            await self._audit.record(
                actor, "template.edit", ("template", template_id), before=before, after=after
            )
        [template] = await self._shown(actor, [model])
        return template

    async def delete(self, actor: Actor, template_id: uuid.UUID, *, seen: datetime | None = None) -> None:
        """Hides it and its versions; plans and copies made of them stay. Raises `Conflict` naming the guilds in which
        one of them is active."""
        model = await own(self._templates, actor, template_id)
        require_seen(model, seen)
        await self._require_inactive(actor, template_id)
        model.deleted_at = self._clock()
        await self._templates.update(model)
        await self._audit.record(actor, "template.delete", ("template", template_id))

    async def _create(
        self,
        actor: Actor,
        name: str,
        description: str | None,
        visibility: Visibility,
        guild_id: Snowflake | None,
        *,
        origin: VersionInfo | None = None,
    ) -> TemplateModel:
        if actor.account_id is None:
            raise Forbidden("Only an account can own templates.")
        require_guild(visibility, guild_id)
        await self._require_managed(actor, guild_id)
        now = self._clock()
        model = await self._templates.add(
            TemplateModel(
                account_id=actor.account_id,
                name=name,
                description=description,
                visibility=visibility,
                guild_id=guild_id,
                origin_id=None if origin is None else origin.template_id,
                origin_version=None if origin is None else origin.number,
                latest_version=0,
                created_at=now,
                updated_at=now,
            )
        )
        after = {"name": name, "visibility": visibility, "guild_id": guild_id, "origin": model.origin_id}
        await self._audit.record(
            actor, "template.create", ("template", model.id), after=msgspec.to_builtins(after)
        )
        return model

    async def _shown(self, actor: Actor, models: Sequence[TemplateModel]) -> tuple[Template, ...]:
        """With what the actor may know of their origins."""
        origins = await self._templates.among({m.origin_id for m in models if m.origin_id is not None})
        newest = {origin.id: origin.latest_version for origin in origins if sees(actor, origin)}
        return tuple(to_template(model, newest) for model in models)

    async def _require_managed(self, actor: Actor, guild_id: Snowflake | None) -> None:
        if guild_id is not None:
            actor.require(guild_id, Right.TEMPLATES_WRITE)
            await self._guilds.known(actor, guild_id)

    async def _require_inactive(self, actor: Actor, template_id: uuid.UUID) -> None:
        guilds = await self._active.guilds_of(template_id)
        if guilds:
            known = [
                f"{name} ({id_})"
                for id_, name in guilds
                if actor.unscoped().may(id_, Right.ACTIVE_VERSION_READ)
            ]
            others = [f"{len(guilds) - len(known)} more"] if len(known) < len(guilds) else []
            raise Conflict(
                f"A version of this template is active in {_guilds(len(guilds))}: {', '.join([*known, *others])}. "
                "Make another one active there first.",
                code="template_active",
            )


def _guilds(number: int) -> str:
    return "1 guild" if number == 1 else f"{number} guilds"
