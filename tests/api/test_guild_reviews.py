"""A guild that the bot joins waits for an owner of the installation, over HTTP."""

from typing import Any

import pytest

from core.discord.permissions import Permission
from core.errors import Forbidden
from core.guilds.states import NEXT, Decision, Review
from tests.api.world import Api
from tests.builders.core import member, powers, snapshot

WAYS: dict[Review, tuple[Decision, ...]] = {
    "pending": (),
    "approved": ("approved",),
    "rejected": ("rejected",),
    "suspended": ("approved", "suspended"),
    "banned": ("banned",),
}
"""How a guild comes to be in each state."""
ALL: tuple[Decision, ...] = ("approved", "rejected", "suspended", "banned")


async def joined(api: Api) -> str:
    """A guild of strangers that the bot has just come to."""
    seen = snapshot()
    async with api.database.unit() as unit:
        await unit.guilds.store(seen, powers(seen))
    return seen.guild_id


async def decide(api: Api, guild_id: str, decision: str, **more: Any) -> dict[str, Any]:
    answer = await api.post(f"/guilds/{guild_id}/approval", json={"decision": decision, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def in_state(api: Api, state: Review) -> str:
    guild_id = await joined(api)
    for decision in WAYS[state]:
        await decide(api, guild_id, decision)
    return guild_id


async def audited(api: Api, guild_id: str, kind: str = "guild") -> list[str]:
    page = (await api.get(f"/guilds/{guild_id}/audit", params={"action": kind, "limit": 200})).json()
    return [entry["action"] for entry in reversed(page["items"])]


async def test_it_is_in_the_queue_until_it_is_decided_and_the_answer_says_who_must(api: Api) -> None:
    guild_id = await joined(api)
    queue = (await api.get("/guilds", params={"state": "pending"})).json()["items"]
    assert [guild["id"] for guild in queue] == [guild_id]
    refused = await api.post(f"/guilds/{guild_id}/sync")
    assert refused.status_code == 409
    assert "owner of this installation has to approve it" in refused.json()["detail"]
    decided = await decide(api, guild_id, "approved", reason="A friend's")
    assert decided["guild"]["state"] == "approved"
    assert decided["guild"]["review"] | {"at": None} == {
        "decision": "approved",
        "reason": "A friend's",
        "at": None,
        "by": "owner",
    }
    assert (await api.get("/guilds", params={"state": "pending"})).json()["items"] == []
    assert (await api.post(f"/guilds/{guild_id}/sync")).status_code == 202
    assert await audited(api, guild_id) == ["guild.join", "guild.approve"]


async def test_an_approved_guild_is_read_and_its_first_snapshot_kept(api: Api) -> None:
    guild_id = await joined(api)
    decided = await decide(api, guild_id, "approved")
    kinds = {(await api.get(f"/jobs/{job_id}")).json()["kind"] for job_id in decided["job_ids"]}
    assert kinds == {"guild.sync", "guild.capture"}
    await api.work()
    snapshots = (await api.get(f"/guilds/{guild_id}/snapshots")).json()["items"]
    assert [kept["reason"] for kept in snapshots] == ["join"]


@pytest.mark.parametrize("state", WAYS)
async def test_each_state_becomes_what_it_can_and_nothing_else(api: Api, state: Review) -> None:
    for decision in ALL:
        guild_id = await in_state(api, state)
        before = await api.rows()
        answer = await api.post(f"/guilds/{guild_id}/approval", json={"decision": decision})
        if decision in NEXT[state]:
            assert answer.status_code == 200, answer.text
            assert answer.json()["guild"]["state"] == decision
            assert (await api.get(f"/guilds/{guild_id}")).json()["state"] == decision
        else:
            assert (answer.status_code, answer.json()["code"]) == (409, "guild_state")
            assert " or ".join(NEXT[state]) in answer.json()["detail"]
            assert await api.rows() == before


@pytest.mark.parametrize("decision", ["suspended", "banned"])
async def test_what_is_open_is_called_off_and_nothing_else_begun(api: Api, decision: str) -> None:
    guild_id, other = await in_state(api, "approved"), await api.guild()
    await api.work()
    jobs = [(await api.post(f"/guilds/{guild_id}/sync")).json()["id"] for _ in range(2)]
    elsewhere = (await api.post(f"/guilds/{other}/sync")).json()["id"]
    decided = await decide(api, guild_id, decision)
    assert decided["cancelled_job_ids"] == jobs
    assert decided["job_ids"] == []
    states = [(await api.get(f"/jobs/{job_id}")).json()["state"] for job_id in (*jobs, elsewhere)]
    assert states == ["cancelled", "cancelled", "queued"]
    assert (await audited(api, guild_id, "job"))[-2:] == ["job.cancel", "job.cancel"]


async def test_who_is_rejected_can_be_left_at_once(api: Api) -> None:
    guild_id = await joined(api)
    decided = await decide(api, guild_id, "rejected", reason="Nobody knows them", leave=True)
    [job_id] = decided["job_ids"]
    assert (await api.get(f"/jobs/{job_id}")).json()["kind"] == "guild.leave"
    assert decided["guild"]["state"] == "rejected"


async def test_what_was_decided_outlives_the_bots_leaving(api: Api) -> None:
    seen = snapshot()
    async with api.database.unit() as unit:
        await unit.guilds.store(seen, powers(seen))
    await decide(api, seen.guild_id, "banned")
    async with api.database.unit() as unit:
        await unit.guilds.leave(seen.guild_id)
    left = (await api.get(f"/guilds/{seen.guild_id}")).json()
    assert (left["state"], left["review"]["decision"]) == ("left", "banned")
    async with api.database.unit() as unit:
        await unit.guilds.store(seen, powers(seen), vouched=True)
    assert (await api.get(f"/guilds/{seen.guild_id}")).json()["state"] == "banned"


async def test_a_guild_that_was_left_can_be_decided_of_for_when_it_comes_back(api: Api) -> None:
    seen = snapshot()
    async with api.database.unit() as unit:
        await unit.guilds.store(seen, powers(seen))
        await unit.guilds.leave(seen.guild_id)
    decided = await decide(api, seen.guild_id, "approved")
    assert (decided["guild"]["state"], decided["job_ids"]) == ("left", [])
    async with api.database.unit() as unit:
        await unit.guilds.store(seen, powers(seen))
    assert (await api.get(f"/guilds/{seen.guild_id}")).json()["state"] == "approved"


async def test_an_administrator_of_the_guild_cannot_approve_it(api: Api) -> None:
    guild_id = await joined(api)
    with pytest.raises(Forbidden, match="owner of this installation"):
        async with api.database.unit() as unit:
            await unit.guild_reviews.decide(member(guild_id, Permission.ADMINISTRATOR), guild_id, "approved")
    assert (await api.get(f"/guilds/{guild_id}")).json()["state"] == "pending"


async def test_who_is_vouched_for_later_is_approved_then(api: Api) -> None:
    """An owner of the installation became an administrator there."""
    seen = snapshot()
    async with api.database.unit() as unit:
        await unit.guilds.store(seen, powers(seen))
    async with api.database.unit() as unit:
        assert await unit.guilds.store(seen, powers(seen), vouched=True)
    assert (await api.get(f"/guilds/{seen.guild_id}")).json()["state"] == "approved"
    assert await audited(api, seen.guild_id) == ["guild.join", "guild.approve"]
