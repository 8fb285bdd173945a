"""The version that a guild is meant to look like: what drift is measured by."""

import uuid
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from core.actor import SYSTEM, Actor
from core.audit.service import AuditService
from core.clock import Clock
from core.discord.permissions import Permission
from core.discord.types import Snowflake
from core.errors import NotFound
from core.guilds.service import GuildService
from core.guilds.syncs import SyncService
from core.rights import Right
from core.templates.documents.document import Document
from core.templates.documents.parse import resolved
from core.templates.documents.variables import values_for
from core.templates.matching.match import match
from core.templates.models import ActiveVersionModel
from core.templates.repository import ActiveVersionRepository
from core.templates.schemas import ActiveVersion, TemplateVersion
from core.templates.versions import TemplateVersionService


class Resolved(NamedTuple):
    """A document for one guild, and the values that it was made with."""

    document: Document
    values: dict[str, str]


class ActiveVersionService:
    """A guild has one at most. It is said by hand, or follows from a job that made the guild equal to it."""

    def __init__(
        self,
        active: ActiveVersionRepository,
        *,
        versions: TemplateVersionService,
        guilds: GuildService,
        syncs: SyncService,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._active = active
        self._versions = versions
        self._guilds = guilds
        self._syncs = syncs
        self._audit = audit
        self._clock = clock

    async def of(self, guild_id: Snowflake) -> ActiveVersion | None:
        """For our own work in the guild."""
        model = await self._active.of(guild_id)
        return None if model is None else to_active(model)

    async def get(self, actor: Actor, guild_id: Snowflake) -> ActiveVersion:
        """Raises `NotFound` where none is active."""
        actor.require(guild_id, Right.ACTIVE_VERSION_READ)
        await self._guilds.known(actor, guild_id)
        return await self.present_in(guild_id)

    async def present_in(self, guild_id: Snowflake) -> ActiveVersion:
        """As `of`, and raises `NotFound` where none is active."""
        active = await self.of(guild_id)
        if active is None:
            raise NotFound(f"No version is active in guild {guild_id}.")
        return active

    async def put(
        self,
        actor: Actor,
        guild_id: Snowflake,
        template_id: uuid.UUID,
        number: int | None = None,
        *,
        values: Mapping[str, str] | None = None,
    ) -> ActiveVersion:
        """From now on the guild is measured by this version (the newest unless named), with these values for its
        variables; what its nodes are there is remembered, so that a rename is a rename. The guild is looked at, so that
        what is not as it says is known at once. Needs Discord's Administrator as well, because drift from it may be
        reverted."""
        actor.require(guild_id, Right.ACTIVE_VERSION_WRITE)
        actor.require_could(guild_id, Permission.ADMINISTRATOR)
        await self._guilds.require_present(actor, guild_id)
        version = await self._versions.get(actor.unscoped(), template_id, number, keep=True)
        meant = await self.resolved(guild_id, version, values or {})
        view = await self._guilds.seen(guild_id)
        bindings = await self._versions.bindings(guild_id, template_id)
        matched = match(meant.document, view.structure, bindings).ids
        await self._versions.bind(guild_id, template_id, matched)
        active = await self._put(actor, guild_id, template_id, version.info.number, values=meant.values)
        await self._syncs.look(guild_id)
        return active

    async def resolved(
        self, guild_id: Snowflake, version: TemplateVersion, given: Mapping[str, str]
    ) -> Resolved:
        """A version as it is meant for a guild: variables as given, else as they are in its active version of the same
        template, else their defaults. Raises `Invalid` pointing into `/values`."""
        active = await self.of(guild_id)
        kept = active.values if active and active.template_id == version.info.template_id else {}
        values = values_for(version.draft.variables, given, kept)
        return Resolved(resolved(version.draft, values), values)

    async def document_of(self, active: ActiveVersion) -> Document:
        """What the guild is measured by. For our own work in it."""
        version = await self._versions.get(SYSTEM, active.template_id, active.version)
        return resolved(version.draft, values_for(version.draft.variables, {}, active.values))

    async def note_applied(
        self,
        actor: Actor,
        guild_id: Snowflake,
        template_id: uuid.UUID,
        number: int,
        job_id: uuid.UUID,
        *,
        values: Mapping[str, str],
    ) -> None:
        """A job has made the whole guild equal to a version. A template that was deleted meanwhile is not made
        active."""
        if await self._versions.keep(template_id):
            await self._put(actor, guild_id, template_id, number, values=values, job_id=job_id)

    async def clear(self, actor: Actor, guild_id: Snowflake) -> None:
        """Nothing is measured any more. Raises `NotFound` where none is active."""
        actor.require(guild_id, Right.ACTIVE_VERSION_WRITE)
        await self._guilds.known(actor, guild_id)
        before = await self.present_in(guild_id)
        await self._active.drop(guild_id)
        await self._audit.record(
            actor, "guild.active_version", ("guild", guild_id), guild_id=guild_id, before=_said(before)
        )

    async def _put(
        self,
        actor: Actor,
        guild_id: Snowflake,
        template_id: uuid.UUID,
        number: int,
        *,
        values: Mapping[str, str],
        job_id: uuid.UUID | None = None,
    ) -> ActiveVersion:
        before = await self.of(guild_id)
        after = ActiveVersion(
            guild_id=guild_id,
            template_id=template_id,
            version=number,
            values=dict(values),
            since=self._clock(),
            job_id=job_id,
        )
        await self._active.put({**msgspec.structs.asdict(after), "actor": actor.kept_for(guild_id)})
        await self._audit.record(
            actor,
            "guild.active_version",
            ("guild", guild_id),
            guild_id=guild_id,
            before=None if before is None else _said(before),
            after=_said(after),
            job_id=job_id,
        )
        return after


def to_active(model: ActiveVersionModel) -> ActiveVersion:
    return ActiveVersion(
        guild_id=model.guild_id,
        template_id=model.template_id,
        version=model.version,
        values=model.values,
        since=model.since,
        job_id=model.job_id,
    )


def _said(active: ActiveVersion) -> dict[str, object]:
    return {"template_id": str(active.template_id), "version": active.version, "values": active.values}
