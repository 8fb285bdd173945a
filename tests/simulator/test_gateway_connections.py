"""How a connection begins, is kept alive and is refused."""

import asyncio
import json
import time
from typing import Any

import disnake
import httpx
import pytest

from tests.simulator.calls import Control, until
from tests.simulator.conftest import Connect
from tests.simulator.talking import CONTENT, EVERYTHING, GUILDS, USUAL, Open

IDENTIFY = {"token": "sim-token", "intents": GUILDS, "properties": {}}


# Identifying


@pytest.mark.parametrize(
    ("op", "data", "code"),
    [
        (2, IDENTIFY | {"token": "wrong"}, 4004),
        (2, IDENTIFY | {"token": None}, 4002),
        (2, IDENTIFY | {"properties": None}, 4002),
        (2, IDENTIFY | {"intents": None}, 4002),
        (2, IDENTIFY | {"large_threshold": 251}, 4002),
        (2, IDENTIFY | {"compress": "yes"}, 4002),
        (2, IDENTIFY | {"presence": {"status": "busy"}}, 4002),
        (2, IDENTIFY | {"intents": CONTENT}, 4014),
        (2, IDENTIFY | {"intents": 1 << 40}, 4013),
        (2, IDENTIFY | {"shard": [1, 1]}, 4010),
        (2, IDENTIFY | {"shard": [0, "1"]}, 4010),
        (2, IDENTIFY | {"shard": [0]}, 4010),
        (6, {"token": "wrong", "session_id": "x", "seq": 0}, 4004),
        (8, {"guild_id": "1"}, 4003),
        (77, None, 4001),
        ("2", None, 4001),
    ],
)
async def test_a_mistake_before_the_session_closes_with_its_code(
    talk: Open, sim: Control, op: object, data: object, code: int
) -> None:
    await sim("PATCH", "/application", {"intents": []})
    one = await talk()
    await one.send(op, data)
    assert await one.closed() == code


@pytest.mark.parametrize(
    ("op", "data", "code"),
    [
        (2, IDENTIFY, 4005),
        (6, {"token": "sim-token", "session_id": "x", "seq": 0}, 4005),
        (77, None, 4001),
        (3, {"status": "online"}, 4002),
        (3, {"since": None, "activities": [{"type": 0}], "status": "online", "afk": False}, 4002),
        (4, {"guild_id": "1"}, 4002),
        (8, {"guild_id": "1"}, 4002),
        (8, {"guild_id": "1", "query": "a"}, 4002),
        (8, {"query": "", "limit": 0}, 4002),
        (31, {}, 4002),
        (43, {"guild_id": "1", "fields": ["colour"]}, 4002),
    ],
)
async def test_a_mistake_in_the_session_closes_with_its_code(
    talk: Open, op: object, data: object, code: int
) -> None:
    one = await talk()
    await one.identify()
    await one.send(op, data)
    assert await one.closed() == code


@pytest.mark.parametrize("text", ["{", "[]", b"\xff", json.dumps({"op": 1, "d": "x" * 4096})])
async def test_what_cannot_be_read_is_a_decode_error(talk: Open, text: str | bytes) -> None:
    one = await talk()
    await one.say(text)
    assert await one.closed() == 4002


async def test_a_payload_of_4096_bytes_is_read(talk: Open) -> None:
    one = await talk()
    frame = json.dumps({"op": 1, "d": ""})
    await one.say(frame[:-2] + "x" * (4096 - len(frame)) + frame[-2:])
    assert (await one.frame())["op"] == 11


async def test_too_many_payloads_in_a_minute_end_the_connection(talk: Open, sim: Control) -> None:
    one = await talk()
    await one.identify()
    await _beat(one, 119)
    await sim("POST", "/clock", {"advance": 61})
    await _beat(one, 120)
    await one.send(1)
    assert await one.closed() == 4008


async def _beat(one: Any, times: int) -> None:
    for _ in range(times):
        await one.send(1)
    assert [(await one.frame())["op"] for _ in range(times)] == [11] * times


# Transport


@pytest.mark.parametrize(
    "query",
    [
        "",
        "v=8&encoding=json",
        "v=11&encoding=json",
        "v=ten",
        "v=10&encoding=etf",
        f"{USUAL}&compress=zstd-stream",
        f"{USUAL}&compress=gzip",
    ],
)
async def test_another_version_or_encoding_is_refused(talk: Open, query: str) -> None:
    one = await talk(query, greeted=False)
    assert await one.closed() == 4012


async def test_version_nine_says_so(talk: Open) -> None:
    one = await talk("v=9&encoding=json")
    assert (await one.identify())["v"] == 9


async def test_compression_is_of_the_stream_or_of_large_payloads(talk: Open, sim: Control) -> None:
    await sim.guild(channels=[{"name": f"c{number}"} for number in range(20)])
    for query, packed, kinds in (
        (USUAL, False, (str, str)),
        (USUAL, True, (bytes, str)),
        (f"{USUAL}&compress=zlib-stream", True, (bytes, bytes)),
    ):
        one = await talk(query)
        await one.identify(compress=packed)
        assert (await one.event("GUILD_CREATE"))["d"]["name"] == "Harbour"
        large = type(one.raw)
        await one.send(1)
        assert (await one.frame())["op"] == 11
        assert (large, type(one.raw)) == kinds


async def test_a_client_without_compression_is_served_too(sim: Control, connect: Connect) -> None:
    params = disnake.GatewayParams(zlib=False)
    bot = disnake.Client(intents=disnake.Intents.all(), gateway_params=params, guild_ready_timeout=0.1)
    async with connect(bot):
        await sim.guild(name="Übersee")
        await until(lambda: [guild.name for guild in bot.guilds] == ["Übersee"])


# Heartbeats


async def test_heartbeats_are_acknowledged(talk: Open) -> None:
    one = await talk()
    await one.send(1)
    assert (await one.frame())["op"] == 11


async def test_a_client_without_heartbeats_is_closed_and_can_resume(talk: Open, sim: Control) -> None:
    await sim("PATCH", "/gateway", {"heartbeat_interval": 200, "heartbeat_grace": 400})
    one = await talk(greeted=False)
    assert (await one.frame())["d"]["heartbeat_interval"] == 200
    ready = await one.identify()
    for _ in range(4):
        await asyncio.sleep(0.2)
        await one.send(1)
    began = time.monotonic()
    assert await one.closed() == 4009
    assert time.monotonic() - began >= 0.5
    again = await talk()
    await again.resume(ready["session_id"], 1)
    assert (await again.frame())["t"] == "RESUMED"


async def test_moving_the_clock_ends_no_connection(talk: Open, sim: Control) -> None:
    one = await talk()
    await one.identify()
    await sim("POST", "/clock", {"advance": 1e6})
    await sim.guild()
    assert (await one.frame())["t"] == "GUILD_CREATE"


# Around the connection


async def test_the_address_is_told_to_everybody(http: httpx.AsyncClient) -> None:
    assert (await http.get("/api/v10/gateway")).json() == {"url": "ws://127.0.0.1"}
    assert (await http.get("/api/v10/gateway/bot")).status_code == 401


async def test_settings_are_read_and_wrong_ones_refused(sim: Control) -> None:
    settings = (await sim("GET", "/gateway"))["settings"]
    assert (settings["heartbeat_interval"], settings["guilds_per_shard"]) == (41_250, 2500)
    for wrong in ({"heartbeat_interval": 0}, {"sends": "many"}, {"speed": 1}):
        answer = await sim("PATCH", "/gateway", wrong, status=400)
        assert "settings" in answer["errors"]
    assert (await sim("GET", "/gateway"))["settings"] == settings


async def test_every_intent_can_be_asked_for(talk: Open) -> None:
    assert (await (await talk()).identify(EVERYTHING))["session_id"]
