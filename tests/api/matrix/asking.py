"""How each operation is asked so that a refusal is about the asker, and nothing that others look at is changed."""

import asyncio
from typing import Any

import httpx
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from tests.api.matrix.outcomes import STATUSES, Cell, Outcome
from tests.api.matrix.scene import Scene, activate, grant, label
from tests.api.world import DOCUMENT
from tests.simulator.pictures import png

PAST = "2020-01-01T00:00:00Z"
MERGE = {"Content-Type": "application/merge-patch+json"}
OUTDATED = {"If-Match": '"1"'}
"""Is looked at once it is clear who may: a change that is refused then has changed nothing."""


def sent(scene: Scene, cell: Cell) -> dict[str, Any]:
    """Query, headers and body, for httpx."""
    place, template_id = scene.place(cell), scene.template_id(cell)
    side = {"kind": "version", "template_id": template_id}
    bodies: dict[str, Any] = {
        "createAccessToken": {},
        "createMyToken": {"name": "late", "expires_at": PAST},
        "reviewGuild": {"decision": "approved"},
        "createJob": {"payload": {"kind": "guild.sync"}, "run_at": PAST, "expires_at": PAST},
        "captureGuild": {"members": True},
        "putAccess": {"role": "user"},
        "editSnapshot": {"label": label()},
        "putPolicies": {"rules": []},
        "putActiveVersion": {"template_id": scene.public_template_id, "values": {"unknown": "x"}},
        "createPlan": {"template_id": scene.public_template_id, "values": {"unknown": "x"}},
        "createPlans": {"guild_ids": [scene.here.guild_id]},
        "createRollback": {"snapshot_id": place.snapshot_id, "members": True},
        "applyPlan": {"hash": "another"},
        "approvePlan": {"hash": "another"},
        "createCallback": {"url": "https://127.0.0.1/", "events": ["job.settled"]},
        "createSchedule": {
            "name": "late",
            "payload": {"kind": "guild.sync"},
            "trigger": {"type": "once", "run_at": PAST},
        },
        "previewNewSchedule": {"trigger": {"type": "once", "run_at": PAST}},
        "createAnnouncement": {"name": "late", "channel_id": "1", "message": {"content": "x"}},
        "previewNewAnnouncement": {"channel_id": "1", "message": {"content": "x"}},
        "decideAnnouncement": {"decision": "approve", "revision": 1_000_000},
        "createTemplate": {"name": "Ours"}
        if cell.resource == "own"
        else {"name": "Ours", "visibility": "guild", "guild_id": place.guild_id},
        "createDiff": {"left": side, "right": side},
        "importTemplate": DOCUMENT,
        "createVersion": {"document": DOCUMENT},
    }
    edits = {"editMyNotifications", "editGuildSettings", "editCallback", "editSchedule", "editTemplate"}
    edits |= {"editAnnouncement"}
    conditional = edits | {"putPolicies", "deleteCallback", "deleteSchedule", "deleteTemplate"}
    conditional |= {"deleteAnnouncement"}
    headers = OUTDATED if cell.operation in conditional else {}
    options: dict[str, Any] = {"headers": {**headers, **(MERGE if cell.operation in edits else {})}}
    if cell.operation in bodies or cell.operation in edits:
        options["json"] = bodies.get(cell.operation, {})
    match cell.operation:
        case "finishLogin":
            options["params"] = {"code": "x", "state": "x"}
        case "getVisibility":
            options["params"] = {"role_id": place.guild_id}
        case "importTemplate":
            options["params"] = {"name": "Ours"}
        case "createVersion":
            options["params"] = {"base_version": 1000000}
        case "uploadImage":
            options["content"] = png()
            options["headers"]["Content-Type"] = "image/png"
        case _:
            pass
    return options


async def prepare(scene: Scene, cell: Cell) -> None:
    """Makes a template of the asker's active where that is what a refusal, or none, hangs on."""
    # A version of it becomes of the drift; an account stays while a guild uses it.
    if cell.operation in {"captureDrift", "deleteMe"}:
        await scene.api.execute(
            f"UPDATE active_versions SET template_id = '{scene.askers[cell.role].template_id}', version = 1"
            f" WHERE guild_id = '{scene.place(cell).guild_id}'"
        )


async def mend(scene: Scene, cell: Cell) -> None:
    """After what had to be done to be seen."""
    place = scene.place(cell)
    match cell.operation:
        case "deleteActiveVersion":
            await activate(scene.api, place.guild_id, place.template_id)
        case "deleteAccess":
            await grant(scene.api, place.guild_id, scene.target)
        case _:
            pass


def outcome_in(answer: httpx.Response) -> Outcome:
    assert answer.status_code < 500, answer.text
    return STATUSES.get(answer.status_code, "allowed")


class Impatient:
    """Goes away as soon as a stream has begun, which would not end by itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_stream, begun = False, asyncio.Event()

        async def received() -> Any:
            if not begun.is_set():
                listening, beginning = asyncio.ensure_future(receive()), asyncio.ensure_future(begun.wait())
                done, _ = await asyncio.wait({listening, beginning}, return_when=asyncio.FIRST_COMPLETED)
                for waiting in {listening, beginning} - done:
                    waiting.cancel()
                if listening in done:
                    return listening.result()
            return {"type": "http.disconnect"}

        async def told(message: Message) -> None:
            nonlocal is_stream
            if message["type"] == "http.response.start":
                is_stream = any(value.startswith(b"text/event-stream") for _, value in message["headers"])
                await send(message)
                if is_stream:
                    begun.set()
            elif not is_stream:
                await send(message)

        await self._app(scope, received, told)
        if is_stream:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
