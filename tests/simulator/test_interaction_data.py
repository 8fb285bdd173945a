"""What an interaction carries: options of every type, menus, selects with what is chosen beforehand, files, modals."""

from collections.abc import AsyncIterator
from typing import Any

import disnake
import httpx
import pytest
from disnake.ext import commands

from bot.simulator import Simulator
from tests.simulator.calls import Control, Rest, until
from tests.simulator.conftest import Connect, MakeTwins

Inter = disnake.ApplicationCommandInteraction
SPEC: dict[str, Any] = {
    "roles": [{"name": "Crew"}, {"name": "Mods", "permissions": ["MANAGE_GUILD"]}],
    "channels": [
        {"name": "deck"},
        {"name": "bridge", "type": "voice"},
        {"name": "brig", "permission_overwrites": [{"role": "Crew", "deny": ["SEND_MESSAGES"]}]},
        {"name": "vault", "permission_overwrites": [{"role": "@everyone", "deny": ["VIEW_CHANNEL"]}]},
    ],
    "members": [{"username": "ada", "roles": ["Mods"]}, {"username": "grace", "roles": ["Crew"]}],
}


class Stage:
    """A bot that keeps what it gets, and answers as it is told."""

    def __init__(self, sim: Control, made: dict[str, Any], bot: commands.InteractionBot) -> None:
        self.sim, self.made, self.bot = sim, made, bot
        self.got: list[Any] = []

    async def use(self, user: str, what: str = "command", *, status: int | None = None, **more: Any) -> Any:
        body = {"guild_id": self.made["id"], "user": user, "type": what} | more
        return await self.sim("POST", "/interactions", body, status=status)

    @property
    def last(self) -> Any:
        return self.got[-1]


def make_bot(got: list[Any]) -> commands.InteractionBot:
    bot = commands.InteractionBot(intents=disnake.Intents.all(), guild_ready_timeout=0.1)

    @bot.slash_command()
    async def everything(  # noqa: PLR0917 - one of each type
        inter: Inter[Any],
        text: str = commands.Param("", min_length=2, max_length=5),
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
        got.append((inter, text, whole, real, yes, who, where, role, whom, what))
        await inter.response.send_message("done")

    @bot.user_command(name="Look At")
    async def look(inter: disnake.UserCommandInteraction[Any]) -> None:
        got.append(inter)
        await inter.response.send_message(f"at {inter.target.name}", ephemeral=True)

    @bot.message_command(name="Keep This")
    async def keep(inter: disnake.MessageCommandInteraction[Any]) -> None:
        got.append(inter)
        await inter.response.send_message(f"kept {inter.target.content}")

    @bot.slash_command()
    async def selects(inter: Inter[Any], secret: bool = False) -> None:
        """Every select."""
        guild = inter.guild
        assert guild is not None
        grace = next(member for member in guild.members if member.name == "grace")
        crew = next(role for role in guild.roles if role.name == "Crew")
        deck = next(channel for channel in guild.channels if channel.name == "deck")
        rows: list[Any] = [
            [
                disnake.ui.StringSelect(
                    custom_id="words",
                    max_values=2,
                    options=[
                        disnake.SelectOption(label="A", value="a", default=True),
                        disnake.SelectOption(label="B", value="b"),
                    ],
                )
            ],
            [disnake.ui.UserSelect(custom_id="users", default_values=[grace])],
            [disnake.ui.RoleSelect(custom_id="roles", min_values=0, default_values=[crew])],
            [disnake.ui.MentionableSelect(custom_id="either", max_values=2, default_values=[grace, crew])],
            [
                disnake.ui.ChannelSelect(
                    custom_id="channels", channel_types=[disnake.ChannelType.text], default_values=[deck]
                )
            ],
        ]
        await inter.response.send_message("choose", components=rows, ephemeral=secret)

    @bot.slash_command()
    async def form(inter: Inter[Any]) -> None:
        """A modal with everything in it."""
        await inter.response.send_modal(everything_modal())

    @bot.listen()
    async def on_dropdown(inter: disnake.MessageInteraction[Any]) -> None:
        got.append(inter)
        await inter.response.send_message("chosen", ephemeral=True)

    @bot.listen()
    async def on_button_click(inter: disnake.MessageInteraction[Any]) -> None:
        got.append(inter)
        await inter.response.send_modal(everything_modal())

    @bot.listen()
    async def on_modal_submit(inter: disnake.ModalInteraction[Any]) -> None:
        got.append(inter)
        if inter.message is None:
            await inter.response.send_message("thanks")
        else:
            await inter.response.edit_message("thanks")

    return bot


def everything_modal() -> disnake.ui.Modal:
    ui = disnake.ui
    options = [disnake.SelectOption(label="A", value="a"), disnake.SelectOption(label="B", value="b")]
    return ui.Modal(
        title="Form",
        custom_id="form",
        components=[
            ui.TextDisplay("Read this"),
            ui.Label("Text", ui.TextInput(custom_id="text", min_length=2, max_length=5)),
            ui.Label("Word", ui.StringSelect(custom_id="word", options=options, max_values=2)),
            ui.Label("Who", ui.UserSelect(custom_id="who", required=False)),
            ui.Label("File", ui.FileUpload(custom_id="file", required=False)),
        ],
    )


@pytest.fixture
async def stage(url: str, connect: Connect) -> AsyncIterator[Stage]:
    """People use the simulator over the socket, so that files have an address that can be read."""
    async with httpx.AsyncClient(base_url=url) as http:
        sim = Control(http)
        made = await sim.guild(**SPEC)
        got: list[Any] = []
        bot = make_bot(got)
        async with connect(bot):
            await until(lambda: len(bot.global_application_commands) == 5)
            stage = Stage(sim, made, bot)
            stage.got = got
            yield stage


# Slash commands


async def test_options_of_every_type_arrive_as_disnake_types_them(stage: Stage, twins: MakeTwins) -> None:
    options = {
        "text": "four",
        "whole": 3,
        "real": 2.5,
        "yes": False,
        "who": "grace",
        "where": "deck",
        "role": "Crew",
        "whom": "Crew",
        "what": {"filename": "notes.txt", "content": "ahoy"},
    }
    await stage.use("ada", name="everything", options=options, locale="de")
    inter, text, whole, real, yes, who, where, role, whom, what = stage.last
    assert (text, whole, real, yes) == ("four", 3, 2.5, False)
    guild = stage.bot.get_guild(int(stage.made["id"]))
    assert guild is not None
    assert (who, where, role, whom) == (
        guild.get_member_named("grace"),
        guild.get_channel(int(stage.made["channels"]["deck"])),
        guild.get_role(int(stage.made["roles"]["Crew"])),
        role,
    )
    assert (what.filename, what.size, what.content_type, what.ephemeral) == (
        "notes.txt",
        4,
        "text/plain",
        True,
    )
    assert await what.read() == b"ahoy"
    assert (inter.locale, inter.guild_locale) == (disnake.Locale.de, disnake.Locale.en_US)
    assert inter.context.guild
    assert inter.authorizing_integration_owners.guild_id == guild.id
    assert (inter.entitlements, inter.attachment_size_limit) == ([], 10 << 20)
    assert inter.app_permissions.administrator
    assert inter.permissions == inter.author.guild_permissions, "no overwrite changes them in that channel"
    await twins(stage.bot).agree()


async def test_the_payload_is_what_discord_documents(stage: Stage) -> None:
    raw: list[dict[str, Any]] = []
    parse = stage.bot._connection.parsers["INTERACTION_CREATE"]
    stage.bot._connection.parsers["INTERACTION_CREATE"] = lambda data: (raw.append(data), parse(data))
    await stage.use("grace", name="everything", channel="deck", options={"where": "deck", "who": "ada"})
    (sent,) = raw
    assert set(sent) == {
        "id",
        "application_id",
        "type",
        "data",
        "guild",
        "guild_id",
        "channel",
        "channel_id",
        "member",
        "token",
        "version",
        "app_permissions",
        "locale",
        "guild_locale",
        "entitlements",
        "authorizing_integration_owners",
        "context",
        "attachment_size_limit",
    }
    resolved = sent["data"]["resolved"]
    partial = {
        "id",
        "name",
        "type",
        "permissions",
        "app_permissions",
        "last_message_id",
        "last_pin_timestamp",
        "nsfw",
        "parent_id",
        "guild_id",
        "flags",
        "rate_limit_per_user",
        "topic",
        "position",
    }
    for channel in (sent["channel"], resolved["channels"][sent["channel_id"]]):
        assert set(channel) == partial
        assert not int(channel["permissions"]) & 8
        assert int(channel["app_permissions"]) & 8
    (member,) = resolved["members"].values()
    assert {"user", "deaf", "mute"}.isdisjoint(member)
    assert int(member["permissions"]) & 1 << 5, "what ada may do there, not the one who asks"
    assert {"resolved", "options", "id", "name", "type"} == set(sent["data"])


WRONG_OPTIONS: list[dict[str, Any]] = [
    {"text": "x"},
    {"text": "longer"},
    {"whole": 10},
    {"whole": -1},
    {"whole": 1.5},
    {"real": 2.0},
    {"yes": "true"},
    {"who": "nobody"},
    {"where": "bridge"},
    {"role": "Captain"},
    {"what": {"content": "no name"}},
    {"more": 1},
]


async def test_what_the_client_would_not_let_pass_never_reaches_the_bot(stage: Stage) -> None:
    for options in WRONG_OPTIONS:
        await stage.use("ada", name="everything", options=options, status=400)
    assert stage.got == []


async def test_a_file_that_is_too_large_is_not_uploaded(stage: Stage, simulator: Simulator) -> None:
    big = {"filename": "big.bin", "content": "x" * ((10 << 20) + 1)}
    refused = await stage.use("ada", name="everything", options={"what": big}, status=413)
    assert refused["code"] == 40005
    simulator.world.guilds[int(stage.made["id"])].premium_tier = 2
    await stage.use("ada", name="everything", options={"what": big})
    assert stage.last[-1].size == (10 << 20) + 1


async def test_only_options_that_are_completed_are(stage: Stage) -> None:
    await stage.use("ada", "autocomplete", name="everything", options={"text": "x"}, status=400)


# Menus


async def test_a_users_menu_gives_the_user(stage: Stage) -> None:
    answer = await stage.use("ada", name="Look At", kind="user", target="grace")
    assert (stage.last.target.name, isinstance(stage.last.target, disnake.Member)) == ("grace", True)
    message = answer["message"]
    assert (message["content"], message["type"], message["flags"] & 64) == ("at grace", 23, 64)
    assert message["interaction_metadata"]["target_user"]["username"] == "grace"
    assert message["interaction"]["name"] == "Look At"
    await stage.use("ada", name="Look At", kind="user", target="nobody", status=404)
    await stage.use("ada", name="Keep This", kind="user", target="grace", status=404)
    await stage.use("ada", name="Look At", kind="sideways", target="grace", status=400)


async def test_a_users_menu_is_for_who_may_write_there(stage: Stage) -> None:
    refused = await stage.use("grace", name="Look At", kind="user", target="ada", channel="brig", status=403)
    assert refused["code"] == 50013
    await stage.use("ada", name="Look At", kind="user", target="grace", channel="brig")


async def test_a_messages_menu_gives_the_message(stage: Stage, rest: Rest) -> None:
    path = f"/channels/{stage.made['channels']['deck']}/messages"
    first = await rest.ok("POST", path, {"content": "ahoy"})
    answer = await stage.use("grace", name="Keep This", kind="message", target=first["id"])
    assert (stage.last.target.id, stage.last.target.content) == (int(first["id"]), "ahoy")
    message = answer["message"]
    assert (message["content"], message["type"]) == ("kept ahoy", 23)
    assert message["message_reference"]["message_id"] == first["id"]
    assert message["interaction_metadata"]["target_message_id"] == first["id"]
    hidden = await rest.ok("POST", path.replace(*_swap(stage, "deck", "vault")), {"content": "hush"})
    await stage.use("grace", name="Keep This", kind="message", target=hidden["id"], status=403)
    await stage.use("grace", name="Keep This", kind="message", target="1", status=404)


def _swap(stage: Stage, one: str, other: str) -> tuple[str, str]:
    return stage.made["channels"][one], stage.made["channels"][other]


# Selects


async def test_every_select_gives_what_was_chosen(stage: Stage) -> None:
    message_id = (await stage.use("ada", name="selects"))["message"]["id"]

    async def choose(custom_id: str, *values: str, status: int | None = None) -> list[Any]:
        body = {"message_id": message_id, "custom_id": custom_id, "values": list(values)}
        await stage.use("ada", "component", status=status, **body)
        return [] if status else [getattr(each, "name", each) for each in stage.last.resolved_values or ()]

    assert await choose("words", "a", "b") == ["a", "b"]
    assert await choose("users", "ada") == ["ada"]
    assert await choose("roles", "Mods") == ["Mods"]
    assert await choose("roles") == []
    assert sorted(await choose("either", "ada", "Mods")) == ["Mods", "ada"]
    assert await choose("channels", "deck") == ["deck"]
    for custom_id, values in (
        ("words", ("c",)),
        ("words", ("a", "b", "a")),
        ("users", ()),
        ("users", ("nobody",)),
        ("roles", ("Crew", "Mods")),
        ("channels", ("bridge",)),
        ("none", ("a",)),
    ):
        await choose(custom_id, *values, status=400)


async def test_what_is_chosen_beforehand_stays_chosen(stage: Stage) -> None:
    message_id = (await stage.use("ada", name="selects"))["message"]["id"]
    for custom_id, expected in (
        ("words", {"a"}),
        ("users", {"grace"}),
        ("roles", {"Crew"}),
        ("either", {"grace", "Crew"}),
        ("channels", {"deck"}),
    ):
        await stage.use("ada", "component", message_id=message_id, custom_id=custom_id)
        assert {getattr(each, "name", each) for each in stage.last.resolved_values} == expected


# Messages that only one person sees


async def test_an_interaction_on_an_ephemeral_message_shows_its_newest_content(
    stage: Stage, rest: Rest, simulator: Simulator
) -> None:
    begun = await stage.use("ada", name="selects", options={"secret": True})
    message_id, interactions = begun["message"]["id"], simulator.world.interactions
    webhook = f"/webhooks/{simulator.world.application.id}/{interactions.by_id[int(begun['id'])].token}"
    button = disnake.ui.Button(label="Form", custom_id="open").to_component_dict()
    rows = [{"type": 1, "components": [button]}]
    await rest.ok("PATCH", f"{webhook}/messages/@original", {"content": "edited", "components": rows})
    opened = await stage.use("ada", "component", message_id=message_id, custom_id="open")
    assert (stage.last.message.content, opened["modal"]["title"]) == ("edited", "Form")
    await rest.ok("PATCH", f"{webhook}/messages/@original", {"content": "edited again"})
    fields = {"text": "four", "word": ["a"]}
    done = await stage.use("ada", "modal", custom_id="form", fields=fields)
    assert stage.last.message.content == "edited again"
    assert (done["response_type"], done["message"]["content"]) == (7, "thanks")
    now = await stage.sim("GET", f"/interactions/{begun['id']}")
    assert now["message"]["content"] == "thanks", "whoever asks is shown the same message"
    assert (await rest.ok("GET", f"{webhook}/messages/@original"))["content"] == "thanks"
    await stage.use("grace", "component", message_id=message_id, custom_id="open", status=404)
    await rest.ok("DELETE", f"{webhook}/messages/@original")
    await stage.use("ada", "component", message_id=message_id, custom_id="open", status=404)


async def test_a_message_that_was_deleted_in_its_channel_is_not_edited_any_more(
    stage: Stage, rest: Rest, simulator: Simulator
) -> None:
    begun = await stage.use("ada", name="selects")
    token = simulator.world.interactions.by_id[int(begun["id"])].token
    deck = stage.made["channels"]["deck"]
    await rest.ok("DELETE", f"/channels/{deck}/messages/{begun['message']['id']}")
    original = f"/webhooks/{simulator.world.application.id}/{token}/messages/@original"
    assert await rest.refused("PATCH", original, {"content": "x"}) == (404, 10008)
    assert (await stage.sim("GET", f"/interactions/{begun['id']}"))["message"] is None


# Modals


async def test_a_modal_comes_back_with_everything_in_it(stage: Stage) -> None:
    begun = await stage.use("ada", name="form")
    assert begun["modal"]["custom_id"] == "form"
    fields = {
        "text": "four",
        "word": ["a", "b"],
        "who": ["grace"],
        "file": [{"filename": "notes.txt", "content": "ahoy"}],
    }
    done = await stage.use("ada", "modal", custom_id="form", interaction_id=begun["id"], fields=fields)
    inter = stage.last
    values = inter.resolved_values
    assert (values["text"], values["word"]) == ("four", ["a", "b"])
    assert [each.name for each in values["who"]] == ["grace"]
    assert await values["file"][0].read() == b"ahoy"
    kinds = [each["type"] for each in inter.data.components]
    assert kinds == [10, 18, 18, 18, 18]
    ids = [each["id"] for each in inter.data.components]
    inner = [each["component"]["id"] for each in inter.data.components[1:]]
    assert sorted(ids + inner) == list(range(1, 10))
    metadata = done["message"]["interaction_metadata"]
    assert (metadata["type"], metadata["triggering_interaction_metadata"]["id"]) == (5, begun["id"])
    assert metadata["triggering_interaction_metadata"]["type"] == 2


WRONG_FIELDS: list[dict[str, Any]] = [
    {"word": ["a"]},
    {"text": "x", "word": ["a"]},
    {"text": "longer", "word": ["a"]},
    {"text": 5, "word": ["a"]},
    {"text": "four"},
    {"text": "four", "word": ["c"]},
    {"text": "four", "word": ["a", "b", "a"]},
    {"text": "four", "word": ["a"], "who": ["nobody"]},
    {"text": "four", "word": ["a"], "file": ["a.txt", "b.txt"]},
    {"text": "four", "word": ["a"], "more": "x"},
]


async def test_a_modal_is_submitted_only_as_its_fields_allow(stage: Stage) -> None:
    await stage.use("ada", name="form")
    for fields in WRONG_FIELDS:
        await stage.use("ada", "modal", custom_id="form", fields=fields, status=400)
    await stage.use("grace", "modal", custom_id="form", fields={"text": "four"}, status=400)
    assert stage.got == []


async def test_what_is_not_required_may_be_left_out(stage: Stage) -> None:
    await stage.use("ada", name="form")
    await stage.use("ada", "modal", custom_id="form", fields={"text": "four", "word": ["a"]})
    values = stage.last.values
    assert (values["who"], values["file"]) == ([], [])
