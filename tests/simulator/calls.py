"""Short ways to say a call, and to wait for what follows from it."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import disnake
import httpx
from starlette.types import ASGIApp, Message

from tests.fixtures.patience import PATIENCE


class Control:
    """The control surface; every call must succeed unless ``status`` says otherwise."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def __call__(
        self, method: str, path: str, body: object = None, *, status: int | None = None
    ) -> Any:
        answer = await self._http.request(method, f"/_sim{path}", json=body)
        assert answer.status_code == status if status else answer.is_success, answer.text
        return answer.json()

    async def guild(self, **spec: Any) -> Any:
        return await self("POST", "/guilds", {"name": "Harbour"} | spec)

    async def dump(self, guild_id: object) -> Any:
        return await self("GET", f"/guilds/{guild_id}")

    async def edit(self, user: str, method: str, path: str, body: object = None) -> Any:
        return await self("POST", "/edits", {"user": user, "method": method, "path": path, "body": body})


class Rest:
    """Calls of the bot. ``ok`` insists on success and gives the body, ``refused`` on a refusal and gives its code."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def __call__(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        sent = {"Authorization": "Bot sim-token"} | {
            name.replace("_", "-"): text for name, text in headers.items()
        }
        return await self._http.request(method, f"/api/v10{path}", json=body, headers=sent)

    async def upload(
        self, path: str, body: object, *files: tuple[str, bytes], method: str = "POST"
    ) -> httpx.Response:
        """The body as ``payload_json`` with the files as ``files[0]`` and so on; names and contents."""
        parts = {f"files[{index}]": file for index, file in enumerate(files)}
        return await self._http.request(
            method,
            f"/api/v10{path}",
            data={"payload_json": json.dumps(body)},
            files=parts,
            headers={"Authorization": "Bot sim-token"},
        )

    async def sticker(self, guild_id: object, file: bytes, **fields: str) -> httpx.Response:
        """A sticker made from a file, as multipart; a name and tags if none are given."""
        return await self._http.post(
            f"/api/v10/guilds/{guild_id}/stickers",
            data={"name": "Wave", "tags": "👋"} | fields,
            files={"file": ("sticker", file)},
            headers={"Authorization": "Bot sim-token"},
        )

    async def ok(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        answer = await self(method, path, body, **headers)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def refused(self, method: str, path: str, body: object = None) -> tuple[int, int]:
        answer = await self(method, path, body)
        assert answer.is_error, answer.text
        return answer.status_code, answer.json()["code"]


def form_codes(answer: httpx.Response) -> dict[str, str]:
    """The word code of each field that a form was refused for."""
    return {key: found["_errors"][0]["code"] for key, found in answer.json()["errors"].items()}


@dataclass(slots=True, frozen=True)
class Reply:
    """``body`` is the decoded JSON, or None where there is none; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: Any


class Wire:
    """Speaks to the app without a client in between, for the tests that make thousands of calls."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """A call of the bot; ``path`` is Discord's."""
        content = b"" if body is None else json.dumps(body).encode()
        sent = {"authorization": "Bot sim-token"} | dict(headers or {})
        sent |= {"content-type": "application/json"} if content else {}
        return await self._sent(method, f"/api/v10{path}", content, urlencode(query or {}), sent)

    async def form(self, path: str, fields: Mapping[str, object], authorization: str | None = None) -> Reply:
        """A POST of what a browser's form would send."""
        sent = {"content-type": "application/x-www-form-urlencoded"}
        sent |= {} if authorization is None else {"authorization": authorization}
        return await self._sent("POST", f"/api/v10{path}", urlencode(fields).encode(), "", sent)

    async def multipart(
        self, path: str, fields: Mapping[str, object], *, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """A POST of fields as text, those of type ``bytes`` as files; what is None is not sent."""
        parts = [_part(name, value) for name, value in fields.items() if value is not None]
        content = b"".join(parts) + b"--limit--\r\n"
        sent = {"authorization": "Bot sim-token"} | dict(headers or {})
        sent["content-type"] = "multipart/form-data; boundary=limit"
        return await self._sent("POST", f"/api/v10{path}", content, "", sent)

    async def control(self, method: str, path: str, body: object = None) -> Reply:
        content = b"" if body is None else json.dumps(body).encode()
        return await self._sent(method, f"/_sim{path}", content, "", {"content-type": "application/json"})

    async def _sent(
        self, method: str, path: str, content: bytes, query: str, headers: dict[str, str]
    ) -> Reply:
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), text.encode("latin-1")) for name, text in headers.items()],
        }
        parts: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: Message) -> None:
            parts.append(message)

        await self._app(scope, receive, send)
        start, *chunks = parts
        answer = b"".join(chunk.get("body", b"") for chunk in chunks)
        found = {name.decode(): text.decode() for name, text in start["headers"]}
        return Reply(start["status"], found, json.loads(answer) if answer else None)


def _part(name: str, value: object) -> bytes:
    file = '; filename="file"' if isinstance(value, bytes) else ""
    head = f'--limit\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
    return head.encode() + (value if isinstance(value, bytes) else str(value).encode()) + b"\r\n"


async def until(claim: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until a claim about something that arrives on its own holds."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not claim():
        assert asyncio.get_running_loop().time() < deadline, "it did not come true"
        await asyncio.sleep(0.01)


def heard_by(bot: disnake.Client, event: str) -> list[Any]:
    """What the client's event is given, as it comes: its one argument, or a tuple of them."""
    heard: list[Any] = []

    async def listener(*given: Any) -> None:
        heard.append(given[0] if len(given) == 1 else given)

    listener.__name__ = event
    bot.event(listener)
    return heard
