"""What drift is measured by: the version with the guild's own values, and nodes that are known from its first day."""

from typing import Any

from msgspec.structs import replace

from core.discord.types import Snapshot
from core.drift.compare import deviations
from tests.api.world import Api
from tests.builders.core import powers, snapshot

DOCUMENT: dict[str, Any] = {
    "guildwright": 1,
    "variables": [{"name": "topic", "default": "anything"}],
    "channels": [{"key": "hall", "type": "text", "name": "hall", "topic": "${topic}"}],
}


async def active(api: Api) -> Snapshot:
    """A guild that is as its active version says, with a value of its own."""
    seen = snapshot(roles=0, channels=1)
    hall = replace(seen.channels[0], type="text", name="hall", topic="Ours", parent_id=None)
    seen = replace(seen, channels=(hall,))
    await stored(api, seen)
    template = await api.template(document=DOCUMENT)
    made = await api.client.put(
        f"/api/v1/guilds/{seen.guild_id}/active-version",
        json={"template_id": template["id"], "version": 1, "values": {"topic": "Ours"}},
    )
    assert made.is_success, made.json()
    return seen


async def stored(api: Api, seen: Snapshot) -> None:
    async with api.database.unit() as unit:
        await unit.guilds.store(seen, powers(seen))


async def found(api: Api, guild_id: str) -> list[tuple[str, str | None, str | None]]:
    async with api.database.read() as unit:
        basis = await unit.drift.basis(guild_id)
    assert basis is not None
    items = deviations(basis.document, basis.bindings, basis.structure, since=basis.active.since)
    return [(item.what, item.field, item.found) for item in items]


async def test_a_guild_is_measured_with_its_own_values(api: Api) -> None:
    seen = await active(api)
    assert await found(api, seen.guild_id) == []


async def test_a_rename_after_the_version_became_active_is_a_rename(api: Api) -> None:
    seen = await active(api)
    await stored(api, replace(seen, channels=(replace(seen.channels[0], name="lobby"),)))
    assert await found(api, seen.guild_id) == [("changed", "name", "lobby")]
