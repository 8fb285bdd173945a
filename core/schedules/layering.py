"""Who writes one overwrite for a time over what others wrote there for a time (`layers`), in the transaction that
settles the job."""

from collections.abc import Sequence
from datetime import datetime

from core.discord.types import Snowflake
from core.jobs.schemas import Job
from core.schedules.effects import ENDS, Effect
from core.schedules.layers import EITHER_LOCK, Move, above, without_lock
from core.schedules.models import ReversalModel
from core.schedules.reversals import ReversalRepository
from core.schedules.rows import to_reversal
from core.schedules.schemas import Reversal


class Layering:
    def __init__(self, reversals: ReversalRepository) -> None:
        self._reversals = reversals

    async def begin(
        self, guild_id: Snowflake, effect: Effect, job: Job, *, since: datetime, ends_at: datetime
    ) -> None:
        """What was so already is a layer of its own over what is going to end, so that it stays. A second lock
        prolongs the first, or, where that had been opened, takes its place."""
        layers = await self._locked(guild_id, effect)
        lock = next((each for each in layers if each.kind == effect.kind == "channel.lock"), None)
        if lock is not None and not effect.is_new:
            await self._reversals.prolong(guild_id, [effect], job.id, ends_at)
        elif effect.is_new or layers:
            if lock is not None:
                await self._lift(guild_id, lock, layers)
            await self._reversals.begin(guild_id, [effect], job.id, since=since, ends_at=ends_at)

    async def end(self, guild_id: Snowflake, effect: Effect, job: Job) -> None:
        """It holds for good, or was taken back. What was written as a whole for good is all that there is."""
        layers = await self._locked(guild_id, effect)
        over = layers
        if effect.kind == "channel.lock":
            over = [each for each in layers if each.kind == "channel.lock"]
            if over and job.kind in ENDS:
                await self._lift(guild_id, over[0], layers)
        await self._reversals.end_layers(guild_id, over)

    async def of(self, guild_id: Snowflake, channel_id: Snowflake, whose: Snowflake) -> tuple[Reversal, ...]:
        return tuple(map(to_reversal, await self._reversals.of_overwrite(guild_id, channel_id, whose)))

    async def rest_on(self, guild_id: Snowflake, moves: Sequence[Move]) -> None:
        """Layers will restore what was beneath one that has ended."""
        await self._reversals.rest_on(guild_id, moves)

    async def _locked(self, guild_id: Snowflake, effect: Effect) -> Sequence[ReversalModel]:
        return await self._reversals.of_overwrite(
            guild_id, effect.subject, effect.whose or guild_id, lock=True
        )

    async def _lift(self, guild_id: Snowflake, lock: ReversalModel, layers: Sequence[ReversalModel]) -> None:
        mine = to_reversal(lock)
        over = above(mine, [to_reversal(each) for each in layers])
        lifted = without_lock(mine, over, EITHER_LOCK) if over else None
        if lifted is not None:
            await self._reversals.rest_on(guild_id, lifted.moves)
