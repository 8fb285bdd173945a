"""The HTTP API as an outside client sees it, and the simulated Discord's control surface as its judge does."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import PurePath
from typing import Any, TypeVar

import httpx
import msgspec
from httpx_sse import aconnect_sse

from api.demo.answers import (
    Guild,
    GuildPage,
    Job,
    JobEvent,
    Plan,
    Problem,
    Readiness,
    Reviewed,
    Template,
    Version,
)

T = TypeVar("T")

_API = "/api/v1"
_LONGEST_WAIT = 30
_PATIENCE_SECONDS = 60.0
_SETTLED = "job.settled"
_NO_CONTENT = 204


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A file to import."""

    name: str
    content: bytes

    @property
    def stem(self) -> str:
        return PurePath(self.name).stem[:100]

    @property
    def media(self) -> str:
        return "application/json" if self.name.lower().endswith(".json") else "application/yaml"


class Refused(Exception):
    """The API answered with a problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.status} {problem.code}: {problem.detail}")
        self.problem = problem


class Client:
    """Every call raises `Refused` for an error and `httpx.HTTPError` for no answer."""

    def __init__(self, url: str, token: str) -> None:
        self._http = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=_PATIENCE_SECONDS,
            trust_env=False,
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def readiness(self) -> Readiness:
        return msgspec.json.decode((await self._http.get("/health/ready")).content, type=Readiness)

    async def guilds(self) -> tuple[Guild, ...]:
        return (await self._get("/guilds", GuildPage)).items

    async def approve(self, guild_id: str) -> Guild:
        body = {"decision": "approved", "reason": "It is the demo's own."}
        return (await self._post(f"/guilds/{guild_id}/approval", Reviewed, body)).guild

    async def structure(self, guild_id: str) -> dict[str, Any]:
        return await self._get(f"/guilds/{guild_id}/structure", dict[str, Any])

    async def capture(self, guild_id: str) -> Job:
        """Waits until it has settled."""
        job = await self._post(f"/guilds/{guild_id}/captures", Job)
        return await self.settled(job.id)

    async def import_template(self, source: Source) -> Template:
        """Our document in YAML or JSON, or Discord's own template."""
        answer = await self._http.post(
            f"{_API}/templates/import",
            params={"name": source.stem},
            content=source.content,
            headers={"Content-Type": source.media},
        )
        return _read(answer, Template)

    async def document(self, template: Template) -> dict[str, Any]:
        """Its newest version, in the API's words."""
        path = f"/templates/{template.id}/versions/{template.latest_version}"
        return (await self._get(path, Version)).document

    async def plan(self, guild_id: str, template: Template) -> Plan:
        wanted = {
            "template_id": template.id,
            "mode": "exact",
            "extras": {"channels": "delete", "roles": "delete"},
            "confirm_destructive": True,
        }
        return await self._post(f"/guilds/{guild_id}/plans", Plan, wanted)

    async def plan_rollback(self, guild_id: str, snapshot_id: str) -> Plan:
        return await self._post(f"/guilds/{guild_id}/rollbacks", Plan, {"snapshot_id": snapshot_id})

    async def apply(self, plan: Plan) -> Job:
        """Asks for it; the job is done by somebody else, later."""
        return await self._post(f"/plans/{plan.id}/apply", Job, {"hash": plan.hash})

    async def job(self, job_id: str) -> Job:
        return await self._get(f"/jobs/{job_id}", Job)

    async def settled(self, job_id: str) -> Job:
        """The job when it has ended, or as it is after half a minute."""
        answer = await self._http.get(f"{_API}/jobs/{job_id}", headers={"Prefer": f"wait={_LONGEST_WAIT}"})
        return _read(answer, Job)

    async def events(self, job_id: str) -> AsyncGenerator[JobEvent]:
        """The job's history and what follows, until it settles; a broken stream is taken up where it broke."""
        last_id = ""
        while True:
            headers = {"Last-Event-ID": last_id} if last_id else {}
            async with aconnect_sse(
                self._http, "GET", f"{_API}/jobs/{job_id}/events", headers=headers
            ) as source:
                if source.response.status_code == _NO_CONTENT:
                    return
                source.response.raise_for_status()
                async for sent in source.aiter_sse():
                    if not sent.data:
                        continue  # how long to wait before connecting again
                    last_id = sent.id
                    event = msgspec.json.decode(sent.data, type=JobEvent)
                    yield event
                    if event.type == _SETTLED:
                        return
            await asyncio.sleep(1)

    async def _get(self, path: str, kind: type[T]) -> T:
        return _read(await self._http.get(f"{_API}{path}"), kind)

    async def _post(self, path: str, kind: type[T], body: object = None) -> T:
        return _read(await self._http.post(f"{_API}{path}", json=body), kind)


class Simulator:
    """Makes the world, and afterwards says what is in it: no word of it comes from what is being judged."""

    def __init__(self, url: str) -> None:
        self._http = httpx.AsyncClient(base_url=f"{url}/_sim", trust_env=False)

    async def close(self) -> None:
        await self._http.aclose()

    async def create(self, spec: dict[str, Any]) -> str:
        """The new guild's id."""
        answer = await self._http.post("/guilds", json=spec)
        answer.raise_for_status()
        return msgspec.json.decode(answer.content, type=Made).id

    async def dump(self, guild_id: str) -> dict[str, Any]:
        """Everything that the guild is, in Discord's own shapes."""
        answer = await self._http.get(f"/guilds/{guild_id}")
        answer.raise_for_status()
        return msgspec.json.decode(answer.content, type=dict[str, Any])

    async def calls(self) -> int:
        """How many REST calls have come in so far."""
        answer = await self._http.get("/state")
        answer.raise_for_status()
        return msgspec.json.decode(answer.content, type=State).requests


class State(msgspec.Struct, frozen=True):
    """Of the whole simulated Discord; `requests` counts them."""

    requests: int


class Made(msgspec.Struct, frozen=True):
    """Something new, of which only the id matters."""

    id: str


def _read(answer: httpx.Response, kind: type[T]) -> T:
    if answer.is_success:
        return msgspec.json.decode(answer.content, type=kind)
    try:
        problem = msgspec.json.decode(answer.content, type=Problem)
    except msgspec.DecodeError:
        said = f"{answer.request.method} {answer.request.url.path} was answered with {answer.text[:200]!r}"
        problem = Problem(status=answer.status_code, code="unknown", detail=said)
    raise Refused(problem)
