"""What is sent as onboarding: what is kept of it, what is refused, and what is told and logged of it."""

from typing import Any

import pytest

from bot.simulator import Simulator
from tests.simulator.calls import Control, Rest
from tests.simulator.ears import Ear
from tests.simulator.newcomers import HARBOUR, enabled, option, prompt, seven

CREATED, UPDATED = 166, 167
PROMPT_CREATED, PROMPT_UPDATED, PROMPT_DELETED = 163, 164, 165


async def entries(rest: Rest, guild: str) -> list[tuple[int, Any]]:
    """The audit log's, oldest first."""
    found = (await rest.ok("GET", f"{guild}/audit-logs?limit=100"))["audit_log_entries"]
    return [(each["action_type"], each) for each in reversed(found)]


async def test_what_was_put_is_what_is_got(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**HARBOUR)
    crew, hidden = made["roles"]["Crew"], made["channels"]["hidden"]
    asked = prompt(
        "Why?",
        type=1,
        single_select=True,
        required=True,
        in_onboarding=True,
        options=[
            option("Sail", description="far", role_ids=[crew], channel_ids=[hidden], emoji_name="⛵"),
            option("Cook", emoji_id="77", emoji_name="pan", emoji_animated=True),
        ],
    )
    put = await enabled(rest, made, prompts=[asked])
    found = put["prompts"][0]
    first, second = found["options"]
    assert found == {
        "id": found["id"],
        "title": "Why?",
        "type": 1,
        "single_select": True,
        "required": True,
        "in_onboarding": True,
        "options": [
            {
                "id": first["id"],
                "title": "Sail",
                "description": "far",
                "emoji": {"id": None, "name": "⛵", "animated": False},
                "role_ids": [crew],
                "channel_ids": [hidden],
            },
            {
                "id": second["id"],
                "title": "Cook",
                "description": "",
                "emoji": {"id": "77", "name": "pan", "animated": True},
                "role_ids": [],
                "channel_ids": [],
            },
        ],
    }
    assert (put["default_channel_ids"], put["enabled"], put["mode"]) == (seven(made), True, 0)
    assert await rest.ok("GET", f"/guilds/{made['id']}/onboarding") == put
    assert (await sim.dump(made["id"]))["onboarding"] == put


async def test_each_field_is_optional_and_what_is_left_out_stays(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**HARBOUR)
    path = f"/guilds/{made['id']}/onboarding"
    whole = await enabled(rest, made, prompts=[prompt()], mode=1)
    for body in ({}, {"enabled": True}, {"mode": None, "prompts": None, "enabled": None}):
        assert await rest.ok("PUT", path, body) == whole
    assert (await rest.ok("PUT", path, {"mode": 0}))["mode"] == 0
    assert (await rest.ok("PUT", path, {"prompts": []}))["prompts"] == []


async def test_ids_that_are_there_are_kept_and_others_are_minted(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**HARBOUR)
    path = f"/guilds/{made['id']}/onboarding"
    asked = prompt("A", id="1", options=[option("x", id="1"), option("y")])
    first = (await rest.ok("PUT", path, {"prompts": [asked]}))["prompts"][0]
    ids = [first["id"], *(each["id"] for each in first["options"])]
    assert len(set(ids)) == 3
    assert "1" not in ids
    again = first | {"title": "B", "options": [first["options"][1], option("z"), first["options"][0]]}
    sent = [{key: each[key] for key in ("id", "title") if key in each} for each in again["options"]]
    twice = [again | {"options": sent}, again | {"options": sent}]
    kept, other = (await rest.ok("PUT", path, {"prompts": twice}))["prompts"]
    assert (kept["id"], kept["title"]) == (first["id"], "B")
    assert [kept["options"][0]["id"], kept["options"][2]["id"]] == [ids[2], ids[1]]
    assert kept["options"][1]["id"] not in ids
    assert not {other["id"], *(each["id"] for each in other["options"])} & set(ids), "an id is given once"


@pytest.mark.parametrize(
    ("body", "where", "code"),
    [
        ({"mode": 2}, ["mode"], None),
        ({"enabled": 1}, ["enabled"], "BOOLEAN_TYPE_CONVERT"),
        ({"prompts": [prompt()] * 16}, ["prompts"], "BASE_TYPE_MAX_LENGTH"),
        ({"prompts": [prompt("")]}, ["prompts", "0", "title"], None),
        ({"prompts": [prompt("t" * 101)]}, ["prompts", "0", "title"], None),
        ({"prompts": [prompt(options=[])]}, ["prompts", "0", "options"], None),
        ({"prompts": [prompt(options=[option()] * 51)]}, ["prompts", "0", "options"], "BASE_TYPE_MAX_LENGTH"),
        ({"prompts": [prompt(type=2)]}, ["prompts", "0", "type"], None),
        ({"prompts": [{"title": "t", "options": [option()]}]}, ["prompts", "0", "id"], "BASE_TYPE_REQUIRED"),
        ({"prompts": [prompt(options=[option("t" * 51)])]}, ["prompts", "0", "options", "0", "title"], None),
        (
            {"prompts": [prompt(options=[option(description="d" * 101)])]},
            ["prompts", "0", "options", "0", "description"],
            "BASE_TYPE_MAX_LENGTH",
        ),
        (
            {"prompts": [prompt(options=[option(role_ids=[str(each) for each in range(51)])])]},
            ["prompts", "0", "options", "0", "role_ids"],
            "BASE_TYPE_MAX_LENGTH",
        ),
    ],
)
async def test_a_bad_form_says_where(
    sim: Control, rest: Rest, body: dict[str, Any], where: list[str], code: str | None
) -> None:
    made = await sim.guild(**HARBOUR)
    answer = await rest("PUT", f"/guilds/{made['id']}/onboarding", body)
    assert (answer.status_code, answer.json()["code"]) == (400, 50035)
    node = answer.json()["errors"]
    for part in where:
        node = node[part]
    assert code is None or node["_errors"][0]["code"] == code
    assert not (await rest.ok("GET", f"/guilds/{made['id']}/onboarding"))["prompts"]


async def test_roles_that_options_give_are_marked_and_told_of(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    made = await sim.guild(**HARBOUR)
    crew, mates = made["roles"]["Crew"], made["roles"]["Mates"]
    ear = Ear(simulator)
    path = f"/guilds/{made['id']}/onboarding"
    await rest.ok("PUT", path, {"prompts": [prompt(options=[option(role_ids=[crew])])]})
    told = ear.happened()
    assert [(name, data["role"]["id"], data["role"]["flags"]) for name, data in told] == [
        ("GUILD_ROLE_UPDATE", crew, 1)
    ]
    await rest.ok("PUT", path, {"prompts": [prompt(options=[option(role_ids=[mates])])]})
    assert {data["role"]["id"]: data["role"]["flags"] for _, data in ear.happened()} == {crew: 0, mates: 1}
    await rest.ok("PUT", path, {"mode": 1})
    assert ear.happened() == []


async def test_the_audit_log_tells_prompts_and_the_whole_apart(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**HARBOUR)
    guild = f"/guilds/{made['id']}"
    two = {"prompts": [prompt("A"), prompt("B")]}
    first, second = (await rest.ok("PUT", f"{guild}/onboarding", two, X_Audit_Log_Reason="begun"))["prompts"]
    found = await entries(rest, guild)
    assert [kind for kind, _ in found] == [PROMPT_CREATED, PROMPT_CREATED, CREATED]
    assert {entry["reason"] for _, entry in found} == {"begun"}
    assert [entry["target_id"] for _, entry in found] == [first["id"], second["id"], made["id"]]
    changed = [{"id": first["id"], "title": "C", "options": [option(id=first["options"][0]["id"])]}]
    await rest.ok("PUT", f"{guild}/onboarding", {"prompts": changed, "mode": 1})
    found = (await entries(rest, guild))[3:]
    assert [(kind, entry["target_id"]) for kind, entry in found] == [
        (PROMPT_UPDATED, first["id"]),
        (PROMPT_DELETED, second["id"]),
        (UPDATED, made["id"]),
    ]
    assert found[0][1]["changes"] == [{"key": "title", "old_value": "A", "new_value": "C"}]
    assert found[2][1]["changes"] == [{"key": "mode", "old_value": 0, "new_value": 1}]
    await rest.ok("PUT", f"{guild}/onboarding", {"mode": 1})
    assert len(await entries(rest, guild)) == 6, "what changes nothing leaves no entry"


async def test_the_audit_log_keeps_what_was_logged(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**HARBOUR)
    guild, hidden = f"/guilds/{made['id']}", made["channels"]["hidden"]
    await rest.ok("PUT", f"{guild}/onboarding", {"prompts": [prompt(options=[option(channel_ids=[hidden])])]})
    before = (await entries(rest, guild))[0]
    assert hidden in str(before)
    await rest.ok("DELETE", f"/channels/{hidden}")
    assert (await entries(rest, guild))[0] == before
