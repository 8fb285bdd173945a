"""What is counted, by which window, and how it is told; everything by the simulator's clock."""

import json
import math
from pathlib import Path

import httpx
import pytest

from bot.simulator import Simulator, build
from bot.simulator.ratelimits import PROFILES, LimitTable, read_table
from tests.simulator.calls import Control, Rest
from tests.simulator.clocks import StillClock

ROLES = "/guilds/{guild_id}/roles"


@pytest.fixture
async def limited(sim: Control) -> Control:
    """In profile ``discord``."""
    await sim("PUT", "/limits", {"profile": "discord"})
    return sim


def told(answer: httpx.Response) -> dict[str, str]:
    return {
        name.removeprefix("x-ratelimit-"): value
        for name, value in answer.headers.items()
        if name.startswith("x-ratelimit-")
    }


async def test_a_spent_bucket_is_told_and_ends_by_the_clock(limited: Control, rest: Rest) -> None:
    made, other = await limited.guild(), await limited.guild()
    order = [{"id": made["id"], "position": 0}]
    remaining: list[str] = []
    for _ in range(10):
        answer = await rest("PATCH", f"/guilds/{made['id']}/roles", order)
        assert answer.status_code == 200
        remaining.append(told(answer)["remaining"])
    assert remaining == [str(number) for number in range(9, -1, -1)]
    refused = await rest("PATCH", f"/guilds/{made['id']}/roles", order)
    headers = told(refused)
    assert (refused.status_code, headers["limit"], headers["remaining"]) == (429, "10", "0")
    assert (headers["scope"], "global" in headers, refused.headers["via"]) == ("user", False, "1.1 google")
    body = refused.json()
    assert (body["message"], body["global"]) == ("You are being rate limited.", False)
    assert 5 < body["retry_after"] <= 10
    assert refused.headers["retry-after"] == str(math.ceil(body["retry_after"]))
    assert float(headers["reset-after"]) == pytest.approx(body["retry_after"], abs=0.002)
    elsewhere = f"/guilds/{other['id']}/roles"
    await rest.ok("PATCH", elsewhere, [{"id": other["id"], "position": 0}])
    await limited("POST", "/clock", {"advance": 10})
    await rest.ok("PATCH", f"/guilds/{made['id']}/roles", order)


async def test_routes_may_share_a_bucket_and_its_hash(limited: Control, rest: Rest) -> None:
    made = await limited.guild(roles=[{"name": "r"}], members=[{"username": "ada"}])
    path = f"/guilds/{made['id']}/members/{made['members']['ada']}/roles/{made['roles']['r']}"
    given, taken = await rest("PUT", path), await rest("DELETE", path)
    assert told(given)["bucket"] == told(taken)["bucket"]
    assert (told(given)["remaining"], told(taken)["remaining"]) == ("9", "8")
    assert told(await rest("GET", f"/guilds/{made['id']}"))["bucket"] != told(given)["bucket"]


async def test_the_global_limit_is_fifty_a_second_and_spares_interactions(
    limited: Control, rest: Rest, http: httpx.AsyncClient, simulator: Simulator
) -> None:
    clock = simulator.world.clock = StillClock()
    simulator.world.limits._clock = clock
    guilds = [(await limited.guild())["id"] for _ in range(6)]
    for guild in guilds:
        for _ in range(8):
            await rest.ok("GET", f"/guilds/{guild}")
    await rest.ok("GET", "/users/@me")
    await rest.ok("GET", "/users/@me")
    refused = await rest("GET", f"/guilds/{guilds[0]}/channels")
    assert (refused.status_code, refused.json()["global"]) == (429, True)
    assert told(refused) == {"scope": "global", "global": "true"}
    app = (await limited("GET", "/state"))["application"]["id"]
    for path in ("/interactions/1/token/callback", f"/webhooks/{app}/token"):
        answer = await http.post(f"/api/v10{path}", json={"type": 4})
        assert answer.status_code != 429
    clock.at += 1.0
    await rest.ok("GET", f"/guilds/{guilds[0]}/channels")


async def test_a_channel_is_renamed_twice_in_ten_minutes(limited: Control, rest: Rest) -> None:
    made = await limited.guild(channels=[{"name": "a"}])
    path = f"/channels/{made['channels']['a']}"
    for number in range(2):
        await rest.ok("PATCH", path, {"name": f"n{number}"})
    await rest.ok("PATCH", path, {"nsfw": True})
    refused = await rest("PATCH", path, {"topic": "t"})
    assert (refused.status_code, told(refused)["remaining"]) == (429, "6"), "the bucket does not tell"
    assert refused.json()["retry_after"] > 590
    await limited("POST", "/clock", {"advance": 600})
    await rest.ok("PATCH", path, {"topic": "t"})


async def test_a_shared_limit_is_of_the_resource_and_counts_as_nobodys_fault(
    sim: Control, rest: Rest
) -> None:
    table = {
        "profile": "free",
        "resources": [{"routes": [f"POST {ROLES}"], "count": 1, "seconds": 3600}],
        "invalid": {"count": 2, "seconds": 600},
    }
    await sim("PUT", "/limits", table)
    made, other = await sim.guild(), await sim.guild()
    await rest.ok("POST", f"/guilds/{made['id']}/roles", {"name": "r"})
    for _ in range(5):
        refused = await rest("POST", f"/guilds/{made['id']}/roles", {"name": "r"})
        assert (refused.status_code, told(refused)["scope"]) == (429, "shared")
        assert refused.json()["message"] == "The resource is being rate limited."
        assert int(told(refused)["remaining"]) > 1000
    await rest.ok("POST", f"/guilds/{other['id']}/roles", {"name": "r"})


async def test_the_long_windows_are_those_reported(limited: Control, rest: Rest) -> None:
    made = await limited.guild()
    for path, limit in (("roles", "250"), ("channels", "500")):
        answer = await rest("POST", f"/guilds/{made['id']}/{path}", {"name": "n"})
        assert told(answer)["limit"] == limit
        assert float(told(answer)["reset-after"]) == pytest.approx(172_800, abs=1)


async def test_too_many_invalid_calls_are_blocked_before_discord(sim: Control, rest: Rest) -> None:
    await sim("PUT", "/limits", {"profile": "free", "invalid": {"count": 3, "seconds": 600}})
    made = await sim.guild(bot_permissions=["VIEW_CHANNEL"])
    roles = f"/guilds/{made['id']}/roles"
    assert await rest.refused("POST", roles, {"name": "r"}) == (403, 50013)
    assert (await rest("GET", roles, Authorization="Bot wrong")).status_code == 401
    assert await rest.refused("GET", "/guilds/1") == (404, 10004)
    await sim("POST", "/faults", {"kind": "429", "retry_after": 0.1})
    assert (await rest("GET", roles)).status_code == 429
    for path in (roles, "/nowhere"):
        blocked = await rest("GET", path)
        assert (blocked.status_code, blocked.text) == (429, "error code: 1015")
        assert "via" not in blocked.headers
        assert told(blocked) == {}
        assert blocked.headers["retry-after"] == "3600"
    last = (await sim("GET", "/requests"))["items"][-2:]
    assert [(call["status"], call["error"]) for call in last] == [(429, None)] * 2
    await sim("POST", "/clock", {"advance": 3601})
    await rest.ok("GET", roles)


async def test_invalid_calls_are_forgotten_with_their_window(sim: Control, rest: Rest) -> None:
    await sim("PUT", "/limits", {"profile": "free", "invalid": {"count": 3, "seconds": 600}})
    for _ in range(4):
        for _ in range(2):
            assert (await rest("GET", "/users/@me", Authorization="Bot wrong")).status_code == 401
        await sim("POST", "/clock", {"advance": 600})
    await rest.ok("GET", "/users/@me")


@pytest.mark.parametrize(
    "path", ["/gateway", "/users/@me", "/guilds/1", "/nowhere", "/oauth2/applications/@me"]
)
async def test_every_answer_is_told_its_bucket(rest: Rest, path: str) -> None:
    for answer in (await rest("GET", path), await rest("GET", path, Authorization="Bot wrong")):
        assert set(told(answer)) == {"limit", "remaining", "reset", "reset-after", "bucket"}
        assert answer.headers["via"] == "1.1 google"


# The table


async def test_the_table_is_read_and_replaced(sim: Control) -> None:
    assert (await sim("GET", "/limits"))["profile"] == "free"
    table = await sim("PUT", "/limits", {"global_per_second": 7})
    assert (table["profile"], table["global_per_second"], table["ordinary"]["count"]) == ("discord", 7, 10)
    assert await sim("PUT", "/limits", table) == table
    assert (await sim("GET", "/state"))["profile"] == "discord"
    twice = {"routes": ["GET /gateway"], "count": 1, "seconds": 1}
    for wrong in (
        {"ordinary": {"count": 0, "seconds": 1}},
        {"global_per_second": "many"},
        {"speed": 1},
        {"buckets": [twice, twice]},
    ):
        answer = await sim("PUT", "/limits", wrong, status=400)
        assert "table" in answer["errors"]
    assert await sim("GET", "/limits") == table
    await sim("POST", "/reset")
    assert (await sim("GET", "/limits"))["profile"] == "free"


async def test_a_simulator_is_built_with_any_table(tmp_path: Path) -> None:
    file = tmp_path / "limits.json"
    file.write_text(json.dumps({"profile": "free", "ordinary": {"count": 1, "seconds": 5}}))
    simulator = build(limits=read_table(json.loads(file.read_text())))
    transport = httpx.ASGITransport(app=simulator.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        rest = Rest(http)
        statuses = [(await rest("GET", "/users/@me")).status_code for _ in range(2)]
    assert statuses == [200, 429]


def test_both_profiles_have_the_same_buckets() -> None:
    assert [bucket.routes for bucket in PROFILES["free"].buckets] == [
        bucket.routes for bucket in PROFILES["discord"].buckets
    ]
    assert all(isinstance(table, LimitTable) for table in PROFILES.values())
