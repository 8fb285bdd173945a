"""Who changed what, over HTTP: filtered, read page by page, and taken away whole."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.api.world import Api

LINES = {"Accept": "application/x-ndjson"}


async def listed(api: Api, path: str = "/audit", **wanted: Any) -> list[dict[str, Any]]:
    answer = await api.get(path, params={"limit": 200, **wanted})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def lines(api: Api, path: str, **wanted: Any) -> list[dict[str, Any]]:
    answer = await api.get(path, params=wanted, headers=LINES)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_a_change_is_told_with_who_what_and_by_which_request(api: Api) -> None:
    answer = await api.post("/templates", json={"name": "Ours"})
    entries = await listed(api, request_id=answer.headers["x-request-id"])
    assert [entry["action"] for entry in entries] == ["template.create"]
    [entry] = entries
    assert entry["target"] == {"kind": "template", "id": answer.json()["id"]}
    assert (entry["actor"]["kind"], entry["actor"]["via"], entry["actor"]["name"]) == (
        "token",
        "http",
        "owner",
    )
    assert entry["actor"]["token_id"]
    assert "in_guild" not in entry["actor"]


async def test_a_guilds_log_holds_what_concerns_it_alone(api: Api) -> None:
    one, other = await api.guild(), await api.guild()
    for guild_id in (one, other):
        assert (await api.post(f"/guilds/{guild_id}/sync")).status_code == 202
    await api.post("/templates", json={"name": "Of nobody"})
    found = await listed(api, f"/guilds/{one}/audit")
    assert {entry["guild_id"] for entry in found} == {one}
    assert [entry["action"] for entry in found] == ["job.ask", "guild.join"]


async def test_each_filter_leaves_what_it_says(api: Api) -> None:
    guild_id = await api.guild()
    job = (await api.post(f"/guilds/{guild_id}/sync")).json()
    template = await api.template()
    everything = await listed(api)
    me = (await api.get("/me")).json()
    for wanted, holds in (
        ({"action": "job.ask"}, lambda entry: entry["action"] == "job.ask"),
        ({"action": "template"}, lambda entry: entry["action"].startswith("template.")),
        ({"via": "discord"}, lambda entry: entry["actor"]["via"] == "discord"),
        ({"account_id": me["id"]}, lambda entry: entry["actor"]["account_id"] == me["id"]),
        ({"target_kind": "template"}, lambda entry: entry["target"]["kind"] == "template"),
        ({"target_id": template["id"]}, lambda entry: entry["target"]["id"] == template["id"]),
        ({"job_id": job["id"]}, lambda entry: entry["job_id"] == job["id"]),
    ):
        expected = [entry for entry in everything if holds(entry)]
        assert expected, wanted
        assert await listed(api, **wanted) == expected, wanted
    assert await listed(api, discord_user_id="1") == []
    middle = everything[len(everything) // 2]["at"]
    newer = await listed(api, since=middle)
    assert newer == [entry for entry in everything if entry["at"] >= middle]
    assert await listed(api, until=middle) == [entry for entry in everything if entry["at"] < middle]
    after = (datetime.fromisoformat(everything[0]["at"]) + timedelta(seconds=1)).isoformat()
    assert await listed(api, since=after) == []


async def test_it_is_read_to_its_end_page_by_page_and_taken_away_whole(api: Api) -> None:
    guild_id = await api.guild()
    async with api.database.unit() as unit:
        for number in range(450):
            await unit.audit.record(
                await owner_of(api), "template.edit", ("template", number), guild_id=guild_id
            )
    path = f"/guilds/{guild_id}/audit"
    read: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = (await api.get(path, params={"limit": 199, **({"cursor": cursor} if cursor else {})})).json()
        read += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len({entry["id"] for entry in read}) == len(read) == 451
    assert await lines(api, path) == read
    assert await lines(api, path, action="guild") == read[-1:]


async def owner_of(api: Api) -> Any:
    async with api.database.read() as unit:
        return await unit.accounts.authenticate("gwt_the-owner-of-these-tests")


@pytest.mark.parametrize("headers", [{}, LINES])
async def test_a_guild_that_nobody_knows_has_none(api: Api, headers: dict[str, str]) -> None:
    answer = await api.get("/guilds/4711/audit", headers=headers)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_door_that_does_not_exist_is_named(api: Api) -> None:
    answer = await api.get("/audit", params={"via": "window"})
    assert answer.status_code == 422
    assert "via" in answer.text
