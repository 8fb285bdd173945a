"""Commands: what may be registered, what is kept, and what disnake makes of it."""

import asyncio
from functools import partial
from typing import Any

import disnake
import httpx
import pytest
from disnake.ext import commands
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator import Simulator, build
from bot.simulator.command_names import fits_chat
from tests.simulator.calls import Control, Rest, until
from tests.simulator.conftest import Connect, MakeTwins


@pytest.fixture
def path(simulator: Simulator) -> str:
    return f"/applications/{simulator.world.application.id}/commands"


def option(kind: int = 3, name: str = "o", **more: Any) -> dict[str, Any]:
    return {"type": kind, "name": name, "description": "d"} | more


def command(*options: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "hello", "description": "d", "options": list(options)} | more


async def codes(rest: Rest, path: str, body: Any, method: str = "POST") -> dict[str, list[str]]:
    """What is wrong, by dotted path."""
    answer = await rest(method, path, body)
    assert (answer.status_code, answer.json()["code"]) == (400, 50035), answer.text
    found: dict[str, list[str]] = {}

    def walk(node: dict[str, Any], at: str) -> None:
        for key, below in node.items():
            if key == "_errors":
                found[at] = [each["code"] for each in below]
            else:
                walk(below, f"{at}.{key}" if at else key)

    walk(answer.json()["errors"], "")
    return found


# Names


@pytest.mark.parametrize("name", ["hello", "grüße", "say-it_2'x", "ทดสอบ", "हिन्दी", "你好", "n" * 32])
async def test_names_of_every_script_are_taken(rest: Rest, path: str, name: str) -> None:
    assert (await rest.ok("POST", path, command(name=name)))["name"] == name


@pytest.mark.parametrize("name", ["Hello", "two words", "a.b", "é́", "🚢", "STRASSE"])
async def test_a_slash_commands_name_is_lower_case_and_one_word(rest: Rest, path: str, name: str) -> None:
    wrong = ["APPLICATION_COMMAND_INVALID_NAME"]
    assert await codes(rest, path, command(name=name)) == {"name": wrong}
    assert await codes(rest, path, command(option(name=name))) == {"options.0.name": wrong}
    localized = {"name_localizations": {"de": name}}
    assert await codes(rest, path, command(**localized)) == {"name_localizations.de": wrong}
    await rest.ok("POST", path, {"name": name, "type": 2})


@given(st.text(max_size=40))
def test_what_fits_is_short_and_not_in_upper_case(text: str) -> None:
    if fits_chat(text):
        assert 1 <= len(text) <= 32
        assert text == text.lower()
        assert not any(letter.isspace() for letter in text)


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (command(name=""), {"name": ["BASE_TYPE_BAD_LENGTH"]}),
        (command(name="n" * 33), {"name": ["BASE_TYPE_BAD_LENGTH"]}),
        ({"description": "d"}, {"name": ["BASE_TYPE_REQUIRED"]}),
        ({"name": "x"}, {"description": ["BASE_TYPE_REQUIRED"]}),
        (command(description="d" * 101), {"description": ["BASE_TYPE_BAD_LENGTH"]}),
        (command(type=4), {"type": ["BASE_TYPE_CHOICES"]}),
        (command(name_localizations={"xx": "y"}), {"name_localizations.xx": ["BASE_TYPE_CHOICES"]}),
        (
            command(description_localizations={"de": "d" * 101}),
            {"description_localizations.de": ["BASE_TYPE_BAD_LENGTH"]},
        ),
        (command(contexts=[]), {"contexts": ["BASE_TYPE_MIN_LENGTH"]}),
        (command(contexts=[3]), {"contexts": ["BASE_TYPE_CHOICES"]}),
        (command(contexts=[0, 0]), {"contexts": ["SET_TYPE_ALREADY_CONTAINS_VALUE"]}),
        (command(integration_types=[1]), {"integration_types": ["BASE_TYPE_CHOICES"]}),
        (command(nsfw="yes"), {"nsfw": ["BOOLEAN_TYPE_CONVERT"]}),
        (
            command(default_member_permissions="x"),
            {"default_member_permissions": ["NUMBER_TYPE_COERCE"]},
        ),
        (
            {"name": "x", "type": 2, "description": "d"},
            {"description": ["APPLICATION_COMMAND_INVALID_DESCRIPTION"]},
        ),
        ({"name": "x", "type": 3, "options": [option()]}, {"options": ["BASE_TYPE_MAX_LENGTH"]}),
    ],
)
async def test_a_wrong_command_is_refused(
    rest: Rest, path: str, body: dict[str, Any], wrong: dict[str, list[str]]
) -> None:
    assert await codes(rest, path, body) == wrong
    assert await rest.ok("GET", path) == []


REQUIRED = "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
KINDS = "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"
TAKEN = "APPLICATION_COMMAND_OPTIONS_NAME_INVALID"


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ([option(name=f"o{n}") for n in range(26)], {"options": ["BASE_TYPE_MAX_LENGTH"]}),
        ([option(), option(name="p", required=True)], {"options.1": [REQUIRED]}),
        ([option(), option(1, "s")], {"options.1": [KINDS]}),
        ([option(), option()], {"options.1": [TAKEN]}),
        ([option(name_localizations={"de": "p"}), option(name="p")], {"options.0": [TAKEN]}),
        (
            [option(name_localizations={"de": "x"}), option(name="p", name_localizations={"de": "x"})],
            {"options.1": [TAKEN]},
        ),
        ([option(12)], {"options.0.type": ["BASE_TYPE_CHOICES"]}),
        ([option(1, "s", options=[option(1)])], {"options.0.options.0.type": ["BASE_TYPE_CHOICES"]}),
        ([option(2, "g", options=[option(2)])], {"options.0.options.0.type": ["BASE_TYPE_CHOICES"]}),
        ([option(2, "g", options=[option(3)])], {"options.0.options.0.type": ["BASE_TYPE_CHOICES"]}),
        (
            [option(1, "s", options=[option(), option(name="p", required=True)])],
            {"options.0.options.1": [REQUIRED]},
        ),
        ([option(min_length=6001)], {"options.0.min_length": ["NUMBER_TYPE_MAX"]}),
        ([option(max_length=0)], {"options.0.max_length": ["NUMBER_TYPE_MIN"]}),
        ([option(4, min_value=1.5)], {"options.0.min_value": ["NUMBER_TYPE_COERCE"]}),
        ([option(4, max_value=1 << 53)], {"options.0.max_value": ["NUMBER_TYPE_MAX"]}),
        ([option(10, max_value="1")], {"options.0.max_value": ["NUMBER_TYPE_COERCE"]}),
        ([option(7, channel_types=[99])], {"options.0.channel_types": ["BASE_TYPE_CHOICES"]}),
        (
            [option(choices=[{"name": str(n), "value": str(n)} for n in range(26)])],
            {"options.0.choices": ["BASE_TYPE_MAX_LENGTH"]},
        ),
        (
            [option(choices=[{"name": "n" * 101, "value": "v" * 101}])],
            {
                "options.0.choices.0.name": ["BASE_TYPE_BAD_LENGTH"],
                "options.0.choices.0.value": ["BASE_TYPE_MAX_LENGTH"],
            },
        ),
        (
            [option(4, choices=[{"name": "n", "value": "one"}])],
            {"options.0.choices.0.value": ["NUMBER_TYPE_COERCE"]},
        ),
        (
            [option(choices=[{"name": "n", "value": "v"}], autocomplete=True)],
            {"options.0.autocomplete": ["BASE_TYPE_CHOICES"]},
        ),
    ],
)
async def test_options_keep_their_rules(
    rest: Rest, path: str, options: list[dict[str, Any]], wrong: dict[str, list[str]]
) -> None:
    found = await codes(rest, path, command(*options))
    assert found == wrong
    nested = await codes(rest, path, [command(*options)], "PUT")
    assert {at.partition(".")[0] for at in nested} == {"0"}


async def test_nesting_goes_as_deep_as_groups(rest: Rest, path: str) -> None:
    leaf = option(1, "leaf", options=[option(kind, f"o{kind}") for kind in range(3, 12)])
    made = await rest.ok("POST", path, command(option(2, "group", options=[leaf]), option(1, "plain")))
    inner = made["options"][0]["options"][0]["options"]
    assert [each["type"] for each in inner] == list(range(3, 12))


async def test_a_command_is_at_most_8000_characters_long(rest: Rest, path: str) -> None:
    """Only the longest wording of each field counts."""
    # 6 of the command itself, 12 of the subcommands, 78 times 100 of what is in them.
    full = [option(name=f"o{n:02}", description="d" * 97) for n in range(25)]
    subs = [option(1, f"s{n}", options=full) for n in range(3)]
    few = option(1, "s3", options=full[:3])
    size = 6 + 4 * 3 + 78 * 100

    def filled(left: int) -> dict[str, Any]:
        return command(
            *subs, few, option(1, "x" * 32, description="d" * 100), option(1, "y", description="d" * left)
        )

    room = 8000 - size - 132 - 1
    await rest.ok("POST", path, filled(room))
    assert await codes(rest, path, filled(room + 1)) == {"": ["APPLICATION_COMMAND_TOO_LARGE"]}
    assert await codes(rest, path, [filled(room + 1)], "PUT") == {"0": ["APPLICATION_COMMAND_TOO_LARGE"]}
    wordy = filled(room) | {"description_localizations": {"de": "d", "fr": "dd"}}
    assert await codes(rest, path, wordy) == {"": ["APPLICATION_COMMAND_TOO_LARGE"]}
    await rest.ok("POST", path, filled(room - 1) | {"description_localizations": {"de": "d", "fr": "dd"}})


# Keeping


async def test_creating_again_overwrites_and_a_change_is_a_new_version(rest: Rest, path: str) -> None:
    first = await rest("POST", path, command())
    again = await rest("POST", path, command())
    changed = await rest("POST", path, command(description="e"))
    assert [each.status_code for each in (first, again, changed)] == [201, 200, 200]
    assert again.json() == first.json()
    assert changed.json()["id"] == first.json()["id"]
    assert int(changed.json()["version"]) > int(first.json()["version"])
    menus = [await rest.ok("POST", path, {"name": "hello", "type": kind}) for kind in (2, 3)]
    assert [(menu["type"], menu["description"]) for menu in menus] == [(2, ""), (3, "")]


async def test_global_commands_give_the_application_its_badge(
    rest: Rest, path: str, crew: dict[str, Any]
) -> None:
    async def badge() -> bool:
        return bool((await rest.ok("GET", "/applications/@me"))["flags"] & 1 << 23)

    own = path.replace("/commands", f"/guilds/{crew['id']}/commands")
    await rest.ok("POST", own, command())
    assert not await badge()
    await rest.ok("POST", path, command())
    assert await badge()
    await rest.ok("PUT", path, [])
    assert not await badge()


async def test_overwriting_leaves_nothing_else(rest: Rest, path: str) -> None:
    hello, other = await rest.ok("PUT", path, [command(), command(name="other")])
    twice = [command(), command()]
    assert await codes(rest, path, twice, "PUT") == {"1": ["APPLICATION_COMMANDS_DUPLICATE_NAME"]}
    renamed = [command(name="renamed", id=hello["id"]), command()]
    kept = await rest.ok("PUT", path, renamed)
    assert [(each["name"], each["id"] == hello["id"]) for each in kept] == [
        ("renamed", True),
        ("hello", False),
    ]
    assert await rest.refused("GET", f"{path}/{other['id']}") == (404, 10063)
    assert await rest.ok("PUT", path, []) == []


async def test_editing_changes_what_is_sent(rest: Rest, path: str) -> None:
    first = await rest.ok("POST", path, command(option(), nsfw=True, contexts=[0]))
    await rest.ok("POST", path, command(name="other"))
    one = f"{path}/{first['id']}"
    assert await rest.refused("PATCH", one, {"name": "other"}) == (400, 40041)
    edited = await rest.ok("PATCH", one, {"description": "e", "name_localizations": {"de": "hallo"}})
    same = ("id", "name", "options", "nsfw", "contexts", "dm_permission", "type")
    assert {key: edited[key] for key in same} == {key: first[key] for key in same}
    assert (edited["description"], edited["name_localizations"]) == ("e", {"de": "hallo"})
    assert "options" not in await rest.ok("PATCH", one, {"options": []})
    assert (await rest("DELETE", one)).status_code == 204
    assert await rest.refused("DELETE", one) == (404, 10063)


async def test_a_scope_holds_a_hundred_and_fifteen_of_each_menu(rest: Rest, path: str) -> None:
    slashes = [command(name=f"c{n}") for n in range(100)]
    menus = [{"name": f"m{n}", "type": kind} for n in range(15) for kind in (2, 3)]
    assert len(await rest.ok("PUT", path, slashes + menus)) == 130
    for one_more in (command(name="more"), {"name": "more", "type": 2}, {"name": "more", "type": 3}):
        assert await rest.refused("POST", path, one_more) == (400, 30032)
    await rest.ok("POST", path, command(name="c5", description="changed"))


async def test_two_hundred_are_created_a_day(simulator: Simulator) -> None:
    """In the profile that keeps Discord's limits."""
    strict = build(profile="discord")
    transport = httpx.ASGITransport(app=strict.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        rest, sim = Rest(http), Control(http)
        path = f"/applications/{strict.world.application.id}/commands"
        for name in "ab":
            await rest.ok("PUT", path, [command(name=f"{name}{n}") for n in range(100)])
        await rest.ok("PUT", path, [command(name="b1")])
        assert await rest.refused("POST", path, command(name="more")) == (400, 30034)
        await rest.ok("POST", path, command(name="b1", description="changed"))
        await sim("POST", "/clock", {"advance": 86_401})
        await rest.ok("POST", path, command(name="more"))


async def test_lists_show_the_readers_wording(rest: Rest, path: str) -> None:
    words = {"name_localizations": {"de": "hallo", "en-GB": "hullo"}}
    await rest.ok("POST", path, command(option(name_localizations={"de": "wort"}), **words))
    for headers, name in (
        ({"X_Discord_Locale": "de"}, "hallo"),
        ({"Accept_Language": "de,en;q=0.5"}, "hallo"),
        ({}, "hullo"),
        ({"X_Discord_Locale": "fr"}, None),
    ):
        (found,) = await rest.ok("GET", path, **headers)
        assert (found.get("name_localized"), "name_localizations" in found) == (name, False)
    (found,) = await rest.ok("GET", path, X_Discord_Locale="de")
    assert found["options"][0]["name_localized"] == "wort"
    (whole,) = await rest.ok("GET", f"{path}?with_localizations=true")
    assert whole["name_localizations"] == words["name_localizations"]


async def test_only_ones_own_application_and_guilds_are_served(
    rest: Rest, path: str, sim: Control, simulator: Simulator
) -> None:
    other = (await sim("POST", "/users", {"username": "other-bot", "bot": True}))["id"]
    away = await sim.guild(bot_in=False)
    own = path.removesuffix("/commands")
    for method, body in (("GET", None), ("POST", command()), ("PUT", [])):
        assert await rest.refused(method, f"/applications/{other}/commands", body) == (403, 20012)
        assert await rest.refused(method, "/applications/1/commands", body) == (404, 10002)
        assert await rest.refused(method, f"{own}/guilds/{away['id']}/commands", body) == (403, 50001)
        assert await rest.refused(method, f"{own}/guilds/1/commands", body) == (403, 50001)
    answer = await sim.edit("owner", "GET", path)
    assert (answer["status"], answer["body"]["code"]) == (403, 20012)


# disnake


NAMED = ("slash", "Look At", "Keep This")


def make_bot(**options: Any) -> commands.InteractionBot:
    bot = commands.InteractionBot(intents=disnake.Intents.all(), guild_ready_timeout=0.1, **options)

    @bot.slash_command(contexts=disnake.InteractionContextTypes(guild=True), nsfw=True)
    async def slash(  # noqa: PLR0917 - one of each type
        inter: disnake.ApplicationCommandInteraction[Any],
        text: str = commands.Param(min_length=1, max_length=5),
        whole: int = commands.Param(1, ge=0, le=9),
        real: float = commands.Param(1.0, choices=[1.0, 2.5]),
        yes: bool = True,
        who: disnake.User | None = None,
        where: disnake.TextChannel | None = None,
        role: disnake.Role | None = None,
        whom: disnake.User | disnake.Role | None = None,
        what: disnake.Attachment | None = None,
    ) -> None:
        """All there is."""

    @bot.user_command(name="Look At", default_member_permissions=disnake.Permissions(ban_members=True))
    async def look(inter: disnake.UserCommandInteraction[Any]) -> None: ...

    @bot.message_command(name="Keep This")
    async def keep(inter: disnake.MessageCommandInteraction[Any]) -> None: ...

    return bot


@pytest.mark.parametrize("scope", ["global", "guild"])
async def test_disnake_syncs_once_and_finds_nothing_to_change(
    connect: Connect, sim: Control, crew: dict[str, Any], scope: str
) -> None:
    guild_id = int(crew["id"])

    def knows_all(bot: commands.InteractionBot) -> bool:
        if scope == "global":
            return all(bot.get_global_command_named(name) for name in NAMED)
        return all(bot.get_guild_command_named(guild_id, name) for name in NAMED)

    for _ in range(2):
        bot = make_bot() if scope == "global" else make_bot(test_guilds=[guild_id])
        async with connect(bot):
            await until(partial(knows_all, bot))
            await asyncio.sleep(0.1)
            assert (await sim("GET", "/effects"))["last"] == 1


async def test_disnakes_methods_read_and_write_commands(
    connect: Connect, crew: dict[str, Any], twins: MakeTwins
) -> None:
    bot = commands.InteractionBot(intents=disnake.Intents.all(), guild_ready_timeout=0.1)
    async with connect(bot):
        both = twins(bot)
        slash = disnake.SlashCommand(
            name="dock",
            description="Docks a ship",
            options=[disnake.Option("ship", "Which", disnake.OptionType.string, required=True)],
            default_member_permissions=disnake.Permissions(manage_guild=True),
        )
        menus = [disnake.UserCommand(name="Hail"), disnake.MessageCommand(name="Log It")]
        made = await bot.bulk_overwrite_global_commands([slash, *menus])
        assert [each.name for each in made] == ["dock", "Hail", "Log It"]
        assert {each.name for each in await bot.fetch_global_commands(with_localizations=True)} == {
            "dock",
            "Hail",
            "Log It",
        }
        one = await bot.fetch_global_command(made[0].id)
        assert (one.name, one.default_member_permissions) == (
            "dock",
            disnake.Permissions(manage_guild=True),
        )
        assert one == slash
        edited = await bot.edit_global_command(made[0].id, disnake.SlashCommand("moor", "Moors a ship"))
        assert (edited.id, edited.name) == (made[0].id, "moor")
        await bot.delete_global_command(edited.id)
        with pytest.raises(disnake.NotFound):
            await bot.fetch_global_command(edited.id)
        guild_id = int(crew["id"])
        own = await bot.create_guild_command(guild_id, slash)
        assert own.guild_id == guild_id
        assert [each.id for each in await bot.fetch_guild_commands(guild_id)] == [own.id]
        assert (await bot.fetch_guild_command(guild_id, own.id)).name == "dock"
        swapped = await bot.bulk_overwrite_guild_commands(guild_id, [disnake.UserCommand(name="Hail")])
        await bot.delete_guild_command(guild_id, swapped[0].id)
        assert await bot.fetch_guild_commands(guild_id) == []
        with pytest.raises(disnake.HTTPException):
            await bot.create_global_command(disnake.SlashCommand("x", "d" * 101))
        await both.agree()
