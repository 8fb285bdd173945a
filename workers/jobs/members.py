"""Roles given and taken, and what is done to members: each member is a step of its own."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from core.actions import jobs as specs
from core.actions.ends import is_timed
from core.actions.payloads import (
    MemberBan,
    MemberKick,
    MemberNick,
    MemberTimeout,
    MemberUnban,
    RoleGrant,
    RoleRevoke,
)
from core.actions.results import (
    MemberOutcome,
    MembersBanned,
    MembersKicked,
    MembersRenamed,
    MembersResult,
    MembersTimedOut,
    MembersUnbanned,
    RoleGranted,
    RoleRevoked,
)
from core.discord.types import Member, Snowflake
from core.jobs.errors import DoneInPart
from workers.acting import IsDone, for_each_member, require_time
from workers.registry import JobContext, runs

R = TypeVar("R", bound=MembersResult)
# Discord rounds the end of a time-out, and ours is computed before the call.
_CLOCKS_DIFFER = timedelta(seconds=2)


@runs(specs.ROLE_GRANT)
async def grant(job: JobContext, payload: RoleGrant) -> RoleGranted:
    """Gives the role to every member named."""

    require_time(job, payload)
    has_it = _whether(job, lambda member: member is not None and payload.role_id in member.role_ids)

    async def do(user_id: Snowflake, reason: str) -> bool:
        if is_timed(payload) and await has_it(user_id, job.clock()):
            return False
        await job.gateway.grant_role(job.guild_id, user_id, payload.role_id, reason=reason)
        return True

    outcomes = await for_each_member(job, payload, "grant", do, has_it)
    return _result(RoleGranted, outcomes, undo_id=_undo_id(job, payload, outcomes))


@runs(specs.ROLE_REVOKE)
async def revoke(job: JobContext, payload: RoleRevoke) -> RoleRevoked:
    """Takes the role from every member named."""

    async def do(user_id: Snowflake, reason: str) -> None:
        await job.gateway.revoke_role(job.guild_id, user_id, payload.role_id, reason=reason)

    done = _whether(job, lambda member: member is None or payload.role_id not in member.role_ids)
    return _result(RoleRevoked, await for_each_member(job, payload, "revoke", do, done))


@runs(specs.MEMBER_TIMEOUT)
async def time_out(job: JobContext, payload: MemberTimeout) -> MembersTimedOut:
    """The same end for every member and in every attempt: it counts from when the job began. Asked for once more, a job
    begins anew."""
    until = _end_of(job, payload.seconds)

    async def do(user_id: Snowflake, reason: str) -> None:
        await job.gateway.time_out(job.guild_id, user_id, until, reason=reason)

    async def stands(user_id: Snowflake, since: datetime) -> bool:
        member = await job.gateway.look_at_member(job.guild_id, user_id)
        found = None if member is None else member.timed_out_until
        if until is None or found is None:
            return until is None and (found is None or found <= job.clock())
        ends = (until, until)
        if job.job.started_at is not None and since < job.job.started_at:
            # Intended before the job began anew, with an end that counts from some moment before the intent.
            length = timedelta(seconds=payload.seconds or 0)
            ends = (job.job.created_at + length, since + length)
        return ends[0] - _CLOCKS_DIFFER <= found <= ends[1] + _CLOCKS_DIFFER

    return _result(MembersTimedOut, await for_each_member(job, payload, "timeout", do, stands))


@runs(specs.MEMBER_KICK)
async def kick(job: JobContext, payload: MemberKick) -> MembersKicked:
    """Removes every member named; they may come back."""

    async def do(user_id: Snowflake, reason: str) -> None:
        await job.gateway.kick(job.guild_id, user_id, reason=reason)

    async def is_gone(user_id: Snowflake, since: datetime) -> bool:
        return has_gone(await job.gateway.look_at_member(job.guild_id, user_id), since)

    return _result(MembersKicked, await for_each_member(job, payload, "kick", do, is_gone))


def has_gone(member: Member | None, since: datetime) -> bool:
    """Also of somebody who has come back since: they are not put out a second time."""
    return member is None or (member.joined_at is not None and member.joined_at > since)


@runs(specs.MEMBER_BAN)
async def ban(job: JobContext, payload: MemberBan) -> MembersBanned:
    """Bans every user named, members or not."""

    require_time(job, payload)

    async def is_banned(user_id: Snowflake, since: datetime) -> bool:
        return await job.gateway.look_at_ban(job.guild_id, user_id) is not None

    async def do(user_id: Snowflake, reason: str) -> bool:
        if is_timed(payload) and await is_banned(user_id, job.clock()):
            return False
        seconds = payload.delete_message_seconds
        await job.gateway.ban(job.guild_id, user_id, delete_message_seconds=seconds, reason=reason)
        return True

    outcomes = await for_each_member(job, payload, "ban", do, is_banned)
    return _result(MembersBanned, outcomes, undo_id=_undo_id(job, payload, outcomes))


@runs(specs.MEMBER_UNBAN)
async def unban(job: JobContext, payload: MemberUnban) -> MembersUnbanned:
    """Lets every user named come back."""

    async def do(user_id: Snowflake, reason: str) -> None:
        await job.gateway.unban(job.guild_id, user_id, reason=reason)

    async def is_free(user_id: Snowflake, since: datetime) -> bool:
        return await job.gateway.look_at_ban(job.guild_id, user_id) is None

    return _result(MembersUnbanned, await for_each_member(job, payload, "unban", do, is_free))


@runs(specs.MEMBER_NICK)
async def rename(job: JobContext, payload: MemberNick) -> MembersRenamed:
    """Gives every member named the nickname, or takes theirs away."""
    nick = None if payload.nick is None else payload.nick.strip()

    async def do(user_id: Snowflake, reason: str) -> None:
        await job.gateway.rename_member(job.guild_id, user_id, nick, reason=reason)

    named = _whether(job, lambda member: member is not None and member.nick == nick)
    return _result(MembersRenamed, await for_each_member(job, payload, "nick", do, named))


def _whether(job: JobContext, holds: Callable[[Member | None], bool]) -> IsDone:
    async def look(user_id: Snowflake, since: datetime) -> bool:
        return holds(await job.gateway.look_at_member(job.guild_id, user_id))

    return look


def _end_of(job: JobContext, seconds: int | None) -> datetime | None:
    if seconds is None:
        return None
    return (job.job.started_at or job.clock()) + timedelta(seconds=seconds)


def _undo_id(
    job: JobContext, payload: RoleGrant | MemberBan, outcomes: tuple[MemberOutcome, ...]
) -> uuid.UUID | None:
    """The schedule that is written when this job is settled has its id."""
    is_done = any(outcome.state == "done" for outcome in outcomes)
    return job.job.id if is_done and is_timed(payload) else None


def _result(kind: type[R], outcomes: tuple[MemberOutcome, ...], **more: Any) -> R:
    """Raises `DoneInPart` where not all of it could be done."""
    result = kind(members=outcomes, **more)
    failed = [outcome for outcome in outcomes if outcome.state == "failed"]
    if failed:
        raise DoneInPart(
            f"{len(failed)} of {len(outcomes)} could not be done; the first: {failed[0].message}",
            result=result,
        )
    return result
