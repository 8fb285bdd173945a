"""A kind of job that belongs to the tests: it makes things in a Discord that fails when it is told to."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec

from core.discord.errors import AnswerLost
from core.discord.permissions import Permission
from core.discord.types import BotPowers, Member, Snapshot
from core.jobs.spec import Catalog, JobSpec
from workers.registry import JobContext, JobFunction, runs


class MakePayload(msgspec.Struct, frozen=True, tag_field="kind", tag="test.make"):
    """Makes so many things, one a step."""

    things: int = 1


class MakeResult(msgspec.Struct, frozen=True, tag_field="kind", tag="test.make"):
    made: tuple[str, ...]


MAKE = JobSpec(
    kind="test.make",
    payload=MakePayload,
    result=MakeResult,
    bits=int(Permission.MANAGE_GUILD),
    max_attempts=3,
)
STRUCTURAL = JobSpec(
    kind="test.structural",
    payload=MakePayload,
    result=MakeResult,
    bits=int(Permission.ADMINISTRATOR),
    structural=True,
)
TEST_CATALOG = Catalog((MAKE, STRUCTURAL))
Effect = Callable[[str], Awaitable[str | None]]


class Things:
    """What was made, by the audit reason under which it was made; a part that can lose an answer."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.lose_answers = 0
        self.fail: Exception | None = None
        self.before: Callable[[], Awaitable[None]] | None = None
        self.permissions: int | None = int(Permission.ADMINISTRATOR)

    async def make(self, reason: str) -> str:
        if self.before is not None:
            await self.before()
        if self.fail is not None:
            raise self.fail
        self.made.append(reason)
        if self.lose_answers:
            self.lose_answers -= 1
            raise AnswerLost("The connection broke after the call.")
        return f"id-{len(self.made)}"

    async def find(self, reason: str, since: datetime) -> str | None:
        return f"id-{self.made.index(reason) + 1}" if reason in self.made else None

    async def read_member_permissions(self, guild_id: str, user_id: str) -> int | None:
        return self.permissions

    async def read_member(self, guild_id: str, user_id: str) -> Member | None:
        return None if self.permissions is None else Member(user_id=user_id, role_ids=())

    async def read_guild(self, guild_id: str) -> Snapshot:
        raise NotImplementedError

    async def read_powers(self, guild_id: str) -> BotPowers:
        raise NotImplementedError


def maker(
    things: Things, *, spec: JobSpec[MakePayload, MakeResult] = MAKE
) -> JobFunction[MakePayload, MakeResult]:
    """The function of `spec`, making its things in `things`."""

    @runs(spec)
    async def make(job: JobContext, payload: MakePayload) -> MakeResult:
        await job.journal.announce(payload.things)
        made: list[str] = []
        for number in range(payload.things):
            outcome = await job.journal.perform(
                f"make:{number}", f"making thing {number}", things.make, look_up=things.find
            )
            made.append(outcome or "")
        return MakeResult(made=tuple(made))

    return make
