"""Guilds as the gateway tells of them."""

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeAlias, get_args

import msgspec

from core.actor import BOT, Actor
from core.audit.schemas import AuditEntry, AuditFilter
from core.audit.service import AuditService
from core.clock import Clock
from core.discord.assets import assets_of
from core.discord.pace import UNTOLD, Pace, merged
from core.discord.types import BotPowers, Snapshot, is_snowflake
from core.errors import Conflict, NotFound
from core.guilds import events
from core.guilds.join_notices import JoinNoticeService
from core.guilds.reading import kept
from core.guilds.repository import GuildRepository
from core.guilds.rows import review_of, state_in, to_guild
from core.guilds.schemas import Guild, GuildState, GuildView
from core.guilds.states import NEXT, Decision, Review, can_become
from core.images.service import ImageService
from core.jobs.guild_events import GuildEventService
from core.paging import Page, Paging
from core.rights import Right, Role

_VERBS: dict[Decision, str] = {
    "approved": "guild.approve",
    "rejected": "guild.reject",
    "suspended": "guild.suspend",
    "banned": "guild.ban",
}
_REMEDY = {
    "pending": " An owner of this installation has to approve it first.",
    "rejected": " An owner of this installation has rejected it, and can approve it.",
    "suspended": " An owner of this installation has suspended it, and can approve it again.",
    "banned": " An owner of this installation has banned it, and can approve it again.",
}
ReadGuild: TypeAlias = Callable[[], Awaitable[tuple[Snapshot, BotPowers]]]


class GuildService:
    def __init__(
        self,
        guilds: GuildRepository,
        *,
        images: ImageService,
        join_notices: JoinNoticeService,
        told: GuildEventService,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._clock = clock
        self._guilds = guilds
        self._images = images
        self._join_notices = join_notices
        self._told = told
        self._audit = audit
        self._read: dict[str, Guild] | None = None

    async def present_ids(self) -> frozenset[str]:
        """The guilds that the bot was last known to be in."""
        return frozenset(await self._guilds.ids_not_left())

    async def store_read(self, guild_id: str, read: ReadGuild, *, vouched: bool = False) -> bool:
        """Stores what `read` answers once nobody else is storing this guild, so that an older reading never
        overwrites a newer one; answers whether anything had changed."""
        await self._guilds.lock(guild_id)
        snapshot, powers = await read()
        return await self.store(snapshot, powers, vouched=vouched)

    async def lock(self, guild_id: str) -> None:
        """Nobody else stores this guild until the transaction ends."""
        await self._guilds.lock(guild_id)

    async def structure_of(self, guild_id: str) -> Snapshot | None:
        """As last seen, for our own work; None for a guild that was never heard of."""
        model = await self._guilds.find_whole(guild_id)
        return None if model is None else model.structure

    async def store(self, snapshot: Snapshot, powers: BotPowers, *, vouched: bool = False) -> bool:
        """Keeps the guild in step with the gateway; answers whether anything had changed. What the reading does not
        tell of stays; of its pictures it is written what is known of their content. A guild that nothing was decided
        of is `pending`, unless it is `vouched` for: an owner of the installation is an administrator there."""
        before = await self._guilds.find_locked(snapshot.guild_id)
        if before is not None and before.state != "left":
            snapshot = kept(before.structure, snapshot)
        images = await self._images.known(assets_of(snapshot))
        snapshot = msgspec.structs.replace(snapshot, images=images)
        decided, name = review_of(before), snapshot.settings.name
        review: Review = "approved" if decided == "pending" and vouched else decided
        joined, changed = await self._guilds.store(before, snapshot, powers, review=review)
        if joined:
            await self._audit.record(
                BOT,
                "guild.join",
                ("guild", snapshot.guild_id),
                guild_id=snapshot.guild_id,
                after={"name": name, "state": review},
            )
            was = None if before is None else state_in(before)
            event = events.came(name, review, decided=decided, before=was, by=BOT.name)
            await self._tell(snapshot.guild_id, event)
            if review == "pending":
                await self._join_notices.request_join(snapshot.guild_id, name, self._clock())
        elif before is not None and decided != review:
            await self._decide(BOT, to_guild(before), "approved", name=name)
            return True
        return changed

    async def note_pace(self, guild_id: str, told: Pace) -> None:
        """Keeps what answers have told of Discord's limits there. Of a guild that was never heard of nothing is
        kept."""
        known = await self._guilds.pace_of(guild_id, lock=told != UNTOLD)
        if known is not None and (pace := merged(known, told)) != known:
            await self._guilds.set_pace(guild_id, pace)

    async def pace_of(self, guild_id: str) -> Pace:
        """As last told."""
        return await self._guilds.pace_of(guild_id) or UNTOLD

    async def leave(self, guild_id: str) -> None:
        """The bot was removed, or the guild was deleted: data stays, work stops."""
        await self._guilds.lock(guild_id)
        before = await self._guilds.find_locked(guild_id)
        if before is not None and await self._guilds.mark_left(guild_id):
            await self._audit.record(BOT, "guild.leave", ("guild", guild_id), guild_id=guild_id)
            await self._tell(guild_id, events.left(before.name, review_of(before), before=state_in(before)))
            await self._join_notices.request_decision(guild_id)

    async def left_before(self, moment: datetime) -> tuple[str, ...]:
        """Guilds that the bot left before it, and is not in."""
        return tuple(await self._guilds.left_before(moment))

    async def forgettable(self, guild_id: str, moment: datetime) -> Guild | None:
        """The guild, if it is still left and that was before the moment. Then it does not come back before the
        transaction has ended."""
        await self._guilds.lock(guild_id)
        model = await self._guilds.find_locked(guild_id)
        if model is None or model.state != "left" or model.left_at is None or model.left_at >= moment:
            return None
        return to_guild(model)

    async def forget(self, guild_id: str) -> None:
        """As if it had never been heard of; for one that is `forgettable`."""
        await self._guilds.forget(guild_id)

    async def get(self, actor: Actor, guild_id: str) -> Guild:
        """Raises `NotFound` also for a guild that the actor may not know of."""
        actor.require(guild_id, Right.GUILDS_READ)
        return await self.known(actor, guild_id)

    async def known(self, actor: Actor, guild_id: str) -> Guild:
        """For what is done in a guild by who is somebody there: raises `NotFound` to others."""
        if actor.role_in(guild_id) is Role.GUEST or not is_snowflake(guild_id):
            raise _unknown(guild_id)
        if self._read is not None and guild_id in self._read:
            return self._read[guild_id]
        model = await self._guilds.find(guild_id)
        if model is None:
            raise _unknown(guild_id)
        guild = to_guild(model)
        if self._read is not None:
            self._read[guild_id] = guild
        return guild

    @contextmanager
    def reading_once(self) -> Generator[None]:
        """In the block a guild is read from the database when it is first asked for, and then it is known: for whoever
        asks for many things at one moment, and changes no guild."""
        self._read = {}
        try:
            yield
        finally:
            self._read = None

    async def list(
        self, actor: Actor, *, state: GuildState | None = None, limit: int = 50, cursor: str | None = None
    ) -> Page[Guild]:
        """By id. All of them for the owner, as far as the credential is good; for others those in which they are
        somebody."""
        actor.require_scope(Right.GUILDS_READ)
        among = actor.guild_ids if actor.is_owner else actor.guilds_with(Right.GUILDS_READ)
        rows = await self._guilds.page(state, limit, cursor, among=among)
        items = tuple(to_guild(row) for row in rows[:limit])
        return Page(items=items, next_cursor=items[-1].id if len(rows) > limit else None)

    async def view(self, actor: Actor, guild_id: str) -> GuildView:
        """The whole structure as last seen."""
        actor.require(guild_id, Right.STRUCTURE_READ)
        return await self.seen(guild_id)

    async def seen(self, guild_id: str) -> GuildView:
        """For services that have asked for their own right already."""
        model = await self._guilds.find_whole(guild_id) if is_snowflake(guild_id) else None
        if model is None:
            raise _unknown(guild_id)
        return GuildView(
            guild=to_guild(model), structure=model.structure, powers=model.powers, pace=model.pace
        )

    async def audit(
        self, actor: Actor, guild_id: str, wanted: AuditFilter, paging: Paging
    ) -> Page[AuditEntry]:
        """What was changed of the guild and in it, newest first."""
        actor.require(guild_id, Right.AUDIT_READ)
        await self.known(actor, guild_id)
        return await self._audit.list(actor, wanted, paging, guild_id=guild_id)

    async def require_present(self, actor: Actor, guild_id: str) -> Guild:
        """Raises `Conflict` naming the state of a guild in which nothing can be done."""
        guild = await self.known(actor, guild_id)
        if guild.state != "approved":
            raise Conflict(
                f"Guild {guild_id} is in state {guild.state}: nothing can be done there.{_REMEDY.get(guild.state, '')}",
                code="guild_state",
            )
        return guild

    async def state_of(self, guild_id: str) -> GuildState | None:
        """None for a guild that was never heard of."""
        state = await self._guilds.state_of(guild_id)
        return None if state is None else msgspec.convert(state, GuildState)

    async def review(
        self, actor: Actor, guild_id: str, decision: Decision, reason: str | None = None
    ) -> Guild:
        """Decides what becomes of the guild; for owners of the installation. Raises `NotFound`, `Forbidden`, and
        `Conflict` where it cannot become this from what it is."""
        actor.require(guild_id, Right.GUILDS_REVIEW)
        await self.known(actor, guild_id)
        await self._guilds.lock(guild_id)
        guild = await self._as_locked(guild_id)
        before = guild.review.decision
        if not can_become(before, decision):
            raise Conflict(
                f"Guild {guild_id} is {before}: it can become {' or '.join(NEXT[before])}, not {decision}.",
                code="guild_state",
            )
        await self._decide(actor, guild, decision, name=guild.name, reason=reason)
        return await self.known(actor, guild_id)

    async def _as_locked(self, guild_id: str) -> Guild:
        """As it stays until the transaction ends, or is changed in it."""
        model = await self._guilds.find_locked(guild_id)
        if model is None:
            raise _unknown(guild_id)
        return to_guild(model)

    async def _decide(
        self, actor: Actor, guild: Guild, decision: Decision, *, name: str, reason: str | None = None
    ) -> None:
        """`guild` is as it was before."""
        guild_id, by = guild.id, actor.kept_for(guild.id)
        await self._guilds.decide(guild_id, decision, reason=reason, by=by, at=self._clock())
        await self._audit.record(
            actor,
            _VERBS[decision],
            ("guild", guild_id),
            guild_id=guild_id,
            before={"state": guild.review.decision},
            after={"state": decision, "reason": reason},
        )
        await self._tell(
            guild_id, events.decided(name, decision, before=guild.state, reason=reason, by=actor.name)
        )
        await self._join_notices.request_decision(guild_id)

    async def _tell(self, guild_id: str, event: events.LifeEvent) -> None:
        await self._told.tell(guild_id, event.type, event.data, is_quiet=event.is_quiet)

    async def review_of(self, guild_id: str) -> Review:
        """What was decided of it, if anything."""
        return review_of(await self._guilds.find(guild_id))

    async def tally(self) -> dict[GuildState, int]:
        """How many guilds there are in each state, for whoever watches the installation."""
        found = await self._guilds.count_by_state()
        return {state: found.get(state, 0) for state in get_args(GuildState)}


def _unknown(guild_id: str) -> NotFound:
    return NotFound(f"There is no guild {guild_id}.")
