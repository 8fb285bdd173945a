"""Every POST of the document that makes something, asked twice; every one that makes work, waited for."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from core.announcements.schemas import AnnouncementDraft, AnnouncementMessage
from core.discord.permissions import Permission
from tests.api.announcing import announcement_in, channel_in, draft_in, posted
from tests.api.conftest import document
from tests.api.test_openapi import operations
from tests.api.world import DOCUMENT, Api
from tests.builders.core import member
from tests.fixtures.patience import PATIENCE
from tests.simulator.pictures import png

Asked = tuple[str, dict[str, Any]]
"""A path, and what httpx sends there."""

KEY = {"Idempotency-Key": "once"}
ONCE, WAITS = ({"$ref": f"#/components/parameters/{name}"} for name in ("IdempotencyKey", "PreferWait"))
POSTS = {
    operation["operationId"]: operation for _, method, operation in operations(document()) if method == "post"
}
CALLBACK = {"url": "https://hooks.example.invalid/x", "events": ["job.settled"]}
WHEN = {"trigger": {"type": "cron", "expression": "0 0 1 1 *"}}
SCHEDULE = {"name": "x", "payload": {"kind": "guild.sync"}, **WHEN}
SYNC = {"json": {"payload": {"kind": "guild.sync"}}}


async def in_guild(api: Api, what: str, **sent: Any) -> Asked:
    return f"/guilds/{await api.guild()}/{what}", sent


async def on_job(api: Api, what: str, state: str) -> Asked:
    job_id = (await api.post(f"/guilds/{await api.guild()}/sync")).json()["id"]
    await api.execute(f"UPDATE jobs SET state = '{state}' WHERE id = '{job_id}'")
    return f"/jobs/{job_id}/{what}", {}


async def on_callback(api: Api, what: str) -> Asked:
    made = await api.post(f"/guilds/{await api.guild()}/callbacks", json=CALLBACK)
    return f"{made.headers['location'].removeprefix('/api/v1')}/{what}", {}


async def redeliver(api: Api) -> Asked:
    path = (await on_callback(api, "test"))[0]
    sent = (await api.post(path)).headers["location"].removeprefix("/api/v1")
    # Whoever is sending it right now must not settle it afterwards.
    await api.execute(
        "UPDATE callback_deliveries SET state = 'failed', next_attempt_at = NULL, ended_at = now(),"
        " claims = claims + 1, lease_until = NULL"
    )
    return f"{sent}/redeliver", {}


async def on_schedule(api: Api, what: str) -> Asked:
    made = await api.post(f"/guilds/{await api.guild()}/schedules", json=SCHEDULE)
    path = made.headers["location"].removeprefix("/api/v1")
    if what == "resume":
        await api.post(f"{path}/pause")
    return f"{path}/{what}", {}


async def write(api: Api, what: str, **fields: Any) -> Asked:
    guild_id = await api.guild()
    draft = await draft_in(api, guild_id, **fields)
    if what == "announcements/preview":
        del draft["name"]
    return f"/guilds/{guild_id}/{what}", {"json": draft}


async def on_announcement(api: Api, what: str) -> Asked:
    made = await announcement_in(api, await api.guild())
    path = f"/announcements/{made['id']}/posts"
    return (f"{path}/{await posted(api, made)}/{what}" if what else path), {}


async def decide(api: Api) -> Asked:
    """On what somebody in Discord has written."""
    guild_id = await api.guild()
    message = AnnouncementMessage(content="Ahoy")
    draft = AnnouncementDraft(
        name="Opening", channel_id=await channel_in(api, guild_id), message=message, needs_approval=True
    )
    async with api.database.unit() as unit:
        author = member(guild_id, Permission.ADMINISTRATOR)
        made = await unit.announcements.create(author, guild_id, draft)
    return f"/announcements/{made.id}/approval", {"json": {"decision": "approve", "revision": 1}}


async def plan(api: Api) -> Asked:
    return await in_guild(api, "plans", json={"template_id": (await api.template())["id"]})


async def apply(api: Api) -> Asked:
    path, sent = await plan(api)
    return f"/plans/{(await api.post(path, **sent)).json()['id']}/apply", {}


async def awaited(api: Api, what: str) -> Asked:
    """A plan that somebody in Discord has asked to apply."""
    path, sent = await plan(api)
    guild_id = path.split("/")[2]
    plan_id = (await api.post(path, **sent)).json()["id"]
    async with api.database.unit() as unit:
        job = await unit.plans.request_apply(member(guild_id, Permission.ADMINISTRATOR), UUID(plan_id))
    await api.execute(
        "UPDATE jobs SET state = 'waiting', waiting_for = 'approval', needs_approval = true"
        f" WHERE id = '{job.id}'"
    )
    return f"/plans/{plan_id}/{what}", {}


async def rollback(api: Api) -> Asked:
    guild_id = await api.guild()
    return f"/guilds/{guild_id}/rollbacks", {"json": {"snapshot_id": str(await api.capture(guild_id))}}


async def resume(api: Api) -> Asked:
    await api.post("/system/pause")
    return "/system/resume", {}


async def version(api: Api) -> Asked:
    return f"/templates/{(await api.template())['id']}/versions", {"json": {"document": DOCUMENT}}


async def copy(api: Api) -> Asked:
    return f"/templates/{(await api.template())['id']}/copy", {"json": {"name": "Mine"}}


async def drift(api: Api) -> Asked:
    guild_id, template = await api.guild(), await api.template()
    made = await api.client.put(
        f"/api/v1/guilds/{guild_id}/active-version", json={"template_id": template["id"]}
    )
    assert made.is_success, made.text
    return f"/guilds/{guild_id}/drift/capture", {}


async def plans(api: Api) -> Asked:
    guilds = [await api.guild(), await api.guild()]
    return f"/templates/{(await api.template())['id']}/plans", {"json": {"guild_ids": guilds}}


async def diff(api: Api) -> Asked:
    sides = [{"kind": "version", "template_id": (await api.template())["id"]} for _ in range(2)]
    return "/diffs", {"json": {"left": sides[0], "right": sides[1]}}


async def plainly(path: str, **sent: Any) -> Asked:
    return path, sent


ASK: dict[str, Callable[[Api], Awaitable[Asked]]] = {
    "createJob": lambda api: in_guild(api, "jobs", **SYNC),
    "syncGuild": lambda api: in_guild(api, "sync"),
    "reviewGuild": lambda api: in_guild(api, "approval", json={"decision": "suspended"}),
    "captureGuild": lambda api: in_guild(api, "captures"),
    "cancelJob": lambda api: on_job(api, "cancel", "queued"),
    "retryJob": lambda api: on_job(api, "retry", "failed"),
    "createPlan": plan,
    "applyPlan": apply,
    "approvePlan": lambda api: awaited(api, "approve"),
    "rejectPlan": lambda api: awaited(api, "reject"),
    "createRollback": rollback,
    "createCallback": lambda api: in_guild(api, "callbacks", json=CALLBACK),
    "rotateCallbackSecret": lambda api: on_callback(api, "rotate-secret"),
    "testCallback": lambda api: on_callback(api, "test"),
    "redeliver": redeliver,
    "createSchedule": lambda api: in_guild(api, "schedules", json=SCHEDULE),
    "previewNewSchedule": lambda api: in_guild(api, "schedules/preview", json=WHEN),
    "pauseSchedule": lambda api: on_schedule(api, "pause"),
    "resumeSchedule": lambda api: on_schedule(api, "resume"),
    "runSchedule": lambda api: on_schedule(api, "run"),
    "createAnnouncement": lambda api: write(api, "announcements"),
    "previewNewAnnouncement": lambda api: write(api, "announcements/preview"),
    "decideAnnouncement": decide,
    "postAnnouncement": lambda api: on_announcement(api, ""),
    "editAnnouncementPost": lambda api: on_announcement(api, "edit"),
    "pauseSystem": lambda api: plainly("/system/pause", json={"reason": "x"}),
    "resumeSystem": resume,
    "createTemplate": lambda api: plainly("/templates", json={"name": "x"}),
    "importTemplate": lambda api: plainly("/templates/import?name=x", json=DOCUMENT),
    "createVersion": version,
    "copyTemplate": copy,
    "createDiff": diff,
    "captureDrift": drift,
    "createPlans": plans,
    "uploadImage": lambda api: plainly("/images", content=png()),
}


def test_whatever_can_be_accepted_takes_a_key_and_every_job_can_be_waited_for() -> None:
    """A new POST fails here until it does, and until it stands in this file."""
    once = {name for name, operation in POSTS.items() if ONCE in operation["parameters"]}
    assert once == set(ASK)
    for name, operation in POSTS.items():
        accepted = operation["responses"].get("202")
        if accepted is None:
            continue
        assert name in once
        [content] = accepted["content"].values()
        answers_with_job = content["schema"]["$ref"].endswith("/Job")
        assert (WAITS in operation["parameters"]) == answers_with_job, name
        assert ("200" in operation["responses"]) == answers_with_job, name


@pytest.mark.parametrize("name", ASK)
async def test_asked_twice_under_one_key_it_is_done_once_and_answered_alike(api: Api, name: str) -> None:
    await api.keep_bot()
    path, sent = await ASK[name](api)
    first = await api.post(path, headers=KEY, **sent)
    assert first.is_success, first.text
    after = await api.rows()
    second = await api.post(path, headers=KEY, **sent)
    assert (second.status_code, second.headers.get("location"), second.content) == (
        first.status_code,
        first.headers.get("location"),
        first.content,
    )
    assert await api.rows() == after
    other = await api.post(path + ("&" if "?" in path else "?") + "other=1", headers=KEY, **sent)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("name", [name for name in ASK if WAITS in POSTS[name]["parameters"]])
async def test_who_prefers_to_wait_gets_the_settled_job_and_is_told_how_long_it_was_at_most(
    api: Api, name: str
) -> None:
    path, sent = await ASK[name](api)
    waiting = asyncio.create_task(api.post(path, headers={"Prefer": "respond-async, wait=99"}, **sent))
    async with asyncio.timeout(PATIENCE):
        while not waiting.done():
            await api.work()
            await asyncio.sleep(0.05)
    answer = await waiting
    assert (answer.status_code, answer.headers["preference-applied"]) == (200, "wait=30"), answer.text
    assert answer.json()["state"] in {"succeeded", "failed", "cancelled"}
    again = await api.get(answer.headers["location"].removeprefix("/api/v1"), headers={"Prefer": "wait=30"})
    assert (again.json(), again.headers["preference-applied"]) == (answer.json(), "wait=30")
