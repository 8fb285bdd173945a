"""Colours, icons and the rest of a role: Discord's rules, and disnake's cache after each step."""

from collections.abc import Callable
from typing import Any

import disnake
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.errors import FieldErrors, Refusal
from bot.simulator.forms import Form
from bot.simulator.permissions import ALL
from bot.simulator.role_forms import HOLOGRAPHIC, RoleForm
from bot.simulator.state import Guild, Role
from tests.simulator.calls import Control, Rest
from tests.simulator.conftest import Connect
from tests.simulator.pictures import GIF, png, uri
from tests.simulator.twins import Twins

ENHANCED: dict[str, Any] = {"features": ["ENHANCED_ROLE_COLORS", "ROLE_ICONS"]}


def colors(primary: int, secondary: int | None = None, tertiary: int | None = None) -> dict[str, Any]:
    return {"primary_color": primary, "secondary_color": secondary, "tertiary_color": tertiary}


async def test_color_and_colors_are_two_names_of_one_thing(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**ENHANCED)
    roles = f"/guilds/{made['id']}/roles"
    role = await rest.ok("POST", roles, {"colors": {"primary_color": 5}})
    assert (role["color"], role["colors"]) == (5, colors(5))
    one = f"{roles}/{role['id']}"
    gradient = await rest.ok("PATCH", one, {"colors": colors(6, 7)})
    assert (gradient["color"], gradient["colors"]) == (6, colors(6, 7))
    # What says nothing of colours leaves them.
    assert (await rest.ok("PATCH", one, {"hoist": True}))["colors"] == colors(6, 7)
    # The older form knows no gradients.
    assert (await rest.ok("PATCH", one, {"color": 8}))["colors"] == colors(8)
    both = await rest.ok("PATCH", one, {"color": 1, "colors": {"primary_color": 9}})
    assert (both["color"], both["colors"]) == (9, colors(9))
    holographic = await rest.ok("PATCH", one, {"colors": colors(*HOLOGRAPHIC)})
    assert holographic["colors"] == colors(11127295, 16759788, 16761760)
    assert (await rest.ok("PATCH", one, {"colors": None}))["colors"] == colors(0)


@pytest.mark.parametrize(
    "wrong",
    [
        colors(0, 7),
        {"secondary_color": 7},
        colors(1, 2, 3),
        colors(11127295, 16759788, 1),
        colors(11127295, None, 16761760),
        colors(1, 16759788, 16761760),
    ],
)
async def test_colours_that_do_not_go_together_are_refused(
    sim: Control, rest: Rest, wrong: dict[str, Any]
) -> None:
    made = await sim.guild(**ENHANCED)
    roles = f"/guilds/{made['id']}/roles"
    assert await rest.refused("POST", roles, {"colors": wrong}) == (400, 670008)
    assert len(await rest.ok("GET", roles)) == 2


@pytest.mark.parametrize("wrong", [colors(-1), colors(1 << 24), colors(1, 1 << 24), {"primary_color": "red"}])
async def test_a_colour_has_24_bits(sim: Control, rest: Rest, wrong: dict[str, Any]) -> None:
    made = await sim.guild(**ENHANCED)
    answer = await rest("POST", f"/guilds/{made['id']}/roles", {"colors": wrong})
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"colors"})


async def test_gradients_and_icons_need_their_features(sim: Control, rest: Rest) -> None:
    made = await sim.guild(roles=[{"name": "Crew"}])
    roles = f"/guilds/{made['id']}/roles"
    crew = f"{roles}/{made['roles']['Crew']}"
    for body in ({"colors": colors(1, 2)}, {"icon": uri(png())}, {"unicode_emoji": "🚢"}):
        assert await rest.refused("POST", roles, body) == (403, 50101)
        assert await rest.refused("PATCH", crew, body) == (403, 50101)
    plain = {"colors": colors(1), "icon": None, "unicode_emoji": None}
    await rest.ok("POST", roles, plain)
    await rest.ok("PATCH", crew, plain)


async def test_icon_and_emoji_exclude_each_other(sim: Control, rest: Rest, http: httpx.AsyncClient) -> None:
    made = await sim.guild(**ENHANCED)
    roles = f"/guilds/{made['id']}/roles"
    role = await rest.ok("POST", roles, {"unicode_emoji": "🚢"})
    one = f"{roles}/{role['id']}"
    assert (role["icon"], role["unicode_emoji"]) == (None, "🚢")
    with_icon = await rest.ok("PATCH", one, {"icon": uri(png())})
    assert (len(with_icon["icon"]), with_icon["unicode_emoji"]) == (32, None)
    served = await http.get(f"/role-icons/{role['id']}/{with_icon['icon']}.png")
    assert served.content == png()
    assert (await rest.ok("PATCH", one, {"name": "x"}))["icon"] == with_icon["icon"]
    with_emoji = await rest.ok("PATCH", one, {"unicode_emoji": "⚓"})
    assert (with_emoji["icon"], with_emoji["unicode_emoji"]) == (None, "⚓")
    given_both = await rest.ok("PATCH", one, {"unicode_emoji": "🚢", "icon": uri(png(9))})
    assert (bool(given_both["icon"]), given_both["unicode_emoji"]) == (True, None)
    bare = await rest.ok("PATCH", one, {"icon": None})
    assert (bare["icon"], bare["unicode_emoji"]) == (None, None)
    still = await rest.ok("PATCH", one, {"icon": uri(GIF)})
    assert not still["icon"].startswith("a_")
    too_large = await rest("PATCH", one, {"icon": uri(png() + bytes(256 * 1024))})
    assert too_large.json()["errors"]["icon"]["_errors"][0]["code"] == "BINARY_TYPE_MAX_SIZE"


async def test_null_stands_for_what_a_new_role_has(sim: Control, rest: Rest) -> None:
    made = await sim.guild(everyone_permissions="1024", roles=[{"name": "Crew", "permissions": "8"}])
    crew = f"/guilds/{made['id']}/roles/{made['roles']['Crew']}"
    keys = ("name", "permissions", "hoist", "mentionable", "color")
    await rest.ok("PATCH", crew, {"hoist": True, "mentionable": True, "color": 5})
    reset = await rest.ok("PATCH", crew, dict.fromkeys(keys))
    assert [reset[key] for key in keys] == ["new role", "1024", False, False, 0]
    made_bare = await rest.ok("POST", f"/guilds/{made['id']}/roles", dict.fromkeys(keys))
    assert [made_bare[key] for key in keys] == ["new role", "1024", False, False, 0]


async def test_a_roles_name_has_at_most_100_characters(sim: Control, rest: Rest) -> None:
    made = await sim.guild()
    roles = f"/guilds/{made['id']}/roles"
    assert len((await rest.ok("POST", roles, {"name": "n" * 100}))["name"]) == 100
    for name in ("", "n" * 101):
        answer = await rest("POST", roles, {"name": name})
        assert answer.json()["errors"]["name"]["_errors"][0]["code"] == "BASE_TYPE_BAD_LENGTH"


MANAGED: dict[str, Any] = {
    "features": ["ROLE_ICONS"],
    "roles": [
        {"name": "Booster", "managed": True, "tags": {"premium_subscriber": None}},
        {"name": "Patron", "managed": True, "tags": {"integration_id": "7", "subscription_listing_id": "8"}},
        {"name": "Crew"},
    ],
    "members": [{"username": "ada"}],
}


async def test_a_managed_role_is_edited_but_neither_deleted_nor_given(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**MANAGED)
    guild, roles = f"/guilds/{made['id']}", made["roles"]
    booster = f"{guild}/roles/{roles['Booster']}"
    wanted = {"name": "Patrons", "color": 5, "hoist": True, "mentionable": True, "unicode_emoji": "🚢"}
    edited = await rest.ok("PATCH", booster, wanted | {"permissions": "1024"})
    assert {key: edited[key] for key in wanted} == wanted
    assert edited["permissions"] == "1024"
    assert edited["managed"]
    assert await rest.refused("DELETE", booster) == (400, 50028)
    member = f"{guild}/members/{made['members']['ada']}"
    assert await rest.refused("PUT", f"{member}/roles/{roles['Booster']}") == (403, 50013)
    assert await rest.refused("PATCH", member, {"roles": [roles["Booster"]]}) == (403, 50013)
    order = [{"id": roles["Booster"], "position": 2}]
    assert [each["position"] for each in await rest.ok("PATCH", f"{guild}/roles", order)][1] == 2


async def test_a_tag_that_is_true_is_null_and_one_that_is_not_is_absent(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**MANAGED)
    listed = {each["name"]: each for each in await rest.ok("GET", f"/guilds/{made['id']}/roles")}
    assert listed["Booster"]["tags"] == {"premium_subscriber": None}
    assert listed["Patron"]["tags"] == {"integration_id": "7", "subscription_listing_id": "8"}
    assert "tags" not in listed["Crew"]
    assert "tags" not in listed["@everyone"]
    own = listed["simulated-bot"]
    assert (own["managed"], set(own["tags"])) == (True, {"bot_id"})
    assert {each["flags"] for each in listed.values()} == {0}


@given(bits=st.integers(0, (1 << 63) - 1), as_text=st.booleans())
def test_permission_bits_discord_does_not_know_are_dropped(bits: int, as_text: bool) -> None:
    guild = Guild(1, "g", 2)
    guild.roles[1] = Role(1, "@everyone")
    role = Role(3, "r")
    RoleForm(Form({"permissions": str(bits) if as_text else bits}), role, guild)
    assert role.permissions == bits & ALL


pieces = st.one_of(st.none(), st.sampled_from((0, 1, *HOLOGRAPHIC, 1 << 24)))


@given(primary=pieces, secondary=pieces, tertiary=pieces)
def test_no_role_has_a_second_colour_without_a_first_nor_a_third_of_its_own(
    primary: int | None, secondary: int | None, tertiary: int | None
) -> None:
    guild = Guild(1, "g", 2, features=["ENHANCED_ROLE_COLORS"])
    guild.roles[1] = Role(1, "@everyone")
    role, errors = Role(3, "r"), FieldErrors()
    sent = {"primary_color": primary, "secondary_color": secondary, "tertiary_color": tertiary}
    said = RoleForm(Form({"colors": sent}, errors), role, guild)
    try:
        errors.settle()
        said.require_features()
    except Refusal:
        return
    assert role.color or role.secondary_color is None
    assert (
        role.tertiary_color is None or (role.color, role.secondary_color, role.tertiary_color) == HOLOGRAPHIC
    )


async def test_disnake_paints_roles(
    sim: Control, connect: Connect, twins: Callable[[disnake.Client], Twins], cdn: str
) -> None:
    made = await sim.guild(**ENHANCED)
    bot = disnake.Client(intents=disnake.Intents.all(), guild_ready_timeout=0.1)
    async with connect(bot):
        both, guild = twins(bot), bot.get_guild(int(made["id"]))
        assert guild is not None
        crew_id = (
            await guild.create_role(
                name="Crew", primary_color=disnake.Colour(1), secondary_color=disnake.Colour(2), icon=png(1)
            )
        ).id
        await both.agree()
        mate_id = (await guild.create_role(name="Mate", emoji="🚢", colour=0x123456)).id
        await both.agree()
        crew, mate = guild.get_role(crew_id), guild.get_role(mate_id)
        assert crew is not None
        assert mate is not None
        assert crew.icon is not None
        assert await crew.icon.read() == png(1)
        assert crew.secondary_color == disnake.Colour(2)
        assert (mate.emoji and mate.emoji.name, mate.icon) == ("🚢", None)
        first, second, third = disnake.Colour.holographic_style()
        await crew.edit(primary_color=first, secondary_color=second, tertiary_color=third)
        await both.agree()
        assert crew.tertiary_color == third
        await crew.edit(secondary_color=None, tertiary_color=None)
        await both.agree()
        await crew.edit(emoji="⚓", name="Sailors", hoist=True, mentionable=True)
        await both.agree()
        assert crew.icon is None
        await mate.edit(icon=png(2))
        await both.agree()
        assert mate.icon is not None
        assert (await mate.icon.read(), mate.emoji) == (png(2), None)
        await mate.edit(icon=None, colour=disnake.Colour(7))
        await both.agree()
        assert mate.icon is None
        with pytest.raises(disnake.HTTPException, match="Invalid role color"):
            await mate.edit(tertiary_color=disnake.Colour(1))
        await both.agree()
        await mate.delete()
        await both.agree()
