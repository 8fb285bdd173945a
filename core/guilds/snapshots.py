"""What guilds looked like: kept when they are joined, on demand and before every apply, and dropped in time."""

import uuid
from collections.abc import Collection
from datetime import datetime

import msgspec

from core.actor import SYSTEM, Actor
from core.audit.service import AuditService
from core.clock import Clock
from core.discord.images import ImageHash
from core.discord.types import Snapshot, Snowflake
from core.errors import Conflict, NotFound
from core.guilds.jobs import CAPTURE, CapturePayload
from core.guilds.models import SnapshotModel
from core.guilds.options_service import GuildOptionsService
from core.guilds.schemas import MemberRoles, SnapshotContent, SnapshotInfo, SnapshotReason
from core.guilds.service import GuildService
from core.guilds.snapshot_repository import MemberRolesRepository, SnapshotRepository
from core.jobs.schemas import Job
from core.jobs.service import JobService
from core.paging import Page, Paging
from core.rights import Right

NEWEST_KEPT = 10
"""So many of a guild outlive the days for which snapshots are kept."""


class SnapshotService:
    """A guild's first snapshot stays: it is the way back to before anything was done."""

    def __init__(
        self,
        snapshots: SnapshotRepository,
        members: MemberRolesRepository,
        *,
        guilds: GuildService,
        options: GuildOptionsService,
        jobs: JobService,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._snapshots = snapshots
        self._members = members
        self._guilds = guilds
        self._options = options
        self._jobs = jobs
        self._audit = audit
        self._clock = clock

    async def request_capture(
        self, actor: Actor, guild_id: Snowflake, *, label: str | None = None, members: bool = False
    ) -> Job:
        """Asks the bot to keep what the guild looks like now. Raises `Conflict` where the guild does not let
        captures keep its members' roles."""
        actor.require(guild_id, Right.SNAPSHOTS_WRITE)
        await self._guilds.require_present(actor, guild_id)
        if members and not (await self._options.of(guild_id)).keep_member_roles:
            raise Conflict(
                f"Guild {guild_id} does not let captures keep its members' roles: an administrator can switch "
                "`keep_member_roles` on in its settings.",
                code="members_not_kept",
            )
        payload = CapturePayload(label=label, members=members)
        return await self._jobs.ask(actor, CAPTURE, payload, guild_id=guild_id)

    async def request_first(self, guild_ids: Collection[Snowflake]) -> tuple[Job, ...]:
        """Asks for the first snapshot of those guilds that have none, nor a capture under way."""
        asked: list[Job] = []
        for guild_id in await self._snapshots.without_any(guild_ids):
            if not await self._jobs.is_open(CAPTURE, guild_id):
                payload = CapturePayload(reason="join", members=True)
                asked.append(await self._jobs.ask(SYSTEM, CAPTURE, payload, guild_id=guild_id))
        return tuple(asked)

    async def keep(
        self,
        actor: Actor,
        snapshot: Snapshot,
        *,
        reason: SnapshotReason,
        job_id: uuid.UUID | None = None,
        label: str | None = None,
        notes: tuple[str, ...] = (),
        members: tuple[MemberRoles, ...] | None = None,
    ) -> SnapshotInfo:
        model = await self._snapshots.add(
            SnapshotModel(
                guild_id=snapshot.guild_id,
                reason=reason,
                content=snapshot,
                actor=actor.kept_for(snapshot.guild_id),
                job_id=job_id,
                label=label,
                notes=notes,
                members=None if members is None else len(members),
            )
        )
        if members is not None:
            await self._members.keep(model.id, members)
        await self._audit.record(
            actor,
            "snapshot.create",
            ("snapshot", model.id),
            guild_id=snapshot.guild_id,
            after={"reason": reason, "label": label, "members": model.members},
            job_id=job_id,
        )
        return to_info(model)

    async def list(self, actor: Actor, guild_id: Snowflake, paging: Paging) -> Page[SnapshotInfo]:
        """Newest first, without their content."""
        actor.require(guild_id, Right.SNAPSHOTS_READ)
        await self._guilds.known(actor, guild_id)
        rows = await self._snapshots.page(guild_id, paging)
        items = tuple(to_info(row) for row in rows[: paging.limit])
        return Page(items=items, next_cursor=str(items[-1].id) if len(rows) > paging.limit else None)

    async def get(self, actor: Actor, guild_id: Snowflake, snapshot_id: uuid.UUID) -> SnapshotContent:
        """Raises `NotFound` for a snapshot of another guild."""
        actor.require(guild_id, Right.SNAPSHOTS_READ)
        await self._guilds.known(actor, guild_id)
        return await self.content(guild_id, snapshot_id)

    async def content(self, guild_id: Snowflake, snapshot_id: uuid.UUID) -> SnapshotContent:
        """For services that have asked for their own right already."""
        model = await self._snapshots.find_whole(snapshot_id)
        if model is None or model.guild_id != guild_id:
            raise NotFound(f"Guild {guild_id} has no snapshot {snapshot_id}.")
        return SnapshotContent(info=to_info(model), content=model.content)

    async def rename(
        self, actor: Actor, guild_id: Snowflake, snapshot_id: uuid.UUID, label: str | None
    ) -> SnapshotInfo:
        actor.require(guild_id, Right.SNAPSHOTS_WRITE)
        before = (await self.content(guild_id, snapshot_id)).info
        if label == before.label:
            return before
        await self._snapshots.set_label(snapshot_id, label)
        await self._audit.record(
            actor,
            "snapshot.edit",
            ("snapshot", snapshot_id),
            guild_id=guild_id,
            before={"label": before.label},
            after={"label": label},
        )
        return msgspec.structs.replace(before, label=label)

    async def delete(self, actor: Actor, guild_id: Snowflake, snapshot_id: uuid.UUID) -> None:
        """Raises `Conflict` for the guild's first one."""
        actor.require(guild_id, Right.SNAPSHOTS_DELETE)
        before = (await self.content(guild_id, snapshot_id)).info
        if snapshot_id == await self._snapshots.first(guild_id):
            raise Conflict(
                "This is the first snapshot of this guild, the way back to before anything was done: it stays.",
                code="first_snapshot",
            )
        await self._snapshots.delete(snapshot_id)
        await self._audit.record(
            actor, "snapshot.delete", ("snapshot", snapshot_id), guild_id=guild_id, before=before
        )

    async def kept_by(self, job_id: uuid.UUID) -> SnapshotContent | None:
        """What an earlier claim of a job has kept: a job keeps one snapshot."""
        model = await self._snapshots.find_of_job(job_id)
        return None if model is None else SnapshotContent(info=to_info(model), content=model.content)

    async def members_of(self, snapshot_id: uuid.UUID) -> tuple[MemberRoles, ...]:
        """Empty where none were kept, or not any more."""
        return await self._members.of(snapshot_id)

    async def member_last_seen(
        self, guild_id: Snowflake, user_id: Snowflake
    ) -> tuple[datetime, MemberRoles] | None:
        """Which roles a member had when members' roles were last kept, and when that was."""
        found = await self._members.newest_in(guild_id)
        if found is None:
            return None
        seen_at, members = found
        return next(((seen_at, each) for each in members if each.user_id == user_id), None)

    async def clean(self, *, keep: Collection[uuid.UUID]) -> int:
        """Drops what is older than its guild wants it kept; answers how many snapshots that were."""
        await self._members.drop_outdated(self._clock())
        return await self._snapshots.drop_outdated(self._clock(), newest=NEWEST_KEPT, keep=keep)

    async def pictures(self) -> frozenset[ImageHash]:
        """All that a snapshot, or a guild as it was last seen, names."""
        return await self._snapshots.pictures()


def to_info(model: SnapshotModel) -> SnapshotInfo:
    return SnapshotInfo(
        id=model.id,
        guild_id=model.guild_id,
        reason=msgspec.convert(model.reason, SnapshotReason),
        created_at=model.created_at,
        job_id=model.job_id,
        label=model.label,
        notes=model.notes,
        members=model.members,
    )
