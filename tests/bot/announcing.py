"""Announcements in a guild on the wire: written and asked for in core, done by the worker in the bot."""

from typing import Any
from uuid import UUID

from msgspec.structs import replace

from core.actor import Actor
from core.announcements.schemas import (
    Announcement,
    AnnouncementChanges,
    AnnouncementDraft,
    AnnouncementMessage,
    MessageChanges,
    Post,
)
from core.jobs.schemas import Job
from core.paging import Paging
from tests.bot.conftest import seen
from tests.bot.road import Road

MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = MESSAGES + "/{message_id}"
SPEC: dict[str, Any] = {
    "name": "Harbour",
    "owner": "olga",
    "features": ["COMMUNITY"],
    "verification_level": 1,
    "explicit_content_filter": 2,
    "rules_channel": "log",
    "public_updates_channel": "log",
    "roles": [{"name": "Mates", "key": "mates", "permissions": ["MANAGE_GUILD"]}],
    "channels": [
        {"name": "log", "permission_overwrites": [{"role": "@everyone", "deny": ["MENTION_EVERYONE"]}]},
        {"name": "news", "type": "announcement"},
    ],
    "members": [{"username": "ken", "roles": ["mates"]}],
}


def channel(road: Road, name: str) -> str:
    return str(road.guild["channels"][name])


async def write(road: Road, *, where: str = "log", content: str = "Ahoy", **fields: Any) -> Announcement:
    message = AnnouncementMessage(content=content, **fields.pop("message", {}))
    draft = AnnouncementDraft(name="Opening", channel_id=channel(road, where), message=message)
    async with road.database.unit() as unit:
        return await unit.announcements.create(road.owner, road.guild_id, replace(draft, **fields))


async def say(road: Road, announcement: Announcement, content: str) -> Announcement:
    """Something else from now on."""
    changes = AnnouncementChanges(message=MessageChanges(content=content))
    async with road.database.unit() as unit:
        return await unit.announcements.edit(road.owner, announcement.id, changes)


async def ask_to_post(road: Road, announcement: Announcement, *, actor: Actor | None = None) -> Job:
    async with road.database.unit() as unit:
        return await unit.announcement_posts.request(actor or road.owner, announcement.id)


async def post(road: Road, announcement: Announcement, *, actor: Actor | None = None) -> Job:
    return await ended(road, await ask_to_post(road, announcement, actor=actor))


async def edit(road: Road, announcement: Announcement, post_id: UUID) -> Job:
    async with road.database.unit() as unit:
        job = await unit.announcement_posts.request_edit(road.owner, announcement.id, post_id)
    return await ended(road, job)


async def delete(road: Road, announcement: Announcement, post_id: UUID) -> Job:
    async with road.database.unit() as unit:
        job = await unit.announcement_posts.request_delete(road.owner, announcement.id, post_id)
    return await ended(road, job)


async def ended(road: Road, job: Job) -> Job:
    async def look() -> Job:
        async with road.database.read() as unit:
            return await unit.jobs.get(road.owner, job.id)

    return await seen(look, lambda job: job.is_settled)


async def posts(road: Road, announcement: Announcement) -> tuple[Post, ...]:
    """Newest first."""
    async with road.database.read() as unit:
        return (await unit.announcement_posts.list(road.owner, announcement.id, Paging())).items


async def shown(road: Road, where: str = "log") -> list[dict[str, Any]]:
    """Oldest first."""
    return (await road.discord.dump(road.guild_id))["messages"].get(channel(road, where), [])


async def remove_by_hand(road: Road, message_id: str, where: str = "log") -> None:
    path = f"/channels/{channel(road, where)}/messages/{message_id}"
    edit = {"guild_id": road.guild_id, "user": "olga", "method": "DELETE", "path": path, "body": None}
    async with road.discord.http.post(f"{road.discord.base}/_sim/edits", json=edit) as answer:
        assert answer.ok, await answer.text()
