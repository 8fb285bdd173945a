"""People use the bot: commands, typing, buttons, selects and modals, answered by an unmodified disnake bot."""

import asyncio
from collections.abc import Callable
from typing import Any

import disnake
import pytest
from disnake.ext import commands

from tests.simulator.calls import Control, Rest, until
from tests.simulator.conftest import Connect

Inter = disnake.ApplicationCommandInteraction


async def button_row(inter: Inter) -> None:
    button = disnake.ui.Button(label="Press", custom_id="press")
    select = disnake.ui.UserSelect(custom_id="pick")
    await inter.response.send_message("here", components=[[button], [select]])


def make_bot() -> commands.InteractionBot:
    bot = commands.InteractionBot(intents=disnake.Intents.all(), guild_ready_timeout=0.1)

    @bot.slash_command(default_member_permissions=disnake.Permissions(manage_guild=True))
    async def template(inter: Inter) -> None:
        """Templates."""

    @template.sub_command()
    async def plan(inter: Inter, name: str, who: disnake.Member, count: int = 1) -> None:
        """Plan one."""
        await inter.response.defer(ephemeral=True)
        await inter.edit_original_response(content=f"{name} {who.name} {count}")
        await inter.followup.send("and then", ephemeral=True)

    @plan.autocomplete("name")
    async def _(inter: Inter, text: str) -> list[str]:
        return [name for name in ("harbour", "haven", "town") if name.startswith(text)]

    @bot.slash_command()
    async def panel(inter: Inter) -> None:
        """A panel."""
        await button_row(inter)

    @bot.slash_command()
    async def silent(inter: Inter) -> None:
        """Never answers."""

    @bot.listen()
    async def on_button_click(inter: disnake.MessageInteraction) -> None:
        if inter.component.custom_id == "ask":
            await inter.response.send_modal(
                title="Why",
                custom_id="why",
                components=disnake.ui.TextInput(label="Reason", custom_id="reason"),
            )
        else:
            await inter.response.edit_message(
                "pressed", components=[disnake.ui.Button(label="?", custom_id="ask")]
            )

    @bot.listen()
    async def on_dropdown(inter: disnake.MessageInteraction) -> None:
        await inter.response.send_message(f"chose {inter.resolved_values}", ephemeral=True)

    @bot.listen()
    async def on_modal_submit(inter: disnake.ModalInteraction) -> None:
        await inter.response.send_message(f"because {inter.text_values['reason']}")

    return bot


SPEC: dict[str, Any] = {
    "roles": [{"name": "Mods", "permissions": ["MANAGE_GUILD"]}],
    "channels": [{"name": "log"}],
    "members": [{"username": "ada", "roles": ["Mods"]}, {"username": "grace"}],
}


@pytest.fixture
async def use(sim: Control, connect: Connect) -> Any:
    made = await sim.guild(**SPEC)

    async def act(user: str, kind: str, *, status: int | None = None, **rest: Any) -> Any:
        body = {"guild_id": made["id"], "user": user, "type": kind} | rest
        return await sim("POST", "/interactions", body, status=status)

    bot = make_bot()
    async with connect(bot):
        await until(lambda: len(bot.global_slash_commands) == 3)
        yield act


Use = Callable[..., Any]


async def test_a_subcommand_goes_round_and_its_edits_are_seen(use: Use, sim: Control) -> None:
    begun = await use(
        "ada", "command", name="template plan", options={"name": "x", "who": "grace", "count": 3}
    )
    assert (begun["answered"], begun["response_type"], begun["ephemeral"]) == (True, 5, True)
    now = begun
    while not now["followups"]:
        await asyncio.sleep(0.01)
        now = await sim("GET", f"/interactions/{begun['id']}")
    assert now["message"]["content"] == "x grace 3"
    assert now["message"]["flags"] & 64
    assert now["message"]["interaction_metadata"]["user"]["username"] == "ada"
    assert [followup["content"] for followup in now["followups"]] == ["and then"]
    assert [step["what"] for step in now["history"]] == ["response", "edit", "followup"]


async def test_typing_is_completed(use: Use) -> None:
    answer = await use("ada", "autocomplete", name="template plan", options={"name": "ha"})
    assert [choice["value"] for choice in answer["choices"]] == ["harbour", "haven"]


async def test_a_member_without_the_commands_permission_does_not_see_it(use: Use) -> None:
    refused = await use(
        "grace", "command", name="template plan", options={"name": "x", "who": "ada"}, status=403
    )
    assert refused["code"] == 50013


async def test_an_unanswered_interaction_says_so(use: Use) -> None:
    assert not (await use("grace", "command", name="silent", timeout=0.2))["answered"]


async def test_wrong_options_never_reach_the_bot(use: Use, sim: Control) -> None:
    before = (await sim("GET", "/requests"))["last"]
    for options in ({}, {"name": "x"}, {"name": "x", "who": "nobody"}, {"name": 1, "who": "ada"}):
        await use("ada", "command", name="template plan", options=options, status=400)
    await use("ada", "command", name="template", status=400)
    await use("ada", "command", name="nothing", status=404)
    assert (await sim("GET", "/requests"))["last"] == before


async def test_buttons_selects_and_modals_work(use: Use) -> None:
    panel = (await use("grace", "command", name="panel"))["message"]
    chosen = await use("grace", "component", message_id=panel["id"], custom_id="pick", values=["ada"])
    assert "name='ada'" in chosen["message"]["content"]
    pressed = await use("ada", "component", message_id=panel["id"], custom_id="press")
    assert (pressed["response_type"], pressed["message"]["content"]) == (7, "pressed")
    await use("ada", "component", message_id=panel["id"], custom_id="press", status=400)
    asked = await use("ada", "component", message_id=panel["id"], custom_id="ask")
    assert asked["modal"]["title"] == "Why"
    done = await use("ada", "modal", custom_id="why", fields={"reason": "fun"})
    assert done["message"]["content"] == "because fun"


async def test_commands_are_kept_as_disnake_sent_them(use: Use, sim: Control, rest: Rest) -> None:
    """A second start finds nothing to change."""
    app = (await sim("GET", "/state"))["application"]["id"]
    listed = await rest.ok("GET", f"/applications/{app}/commands")
    assert {command["name"] for command in listed} == {"template", "panel", "silent"}
    before = (await sim("GET", "/effects"))["last"]
    again = make_bot()
    task = asyncio.create_task(again.start("sim-token"))
    await until(lambda: again.is_ready() and len(again.global_slash_commands) == 3)
    await asyncio.sleep(0.1)
    await again.close()
    await asyncio.gather(task, return_exceptions=True)
    assert (await sim("GET", "/effects"))["last"] == before


@pytest.fixture
async def opened(sim: Control, rest: Rest) -> dict[str, Any]:
    """An interaction that waits for its answer, in process: the bot is played by REST calls."""
    made = await sim.guild(**SPEC)
    app = (await sim("GET", "/state"))["application"]["id"]
    await rest.ok("POST", f"/applications/{app}/commands", {"name": "hello", "description": "d"})
    body = {"guild_id": made["id"], "user": "ada", "type": "command", "name": "hello", "timeout": 0}
    return await sim("POST", "/interactions", body)


async def test_an_interaction_is_answered_once_and_in_time(
    sim: Control, rest: Rest, opened: dict[str, Any], simulator: Any
) -> None:
    interaction = simulator.world.interactions.by_id[int(opened["id"])]
    path = f"/interactions/{opened['id']}/{interaction.token}/callback"
    answer = {"type": 4, "data": {"content": "hi"}}
    assert await rest.refused("POST", path.replace(opened["id"], "1"), answer) == (404, 10062)
    assert await rest.refused("POST", path, {"type": 8, "data": {"choices": []}}) == (400, 50035)
    webhook = f"/webhooks/{simulator.world.application.id}/{interaction.token}"
    assert await rest.refused("POST", webhook, {"content": "too soon"}) == (404, 10015)
    resource = await rest.ok("POST", path + "?with_response=true", answer)
    assert resource["resource"]["message"]["content"] == "hi"
    assert await rest.refused("POST", path, answer) == (400, 40060)
    await rest.ok("PATCH", f"{webhook}/messages/@original", {"content": "edited"})
    assert (await rest.ok("GET", f"{webhook}/messages/@original"))["content"] == "edited"
    extra = await rest.ok("POST", webhook, {"content": "more"})
    await rest.ok("DELETE", f"{webhook}/messages/{extra['id']}")
    await sim("POST", "/clock", {"advance": 16 * 60})
    assert await rest.refused("PATCH", f"{webhook}/messages/@original", {"content": "x"}) == (401, 50027)


class Opened:
    """An interaction whose answers are REST calls."""

    def __init__(self, rest: Rest, simulator: Any, opened: dict[str, Any]) -> None:
        self.rest = rest
        self.held = simulator.world.interactions.by_id[int(opened["id"])]
        self.callback = f"/interactions/{opened['id']}/{self.held.token}/callback"
        self.webhook = f"/webhooks/{simulator.world.application.id}/{self.held.token}"


@pytest.fixture
def call(rest: Rest, simulator: Any, opened: dict[str, Any]) -> Opened:
    return Opened(rest, simulator, opened)


async def test_an_answer_after_three_seconds_is_refused(sim: Control, rest: Rest, call: Opened) -> None:
    await sim("POST", "/clock", {"advance": 4})
    assert await rest.refused("POST", call.callback, {"type": 5}) == (404, 10062)
    assert await rest.refused("POST", call.webhook, {"content": "x"}) == (404, 10015)


async def test_a_token_is_good_for_fifteen_minutes(sim: Control, rest: Rest, call: Opened) -> None:
    await rest.ok("POST", call.callback, {"type": 5})
    await sim("POST", "/clock", {"advance": 899})
    await rest.ok("PATCH", f"{call.webhook}/messages/@original", {"content": "just in time"})
    await sim("POST", "/clock", {"advance": 2})
    for method, path, body in (
        ("PATCH", f"{call.webhook}/messages/@original", {"content": "x"}),
        ("GET", f"{call.webhook}/messages/@original", None),
        ("DELETE", f"{call.webhook}/messages/@original", None),
        ("POST", call.webhook, {"content": "x"}),
    ):
        assert await rest.refused(method, path, body) == (401, 50027)


async def test_a_deferred_answer_takes_only_the_ephemeral_flag(rest: Rest, call: Opened) -> None:
    """And keeps it: the first followup takes its place whatever flags that one has."""
    found = await rest.ok(
        "POST", f"{call.callback}?with_response=true", {"type": 5, "data": {"flags": 64 | 4}}
    )
    assert found["interaction"]["response_message_loading"]
    assert found["interaction"]["response_message_ephemeral"]
    assert "resource" not in found
    first = await rest.ok("POST", call.webhook, {"content": "now", "flags": 0})
    assert (first["id"], first["flags"]) == (found["interaction"]["response_message_id"], 64)
    second = await rest.ok("POST", call.webhook, {"content": "open", "flags": 0})
    assert (second["flags"], second["interaction_metadata"]["original_response_message_id"]) == (
        0,
        first["id"],
    )
    assert "original_response_message_id" not in first["interaction_metadata"]


async def test_the_original_answer_can_be_deleted_and_is_then_unknown(rest: Rest, call: Opened) -> None:
    await rest.ok("POST", call.callback, {"type": 4, "data": {"content": "hi"}})
    await rest.ok("DELETE", f"{call.webhook}/messages/@original")
    for method in ("GET", "PATCH", "DELETE"):
        original = f"{call.webhook}/messages/@original"
        assert await rest.refused(method, original, {"content": "x"}) == (404, 10008)
    await rest.ok("POST", call.webhook, {"content": "still here"})


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (1, None),
        (6, None),
        (7, {"content": "x"}),
        (8, {"choices": []}),
        (12, None),
    ],
)
async def test_a_command_takes_only_answers_that_fit_it(
    rest: Rest, call: Opened, kind: int, data: dict[str, Any] | None
) -> None:
    assert await rest.refused("POST", call.callback, {"type": kind, "data": data}) == (400, 50035)
    await rest.ok("POST", call.callback, {"type": 5})


INPUT = {"type": 4, "custom_id": "i", "style": 1}
BOXES = [{"label": "A", "value": "a"}, {"label": "B", "value": "b"}]


def label(component: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": 18, "label": "L", "component": component} | more


@pytest.mark.parametrize(
    "component",
    [
        {"type": 1, "components": [INPUT | {"label": "old"}]},
        {"type": 10, "content": "text"},
        label(INPUT | {"min_length": 1, "max_length": 4000, "required": False, "value": "v"}),
        label({"type": 3, "custom_id": "s", "options": BOXES, "max_values": 2}),
        *(
            label({"type": kind, "custom_id": "e", "min_values": 0, "required": False})
            for kind in (5, 6, 7, 8)
        ),
        label({"type": 19, "custom_id": "f", "max_values": 10}),
        label({"type": 21, "custom_id": "r", "options": BOXES}),
        label({"type": 22, "custom_id": "g", "options": BOXES, "required": False, "min_values": 0}),
        label({"type": 23, "custom_id": "c", "default": True}),
    ],
)
async def test_a_modal_may_hold(rest: Rest, call: Opened, component: dict[str, Any]) -> None:
    data = {"custom_id": "m", "title": "T", "components": [component]}
    await rest.ok("POST", call.callback, {"type": 9, "data": data})


@pytest.mark.parametrize(
    ("data", "at"),
    [
        ({"title": "t" * 46}, "title"),
        ({"custom_id": "c" * 101}, "custom_id"),
        ({"components": []}, "components"),
        ({"components": [label(INPUT)] * 6}, "components"),
        ({"components": [label(INPUT), label(INPUT)]}, "components"),
        ({"components": [{"type": 2, "style": 1, "label": "b", "custom_id": "b"}]}, "components"),
        ({"components": [label({"type": 2, "style": 1, "custom_id": "b"})]}, "components"),
        ({"components": [{"type": 1, "components": [INPUT, INPUT | {"custom_id": "j"}]}]}, "components"),
        ({"components": [label(INPUT, label="l" * 46)]}, "components"),
        ({"components": [label(INPUT | {"max_length": 4001})]}, "components"),
        ({"components": [label({"type": 5, "custom_id": "e", "min_values": 0})]}, "components"),
        ({"components": [label({"type": 5, "custom_id": "e", "disabled": True})]}, "components"),
        ({"components": [label({"type": 21, "custom_id": "r", "options": BOXES[:1]})]}, "components"),
        ({"components": [label({"type": 22, "custom_id": "g", "options": [BOXES[0]] * 2})]}, "components"),
        ({"components": [label({"type": 3, "custom_id": "s", "options": []})]}, "components"),
    ],
)
async def test_a_modal_may_not_hold(rest: Rest, call: Opened, data: dict[str, Any], at: str) -> None:
    whole = {"custom_id": "m", "title": "T", "components": [label(INPUT)]} | data
    answer = await rest("POST", call.callback, {"type": 9, "data": whole})
    assert (answer.status_code, answer.json()["code"]) == (400, 50035)
    assert list(answer.json()["errors"]["data"]) == [at]
    await rest.ok("POST", call.callback, {"type": 5})


async def test_boxes_and_groups_come_back_as_they_were_ticked(
    sim: Control, rest: Rest, simulator: Any, call: Opened
) -> None:
    components = [
        label({"type": 21, "custom_id": "radio", "options": BOXES, "required": False}),
        label({"type": 22, "custom_id": "group", "options": [BOXES[0] | {"default": True}, BOXES[1]]}),
        label({"type": 23, "custom_id": "box", "default": True}),
    ]
    modal = {"custom_id": "m", "title": "T", "components": components}
    await rest.ok("POST", call.callback, {"type": 9, "data": modal})
    asked = {
        "guild_id": str(call.held.guild_id),
        "user": "ada",
        "type": "modal",
        "custom_id": "m",
        "timeout": 0,
    }

    async def submitted(**fields: Any) -> dict[str, Any]:
        begun = await sim("POST", "/interactions", asked | {"fields": fields})
        found = simulator.world.interactions.by_id[int(begun["id"])].data["components"]
        return {each["component"]["custom_id"]: each["component"] for each in found}

    before = await submitted()
    assert (before["radio"]["value"], before["group"]["values"], before["box"]["value"]) == (
        None,
        ["a"],
        True,
    )
    after = await submitted(radio="b", group=["a", "b"], box=False)
    assert (after["radio"]["value"], after["group"]["values"], after["box"]["value"]) == (
        "b",
        ["a", "b"],
        False,
    )
    await sim("POST", "/interactions", asked | {"fields": {"group": []}}, status=400)
    await sim("POST", "/interactions", asked | {"fields": {"radio": "c"}}, status=400)


# Components, with the bot played by REST calls

PRESS = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Press", "custom_id": "press"}]}


class Panel:
    """A message of the bot with a button on it."""

    def __init__(
        self, sim: Control, rest: Rest, simulator: Any, channel: str, message: dict[str, Any]
    ) -> None:
        self.sim, self.rest, self.simulator = sim, rest, simulator
        self.path, self.id = f"/channels/{channel}/messages/{message['id']}", message["id"]

    async def press(self, user: str = "ada") -> Opened:
        guild_id = next(iter(self.simulator.world.guilds))
        asked = {"guild_id": str(guild_id), "user": user, "type": "component", "timeout": 0}
        body = asked | {"message_id": self.id, "custom_id": "press"}
        return Opened(self.rest, self.simulator, await self.sim("POST", "/interactions", body))

    async def content(self) -> str:
        return (await self.rest.ok("GET", self.path))["content"]


@pytest.fixture
async def panel(sim: Control, rest: Rest, simulator: Any) -> Panel:
    made = await sim.guild(**SPEC)
    log = made["channels"]["log"]
    sent = await rest.ok("POST", f"/channels/{log}/messages", {"content": "panel", "components": [PRESS]})
    return Panel(sim, rest, simulator, log, sent)


async def test_a_pressed_buttons_message_is_updated_at_once_or_later(rest: Rest, panel: Panel) -> None:
    pressed = await panel.press()
    found = await rest.ok(
        "POST", f"{pressed.callback}?with_response=true", {"type": 7, "data": {"content": "at once"}}
    )
    assert (found["resource"]["type"], found["resource"]["message"]["id"]) == (7, panel.id)
    assert await panel.content() == "at once"
    later = await panel.press("grace")
    await rest.ok("POST", later.callback, {"type": 6})
    assert await panel.content() == "at once"
    original = f"{later.webhook}/messages/@original"
    assert (await rest.ok("GET", original))["id"] == panel.id
    await rest.ok("PATCH", original, {"content": "later"})
    assert await panel.content() == "later"
    more = await rest.ok("POST", later.webhook, {"content": "more"})
    assert more["id"] != panel.id


async def test_an_answer_to_a_button_refers_to_its_message(rest: Rest, panel: Panel) -> None:
    pressed = await panel.press()
    body = {"type": 4, "data": {"content": "hi"}}
    message = (await rest.ok("POST", f"{pressed.callback}?with_response=true", body))["resource"]["message"]
    assert (message["type"], message["message_reference"]["message_id"]) == (0, panel.id)
    assert message["interaction_metadata"]["interacted_message_id"] == panel.id
    assert "interaction" not in message


async def test_what_a_button_shows_is_its_message_as_it_is_now(rest: Rest, panel: Panel) -> None:
    await rest.ok("PATCH", panel.path, {"content": "edited"})
    assert (await panel.press()).held.source.content == "edited"
    pressed = await panel.press()
    await rest.ok("DELETE", panel.path)
    assert await rest.refused("POST", pressed.callback, {"type": 7, "data": {"content": "x"}}) == (404, 10008)
