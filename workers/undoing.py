"""How what was done for a time to members is taken back, and when it is left, because it is not as it was left."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from core.actions.payloads import MemberUnban, RoleRevoke
from core.discord.errors import CallRefused
from core.discord.types import Snowflake
from core.schedules.layers import Move
from core.schedules.schemas import Reversal
from workers.acting import allowed_scene, scene_of
from workers.registry import JobContext

OURS = "guildwright job "
"""How every reason begins that is given to Discord's audit log."""


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """Why something is not taken back."""

    code: str
    message: str


class Undoing(Protocol):
    """A subject is a member or a channel; `verb` names its step."""

    verb: str

    async def prepare(self, pending: Sequence[tuple[Snowflake, Reversal]]) -> Left | None:
        """Why nothing of it can be taken back. Raises `NotAllowed` where the bot may not."""
        ...

    async def why_not(self, subject: Snowflake, reversal: Reversal) -> Left | None: ...

    async def do(self, subject: Snowflake, reversal: Reversal, reason: str) -> None: ...

    async def is_done(self, subject: Snowflake) -> bool: ...

    async def moves(self, reversal: Reversal) -> Sequence[Move]:
        """What else holds for a time, and restores something else once this does not any more."""
        ...


class Grants:
    verb = "revoke"

    def __init__(self, job: JobContext, role_id: Snowflake) -> None:
        self._job = job
        self._role_id = role_id
        self._given: dict[datetime, frozenset[Snowflake]] = {}

    async def prepare(self, pending: Sequence[tuple[Snowflake, Reversal]]) -> Left | None:
        scene = await scene_of(self._job, self._job.guild_id)
        if scene.role(self._role_id) is None:
            return Left(code="unknown_role", message="The role is gone.")
        ids = tuple(member_id for member_id, _ in pending)
        await allowed_scene(self._job, RoleRevoke(role_id=self._role_id, member_ids=ids))
        return None

    async def why_not(self, subject: Snowflake, reversal: Reversal) -> Left | None:
        member = await self._job.gateway.look_at_member(self._job.guild_id, subject)
        if member is None:
            return Left(code="unknown_member", message=f"{subject} is no member of this guild any more.")
        if self._role_id not in member.role_ids:
            return Left(code="already", message=f"Somebody has taken the role from {subject} before.")
        if subject in await self._given_since(reversal.since):
            return Left(code="changed", message=f"Somebody has given {subject} the role by hand since.")
        return None

    async def do(self, subject: Snowflake, reversal: Reversal, reason: str) -> None:
        await self._job.gateway.revoke_role(self._job.guild_id, subject, self._role_id, reason=reason)

    async def is_done(self, subject: Snowflake) -> bool:
        member = await self._job.gateway.look_at_member(self._job.guild_id, subject)
        return member is None or self._role_id not in member.role_ids

    async def moves(self, reversal: Reversal) -> Sequence[Move]:
        return ()

    async def _given_since(self, since: datetime) -> frozenset[Snowflake]:
        """Where the audit log may not be read, nobody is known to have decided otherwise."""
        if since not in self._given:
            try:
                self._given[since] = await self._job.gateway.given_by_others(
                    self._job.guild_id, self._role_id, since
                )
            except CallRefused:
                self._given[since] = frozenset()
        return self._given[since]


class Bans:
    verb = "unban"

    def __init__(self, job: JobContext) -> None:
        self._job = job

    async def prepare(self, pending: Sequence[tuple[Snowflake, Reversal]]) -> Left | None:
        await allowed_scene(self._job, MemberUnban(member_ids=tuple(user_id for user_id, _ in pending)))
        return None

    async def why_not(self, subject: Snowflake, reversal: Reversal) -> Left | None:
        """A ban keeps the reason of whoever made it."""
        ban = await self._job.gateway.look_at_ban(self._job.guild_id, subject)
        if ban is None:
            return Left(code="already", message=f"Somebody has lifted the ban of {subject} before.")
        if not (ban.reason or "").startswith(OURS):
            return Left(code="changed", message=f"Somebody has banned {subject} by hand since.")
        return None

    async def do(self, subject: Snowflake, reversal: Reversal, reason: str) -> None:
        await self._job.gateway.unban(self._job.guild_id, subject, reason=reason)

    async def is_done(self, subject: Snowflake) -> bool:
        return await self._job.gateway.look_at_ban(self._job.guild_id, subject) is None

    async def moves(self, reversal: Reversal) -> Sequence[Move]:
        return ()
