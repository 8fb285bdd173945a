"""The gateway's own rules, spoken to frame by frame."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import disnake
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.simulator.calls import Control, Rest, until
from tests.simulator.conftest import Connect

GUILDS, MEMBERS, MESSAGES, CONTENT, EVERYTHING = 1 << 0, 1 << 1, 1 << 9, 1 << 15, disnake.Intents.all().value


class Talk:
    """One raw connection; ``event`` waits for a dispatch of that name and drops what comes before it."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def send(self, op: int, data: object = None) -> None:
        await self._socket.send(json.dumps({"op": op, "d": data}))

    async def frame(self) -> Any:
        return json.loads(await asyncio.wait_for(self._socket.recv(), 5))

    async def event(self, name: str) -> Any:
        while (frame := await self.frame())["t"] != name:
            pass
        return frame

    async def identify(self, intents: int = GUILDS, token: str = "sim-token") -> Any:
        await self.send(2, {"token": token, "intents": intents, "properties": {}})
        return (await self.event("READY"))["d"]

    async def closed(self) -> int | None:
        with pytest.raises(ConnectionClosed) as caught:
            await self.frame()
        return caught.value.rcvd and caught.value.rcvd.code

    async def leave(self, code: int) -> None:
        await self._socket.close(code)


Open = Callable[[], Any]


@pytest.fixture
async def talk(url: str) -> AsyncIterator[Open]:
    sockets: list[ClientConnection] = []

    async def opened() -> Talk:
        sockets.append(await connect(url.replace("http", "ws") + "/?v=10&encoding=json"))
        spoken = Talk(sockets[-1])
        assert (await spoken.frame())["op"] == 10
        return spoken

    yield opened
    for socket in sockets:
        await socket.close()


async def test_heartbeats_are_acknowledged(talk: Open) -> None:
    one = await talk()
    await one.send(1)
    assert (await one.frame())["op"] == 11


async def test_mistakes_close_with_their_code(talk: Open, sim: Control) -> None:
    await sim("PATCH", "/application", {"intents": []})
    identify = {"token": "sim-token", "intents": GUILDS, "properties": {}}
    for op, data, code in (
        (2, identify | {"token": "wrong"}, 4004),
        (2, identify | {"intents": CONTENT}, 4014),
        (2, identify | {"intents": 1 << 40}, 4013),
        (8, {"guild_id": "1"}, 4003),
    ):
        one = await talk()
        await one.send(op, data)
        assert await one.closed() == code
    one = await talk()
    await one.identify()
    await one.send(2, identify)
    assert await one.closed() == 4005
    one = await talk()
    await one.identify()
    await one.send(77)
    assert await one.closed() == 4001


async def test_a_session_given_up_or_unknown_cannot_be_resumed(talk: Open, sim: Control) -> None:
    first = await talk()
    session = (await first.identify())["session_id"]
    await first.leave(1000)
    second = await talk()
    await second.send(6, {"token": "sim-token", "session_id": session, "seq": 1})
    assert await second.frame() == {"op": 9, "d": False, "s": None, "t": None}
    again = await second.identify()
    await second.leave(4000)
    third = await talk()
    await sim.guild()
    await third.send(6, {"token": "sim-token", "session_id": again["session_id"], "seq": 1})
    assert [(await third.frame())["t"] for _ in range(2)] == ["GUILD_CREATE", "RESUMED"]


async def test_a_session_hears_what_its_intents_ask_for(talk: Open, sim: Control, rest: Rest) -> None:
    made = await sim.guild(
        channels=[
            {"name": "log"},
            {"name": "hid", "permission_overwrites": [{"role": "@everyone", "deny": "1024"}]},
        ],
        members=[{"username": "ada"}],
        bot_permissions=["MANAGE_ROLES", "VIEW_CHANNEL"],
    )
    plain, full = await talk(), await talk()
    await plain.identify(GUILDS | MESSAGES)
    await full.identify(EVERYTHING)
    assert len((await plain.event("GUILD_CREATE"))["d"]["members"]) == 1
    assert len((await full.event("GUILD_CREATE"))["d"]["members"]) == 3
    for name in ("hid", "log"):
        path = f"/channels/{made['channels'][name]}/messages"
        assert (await sim.edit("owner", "POST", path, {"content": "secret"}))["status"] == 200
    await sim.edit("owner", "PATCH", f"/guilds/{made['id']}/members/{made['members']['ada']}", {"nick": "n"})
    await sim.edit("owner", "POST", f"/guilds/{made['id']}/roles", {"name": "last"})
    seen: dict[Any, list[Any]] = {plain: [], full: []}
    for one, frames in seen.items():
        while not frames or frames[-1]["t"] != "GUILD_ROLE_CREATE":
            frames.append(await one.frame())
    assert [frame["t"] for frame in seen[plain]] == ["MESSAGE_CREATE", "GUILD_ROLE_CREATE"]
    assert [frame["t"] for frame in seen[full]] == [
        "MESSAGE_CREATE",
        "GUILD_MEMBER_UPDATE",
        "GUILD_ROLE_CREATE",
    ]
    assert (seen[plain][0]["d"]["content"], seen[full][0]["d"]["content"]) == ("", "secret")


async def test_members_come_in_chunks(talk: Open, sim: Control) -> None:
    made = await sim.guild(members=[{"username": f"u{number}"} for number in range(1500)])
    one = await talk()
    await one.identify(GUILDS | MEMBERS)
    await one.send(8, {"guild_id": made["id"], "query": "", "limit": 0, "nonce": "n"})
    chunks = [(await one.event("GUILD_MEMBERS_CHUNK"))["d"] for _ in range(2)]
    assert [(len(chunk["members"]), chunk["chunk_index"], chunk["nonce"]) for chunk in chunks] == [
        (1000, 0, "n"),
        (502, 1, "n"),
    ]
    await one.send(8, {"guild_id": made["id"], "user_ids": [made["members"]["u7"], "5"], "limit": 0})
    chunk = (await one.event("GUILD_MEMBERS_CHUNK"))["d"]
    assert ([each["user"]["username"] for each in chunk["members"]], chunk["not_found"]) == (["u7"], ["5"])


async def test_a_client_without_compression_is_served_too(sim: Control, connect: Connect) -> None:
    params = disnake.GatewayParams(zlib=False)
    bot = disnake.Client(intents=disnake.Intents.all(), gateway_params=params, guild_ready_timeout=0.1)
    async with connect(bot):
        await sim.guild(name="Übersee")
        await until(lambda: [guild.name for guild in bot.guilds] == ["Übersee"])


async def test_gateway_faults_wait_for_their_event(talk: Open, sim: Control) -> None:
    one = await talk()
    await one.identify()
    await sim("POST", "/faults", {"kind": "op7", "after": 2})
    await sim.guild()
    assert (await one.frame())["t"] == "GUILD_CREATE"
    await sim.guild()
    assert [(await one.frame())["op"] for _ in range(2)] == [0, 7]
