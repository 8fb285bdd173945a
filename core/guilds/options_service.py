"""Reading and changing how a guild is treated."""

from collections.abc import Container, Iterator, Mapping
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from core.actor import Actor
from core.audit.service import AuditService
from core.clock import Clock
from core.discord.permissions import BY_NAME
from core.discord.types import Snowflake, is_snowflake
from core.errors import Forbidden, Invalid, NotFound, Problem, Stale
from core.guilds.mapping import CHANNEL, AccessChanges, AccessMapping, touched
from core.guilds.options import GuildOptions, GuildOptionsChanges, with_changes
from core.guilds.repository import GuildRepository
from core.guilds.service import GuildService
from core.guilds.syncs import SyncService
from core.rights import Right


class StoredOptions(msgspec.Struct, frozen=True, kw_only=True):
    """`changed_at` is when they were last changed; before that, when the guild was joined."""

    options: GuildOptions
    changed_at: datetime


class GuildOptionsService:
    def __init__(
        self,
        guilds: GuildRepository,
        *,
        known: GuildService,
        syncs: SyncService,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._guilds = guilds
        self._known = known
        self._syncs = syncs
        self._audit = audit
        self._clock = clock

    async def of(self, guild_id: Snowflake) -> GuildOptions:
        """For our own work in the guild; of one that was never heard of, the defaults."""
        stored = await self._guilds.options_of(guild_id)
        return GuildOptions() if stored is None else stored[0]

    async def get(self, actor: Actor, guild_id: Snowflake) -> StoredOptions:
        """Raises `NotFound` also for a guild that the actor may not know of."""
        actor.require(guild_id, Right.SETTINGS_READ)
        await self._known.known(actor, guild_id)
        return await self._stored(guild_id)

    async def edit(
        self,
        actor: Actor,
        guild_id: Snowflake,
        changes: GuildOptionsChanges,
        *,
        seen: datetime | None = None,
    ) -> StoredOptions:
        """Another drift mode has the guild looked at. Raises `Stale` where they were changed after `seen`, `Invalid`
        for ids that are none, and `Forbidden` for who would change what is mapped to their own role or above."""
        actor.require(guild_id, Right.SETTINGS_WRITE)
        if changes.access is not UNSET:
            actor.require(guild_id, Right.ACCESS_WRITE)
        await self._known.known(actor, guild_id)
        _require_ids(changes)
        before = await self._stored(guild_id, lock=True)
        if seen is not None and before.changed_at != seen:
            raise Stale(
                "These settings were changed after you read them: read them again.",
                code="precondition_failed",
            )
        options = with_changes(before.options, changes)
        if options == before.options:
            return before
        if options.access != before.options.access:
            await self._require_mappable(guild_id, changes)
            _require_above(actor, guild_id, before.options.mapping, options.mapping)
            await self._guilds.notify(CHANNEL, f"guild {guild_id}")
        after = StoredOptions(options=options, changed_at=self._clock())
        await self._guilds.set_options(guild_id, after.options, after.changed_at)
        await self._audit.record(
            actor,
            "guild.settings",
            ("guild", guild_id),
            guild_id=guild_id,
            before=before.options,
            after=after.options,
        )
        if options.drift not in ("off", before.options.drift):
            await self._syncs.look(guild_id)
        return after

    async def _require_mappable(self, guild_id: Snowflake, changes: GuildOptionsChanges) -> None:
        if not isinstance(changes.access, AccessChanges):
            return
        seen = await self._known.structure_of(guild_id)
        role_ids = {role.id for role in seen.roles} if seen else frozenset[str]()
        problems = (
            *_unknown("permissions", changes.access.permissions, BY_NAME),
            *_unknown("roles", changes.access.roles, role_ids),
        )
        if problems:
            raise Invalid(problems[0].message, problems=problems)

    async def _stored(self, guild_id: Snowflake, *, lock: bool = False) -> StoredOptions:
        found = await self._guilds.options_of(guild_id, lock=lock)
        if found is None:
            raise NotFound(f"There is no guild {guild_id}.")
        return StoredOptions(options=found[0], changed_at=found[1])


def _unknown(
    what: str, said: Mapping[str, str | None] | None | UnsetType, known: Container[str]
) -> Iterator[Problem]:
    """What is taken away may have gone from the guild before."""
    for key, role in (said or {}).items():
        if role is not None and key not in known:
            yield Problem(
                pointer=f"/access/{what}/" + key.replace("~", "~0").replace("/", "~1"),
                code="unknown",
                message=f"There is no {what.removesuffix('s')} {key} here.",
            )


def _require_above(actor: Actor, guild_id: Snowflake, before: AccessMapping, after: AccessMapping) -> None:
    own = actor.role_in(guild_id)
    for path, role in touched(before, after):
        if not own.outranks(role):
            raise Forbidden(
                f"What is mapped to the role {role.value} is for those above it to change, and you are {own.value} "
                f"there (/access/{path}).",
                code="own_rank",
            )


def _require_ids(changes: GuildOptionsChanges) -> None:
    said = {
        "drift_channel_id": changes.drift_channel_id,
        "notify_channel_id": changes.notify_channel_id,
    }
    if isinstance(changes.protected_ids, tuple):
        said |= {f"protected_ids/{place}": each for place, each in enumerate(changes.protected_ids)}
    problems = tuple(
        Problem(
            pointer=f"/{pointer}", code="format", message="This is no Discord id: give its digits in quotes."
        )
        for pointer, value in said.items()
        if isinstance(value, str) and not is_snowflake(value)
    )
    if problems:
        raise Invalid(problems[0].message, problems=problems)
