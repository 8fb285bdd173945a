"""Onboarding: what it needs, whom it names, what is told of it."""

from collections.abc import Callable
from typing import Any

import disnake
import pytest

from bot.simulator import Simulator
from tests.simulator.calls import Control, Rest
from tests.simulator.conftest import Connect
from tests.simulator.ears import Ear
from tests.simulator.newcomers import HARBOUR, SEND, SEVEN, VIEW, option, prompt, seven
from tests.simulator.twins import Twins

CREATED, UPDATED = 166, 167
PROMPT_CREATED, PROMPT_UPDATED, PROMPT_DELETED = 163, 164, 165


async def entries(rest: Rest, guild: str) -> list[tuple[int, Any]]:
    """The audit log's, oldest first."""
    found = (await rest.ok("GET", f"{guild}/audit-logs?limit=100"))["audit_log_entries"]
    return [(each["action_type"], each) for each in reversed(found)]


async def enabled(rest: Rest, made: Any, **fields: Any) -> Any:
    body = {"enabled": True, "default_channel_ids": seven(made)} | fields
    return await rest.ok("PUT", f"/guilds/{made['id']}/onboarding", body)


async def test_a_guild_that_never_set_any_up_has_an_empty_one(sim: Control, rest: Rest) -> None:
    made = await sim.guild(bot_permissions=[])
    assert await rest.ok("GET", f"/guilds/{made['id']}/onboarding") == {
        "guild_id": made["id"],
        "prompts": [],
        "default_channel_ids": [],
        "enabled": False,
        "mode": 0,
    }


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
    ("missing", "fields"),
    [
        ("six channels", {"default_channel_ids": SEVEN[:6]}),
        ("four that everyone may write in", {"default_channel_ids": [*SEVEN[1:], "hidden", "hidden-too"]}),
        ("the same in the advanced mode", {"default_channel_ids": SEVEN[:6], "mode": 1}),
    ],
)
async def test_it_cannot_be_enabled_without_what_it_needs(
    sim: Control, rest: Rest, missing: str, fields: dict[str, Any]
) -> None:
    hidden_too = {"name": "hidden-too", "permission_overwrites": [{"role": "@everyone", "deny": str(VIEW)}]}
    made = await sim.guild(**HARBOUR | {"channels": [*HARBOUR["channels"], hidden_too]})
    ids = [made["channels"][name] for name in fields["default_channel_ids"]]
    body = {"enabled": True} | fields | {"default_channel_ids": ids}
    path = f"/guilds/{made['id']}/onboarding"
    assert await rest.refused("PUT", path, body) == (400, 350_000), missing
    assert not (await rest.ok("GET", path))["default_channel_ids"], "nothing of it was kept"
    await rest.ok("PUT", path, body | {"enabled": False})


async def test_a_channel_that_is_seen_but_not_written_in_counts_as_one_of_seven_only(
    sim: Control, rest: Rest
) -> None:
    made = await sim.guild(**HARBOUR)
    path, log = f"/guilds/{made['id']}/onboarding", f"/channels/{made['channels']['open-0']}/permissions"
    await rest.ok("PUT", f"{log}/{made['id']}", {"type": 0, "deny": str(SEND)})
    body = {"enabled": True, "default_channel_ids": seven(made)}
    assert await rest.refused("PUT", path, body) == (400, 350_000)
    more = [*seven(made), made["channels"]["rules"]]
    await rest.ok("PUT", path, body | {"default_channel_ids": more})


async def test_the_advanced_mode_counts_the_channels_of_options(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**HARBOUR)
    path, ids = f"/guilds/{made['id']}/onboarding", seven(made)
    asked = [prompt(options=[option(channel_ids=ids[3:])])]
    body = {"enabled": True, "default_channel_ids": ids[:3], "prompts": asked}
    assert await rest.refused("PUT", path, body) == (400, 350_000)
    await rest.ok("PUT", path, body | {"mode": 1})


async def test_it_takes_a_community(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**HARBOUR | {"features": []})
    path = f"/guilds/{made['id']}/onboarding"
    body = {"enabled": True, "default_channel_ids": seven(made)}
    assert await rest.refused("PUT", path, body) == (400, 350_000)
    await rest.ok("PUT", path, body | {"enabled": False})


async def test_below_its_needs_it_is_updated_only_into_meeting_them(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**HARBOUR)
    path = f"/guilds/{made['id']}/onboarding"
    await enabled(rest, made)
    gone = made["channels"]["open-0"]
    await rest.ok("DELETE", f"/channels/{gone}")
    left = await rest.ok("GET", path)
    assert left["enabled"]
    assert gone not in left["default_channel_ids"]
    assert await rest.refused("PUT", path, {"prompts": [prompt()]}) == (400, 350_001)
    assert await rest.refused("PUT", path, {"default_channel_ids": seven(made)[1:]}) == (400, 350_001)
    await rest.ok("PUT", path, {"enabled": False})
    assert await rest.refused("PUT", path, {"enabled": True}) == (400, 350_000)
    again = [*seven(made)[1:], made["channels"]["updates"]]
    await rest.ok("PUT", path, {"enabled": True, "default_channel_ids": again})


async def test_a_deleted_channel_or_role_leaves_it(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**HARBOUR)
    crew, mates, hidden = made["roles"]["Crew"], made["roles"]["Mates"], made["channels"]["hidden"]
    asked = prompt(options=[option(role_ids=[crew, mates], channel_ids=[hidden, seven(made)[0]])])
    await enabled(rest, made, prompts=[asked])
    await rest.ok("DELETE", f"/guilds/{made['id']}/roles/{crew}")
    await rest.ok("DELETE", f"/channels/{hidden}")
    found = (await rest.ok("GET", f"/guilds/{made['id']}/onboarding"))["prompts"][0]["options"][0]
    assert (found["role_ids"], found["channel_ids"]) == ([mates], [seven(made)[0]])


async def test_it_names_only_what_the_guild_has(sim: Control, rest: Rest) -> None:
    made, other = await sim.guild(**HARBOUR), await sim.guild(**HARBOUR)
    path = f"/guilds/{made['id']}/onboarding"
    foreign = other["channels"]["rules"]
    assert await rest.refused("PUT", path, {"default_channel_ids": [foreign]}) == (404, 10003)
    asked = [prompt(options=[option(channel_ids=[foreign])])]
    assert await rest.refused("PUT", path, {"prompts": asked}) == (404, 10003)
    for role in (other["roles"]["Crew"], made["id"]):
        asked = [prompt(options=[option(role_ids=[role])])]
        assert await rest.refused("PUT", path, {"prompts": asked}) == (404, 10011)


@pytest.mark.parametrize("lacking", ["MANAGE_GUILD", "MANAGE_ROLES"])
async def test_changing_it_takes_both_permissions(sim: Control, rest: Rest, lacking: str) -> None:
    held = [each for each in ("MANAGE_GUILD", "MANAGE_ROLES") if each != lacking]
    made = await sim.guild(**HARBOUR, bot_permissions=held)
    path = f"/guilds/{made['id']}/onboarding"
    assert await rest.refused("PUT", path, {"mode": 1}) == (403, 50013)
    await rest.ok("GET", path)
    answer = await sim.edit("ada", "PUT", path, {"mode": 1})
    assert (answer["status"], answer["body"]["code"]) == (403, 50013)
    assert (await sim.edit("owner", "PUT", path, {"mode": 1}))["status"] == 200


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


@pytest.mark.parametrize("way", ["put", "patch", "category", "order"])
async def test_a_default_channel_cannot_be_hidden_while_it_is_enabled(
    sim: Control, rest: Rest, way: str
) -> None:
    deck = {"name": "Deck", "type": 4}
    in_deck = [each | {"parent": "Deck"} for each in HARBOUR["channels"][:1]]
    shut = {
        "name": "Shut",
        "type": 4,
        "permission_overwrites": [{"role": "@everyone", "deny": str(VIEW)}],
    }
    made = await sim.guild(**HARBOUR | {"channels": [deck, shut, *in_deck, *HARBOUR["channels"][1:]]})
    await enabled(rest, made)
    channel, everyone = made["channels"]["open-0"], made["id"]
    hiding = {"id": everyone, "type": 0, "deny": str(VIEW)}
    entry = {"id": channel, "parent_id": made["channels"]["Shut"], "lock_permissions": True}
    ways: dict[str, tuple[str, str, Any]] = {
        "put": ("PUT", f"/channels/{channel}/permissions/{everyone}", {"type": 0, "deny": str(VIEW)}),
        "patch": ("PATCH", f"/channels/{channel}", {"permission_overwrites": [hiding]}),
        "category": (
            "PUT",
            f"/channels/{made['channels']['Deck']}/permissions/{everyone}",
            {"type": 0, "deny": str(VIEW)},
        ),
        "order": ("PATCH", f"/guilds/{made['id']}/channels", [entry]),
    }
    assert await rest.refused(*ways[way]) == (400, 350_003)
    await rest.ok("PUT", f"/guilds/{made['id']}/onboarding", {"enabled": False})
    await rest.ok(*ways[way])


async def test_a_spec_sets_it_up(sim: Control, rest: Rest) -> None:
    asked = {
        "title": "Why?",
        "options": [{"title": "Sail", "roles": ["Crew"], "channels": ["hidden"], "emoji_name": "⛵"}],
    }
    made = await sim.guild(
        **HARBOUR, onboarding={"enabled": True, "default_channels": SEVEN, "prompts": [asked]}
    )
    found = await rest.ok("GET", f"/guilds/{made['id']}/onboarding")
    assert (found["enabled"], found["default_channel_ids"]) == (True, seven(made))
    given = found["prompts"][0]["options"][0]
    assert (given["role_ids"], given["channel_ids"]) == (
        [made["roles"]["Crew"]],
        [made["channels"]["hidden"]],
    )
    role = await rest.ok("GET", f"/guilds/{made['id']}/roles/{made['roles']['Crew']}")
    assert role["flags"] == 1
    wrong = {"default_channels": ["nowhere"], "prompts": [{"options": [{"roles": ["Nobody"]}]}]}
    answer = await sim("POST", "/guilds", HARBOUR | {"name": "x", "onboarding": wrong}, status=400)
    assert set(answer["errors"]["onboarding"]) == {"default_channels", "prompts"}


async def test_disnake_reads_it_and_keeps_the_roles_flags(
    sim: Control, rest: Rest, connect: Connect, twins: Callable[[disnake.Client], Twins]
) -> None:
    made = await sim.guild(**HARBOUR)
    bot = disnake.Client(intents=disnake.Intents.all(), guild_ready_timeout=0.1)
    async with connect(bot):
        both = twins(bot)
        guild = bot.get_guild(int(made["id"]))
        assert guild is not None
        assert not (await guild.onboarding()).enabled
        await both.agree()
        crew, hidden = made["roles"]["Crew"], made["channels"]["hidden"]
        given = option("Sail", role_ids=[crew], channel_ids=[hidden], emoji_name="⛵", description="far")
        await enabled(rest, made, prompts=[prompt(options=[given], single_select=True, type=1)])
        await both.agree()
        found = await guild.onboarding()
        assert found.enabled
        assert {channel.name for channel in found.default_channels} == set(SEVEN)
        asked = found.prompts[0]
        assert (asked.title, asked.type) == ("Why are you here?", disnake.OnboardingPromptType.dropdown)
        assert (asked.single_select, asked.required, asked.in_onboarding) == (True, False, False)
        chosen = asked.options[0]
        assert (chosen.title, chosen.description, str(chosen.emoji)) == ("Sail", "far", "⛵")
        assert [role.name for role in chosen.roles] == ["Crew"]
        assert [channel.name for channel in chosen.channels] == ["hidden"]
        role = guild.get_role(int(crew))
        assert role is not None
        await role.delete()
        await both.agree()
        assert (await guild.onboarding()).prompts[0].options[0].role_ids == frozenset()
