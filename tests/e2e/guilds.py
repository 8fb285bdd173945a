"""Small guilds for what needs many of them, and messages for them with how soon they were picked up."""

import asyncio
import statistics
from datetime import datetime
from typing import Any

import msgspec

from tests.e2e.road import Road, until


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """A guild with one channel to write to, one role to give, and members to give it to."""

    guild_id: str
    channel_id: str
    role_id: str
    member_ids: tuple[str, ...]


async def new_post(road: Road, *, members: int = 1) -> Post:
    """Comes back when a bot has told of it."""
    spec = {
        "name": "Post",
        "roles": [{"name": "Crew"}],
        "channels": [{"name": "log"}],
        "members": [{"username": f"sailor{number}"} for number in range(members)],
    }
    made = await road.sim("POST", "/guilds", spec)
    post = Post(
        guild_id=made["id"],
        channel_id=made["channels"]["log"],
        role_id=made["roles"]["Crew"],
        member_ids=tuple(made["members"][f"sailor{number}"] for number in range(members)),
    )
    await until(lambda: road.knows(post.guild_id))
    return post


async def send(road: Road, post: Post, content: str) -> str:
    """The job's id."""
    return await road.ask(post.guild_id, "message.send", channel_id=post.channel_id, content=content)


def messages_in(post: Post) -> str:
    """The path to which they are sent."""
    return f"/channels/{post.channel_id}/messages"


class PickUps(msgspec.Struct, frozen=True):
    """How long jobs waited from being accepted to their first call, in seconds."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.seconds, n=20, method="inclusive")[-1]


async def picked_up(road: Road, post: Post, count: int) -> PickUps:
    """Sends so many messages one after the other; each must arrive."""
    seconds: list[float] = []
    for number in range(count):
        job = await road.ended(await send(road, post, f"message {number}"))
        assert job["state"] == "succeeded", job["error"]
        seconds.append(waited(job))
        await asyncio.sleep(0.01)
    return PickUps(tuple(seconds))


def waited(job: dict[str, Any]) -> float:
    begun, asked = (datetime.fromisoformat(job[name]) for name in ("first_call_at", "created_at"))
    return (begun - asked).total_seconds()
