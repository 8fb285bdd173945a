"""How many sessions may start, how long they last, and what a resumed one is sent again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator import Simulator
from bot.simulator.gateway.replay import Replay
from bot.simulator.gateway.settings import GatewaySettings
from tests.simulator.calls import Control, Rest, until
from tests.simulator.clocks import StillClock
from tests.simulator.talking import GUILDS, Open

IDENTIFY = {"token": "sim-token", "intents": GUILDS, "properties": {}}


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
