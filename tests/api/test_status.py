"""What the owner sees of the installation."""

from typing import Any

from msgspec import to_builtins

from core.jobs.processes import BotDetails, Shard
from core.jobs.schemas import Claim, JobError
from core.jobs.states import JobState
from tests.api.world import Api

NAME = "bot@harbour:1"


async def beat(api: Api, *, connected: bool) -> None:
    latency = 41.7 if connected else None
    shard = Shard(id=0, connected=connected, latency_ms=latency, guilds=3)
    details = BotDetails(connected=connected, application_id="42", shards=(shard,))
    async with api.database.unit() as unit:
        await unit.processes.beat(NAME, "bot", to_builtins(details))


async def status(api: Api) -> dict[str, Any]:
    return (await api.get("/system/status")).json()


async def lanes(api: Api) -> dict[str, dict[str, Any]]:
    return {lane["lane"]: lane for lane in (await status(api))["lanes"]}


async def sync(api: Api, guild_id: str, **fields: Any) -> dict[str, Any]:
    answer = await api.post(f"/guilds/{guild_id}/jobs", json={"payload": {"kind": "guild.sync"}, **fields})
    return answer.json()


async def claimed(api: Api) -> Claim:
    async with api.database.unit() as unit:
        claim = await unit.ledger.claim("bot", "one", 45)
    assert claim is not None
    return claim


async def settled(api: Api, claim: Claim, state: JobState, code: str) -> None:
    async with api.database.unit() as unit:
        await unit.ledger.settle(claim, state, error=JobError(code=code, message=f"It ended: {code}."))


async def test_a_bot_names_its_shards(api: Api) -> None:
    await beat(api, connected=True)
    [bot] = [process for process in (await status(api))["processes"] if process["kind"] == "bot"]
    assert bot["id"] == NAME
    assert bot["heartbeat_at"] >= bot["started_at"]
    assert bot["details"] == {
        "kind": "bot",
        "connected": True,
        "application_id": "42",
        "shards": [{"id": 0, "connected": True, "latency_ms": 41.7, "guilds": 3}],
    }
    assert (await api.client.get("/health/ready")).json()["parts"]["bot"] == "up"


async def test_a_bot_that_runs_without_a_gateway_is_shown_and_counts_as_away(api: Api) -> None:
    await beat(api, connected=True)
    await beat(api, connected=False)
    [bot] = [process for process in (await status(api))["processes"] if process["kind"] == "bot"]
    assert (bot["details"]["connected"], bot["details"]["shards"][0]["latency_ms"]) == (False, None)
    assert (await api.client.get("/health/ready")).json()["parts"]["bot"] == "down"
    async with api.database.read() as unit:
        assert not await unit.processes.is_bot_alive()


async def test_a_process_whose_heartbeat_is_old_is_not_shown(api: Api) -> None:
    await beat(api, connected=True)
    await api.execute(
        "UPDATE processes SET heartbeat_at = heartbeat_at - interval '1 hour' WHERE kind = 'bot'"
    )
    assert [process["kind"] for process in (await status(api))["processes"]] == ["api"]
    assert (await api.client.get("/health/ready")).json()["parts"]["bot"] == "down"


async def test_the_api_says_where_it_is_reached(api: Api) -> None:
    [process] = (await status(api))["processes"]
    assert process["details"]["kind"] == "api"
    assert process["details"]["address"].startswith("http")


async def test_each_lane_tells_how_much_there_is_to_do(api: Api) -> None:
    await beat(api, connected=True)  # or what is queued would wait for the bot
    guild_id = await api.guild()
    assert await lanes(api) == {
        lane: {"lane": lane, "queued": 0, "waiting": 0, "running": 0, "oldest_at": None}
        for lane in ("bot", "background")
    }
    running, oldest, _, ended = [await sync(api, guild_id) for _ in range(4)]
    await sync(api, guild_id, run_at="2999-01-01T00:00:00Z")
    assert str((await claimed(api)).job.id) == running["id"]
    await api.post(f"/jobs/{ended['id']}/cancel")
    depths = await lanes(api)
    assert depths["bot"] == {
        "lane": "bot",
        "queued": 2,
        "waiting": 1,
        "running": 1,
        "oldest_at": oldest["created_at"],
    }
    assert depths["background"]["queued"] == 0


async def test_what_is_not_due_yet_is_not_late(api: Api) -> None:
    """Neither what runs later, nor what was asked for long before it is due."""
    guild_id = await api.guild()
    await sync(api, guild_id, run_at="2999-01-01T00:00:00Z")
    assert (await lanes(api))["bot"]["oldest_at"] is None
    job = await sync(api, guild_id)
    await api.execute(
        f"UPDATE jobs SET created_at = created_at - interval '9 d', run_at = created_at WHERE id = '{job['id']}'"
    )
    assert (await lanes(api))["bot"]["oldest_at"] == job["created_at"]


async def test_the_last_error_is_that_of_the_job_that_ended_badly_last(api: Api) -> None:
    guild_id = await api.guild()
    assert (await status(api))["last_error"] is None
    first, second, good = [await sync(api, guild_id) for _ in range(3)]
    claims = {str(claim.job.id): claim for claim in [await claimed(api) for _ in range(3)]}
    await settled(api, claims[second["id"]], "dead", "attempts_spent")
    await settled(api, claims[first["id"]], "failed", "bot_may_not")
    async with api.database.unit() as unit:
        await unit.ledger.settle(claims[good["id"]], "succeeded")
    last = (await status(api))["last_error"]
    shown = (await api.get(f"/jobs/{first['id']}")).json()
    assert last == {
        "job_id": first["id"],
        "kind": "guild.sync",
        "at": shown["finished_at"],
        "code": "bot_may_not",
        "message": "It ended: bot_may_not.",
    }


async def test_while_it_is_paused_what_is_asked_for_is_kept_and_begun_after_it(api: Api) -> None:
    guild_id = await api.guild()
    paused = await api.post("/system/pause", json={"reason": "Moving house"})
    assert (paused.status_code, paused.json()["paused"]["reason"]) == (200, "Moving house")
    job = await sync(api, guild_id)
    assert await api.work() == 0
    assert (await lanes(api))["bot"]["oldest_at"] == job["created_at"]
    assert (await api.post("/system/pause")).json()["code"] == "paused"
    assert (await api.post("/system/resume")).json()["paused"] is None
    assert await api.work() == 1
    assert (await api.post("/system/resume")).json()["code"] == "not_paused"


async def test_nobody_sees_it_without_a_token(api: Api) -> None:
    assert (await api.client.get("/api/v1/system/status", headers={"Authorization": ""})).status_code == 401
