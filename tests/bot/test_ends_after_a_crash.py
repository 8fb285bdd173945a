"""What somebody who died had taken back already is neither taken back twice nor taken for somebody else's doing."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from core.actions.payloads import Action, ChannelLock, ChannelOverwrite, MemberBan, RoleGrant
from core.actions.undo import UNDO, Undone, UndoPayload, on_behalf_of
from core.discord.types import Overwrite
from core.jobs.schemas import Claim, Job
from tests.bot.conftest import Discord
from tests.bot.ending import BAN, DAY, ROLE, Harbour, harbour_on

LEASE = 1.0
KINDS = ("role.grant", "member.ban", "channel.lock", "channel.overwrite")
VERBS = ("revoke", "unban", "unlock", "restore")
ON_CHANNELS = frozenset({"channel.lock", "channel.overwrite"})
OVERWRITE = "/channels/{channel_id}/permissions/{overwrite_id}"


@pytest.fixture
async def harbour(discord: Discord, database_url: str, redis_url: str) -> AsyncIterator[Harbour]:
    async with harbour_on(discord, database_url, redis_url) as harbour:
        yield harbour


def action(harbour: Harbour, kind: str) -> Action:
    ken = (harbour.person("ken"),)
    match kind:
        case "role.grant":
            return RoleGrant(role_id=harbour.crew, member_ids=ken, expires_in=DAY)
        case "member.ban":
            return MemberBan(member_ids=ken, expires_in=DAY)
        case "channel.lock":
            return ChannelLock(channel_id=harbour.log, expires_in=DAY)
        case _:
            return ChannelOverwrite(
                channel_id=harbour.log,
                target_kind="role",
                target_id=harbour.guild_id,
                deny=("send_messages",),
                expires_in=DAY,
            )


async def begun_by_one_who_died(harbour: Harbour, job: Job) -> Job:
    """The end of that job, claimed before anybody else could see it, with its step intended."""
    database = harbour.road.database
    payload = (await harbour.schedule(job)).payload
    assert isinstance(payload, UndoPayload)
    verb = VERBS[KINDS.index(job.kind)]
    subject = harbour.log if job.kind in ON_CHANNELS else harbour.person("ken")
    async with database.unit() as unit:
        undo = await unit.jobs.ask(on_behalf_of(job.actor), UNDO, payload, guild_id=harbour.guild_id)
        claim = await unit.ledger.claim("bot", "dead", LEASE)
        assert isinstance(claim, Claim)
        assert claim.job.id == undo.id
        await unit.ledger.intend(claim, LEASE, f"{verb}:{subject}", "taking it back", once=True)
    return undo


async def taken_back(harbour: Harbour, kind: str) -> None:
    gateway, guild_id, ken = harbour.road.bot.gateway, harbour.guild_id, harbour.person("ken")
    match kind:
        case "role.grant":
            await gateway.revoke_role(guild_id, ken, harbour.crew, reason="it was this job")
        case "member.ban":
            await gateway.unban(guild_id, ken, reason="it was this job")
        case _:
            nothing = Overwrite(kind="role", id=guild_id)
            await gateway.write_overwrite(guild_id, harbour.log, nothing, reason="it was this job")


def writes(harbour: Harbour) -> int:
    return sum(harbour.road.discord.writes("DELETE", route) for route in (ROLE, BAN, OVERWRITE))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("had_done_it", [True, False])
async def test_it_is_taken_back_once(harbour: Harbour, kind: str, had_done_it: bool) -> None:
    job = await harbour.done(action(harbour, kind))
    undo = await begun_by_one_who_died(harbour, job)
    if had_done_it:
        await taken_back(harbour, kind)
    ended = await harbour.settled(undo.id)
    assert (ended.state, ended.error) == ("succeeded", None)
    assert [each.state for each in msgspec.convert(ended.result, Undone).outcomes] == ["undone"]
    assert writes(harbour) == 1
    await harbour.pass_time(DAY + 1)
    assert [state for state, _ in await harbour.outcomes(job)] == ["left"], (
        "there is nothing left to take back"
    )
    assert writes(harbour) == 1
