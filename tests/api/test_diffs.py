"""Two states compared over HTTP."""

from typing import Any

from msgspec.structs import replace

from core.actor import SYSTEM
from tests.api.world import DOCUMENT, Api
from tests.builders.core import powers


async def diff(api: Api, left: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
    answer = await api.post("/diffs", json={"left": left, "right": right})
    assert answer.status_code == 200, answer.text
    return answer.json()


def inline(document: dict[str, Any] = DOCUMENT) -> dict[str, Any]:
    return {"kind": "document", "document": document}


def touched(shown: dict[str, Any]) -> list[tuple[str, str]]:
    return [(node["name"], node["action"]) for node in shown["tree"] if node["action"] != "keep"]


async def test_versions_documents_snapshots_and_guilds_are_compared_with_each_other(api: Api) -> None:
    guild, template = await api.guild(roles=1, channels=1), await api.template()
    snapshot = await api.capture(guild)
    sides = (
        {"kind": "version", "template_id": template["id"], "version": 1},
        inline(),
        {"kind": "snapshot", "guild_id": guild, "snapshot_id": str(snapshot)},
        {"kind": "guild", "guild_id": guild},
    )
    equal = [[(await diff(api, left, right))["is_equal"] for right in sides] for left in sides]
    assert equal == [
        [True, True, False, False],
        [True, True, False, False],
        [False, False, True, True],
        [False, False, True, True],
    ]


async def test_what_was_changed_in_a_guild_since_a_snapshot_is_told_field_by_field(api: Api) -> None:
    guild = await api.guild(roles=1, channels=1)
    taken = {"kind": "snapshot", "guild_id": guild, "snapshot_id": str(await api.capture(guild))}
    async with api.database.unit() as unit:
        seen = (await unit.guilds.view(SYSTEM, guild)).structure
        renamed = replace(seen, channels=(replace(seen.channels[0], name="lobby"),))
        await unit.guilds.store(renamed, powers(renamed), vouched=True)
    found = await diff(api, taken, {"kind": "guild", "guild_id": guild})
    [node] = [node for node in found["tree"] if node["action"] != "keep"]
    assert (node["name"], node["id"]) == ("lobby", seen.channels[0].id)
    assert node["changes"] == [{"field": "name", "before": seen.channels[0].name, "after": "lobby"}]


async def test_versions_of_a_copy_and_its_origin_are_compared_by_key(api: Api) -> None:
    origin = await api.template()
    copy = (await api.post(f"/templates/{origin['id']}/copy")).json()
    renamed = {**DOCUMENT, "roles": [{**DOCUMENT["roles"][0], "name": "Team"}]}
    await api.post(f"/templates/{copy['id']}/versions", json={"document": renamed})
    sides = [{"kind": "version", "template_id": each["id"]} for each in (origin, copy)]
    assert touched(await diff(api, sides[0], sides[1])) == [("Team", "edit")]


async def test_problems_of_a_document_in_the_body_are_pointed_at_and_what_is_not_there_is_not_found(
    api: Api,
) -> None:
    wrong = await api.post("/diffs", json={"left": inline(), "right": inline({"guildwright": 2})})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/right/document/guildwright")
    nowhere = {"kind": "guild", "guild_id": "1" * 18}
    assert (await api.post("/diffs", json={"left": inline(), "right": nowhere})).status_code == 404
