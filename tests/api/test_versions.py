"""Versions: texts that stay as they are written, and changes by key."""

from typing import Any
from uuid import UUID

import httpx

from tests.api.world import YAML, Api

SOURCE = """\
# What we agreed on.
guildwright: 1

roles:
  - key: staff   # the team
    name: Staff

channels:
  # Newcomers land here.
  - {key: hall, type: text, name: hall}
"""
AS_YAML = {"Accept": "application/yaml"}


async def imported(api: Api) -> str:
    return (await api.post("/templates/import?name=ours", content=SOURCE, headers=YAML)).json()["id"]


async def change(api: Api, template: str, *operations: dict[str, Any], base: int = 1) -> httpx.Response:
    body = {"operations": operations, "base_version": base, "note": "changed"}
    return await api.post(f"/templates/{template}/versions", json=body)


async def text_of(api: Api, template: str, number: int) -> str:
    return (await api.get(f"/templates/{template}/versions/{number}", headers=AS_YAML)).text


async def test_yaml_is_answered_as_it_was_written_also_by_a_copy(api: Api) -> None:
    template = await imported(api)
    assert await text_of(api, template, 1) == SOURCE
    later = SOURCE.replace("Newcomers", "All newcomers")
    await api.post(f"/templates/{template}/versions", content=later, headers=YAML)
    assert await text_of(api, template, 2) == later
    copy = (await api.post(f"/templates/{template}/copy")).json()["id"]
    assert await text_of(api, copy, 1) == later


async def test_changes_by_key_make_the_next_version_and_keep_the_comments(api: Api) -> None:
    template = await imported(api)
    made = await change(
        api,
        template,
        {"op": "set", "key": "staff", "fields": {"name": "Team"}},
        {"op": "rename_key", "key": "hall", "to": "lobby"},
        {"op": "add", "section": "channels", "node": {"key": "log", "type": "text", "name": "log"}},
    )
    assert (made.status_code, made.json()["number"], made.json()["note"]) == (201, 2, "changed")
    assert await text_of(api, template, 2) == SOURCE.replace("name: Staff", "name: Team").replace(
        "{key: hall, type: text, name: hall}",
        "{key: lobby, type: text, name: hall}\n  - key: log\n    type: text\n    name: log",
    )
    assert await text_of(api, template, 1) == SOURCE


async def test_changes_to_an_older_version_are_refused_naming_the_newer(api: Api) -> None:
    template = await imported(api)
    rename = {"op": "set", "key": "staff", "fields": {"name": "Team"}}
    assert (await change(api, template, rename)).status_code == 201
    stale = await change(api, template, rename)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    assert "is 2, not 1" in stale.json()["detail"]
    alone = await api.post(f"/templates/{template}/versions", json={"operations": [rename]})
    assert alone.status_code == 422


async def test_each_bad_change_is_pointed_at_and_no_version_is_made(api: Api) -> None:
    template = await imported(api)
    bad = await change(
        api,
        template,
        {"op": "set", "key": "staff", "fields": {"name": "Team"}},
        {"op": "remove", "key": "nobody"},
        {"op": "move", "key": "hall", "into": "staff"},
    )
    assert bad.status_code == 422
    assert [error["pointer"] for error in bad.json()["errors"]] == ["/operations/1", "/operations/2"]
    unheard = await change(api, template, {"op": "explode", "key": "hall"})
    assert (unheard.status_code, unheard.json()["errors"][0]["pointer"]) == (422, "/operations/0/op")
    assert (await api.get(f"/templates/{template}")).json()["latest_version"] == 1


async def test_a_node_that_is_called_otherwise_is_renamed_in_a_guild_and_not_made_anew(api: Api) -> None:
    guild, template = await api.guild(roles=1, channels=0), await imported(api)
    async with api.database.unit() as unit:
        await unit.template_versions.bind(guild, UUID(template), {"staff": await _a_role(api, guild)})
    changed = await change(
        api,
        template,
        {"op": "rename_key", "key": "staff", "to": "team"},
        {"op": "set", "key": "team", "fields": {"name": "Team"}},
    )
    assert changed.status_code == 201
    plan = (await api.post(f"/guilds/{guild}/plans", json={"template_id": template})).json()
    assert plan["matched"]["team"] == await _a_role(api, guild)


async def _a_role(api: Api, guild: str) -> str:
    roles = (await api.get(f"/guilds/{guild}/structure")).json()["roles"]
    return next(role["id"] for role in roles if not role["managed"] and role["id"] != guild)
