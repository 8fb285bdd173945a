"""How a connection begins, is kept alive, is refused and is resumed."""

import asyncio
import json
import time
from typing import Any

import disnake
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator import Simulator
from bot.simulator.gateway.replay import Replay
from bot.simulator.gateway.settings import GatewaySettings
from tests.simulator.calls import Control, Rest, until
from tests.simulator.clocks import StillClock
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


# Session starts


async def test_identifies_are_spaced(talk: Open, sim: Control) -> None:
    await sim("PATCH", "/gateway", {"identify_seconds": 5, "max_concurrency": 2})
    first, other, soon = await talk(), await talk(), await talk()
    await first.identify(shard=[0, 4])
    await other.identify(shard=[1, 4])
    await soon.send(2, IDENTIFY | {"shard": [2, 4]})
    assert await soon.frame() == {"op": 9, "d": False, "s": None, "t": None}
    await sim("POST", "/clock", {"advance": 5.1})
    assert (await soon.identify(shard=[2, 4]))["shard"] == [2, 4]


async def test_session_starts_are_counted_and_used_up(talk: Open, sim: Control, rest: Rest) -> None:
    await sim("PATCH", "/gateway", {"session_starts": 2})
    started = (await rest.ok("GET", "/gateway/bot"))["session_start_limit"]
    assert started == {"total": 2, "remaining": 2, "reset_after": 0, "max_concurrency": 1}
    first, second, third = await talk(), await talk(), await talk()
    ready = await first.identify()
    await second.identify()
    limit = (await rest.ok("GET", "/gateway/bot"))["session_start_limit"]
    assert limit["remaining"] == 0
    assert 86_000_000 < limit["reset_after"] <= 86_400_000
    await first.leave(4000)
    again = await talk()
    await again.resume(ready["session_id"], 1)
    assert (await again.frame())["t"] == "RESUMED", "a resume is no start"
    await third.send(2, IDENTIFY)
    assert [await one.closed() for one in (third, second, again)] == [4004] * 3
    assert await rest.refused("GET", "/gateway/bot") == (401, 0)
    token = (await sim("GET", "/gateway"))["token"]
    assert token != "sim-token"
    await sim("POST", "/clock", {"advance": 86_401})
    await (await talk()).identify(token=token)
    await sim("POST", "/reset")
    await rest.ok("GET", "/gateway/bot")


# Resuming


async def test_a_session_given_up_or_unknown_cannot_be_resumed(talk: Open, sim: Control) -> None:
    first = await talk()
    session = (await first.identify())["session_id"]
    await first.leave(1000)
    second = await talk()
    await second.resume(session, 1)
    assert await second.frame() == {"op": 9, "d": False, "s": None, "t": None}
    again = await second.identify()
    await second.leave(4000)
    third = await talk()
    await sim.guild()
    await third.resume(again["session_id"], 1)
    assert await third.names("RESUMED") == ["GUILD_CREATE", "RESUMED"]


@pytest.mark.parametrize("seq", [7, -1, None, "x"])
async def test_a_sequence_that_was_never_sent_ends_the_session(talk: Open, seq: object) -> None:
    first, second, third = await talk(), await talk(), await talk()
    session = (await first.identify())["session_id"]
    await second.resume(session, seq)
    assert await second.closed() == 4007
    await third.resume(session, 1)
    assert (await third.frame())["op"] == 9


@pytest.mark.parametrize("settings", [{"replay_length": 2}, {"replay_seconds": 50}, {"session_seconds": 50}])
async def test_who_is_away_too_long_starts_again(
    talk: Open, sim: Control, simulator: Simulator, settings: Any
) -> None:
    await sim("PATCH", "/gateway", settings)
    one = await talk()
    session = (await one.identify())["session_id"]
    await one.leave(4000)
    await until(lambda: not simulator.world.hub.connected())
    for _ in range(3):
        await sim.guild()
    await sim("POST", "/clock", {"advance": 60})
    again = await talk()
    await again.resume(session, 1)
    assert (await again.frame())["op"] == 9
    assert (await sim("GET", "/gateway"))["sessions"] == []


async def test_who_missed_nothing_resumes_at_any_age_of_the_events(talk: Open, sim: Control) -> None:
    await sim("PATCH", "/gateway", {"replay_seconds": 50})
    one = await talk()
    ready = await one.identify()
    await sim.guild()
    seq = (await one.event("GUILD_CREATE"))["s"]
    await sim("POST", "/clock", {"advance": 600})
    await one.leave(4000)
    again = await talk()
    await again.resume(ready["session_id"], seq)
    assert (await again.frame())["t"] == "RESUMED"


async def test_a_resumed_session_leaves_its_old_connection(talk: Open, sim: Control) -> None:
    old, new = await talk(), await talk()
    session = (await old.identify())["session_id"]
    await new.resume(session, 0)
    assert await new.names("RESUMED") == ["READY", "RESUMED"]
    assert await old.closed() == 4000
    await sim.guild()
    assert (await new.frame())["t"] == "GUILD_CREATE"


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 1.0, 20.0, 40.0]), st.booleans()), max_size=40),
    st.integers(1, 5),
)
def test_the_replay_gives_everything_missed_or_nothing(steps: list[tuple[float, bool]], length: int) -> None:
    clock = StillClock()
    replay = Replay(clock, GatewaySettings(replay_length=length, replay_seconds=50))
    sent: list[tuple[int, float]] = []
    for pause, asks in steps:
        clock.at += pause
        if not asks:
            sent.append((len(sent) + 1, clock.at))
            replay.keep(len(sent), b"%d" % len(sent))
            continue
        kept = {seq for seq, at in sent[-length:] if clock.at - at <= 50}
        for seq in range(len(sent) + 1):
            missed = list(range(seq + 1, len(sent) + 1))
            expected = [b"%d" % each for each in missed] if kept.issuperset(missed) else None
            assert replay.after(seq) == expected


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
