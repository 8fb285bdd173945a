"""Faults do what they say: which calls and moments they meet, how often, and what is left afterwards."""

import asyncio
from typing import Any

import aiohttp
import httpx
import pytest

from tests.simulator.calls import Control, Rest, until
from tests.simulator.conftest import Connect
from tests.simulator.talking import GUILDS, Open
from tests.simulator.test_disnake import client

ROLES = "/guilds/{guild_id}/roles"


async def names(sim: Control, guild_id: str) -> set[str]:
    return {role["name"] for role in (await sim.dump(guild_id))["roles"]}


# Which calls


async def test_a_fault_meets_its_route_after_some_calls_and_for_a_number_of_them(
    sim: Control, rest: Rest
) -> None:
    made = await sim.guild()
    roles = f"/guilds/{made['id']}/roles"
    fault = {"kind": "5xx", "method": "POST", "route": ROLES, "after": 1, "count": 2}
    added = await sim("POST", "/faults", fault)
    assert [each["id"] for each in await sim("GET", "/faults")] == [added["id"]]
    statuses: list[int] = []
    for _ in range(4):
        await rest.ok("GET", roles)
        statuses.append((await rest("POST", roles, {"name": "r"})).status_code)
    assert statuses == [200, 500, 500, 200]
    assert await sim("GET", "/faults") == []


@pytest.mark.parametrize(
    ("route", "met"),
    [
        (ROLES, {"roles"}),
        (r"/guilds/\d+/.*", {"roles", "channels"}),
        (r"/guilds/\{guild_id\}/channels", {"channels"}),
        (r"/guilds", set[str]()),
        (None, {"roles", "channels"}),
    ],
)
async def test_a_route_is_a_template_or_an_expression_for_the_whole(
    sim: Control, rest: Rest, route: str | None, met: set[str]
) -> None:
    made = await sim.guild()
    await sim("POST", "/faults", {"kind": "5xx", "route": route, "count": 100})
    failed = {
        name
        for name in ("roles", "channels")
        if (await rest("GET", f"/guilds/{made['id']}/{name}")).status_code == 500
    }
    assert failed == met


async def test_of_two_faults_the_older_takes_the_call(sim: Control, rest: Rest) -> None:
    for status in (502, 503):
        await sim("POST", "/faults", {"kind": "5xx", "status": status})
    statuses = [(await rest("GET", "/gateway")).status_code for _ in range(3)]
    assert statuses == [502, 503, 200]
    await sim("POST", "/faults", {"kind": "5xx"})
    await sim("DELETE", "/faults")
    await rest.ok("GET", "/gateway")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "kind"),
        ({"kind": "flood"}, "kind"),
        ({"kind": "5xx", "status": 404}, "status"),
        ({"kind": "5xx", "route": "("}, "route"),
        ({"kind": "429", "scope": "mine"}, "scope"),
        ({"kind": "429", "retry_after": -1}, "retry_after"),
        ({"kind": "close", "code": 1006}, "code"),
        ({"kind": "close", "code": 2000}, "code"),
        ({"kind": "op7", "count": 2}, "after"),
    ],
)
async def test_a_fault_that_cannot_be_is_refused(sim: Control, body: Any, field: str) -> None:
    answer = await sim("POST", "/faults", body, status=400)
    assert field in answer["errors"]
    assert await sim("GET", "/faults") == []


# What happens to a call


@pytest.mark.parametrize("retry_after", [0.25, 172_800.0])
async def test_a_429_says_how_long_it_lasts(sim: Control, rest: Rest, retry_after: float) -> None:
    await sim("POST", "/faults", {"kind": "429", "retry_after": retry_after})
    answer = await rest("GET", "/users/@me")
    assert answer.json() == {
        "message": "You are being rate limited.",
        "code": 0,
        "retry_after": retry_after,
        "global": False,
    }
    headers = answer.headers
    assert (headers["retry-after"], headers["x-ratelimit-scope"]) == (str(max(1, int(retry_after))), "user")
    assert (headers["x-ratelimit-remaining"], headers["via"]) == ("0", "1.1 google")
    assert float(headers["x-ratelimit-reset-after"]) == retry_after


@pytest.mark.parametrize(
    ("options", "scope", "is_global"),
    [
        ({"global": True}, "global", True),
        ({"scope": "global"}, "global", True),
        ({"scope": "shared"}, "shared", False),
    ],
)
async def test_a_429_is_of_a_scope(
    sim: Control, rest: Rest, options: Any, scope: str, is_global: bool
) -> None:
    await sim("POST", "/faults", {"kind": "429", "retry_after": 3} | options)
    answer = await rest("GET", "/users/@me")
    assert (answer.headers["x-ratelimit-scope"], answer.json()["global"]) == (scope, is_global)
    assert ("x-ratelimit-bucket" in answer.headers, answer.headers["retry-after"]) == (not is_global, "3")


async def test_the_proxy_before_discord_speaks_no_json(sim: Control, rest: Rest) -> None:
    await sim("POST", "/faults", {"kind": "cloudflare", "retry_after": 90})
    answer = await rest("GET", "/users/@me")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "90")
    assert answer.headers["content-type"].startswith("text/plain")
    assert not [name for name in answer.headers if name == "via" or name.startswith("x-ratelimit")]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 524])
@pytest.mark.parametrize("effect", [False, True])
async def test_a_server_error_comes_before_or_after_the_effect(
    sim: Control, rest: Rest, status: int, effect: bool
) -> None:
    made = await sim.guild()
    await sim("POST", "/faults", {"kind": "5xx", "status": status, "effect": effect})
    answer = await rest("POST", f"/guilds/{made['id']}/roles", {"name": "new"})
    assert answer.status_code == status
    assert ("new" in await names(sim, made["id"])) is effect
    assert len((await sim("GET", "/effects"))["items"]) == effect


@pytest.mark.parametrize("effect", [False, True])
async def test_a_slow_answer_waits_before_or_after_the_effect(sim: Control, rest: Rest, effect: bool) -> None:
    made = await sim.guild()
    await sim("POST", "/faults", {"kind": "slow", "delay": 0.3, "effect": effect})
    call = asyncio.create_task(rest.ok("POST", f"/guilds/{made['id']}/roles", {"name": "new"}))
    await asyncio.sleep(0.02)
    assert ("new" in await names(sim, made["id"]), call.done()) == (effect, False)
    assert (await call)["name"] == "new"


@pytest.mark.parametrize(
    ("kind", "error", "effect"),
    [
        ("drop", aiohttp.ServerDisconnectedError, False),
        ("lost_answer", aiohttp.ServerDisconnectedError, True),
        ("half_answer", aiohttp.ClientPayloadError, True),
    ],
)
async def test_a_broken_socket_leaves_the_effect_or_nothing(
    sim: Control, url: str, kind: str, error: type[Exception], effect: bool
) -> None:
    made = await sim.guild()
    path = f"{url}/api/v10/guilds/{made['id']}/roles"
    await sim("POST", "/faults", {"kind": kind})
    headers = {"Authorization": "Bot sim-token"}
    async with aiohttp.ClientSession(headers=headers) as session:
        with pytest.raises(error):
            async with session.post(path, json={"name": "new"}) as answer:
                await answer.read()
        assert ("new" in await names(sim, made["id"])) is effect
        async with session.get(path) as answer:
            assert answer.status == 200
    first, second = (await sim("GET", "/requests"))["items"]
    assert [(call["status"], call["fault"]) for call in (first, second)] == [(None, kind), (200, None)]


async def test_half_an_answer_without_a_body_is_none(sim: Control, url: str) -> None:
    made = await sim.guild(channels=[{"name": "c"}])
    await sim("POST", "/faults", {"kind": "half_answer"})
    async with httpx.AsyncClient(headers={"Authorization": "Bot sim-token"}) as http:
        with pytest.raises(httpx.RemoteProtocolError):
            await http.post(f"{url}/api/v10/channels/{made['channels']['c']}/typing")


# What happens to sessions


@pytest.mark.parametrize(
    ("fault", "frame"),
    [
        ({"kind": "op1"}, (1, None)),
        ({"kind": "op7"}, (7, None)),
        ({"kind": "op9"}, (9, False)),
        ({"kind": "op9", "resumable": True}, (9, True)),
    ],
)
async def test_an_opcode_is_sent_to_every_session(
    talk: Open, sim: Control, fault: Any, frame: tuple[int, object]
) -> None:
    sessions = [await talk(), await talk()]
    for one in sessions:
        await one.identify()
    await sim("POST", "/faults", fault)
    for one in sessions:
        found = await one.frame()
        assert (found["op"], found["d"]) == frame
    kept = len((await sim("GET", "/gateway"))["sessions"])
    assert kept == (0 if frame == (9, False) else 2)


async def test_an_invalidated_session_may_not_go_on(talk: Open, sim: Control) -> None:
    one = await talk()
    await one.identify()
    await sim("POST", "/faults", {"kind": "op9"})
    assert (await one.frame())["op"] == 9
    await one.send(3, {"since": None, "activities": [], "status": "online", "afk": False})
    assert await one.closed() == 4003


@pytest.mark.parametrize("code", [None, 1000, 1001, 1012, 4000, 4004, 4009, 4014])
async def test_a_connection_is_closed_with_a_code_or_cut(talk: Open, sim: Control, code: int | None) -> None:
    one = await talk()
    ready = await one.identify()
    await sim("POST", "/faults", {"kind": "close", "code": code})
    assert await one.closed() == code
    again = await talk()
    await again.resume(ready["session_id"], 1)
    assert (await again.frame())["t"] == "RESUMED"


async def test_on_a_silent_connection_nothing_arrives_but_nothing_is_lost(talk: Open, sim: Control) -> None:
    one = await talk()
    ready = await one.identify()
    await sim("POST", "/faults", {"kind": "silent"})
    await sim.guild()
    await one.send(1)
    await one.silence()
    assert (await sim("GET", "/gateway"))["connected"] == 1
    again = await talk()
    await again.resume(ready["session_id"], 1)
    assert await again.names("RESUMED") == ["GUILD_CREATE", "RESUMED"]


async def test_a_fault_of_the_gateway_waits_for_events_each_time(talk: Open, sim: Control) -> None:
    one = await talk()
    await one.identify()
    await sim("POST", "/faults", {"kind": "op7", "after": 2, "count": 2})
    assert [fault["kind"] for fault in await sim("GET", "/faults")] == ["op7"]
    for _ in range(6):
        await sim.guild()
    assert [(await one.frame())["op"] for _ in range(8)] == [0, 0, 7, 0, 0, 7, 0, 0]
    assert await sim("GET", "/faults") == []


async def test_a_fault_of_the_gateway_follows_a_call(talk: Open, sim: Control, rest: Rest) -> None:
    made = await sim.guild()
    one = await talk()
    await one.identify(GUILDS)
    await one.event("GUILD_CREATE")
    await sim("POST", "/faults", {"kind": "op7", "route": ROLES, "method": "POST", "after": 1})
    for name in ("first", "second"):
        await rest.ok("POST", f"/guilds/{made['id']}/roles", {"name": name})
    assert [(await one.frame())["op"] for _ in range(3)] == [0, 0, 7]


async def test_disnake_answers_a_heartbeat_request_at_once(sim: Control, connect: Connect) -> None:
    async with connect(client()):

        async def beats() -> int:
            return (await sim("GET", "/gateway"))["sessions"][0]["heartbeats"]

        before = await beats()
        await sim("POST", "/faults", {"kind": "op1"})
        deadline = asyncio.get_running_loop().time() + 5
        while await beats() == before:
            assert asyncio.get_running_loop().time() < deadline, "no heartbeat came"
            await asyncio.sleep(0.01)


async def test_disnake_passes_half_an_answer_on(sim: Control, connect: Connect) -> None:
    made = await sim.guild()
    async with connect(client()) as bot:
        guild = bot.get_guild(int(made["id"]))
        assert guild is not None
        await sim("POST", "/faults", {"kind": "half_answer", "method": "POST", "route": ROLES})
        with pytest.raises(aiohttp.ClientPayloadError):
            await guild.create_role(name="made")
        await until(lambda: any(role.name == "made" for role in guild.roles))
