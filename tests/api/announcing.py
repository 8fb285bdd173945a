"""Announcements over HTTP: one to ask about, and a message that it became."""

from typing import Any
from uuid import uuid4

from tests.api.people import Someone
from tests.api.world import Api
from tests.builders.core import snowflake


async def channel_in(api: Api, guild_id: str) -> str:
    """A text channel of the guild."""
    async with api.database.read() as unit:
        found = await unit.guilds.structure_of(guild_id)
    assert found is not None
    return found.channels[0].id


async def draft_in(api: Api, guild_id: str, **fields: Any) -> dict[str, Any]:
    message = {"content": fields.pop("content", "${guild.name} opens ${next.relative}.")}
    return {"name": "Opening", "channel_id": await channel_in(api, guild_id), "message": message, **fields}


async def announcement_in(
    api: Api, guild_id: str, *, author: Someone | None = None, **fields: Any
) -> dict[str, Any]:
    """The owner's, unless there is another author."""
    path, body = f"/guilds/{guild_id}/announcements", await draft_in(api, guild_id, **fields)
    made = await (api.post(path, json=body) if author is None else author.ask("POST", path, json=body))
    assert made.status_code == 201, made.text
    return made.json()


async def posted(api: Api, announcement: dict[str, Any], *, deleted: bool = False) -> str:
    """The id of a message that it became, so it seems."""
    post_id, gone = uuid4(), "now()" if deleted else "NULL"
    await api.execute(
        "INSERT INTO announcement_posts (id, announcement_id, guild_id, job_id, channel_id, message_id, revision,"
        f" sent_at, deleted_at) VALUES ('{post_id}', '{announcement['id']}', {announcement['guild_id']}, '{post_id}',"
        f" {announcement['channel_id']}, {snowflake()}, 1, now(), {gone})"
    )
    return str(post_id)
