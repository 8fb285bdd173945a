"""The version that a guild is meant to look like: what drift is measured by."""

import uuid

import msgspec

from core.actor import Actor
from core.audit.service import AuditService
from core.clock import Clock
from core.discord.permissions import Permission
from core.discord.types import Snowflake
from core.errors import NotFound
from core.guilds.service import GuildService
from core.templates.models import ActiveVersionModel
from core.templates.repository import ActiveVersionRepository
from core.templates.schemas import ActiveVersion
from core.templates.service import TemplateService


class ActiveVersionService:
    """A guild has one at most. It is said by hand, or follows from a job that made the guild equal to it."""

    def __init__(
        self,
        active: ActiveVersionRepository,
        *,
        templates: TemplateService,
        guilds: GuildService,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._active = active
        self._templates = templates
        self._guilds = guilds
        self._audit = audit
        self._clock = clock

    async def of(self, guild_id: Snowflake) -> ActiveVersion | None:
        """For our own work in the guild."""
        model = await self._active.of(guild_id)
        return None if model is None else to_active(model)

    async def get(self, actor: Actor, guild_id: Snowflake) -> ActiveVersion:
        """Needs Manage Guild. Raises `NotFound` where none is active."""
        await self._guilds.get(actor, guild_id)
        actor.require(guild_id, Permission.MANAGE_GUILD)
        active = await self.of(guild_id)
        if active is None:
            raise NotFound(f"No version is active in guild {guild_id}.")
        return active

    async def put(
        self, actor: Actor, guild_id: Snowflake, template_id: uuid.UUID, number: int | None = None
    ) -> ActiveVersion:
        """From now on the guild is measured by this version (the newest unless named). Needs Administrator, because
        drift from it may be reverted."""
        await self._guilds.require_present(actor, guild_id)
        actor.require(guild_id, Permission.ADMINISTRATOR)
        version = await self._templates.version(actor, template_id, number, keep=True)
        return await self._put(actor, guild_id, template_id, version.info.number, None)

    async def note_applied(
        self, actor: Actor, guild_id: Snowflake, template_id: uuid.UUID, number: int, job_id: uuid.UUID
    ) -> None:
        """A job has made the whole guild equal to a version. A template that was deleted meanwhile is not made
        active."""
        if await self._templates.keep(template_id):
            await self._put(actor, guild_id, template_id, number, job_id)

    async def clear(self, actor: Actor, guild_id: Snowflake) -> None:
        """Nothing is measured any more. Needs Administrator; raises `NotFound` where none is active."""
        before = await self.get(actor, guild_id)
        actor.require(guild_id, Permission.ADMINISTRATOR)
        await self._active.drop(guild_id)
        await self._audit.record(
            actor, "guild.active_version", ("guild", guild_id), guild_id=guild_id, before=_said(before)
        )

    async def _put(
        self, actor: Actor, guild_id: Snowflake, template_id: uuid.UUID, number: int, job_id: uuid.UUID | None
    ) -> ActiveVersion:
        before = await self.of(guild_id)
        after = ActiveVersion(
            guild_id=guild_id, template_id=template_id, version=number, since=self._clock(), job_id=job_id
        )
        await self._active.put({**msgspec.structs.asdict(after), "actor": actor})
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
        since=model.since,
        job_id=model.job_id,
    )


def _said(active: ActiveVersion) -> dict[str, object]:
    return {"template_id": str(active.template_id), "version": active.version}
