"""How an overwrite that was written for a time is restored, and when it is left, because it is not as it was left."""

from collections.abc import Sequence

from core.actions.locking import locked, locked_bits, unlocked
from core.actions.overwrite_authority import write_denials
from core.actions.overwriting import says_the_same
from core.actions.payloads import ChannelUnlock
from core.actions.scene import Scene
from core.actions.undo import OverwriteDone, UndoPayload
from core.discord.permissions import Permission, bits_of
from core.discord.types import Overwrite, Snowflake
from core.schedules.layers import Lifted, Move, above, without_lock, without_write
from core.schedules.schemas import Reversal
from workers.acting import allowed_scene, require, scene_of
from workers.registry import JobContext
from workers.undoing import Left

_CHANGED = "Somebody has changed since who may write there: that stays."


class Locked:
    verb = "unlock"

    def __init__(self, job: JobContext, payload: UndoPayload, layers: Sequence[Reversal]) -> None:
        self._job = job
        self._over = _over(payload, layers)

    async def prepare(self, pending: Sequence[tuple[Snowflake, Reversal]]) -> Left | None:
        scene = await scene_of(self._job, self._job.guild_id)
        for channel_id, reversal in pending:
            if scene.channel(channel_id) is None:
                return Left(code="unknown_channel", message="The channel is gone.")
            if not self._over:
                await allowed_scene(self._job, ChannelUnlock(channel_id=channel_id, restore=reversal.before))
        return None

    async def why_not(self, subject: Snowflake, reversal: Reversal) -> Left | None:
        if self._over:
            hidden = await self.moves(reversal)
            return _hidden(self._over) if hidden else Left(code="changed", message=_CHANGED)
        if await self.is_done(subject):
            return Left(code="changed", message=_CHANGED)
        return None

    async def do(self, subject: Snowflake, reversal: Reversal, reason: str) -> None:
        """Only what locking denies; whatever else was changed since stays."""
        now, bits = await self._overwrite(subject)
        then = unlocked(now, reversal.before, bits)
        await self._job.gateway.write_overwrite(self._job.guild_id, subject, then, reason=reason)

    async def is_done(self, subject: Snowflake) -> bool:
        now, bits = await self._overwrite(subject)
        return locked(now, bits) != now

    async def moves(self, reversal: Reversal) -> Sequence[Move]:
        if not self._over:
            return ()
        bits = _bits(await scene_of(self._job, self._job.guild_id), reversal.target)
        lifted = without_lock(reversal, self._over, bits)
        return () if lifted is None else lifted.moves

    async def _overwrite(self, channel_id: Snowflake) -> tuple[Overwrite, Permission]:
        bits = _bits(await scene_of(self._job, self._job.guild_id), channel_id)
        everyone = Overwrite(kind="role", id=self._job.guild_id)
        return await self._job.gateway.look_at_overwrite(self._job.guild_id, channel_id, everyone), bits


class Overwritten:
    verb = "restore"

    def __init__(
        self, job: JobContext, act: OverwriteDone, payload: UndoPayload, layers: Sequence[Reversal]
    ) -> None:
        self._job = job
        self._act = act
        self._mine = next((each for each in layers if each.schedule_id == payload.job_id), None)
        self._over = _over(payload, layers)
        self._wrote = Overwrite(
            kind=act.target_kind, id=act.target_id, allow=bits_of(act.allow), deny=bits_of(act.deny)
        )

    async def prepare(self, pending: Sequence[tuple[Snowflake, Reversal]]) -> Left | None:
        scene = await scene_of(self._job, self._job.guild_id)
        if scene.channel(self._act.channel_id) is None:
            return Left(code="unknown_channel", message="The channel is gone.")
        if self._wrote.kind == "role" and scene.role(self._wrote.id) is None:
            return Left(code="unknown_role", message="The role is gone.")
        lifted = self._lifted(scene)
        if lifted is not None and lifted.then is not None:
            require(write_denials(self._act.channel_id, lifted.then, scene))
        return None

    async def why_not(self, subject: Snowflake, reversal: Reversal) -> Left | None:
        lifted = self._lifted(await scene_of(self._job, self._job.guild_id))
        if lifted is None:
            return Left(code="changed", message=_CHANGED)
        if lifted.left is None or lifted.then is None:
            return _hidden(self._over)
        now = await self._now()
        if not says_the_same(now, lifted.left):
            return Left(code="changed", message=_CHANGED)
        if says_the_same(now, lifted.then):
            return Left(code="already", message="It stands as it was before.")
        return None

    async def do(self, subject: Snowflake, reversal: Reversal, reason: str) -> None:
        lifted = self._lifted(await scene_of(self._job, self._job.guild_id))
        if lifted is not None and lifted.then is not None:
            await self._job.gateway.write_overwrite(self._job.guild_id, subject, lifted.then, reason=reason)

    async def is_done(self, subject: Snowflake) -> bool:
        lifted = self._lifted(await scene_of(self._job, self._job.guild_id))
        return lifted is None or lifted.left is None or not says_the_same(await self._now(), lifted.left)

    async def moves(self, reversal: Reversal) -> Sequence[Move]:
        lifted = self._lifted(await scene_of(self._job, self._job.guild_id))
        return () if lifted is None else lifted.moves

    def _lifted(self, scene: Scene) -> Lifted | None:
        if self._mine is None:
            return None
        bits = _bits(scene, self._act.channel_id)
        return without_write(self._mine, self._wrote, self._over, bits)

    async def _now(self) -> Overwrite:
        return await self._job.gateway.look_at_overwrite(
            self._job.guild_id, self._act.channel_id, self._wrote
        )


def _over(payload: UndoPayload, layers: Sequence[Reversal]) -> tuple[Reversal, ...]:
    mine = next((each for each in layers if each.schedule_id == payload.job_id), None)
    return () if mine is None else above(mine, layers)


def _bits(scene: Scene, channel_id: Snowflake) -> Permission:
    channel = scene.channel(channel_id)
    return locked_bits("text" if channel is None else channel.type)


def _hidden(over: Sequence[Reversal]) -> Left:
    until = max(each.ends_at for each in over).isoformat()
    message = f"Another job has written over it, until {until}: what was before it is restored then."
    return Left(code="prolonged", message=message)
