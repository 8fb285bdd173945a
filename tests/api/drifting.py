"""A guild with an active version, and what of it is not as that says, without a bot."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from core.clock import utc_now
from core.discord.types import Snapshot
from core.drift.compare import Deviation, deviations
from core.drift.schemas import DriftBasis, Finding
from tests.api.world import Api
from tests.builders.core import powers, snapshot

DOCUMENT: dict[str, Any] = {
    "guildwright": 1,
    "variables": [{"name": "topic", "default": "anything"}],
    "channels": [{"key": "hall", "type": "text", "name": "hall", "topic": "${topic}"}],
}


async def active(api: Api, *, yaml: str | None = None) -> Snapshot:
    """A guild that is as its active version says, with a value of its own; `yaml` is how that is written."""
    seen = snapshot(roles=0, channels=1)
    hall = replace(seen.channels[0], type="text", name="hall", topic="Ours", parent_id=None)
    seen = replace(seen, channels=(hall,))
    await stored(api, seen)
    if yaml is None:
        template = await api.template(document=DOCUMENT)
    else:
        headers = {"Content-Type": "application/yaml"}
        template = (await api.post("/templates/import?name=x", content=yaml, headers=headers)).json()
    made = await api.client.put(
        f"/api/v1/guilds/{seen.guild_id}/active-version",
        json={"template_id": template["id"], "version": 1, "values": {"topic": "Ours"}},
    )
    assert made.is_success, made.json()
    return seen


async def stored(api: Api, seen: Snapshot) -> None:
    async with api.database.unit() as unit:
        await unit.guilds.store(seen, powers(seen), vouched=True)


async def found(api: Api, guild_id: str) -> list[tuple[str, str | None, str | None]]:
    _, items = await _compared(api, guild_id)
    return [(item.what, item.field, item.found) for item in items]


async def noted(api: Api, guild_id: str, *, ours: bool = False) -> None:
    """As the bot does it when it is told of a change, by a person whom the audit log names."""
    basis, items = await _compared(api, guild_id)
    findings = [
        Finding(deviation=each, at=utc_now(), user_id="1200000000000000001", user_name="olga", is_ours=ours)
        for each in items
    ]
    async with api.database.unit() as unit:
        assert await unit.drift.note(basis, findings)


async def _compared(api: Api, guild_id: str) -> tuple[DriftBasis, Sequence[Deviation]]:
    async with api.database.read() as unit:
        basis = await unit.drift.basis(guild_id)
    assert basis is not None
    return basis, deviations(basis.document, basis.bindings, basis.structure, since=basis.active.since)
