"""Schedules and their runs, by what they are."""

from typing import Any

import pytest

from tests.api.people import ADMIN, Someone, someone
from tests.api.world import Api

HOURLY = {"type": "interval", "every_seconds": 3600}


async def make(who: Someone, guild_id: str, name: str, **fields: Any) -> str:
    wanted = {
        "name": name,
        "payload": {"kind": "guild.sync"},
        "trigger": HOURLY,
        "overlap": "queue",
        **fields,
    }
    made = await who.ask("POST", f"/guilds/{guild_id}/schedules", json=wanted)
    assert made.status_code == 201, made.text
    return made.json()["id"]


async def test_a_guilds_schedules_are_found_by_state_kind_owner_and_name(api: Api) -> None:
    guild_id = await api.guild()
    ada, ben = await someone(api, "ada", guild_id, ADMIN), await someone(api, "ben", guild_id, ADMIN)
    first = await make(ada, guild_id, "Morning tidy")
    second = await make(ada, guild_id, "50% off", payload={"kind": "guild.capture"})
    third = await make(ben, guild_id, "morning news")
    assert (await ada.ask("POST", f"/schedules/{third}/pause")).is_success

    async def found(query: str, who: Someone = ada) -> list[str]:
        answer = await who.ask("GET", f"/guilds/{guild_id}/schedules?{query}")
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["items"]]

    assert await found("") == [third, second, first]
    assert await found("state=active") == [second, first]
    assert await found("state=paused") == [third]
    assert await found("kind=guild.sync") == [third, first]
    assert await found("owner=me") == [second, first]
    assert await found("owner=me", ben) == [third]
    assert await found(f"owner={ben.account_id}") == [third]
    assert await found("name=MORNING") == [third, first]
    assert await found("name=50%25") == [second]
    assert await found("name=%25") == await found("name=tidy") == []
    assert await found("name=morning&owner=me&state=active&kind=guild.sync") == [first]
    page = (await ada.ask("GET", f"/guilds/{guild_id}/schedules?owner=me&limit=1")).json()
    assert [each["id"] for each in page["items"]] == [second]
    assert await found(f"owner=me&cursor={page['next_cursor']}") == [first]


async def test_runs_are_found_by_state(api: Api) -> None:
    guild_id = await api.guild()
    ada = await someone(api, "ada", guild_id, ADMIN)
    schedule = await make(ada, guild_id, "Morning")
    runs = [(await ada.ask("POST", f"/schedules/{schedule}/run")).json()["id"] for _ in range(2)]
    for state, ids in {"asked": runs[:1], "waiting": runs[1:], "failed": []}.items():
        answer = await ada.ask("GET", f"/schedules/{schedule}/runs?state={state}")
        assert [each["id"] for each in answer.json()["items"]] == ids


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("schedules?state=asleep", "state"),
        ("schedules?owner=you", "owner"),
        ("schedules?owner=", "owner"),
        ("schedules?name=", "name"),
    ],
)
async def test_a_filter_that_means_nothing_is_refused(api: Api, query: str, name: str) -> None:
    answer = await api.get(f"/guilds/{await api.guild()}/{query}")
    assert answer.status_code in {400, 422}, answer.text
    assert [each["parameter"] for each in answer.json()["errors"]] == [name]
