"""Faults of calls do what they say: which they meet, how often, and what is left afterwards."""

import asyncio
import time
from typing import Any

import aiohttp
import httpx
import pytest

from bot.simulator import Simulator
from tests.simulator.calls import Control, Rest, until
from tests.simulator.conftest import Connect
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
async def test_a_slow_answer_comes_and_not_before_its_time(sim: Control, rest: Rest, effect: bool) -> None:
    made = await sim.guild()
    await sim("POST", "/faults", {"kind": "slow", "delay": 0.1, "effect": effect})
    began = time.monotonic()
    assert (await rest.ok("POST", f"/guilds/{made['id']}/roles", {"name": "new"}))["name"] == "new"
    assert time.monotonic() - began >= 0.1
    assert len((await sim("GET", "/effects"))["items"]) == 1


@pytest.mark.parametrize("effect", [False, True])
async def test_what_is_held_before_or_after_the_effect_goes_on_once_the_faults_are_forgotten(
    sim: Control, rest: Rest, simulator: Simulator, effect: bool
) -> None:
    made = await sim.guild()
    roles = f"/guilds/{made['id']}/roles"
    await sim("POST", "/faults", {"kind": "held", "effect": effect, "count": 2})
    calls = {asyncio.create_task(rest.ok("POST", roles, {"name": "new"})) for _ in range(2)}
    await until(lambda: not simulator.world.faults.active)
    assert ("new" in await names(sim, made["id"])) is effect
    done, _ = await asyncio.wait(calls, timeout=0.1)
    assert not done
    await sim("DELETE", "/faults")
    assert {call["name"] for call in await asyncio.gather(*calls)} == {"new"}
    await rest.ok("POST", roles, {"name": "later"})


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


async def test_disnake_passes_half_an_answer_on(sim: Control, connect: Connect) -> None:
    made = await sim.guild()
    async with connect(client()) as bot:
        guild = bot.get_guild(int(made["id"]))
        assert guild is not None
        await sim("POST", "/faults", {"kind": "half_answer", "method": "POST", "route": ROLES})
        with pytest.raises(aiohttp.ClientPayloadError):
            await guild.create_role(name="made")
        await until(lambda: any(role.name == "made" for role in guild.roles))
