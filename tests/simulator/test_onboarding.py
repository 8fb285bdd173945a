"""Onboarding: what it needs, whom it names, and who may change it."""

from collections.abc import Callable
from typing import Any

import disnake
import pytest

from tests.simulator.calls import Control, Rest
from tests.simulator.conftest import Connect
from tests.simulator.newcomers import HARBOUR, SEND, SEVEN, VIEW, enabled, option, prompt, seven
from tests.simulator.twins import Twins


async def test_a_guild_that_never_set_any_up_has_an_empty_one(sim: Control, rest: Rest) -> None:
    made = await sim.guild(bot_permissions=[])
    assert await rest.ok("GET", f"/guilds/{made['id']}/onboarding") == {
        "guild_id": made["id"],
        "prompts": [],
        "default_channel_ids": [],
        "enabled": False,
        "mode": 0,
    }


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
