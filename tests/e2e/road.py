"""The whole road as real processes: a simulated Discord and the API for a module, and bots that come, die and come
back."""

import asyncio
import re
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec

from api.demo.answers import Plan, Template
from api.demo.client import Client, Simulator, Source
from api.demo.equality import Claim, differences_from
from api.demo.pictures import as_held
from api.demo.world import lived_in_guild
from core.config import asyncpg_dsn
from core.processes import OwnProcess, ProcessGroup
from core.templates.example import EXAMPLE
from tests.fixtures.environment import child_environment
from tests.fixtures.patience import PATIENCE
from tests.simulator.calls import Control
from tests.simulator.published import PUBLISHED

_LISTENING = re.compile(r"listening on (http://\S+)")
_BOT_TOKEN = "road-bot-token"
_CLIENT_SECRET = "road-client-secret"
OWNER_TOKEN = "gwt_" + "r" * 30
LEASE_SECONDS = 2
ACCEPTED = 202


class Trip(msgspec.Struct, frozen=True, kw_only=True):
    """One guild, and the plan that makes it as the example document says."""

    guild_id: str
    template: Template
    document: dict[str, Any]
    plan: Plan

    def creates(self, kind: str) -> int:
        return sum(step["do"] == f"create_{kind}" for step in self.plan.steps)


class Road:
    """`client` is the API's as an outsider has it, `http` the plain one; `sim` is the simulator's control surface;
    `redis_url` is where both sides ring, `dsn` the ledger; `api` is the process that was started last."""

    api: OwnProcess

    def __init__(
        self, group: ProcessGroup, http: httpx.AsyncClient, folder: Path, settings: dict[str, str]
    ) -> None:
        self._group = group
        self._folder = folder
        self._settings = settings
        self._simulator = Simulator(str(http.base_url).rstrip("/"))
        self.sim = Control(http)
        self.redis_url = settings["REDIS_URL"]
        self.dsn = asyncpg_dsn(settings["DATABASE_URL"])
        origin = f"http://127.0.0.1:{settings['GUILDWRIGHT_PORT']}"
        self.client = Client(origin, OWNER_TOKEN)
        self.http = httpx.AsyncClient(
            base_url=f"{origin}/api/v1",
            headers={"Authorization": f"Bearer {OWNER_TOKEN}"},
            timeout=60,
            trust_env=False,
        )

    async def close(self) -> None:
        await self._simulator.close()
        await self.http.aclose()
        await self.client.close()

    async def start_api(self) -> OwnProcess:
        """Always at the same address."""
        command = [sys.executable, "-m", "api"]
        self.api = await self._group.start(
            "api", command, cwd=self._folder, env=self._settings, ready=_LISTENING, patience=PATIENCE
        )
        return self.api

    async def start_bot(self, **settings: str) -> OwnProcess:
        """Comes back when it has read every guild."""
        command = [sys.executable, "-m", "bot"]
        env = self._settings | {"GUILDWRIGHT_LEASE_SECONDS": str(LEASE_SECONDS)} | settings
        return await self._group.start(
            "bot", command, env=env, ready=re.compile("Ready: in"), patience=PATIENCE
        )

    async def ask(self, guild_id: str, kind: str, **payload: Any) -> str:
        """The id of the job, which was accepted."""
        body = {"payload": {"kind": kind, **payload}}
        answer = await self.http.post(f"/guilds/{guild_id}/jobs", json=body)
        assert answer.status_code == ACCEPTED, answer.text
        return answer.json()["id"]

    async def told(self, job_id: str) -> dict[str, Any]:
        """The job as the API shows it now."""
        answer = await self.http.get(f"/jobs/{job_id}")
        assert answer.is_success, answer.text
        return answer.json()

    async def ended(self, job_id: str) -> dict[str, Any]:
        """The job when it has ended, or as it is after half a minute."""
        answer = await self.http.get(f"/jobs/{job_id}", headers={"Prefer": "wait=30"})
        assert answer.is_success, answer.text
        return answer.json()

    async def effects(self, method: str, path: str) -> list[str]:
        """The paths of accepted writes, in their order; `path` is a regular expression for a whole one."""
        effects = (await self.sim("GET", "/effects"))["items"]
        return [e["path"] for e in effects if e["method"] == method and re.fullmatch(path, e["path"])]

    async def requests(self, method: str, path: str) -> int:
        """How many calls came to one path, whatever they were answered."""
        requests = (await self.sim("GET", "/requests"))["items"]
        return sum(call["method"] == method and call["path"] == path for call in requests)

    async def new_guild(self, spec: dict[str, Any] | None = None) -> str:
        """Its id."""
        return await self._simulator.create(spec or lived_in_guild())

    async def trip(self, guild_id: str) -> Trip:
        """A plan for a new guild, once a bot has told of it."""
        await until(lambda: self.knows(guild_id))
        template = await self.client.import_template(
            Source(name=EXAMPLE.name, content=await asyncio.to_thread(EXAMPLE.read_bytes))
        )
        return Trip(
            guild_id=guild_id,
            template=template,
            document=await self.client.document(template),
            plan=await self.client.plan(guild_id, template),
        )

    async def knows(self, guild_id: str) -> bool:
        """Whether a bot has told the API of the guild; then it is approved."""
        answer = await self.http.get(f"/guilds/{guild_id}")
        if answer.is_success and answer.json()["state"] == "pending":
            await self.client.approve(guild_id)
        return answer.is_success

    async def created(self, trip: Trip, kind: str) -> int:
        """How many roles or channels were created in the guild, by whomever, whether or not the answer arrived."""
        effects = (await self.sim("GET", "/effects"))["items"]
        path = f"/guilds/{trip.guild_id}/{kind}s"
        return sum(effect["method"] == "POST" and effect["path"] == path for effect in effects)

    async def wrong(self, trip: Trip) -> list[str]:
        """What is not as it should be after the job: nothing missing, nothing twice, nothing left to do."""
        left = await self.client.plan(trip.guild_id, trip.template)
        found = [f"left to do: {step['title']}" for step in left.steps]
        dump = await self._simulator.dump(trip.guild_id)
        claim = Claim(document=trip.document, plan=trip.plan, ids=left.matched)
        found += differences_from(claim, as_held(dump))
        for kind in ("role", "channel"):
            made, planned = await self.created(trip, kind), trip.creates(kind)
            if made != planned:
                found.append(f"{made} {kind}s were created and {planned} were planned")
            names = Counter(
                (thing.get("type"), thing.get("parent_id"), thing["name"]) for thing in dump[f"{kind}s"]
            )
            found += [f"{name} exists {count} times" for name, count in names.items() if count > 1]
        return found


@asynccontextmanager
async def travelling(folder: Path, database_url: str, redis_url: str, port: int) -> AsyncGenerator[Road]:
    """Without a bot yet. People may log in with Discord."""
    async with ProcessGroup(env=child_environment(), sink=lambda _name, _line: None) as group:
        judge = ["--contract", str(PUBLISHED)] if PUBLISHED.exists() else []
        login = f"http://127.0.0.1:{port}/api/v1/auth/discord/callback"
        application = ["--token", _BOT_TOKEN, "--client-secret", _CLIENT_SECRET, "--redirect-uri", login]
        command = [sys.executable, "-m", "bot.simulator", *application, *judge]
        process = await group.start("simulator", command, cwd=folder, ready=_LISTENING, patience=PATIENCE)
        discord = next(found[1] for line in process.lines if (found := _LISTENING.search(line)))
        async with httpx.AsyncClient(base_url=discord) as http:
            ours = {"Authorization": f"Bot {_BOT_TOKEN}"}
            client_id = (await http.get("/api/v10/applications/@me", headers=ours)).json()["id"]
        settings = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "GUILDWRIGHT_OWNER_TOKEN": OWNER_TOKEN,
            "GUILDWRIGHT_PORT": str(port),
            "DISCORD_TOKEN": _BOT_TOKEN,
            "DISCORD_API_BASE": f"{discord}/api/v10",
            "DISCORD_CLIENT_ID": client_id,
            "DISCORD_CLIENT_SECRET": _CLIENT_SECRET,
        }
        async with httpx.AsyncClient(base_url=discord) as http:
            road = Road(group, http, folder, settings)
            try:
                await road.start_api()
                yield road
            finally:
                await road.close()


async def until(claim: Callable[[], Coroutine[Any, Any, bool]], *, seconds: float = PATIENCE) -> None:
    """Asks again and again; an error if it does not come true."""
    async with asyncio.timeout(seconds):
        while not await claim():  # noqa: ASYNC110 - what is asked is outside of this program
            await asyncio.sleep(0.02)
