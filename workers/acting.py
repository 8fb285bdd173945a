"""What the jobs that do an action by name have in common: who may do it, and one step for each member."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeAlias

from core.actions.authority import denials, member_denial
from core.actions.errors import NotAllowed
from core.actions.overwriting import says_the_same
from core.actions.payloads import Action, Endable, OnMembers
from core.actions.results import MemberOutcome
from core.actions.scene import Denial, Party, Scene, asker_party, bot_party
from core.discord.errors import CallRefused
from core.discord.types import Member, Overwrite, Snowflake
from core.jobs.errors import JobFailed
from core.jobs.journal import LookUp, Reason
from workers.registry import JobContext

DoTo: TypeAlias = Callable[[Snowflake, Reason], Awaitable[bool | None]]
"""False says that it was so already: nothing was sent, and the step is done without an outcome."""

CLOCKS_DIFFER = timedelta(seconds=30)
"""Discord's ids tell Discord's time, our intents the database's."""

NONCE_HOLDS = timedelta(minutes=2)
"""Discord remembers a nonce "for a few minutes"; ours is trusted for less."""

IsDone: TypeAlias = Callable[[Snowflake, datetime], Awaitable[bool]]


async def scene_of(job: JobContext, guild_id: Snowflake) -> Scene:
    """The guild now, with the bot and the asker. Raises `NotAllowed` for an asker who is no member (any more)."""
    guild, powers = await job.gateway.read_guild(guild_id), await job.gateway.read_powers(guild_id)
    me = await job.gateway.read_member(guild_id, powers.user_id)
    parties: list[Party] = [bot_party(me or Member(user_id=powers.user_id, role_ids=powers.role_ids))]
    asker = await asking_member(job, guild_id)
    if asker is not None:
        parties.append(asker_party(job.job.actor.name, asker))
    return Scene(guild=guild, parties=tuple(parties))


async def asking_member(job: JobContext, guild_id: Snowflake) -> Member | None:
    """The asker as a member at this moment; None for one who is bound by nothing. Raises as `scene_of`."""
    actor, member = job.job.actor, None
    if actor.is_owner:
        return None
    if actor.discord_user_id is not None:
        member = await job.gateway.read_member(guild_id, actor.discord_user_id)
    if member is None:
        raise NotAllowed(f"{actor.name} is not a member of guild {guild_id}.", code="asker_may_not")
    return member


def require(found: Iterable[Denial]) -> None:
    """Raises `NotAllowed` with the first denial, if there is one."""
    for denial in found:
        raise NotAllowed(denial.message, code=denial.code)


async def allowed_scene(job: JobContext, action: Action) -> Scene:
    """The scene, once nothing in it forbids the action as a whole."""
    scene = await scene_of(job, job.guild_id)
    require(denials(action, scene))
    return scene


def require_time(job: JobContext, action: Endable) -> None:
    """Raises `JobFailed` where what is to hold until a moment would begin after it."""
    if action.until is not None and action.until <= job.clock():
        raise JobFailed(f"It was to hold until {action.until.isoformat()}, and that is over.", code="expired")


async def not_of_others(job: JobContext, ids: tuple[Snowflake, ...]) -> list[Snowflake]:
    """Those that no other job is known to have made."""
    async with job.database.read() as unit:
        others = await unit.ledger.outcomes_among(ids, but=job.job.id)
    return [each for each in ids if each not in others]


async def for_each_member(
    job: JobContext, action: OnMembers, doing: str, do: DoTo, is_done: IsDone
) -> tuple[MemberOutcome, ...]:
    """One step a member, and one outcome: what cannot be done to one of them does not keep it from the others.

    `is_done` looks whether a call whose answer was lost has had its effect since it was intended.
    """
    scene = await allowed_scene(job, action)
    await job.journal.announce(len(action.member_ids))
    earlier = await _earlier(job, is_done)
    outcomes: list[MemberOutcome] = []
    for user_id in action.member_ids:
        step_id = f"{doing}:{user_id}"
        outcome = earlier.get(step_id)
        if outcome is None:
            target = await job.gateway.read_member(job.guild_id, user_id)
            denial = member_denial(action, scene, target)
            if denial is None:
                outcome = await _done_to(job, step_id, user_id, do, is_done)
            else:
                outcome = await _refused(job, step_id, user_id, denial)
        outcomes.append(outcome)
    return tuple(outcomes)


async def _earlier(job: JobContext, is_done: IsDone) -> dict[str, MemberOutcome]:
    """What earlier claims brought to an end, also what the last one did not live to record: who was kicked by it is no
    member any more, which would read as a reason against it."""
    async with job.database.read() as unit:
        steps = await unit.ledger.steps(job.job.id)
    found: dict[str, MemberOutcome] = {}
    for step in steps:
        user_id = step.id.rpartition(":")[2]
        if step.state == "failed":
            found[step.id] = _failed(user_id, step.outcome or "failed", step.error or "")
        elif step.state == "done" or await job.journal.recall(step, _finder(user_id, is_done)) is not None:
            found[step.id] = MemberOutcome(member_id=user_id, state="done")
    return found


async def _done_to(
    job: JobContext, step_id: str, user_id: Snowflake, do: DoTo, is_done: IsDone
) -> MemberOutcome:
    async def act(reason: Reason) -> str | None:
        return None if await do(user_id, reason) is False else user_id

    title, look_up = f"{step_id.partition(':')[0]} {user_id}", _finder(user_id, is_done)
    try:
        await job.journal.perform(step_id, title, act, look_up=look_up)
    except CallRefused as error:
        return _failed(user_id, error.error_code, error.message)
    return MemberOutcome(member_id=user_id, state="done")


def _finder(user_id: Snowflake, is_done: IsDone) -> LookUp:
    async def look_up(reason: Reason, since: datetime) -> str | None:
        return user_id if await is_done(user_id, since) else None

    return look_up


async def _refused(job: JobContext, step_id: str, user_id: Snowflake, denial: Denial) -> MemberOutcome:
    await job.journal.refuse(
        step_id,
        f"{step_id.partition(':')[0]} {user_id}",
        code=denial.code,
        message=denial.message,
    )
    return _failed(user_id, denial.code, denial.message)


def _failed(user_id: Snowflake, code: str, message: str) -> MemberOutcome:
    return MemberOutcome(member_id=user_id, state="failed", code=code, message=message)


async def write_overwrite(
    job: JobContext,
    channel_id: Snowflake,
    step_id: str,
    title: str,
    overwrite: Overwrite,
    *,
    is_new: bool = True,
) -> None:
    """The step's outcome is the channel, unless what is written stood there before."""

    async def act(reason: Reason) -> str | None:
        await job.gateway.write_overwrite(job.guild_id, channel_id, overwrite, reason=reason)
        return channel_id if is_new else None

    async def look_up(reason: Reason, since: datetime) -> str | None:
        found = await job.gateway.look_at_overwrite(job.guild_id, channel_id, overwrite)
        if not says_the_same(found, overwrite):
            return None
        return channel_id if is_new else ""

    await job.journal.perform(step_id, title, act, look_up=look_up)
