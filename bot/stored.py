"""Keeping the stored guilds in step with the connection."""

import contextlib
from collections.abc import Callable, Collection

from bot.asker import Owners
from bot.patience import while_away
from bot.vouching import Vouching
from core.discord.errors import GatewayAbsent, GuildAbsent
from core.discord.gateway import DiscordGateway
from core.discord.resources import Detail, GuildDetails
from core.discord.types import BotPowers, Snapshot, Snowflake
from core.guilds.jobs import SYNC
from core.guilds.reading import with_details
from core.jobs.schemas import Job
from core.uow import Database
from workers.drift import look_for_drift

NOTHING_READ = GuildDetails()
_TOLD: frozenset[Detail] = frozenset({"automod_rules", "scheduled_events"})


class StoredGuilds:
    """Implements `bot.events.GuildEvents`: whatever was told is read from the cache and stored as it is now, so that
    order and repetition do not matter."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._gateway: DiscordGateway | None = None
        self._vouching: Vouching | None = None
        self._look_at_people: Callable[[Snowflake], None] = _nobody
        self._to_ask: set[tuple[Snowflake, Detail]] = set()

    def attach(
        self,
        gateway: DiscordGateway,
        owners: Owners,
        *,
        look_at_people: Callable[[Snowflake], None] | None = None,
    ) -> None:
        """The client is made with its listener, and brings the gateway along. `look_at_people` is called for each guild
        that may have come, once it is stored."""
        self._gateway = gateway
        self._look_at_people = look_at_people or _nobody
        self._vouching = Vouching(owners, gateway)

    async def reconcile(self) -> None:
        """Guilds in an outage are kept as they were last seen: they are not left.

        What was stored is read first: a guild that is joined meanwhile is not among those that may be gone.
        """
        gateway = self._reading()
        stored = await while_away(self._present)
        present = sorted(await gateway.guild_ids())
        for guild_id in present:
            await self._store(guild_id)
            self._look_at_people(guild_id)
        await self._keep_first(present)
        for guild_id in sorted(stored - await gateway.guild_ids()):
            await self.left(guild_id)
        for guild_id in present:
            await self._compare(guild_id)
        await self._look_whole(present)

    async def joined(self, guild_id: Snowflake) -> None:
        await self._store(guild_id)
        self._look_at_people(guild_id)
        await self._keep_first([guild_id])

    async def left(self, guild_id: Snowflake) -> None:
        async def leave() -> None:
            async with self._database.unit() as unit:
                await unit.guilds.leave(guild_id)

        await while_away(leave)

    async def unavailable(self, guild_id: Snowflake) -> None:
        """What was last seen stays: jobs meet `GatewayAbsent` by themselves, and wait."""

    async def changed(self, guild_id: Snowflake) -> None:
        await self._store(guild_id)
        await self._compare(guild_id)

    async def details_changed(self, guild_id: Snowflake, detail: Detail) -> None:
        """What events tell in full is known by now. What has to be asked for is not asked while a structural job of
        ours is changing it: once, afterwards."""
        if detail in _TOLD:
            with contextlib.suppress(GuildAbsent, GatewayAbsent):
                await self._store(guild_id, await self._reading().known_details(guild_id, (detail,)))
        else:
            self._to_ask.add((guild_id, detail))
            if await while_away(lambda: self._is_at_work(guild_id)):
                return
            await self._ask(guild_id)
        await self._compare(guild_id)

    async def _ask(self, guild_id: Snowflake) -> None:
        details: list[Detail] = [detail for changed, detail in self._to_ask if changed == guild_id]
        self._to_ask.difference_update((guild_id, detail) for detail in details)
        if details:
            with contextlib.suppress(GuildAbsent, GatewayAbsent):
                await self._store(guild_id, await self._reading().read_details(guild_id, details))

    async def _is_at_work(self, guild_id: Snowflake) -> bool:
        async with self._database.read() as unit:
            return await unit.jobs.is_at_work(guild_id)

    async def settled(self, job: Job) -> None:
        """What a job of ours did is no drift, what it left undone may be. Its calls told of Discord's limits."""
        spec = self._database.catalog[job.kind]
        if job.guild_id is not None and (spec.structural or spec is SYNC):
            await self._note_pace(job.guild_id)
            await self._ask(job.guild_id)
            await self._compare(job.guild_id)

    async def _present(self) -> frozenset[Snowflake]:
        async with self._database.read() as unit:
            return frozenset(await unit.guilds.present_ids())

    async def _store(self, guild_id: Snowflake, details: GuildDetails = NOTHING_READ) -> None:
        gateway = self._reading()

        async def read() -> tuple[Snapshot, BotPowers]:
            told = await gateway.read_guild(guild_id)
            return with_details(told, details), await gateway.read_powers(guild_id)

        async def store() -> None:
            vouched = await self._is_vouched(guild_id, gateway)
            async with self._database.unit() as unit:
                await unit.guilds.lock(guild_id)
                watched = bool(await unit.policies.of(guild_id))
                before = await unit.guilds.structure_of(guild_id) if watched else None
                await unit.guilds.store_read(guild_id, read, vouched=vouched)
                after = await unit.guilds.structure_of(guild_id) if before else None
                if before and after:
                    await unit.policies.note_change(guild_id, before, after)

        with contextlib.suppress(GuildAbsent, GatewayAbsent):
            await while_away(store)

    async def _is_vouched(self, guild_id: Snowflake, gateway: DiscordGateway) -> bool:
        """Only where nothing is decided yet does it matter."""
        async with self._database.read() as unit:
            if await unit.guilds.review_of(guild_id) != "pending":
                return False
        if self._vouching is None:
            raise RuntimeError("attach() comes before the connection.")
        return await self._vouching.is_vouched(await gateway.read_guild(guild_id))

    async def _note_pace(self, guild_id: Snowflake) -> None:
        pace = await self._reading().read_pace(guild_id)

        async def note() -> None:
            async with self._database.unit() as unit:
                await unit.guilds.note_pace(guild_id, pace)

        await while_away(note)

    async def _compare(self, guild_id: Snowflake) -> None:
        async def look() -> None:
            await look_for_drift(self._database, self._reading(), guild_id)

        with contextlib.suppress(GuildAbsent, GatewayAbsent):
            await while_away(look)

    async def _look_whole(self, guild_ids: Collection[Snowflake]) -> None:
        """What was changed while nobody listened, and the gateway does not tell of."""

        async def ask() -> None:
            async with self._database.unit() as unit:
                await unit.drift.request_looks(guild_ids)

        await while_away(ask)

    async def _keep_first(self, guild_ids: Collection[Snowflake]) -> None:
        """A snapshot from before anything was done."""

        async def ask() -> None:
            async with self._database.unit() as unit:
                await unit.snapshots.request_first(guild_ids)

        await while_away(ask)

    def _reading(self) -> DiscordGateway:
        if self._gateway is None:
            raise RuntimeError("attach() comes before the connection.")
        return self._gateway


def _nobody(guild_id: Snowflake) -> None:
    """Where nobody keeps people."""
