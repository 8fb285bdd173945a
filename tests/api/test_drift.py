"""What drift is measured by: the version with the guild's own values, and nodes that are known from its first day."""

from typing import Any

from msgspec.structs import replace

from tests.api.drifting import active, found, stored
from tests.api.world import Api

SOURCE = """\
guildwright: 1
variables:
  - {name: topic, default: anything}
channels:
  # Everybody is here.
  - key: hall
    type: text
    name: hall
    topic: ${topic}   # their own
"""


async def test_a_guild_is_measured_with_its_own_values(api: Api) -> None:
    seen = await active(api)
    assert await found(api, seen.guild_id) == []


async def test_a_rename_after_the_version_became_active_is_a_rename(api: Api) -> None:
    seen = await active(api)
    await stored(api, replace(seen, channels=(replace(seen.channels[0], name="lobby"),)))
    assert await found(api, seen.guild_id) == [("changed", "name", "lobby")]


async def test_captured_drift_keeps_the_texts_with_variables_and_their_comments(api: Api) -> None:
    seen = await active(api, yaml=SOURCE)
    [hall] = seen.channels
    await stored(api, replace(seen, channels=(replace(hall, name="lobby"),)))
    draft = await captured(api, seen.guild_id)
    assert draft["document"]["channels"] == [
        {"key": "hall", "type": "text", "name": "lobby", "topic": "${topic}"}
    ]
    text = await api.client.get(
        f"/api/v1/templates/{draft['template_id']}/versions/2", headers={"Accept": "application/yaml"}
    )
    assert text.text == SOURCE.replace("name: hall", "name: lobby")


async def test_a_variable_that_drift_has_replaced_is_declared_no_more_and_the_note_says_so(api: Api) -> None:
    seen = await active(api)
    [hall] = seen.channels
    await stored(api, replace(seen, channels=(replace(hall, topic="Theirs ${x}"),)))
    draft = await captured(api, seen.guild_id, note="Theirs is better")
    assert draft["note"] == "Theirs is better. No longer used, so declared no more: topic"
    assert "variables" not in draft["document"]
    assert draft["document"]["channels"][0]["topic"] == "Theirs ${x}"


async def captured(api: Api, guild_id: str, **body: Any) -> dict[str, Any]:
    answer = await api.post(f"/guilds/{guild_id}/drift/capture", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()
