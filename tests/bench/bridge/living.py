"""The real processes: a simulated Discord, the API, the bot."""

import re
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psutil

from core.ports import unused_port
from core.processes import OwnProcess, ProcessGroup
from tests.bench.bridge.wire import request
from tests.e2e.road import until
from tests.fixtures.environment import child_environment

_LISTENING = re.compile(r"listening on (http://\S+)")
_BOT_TOKEN = "bench-bot-token"
_OWNER_TOKEN = "gwt_" + "b" * 30


class Called(msgspec.Struct, frozen=True):
    """One message as the simulated Discord received it; the time is this machine's, in seconds."""

    content: str
    time: float


class Living:
    """`discord` and `api` are addresses; the message channel's guild is one that the API knows."""

    def __init__(
        self,
        discord: str,
        api: str,
        *,
        guild: dict[str, Any],
        processes: dict[str, OwnProcess],
        http: httpx.AsyncClient,
    ) -> None:
        self.discord = discord
        self.api = api
        self._guild = guild
        self._processes = processes
        self._http = http
        self._read = 0

    def process(self, name: str) -> psutil.Process:
        """`simulator`, `api` or `bot`."""
        return psutil.Process(self._processes[name].pid)

    def asking_for(self, content: str) -> bytes:
        """A request that ends in one message."""
        payload = {"kind": "message.send", "channel_id": self._channel, "content": content}
        return request(
            f"/api/v1/guilds/{self._guild['id']}/jobs", {"payload": payload}, f"Bearer {_OWNER_TOKEN}"
        )

    def straight(self, content: str) -> bytes:
        """The same message, asked of the simulated Discord itself."""
        path = f"/api/v10/channels/{self._channel}/messages"
        return request(path, {"content": content}, f"Bot {_BOT_TOKEN}")

    async def called(self) -> list[Called]:
        """Messages that arrived since the last time this was asked."""
        address = f"{self.discord}/_sim/requests"
        answer = (await self._http.get(address, params={"since": self._read})).json()
        self._read = answer["last"]
        return [
            Called(each["body"]["content"], each["time"])
            for each in answer["items"]
            if each["method"] == "POST" and each["route"].endswith("/messages")
        ]

    @property
    def _channel(self) -> str:
        return str(self._guild["channels"]["log"])


@asynccontextmanager
async def living(
    folder: Path, database_url: str, redis_url: str, *, bot: bool = True, spans: Path | None = None
) -> AsyncGenerator[Living]:
    """Until the block ends. With `spans` the API and the bot write there when which part of the road was travelled."""
    port = unused_port()
    api = f"http://127.0.0.1:{port}"
    async with AsyncExitStack() as stack:
        group = await stack.enter_async_context(
            ProcessGroup(env=child_environment(), sink=lambda _name, _line: None)
        )
        processes = {
            "simulator": await group.start(
                "simulator",
                [sys.executable, "-m", "bot.simulator", "--token", _BOT_TOKEN],
                cwd=folder,
                ready=_LISTENING,
            )
        }
        discord = next(
            found[1] for line in processes["simulator"].lines if (found := _LISTENING.search(line))
        )
        http = await stack.enter_async_context(
            httpx.AsyncClient(headers={"Authorization": f"Bearer {_OWNER_TOKEN}"}, trust_env=False)
        )
        spec = {"name": "Bench", "channels": [{"name": "log"}]}
        guild = (await http.post(f"{discord}/_sim/guilds", json=spec)).json()
        settings = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "GUILDWRIGHT_OWNER_TOKEN": _OWNER_TOKEN,
            "GUILDWRIGHT_PORT": str(port),
            "DISCORD_TOKEN": _BOT_TOKEN,
            "DISCORD_API_BASE": f"{discord}/api/v10",
        }
        for name, ready in (("api", _LISTENING), ("bot", re.compile("Ready: in"))):
            command = [sys.executable, "-m", *_program(name, spans)]
            processes[name] = await group.start(name, command, cwd=folder, env=settings, ready=ready)

        async def is_known() -> bool:
            page = (await http.get(f"{api}/api/v1/guilds")).json()
            return guild["id"] in {each["id"] for each in page["items"]}

        await until(is_known)
        if not bot:
            await processes.pop("bot").terminate()
        yield Living(discord, api, guild=guild, processes=processes, http=http)


def _program(name: str, spans: Path | None) -> list[str]:
    return [name] if spans is None else ["tests.bench.bridge.tracing", name, str(spans), name]
