"""Faults of the gateway: what each does to sessions, at which moment, and what is left afterwards."""

import asyncio
from typing import Any

import pytest

from tests.fixtures.patience import PATIENCE
from tests.simulator.calls import Control, Rest
from tests.simulator.conftest import Connect
from tests.simulator.talking import GUILDS, Open
from tests.simulator.test_disnake import client

ROLES = "/guilds/{guild_id}/roles"


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
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while await beats() == before:
            assert asyncio.get_running_loop().time() < deadline, "no heartbeat came"
            await asyncio.sleep(0.01)
