"""The buttons over the wire: asked by a slash command, pressed after the bot was restarted."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import disnake

from bot.client import GuildwrightBot
from bot.ui.confirm import NOT_YOURS, Pressed, answer_press, confirm_row, custom_id, read_press
from bot.ui.plan_embed import plan_embeds
from core.templates.plan import DeleteRole, Plan, PlanNode

from .conftest import Discord, Running, ready, until

PLAN = Plan(
    steps=(DeleteRole(id="1", title="x", role_id="1"),),
    tree=(PlanNode(kind="role", action="delete", name="Crew"),),
    warnings=(),
    blockers=(),
    matched={},
    calls=1,
    expected_seconds=1.0,
    hash="0123456789abcdef",
)


def offer(bot: GuildwrightBot, plan_id: UUID) -> None:
    @bot.slash_command(name="plan", description="Shows a plan")
    async def shown(interaction: disnake.ApplicationCommandInteraction[Any]) -> None:
        await interaction.response.send_message(
            embeds=plan_embeds(PLAN, guild_name="Harbour"),
            components=[confirm_row(plan_id, str(interaction.author.id))],
        )

    assert shown.name == "plan"


def listen(bot: GuildwrightBot) -> list[tuple[str, UUID]]:
    decided: list[tuple[str, UUID]] = []

    async def apply(pressed: Pressed, plan_id: UUID) -> None:
        await pressed.edit_original_response(content="Applying")
        decided.append(("apply", plan_id))

    async def cancel(pressed: Pressed, plan_id: UUID) -> None:
        decided.append(("cancel", plan_id))

    async def on_button_click(pressed: Pressed) -> None:
        await answer_press(pressed, {"apply": apply, "cancel": cancel, "approve": cancel, "reject": cancel})

    bot.add_listener(on_button_click, "on_button_click")
    return decided


async def interact(discord: Discord, guild: dict[str, Any], user: str, **more: Any) -> dict[str, Any]:
    body = {"guild_id": guild["id"], "user": user, "channel": "log"} | more
    async with discord.http.post(f"{discord.base}/_sim/interactions", json=body) as answer:
        assert answer.status < 300, await answer.text()
        return await answer.json()


async def test_a_plans_buttons_work_after_a_restart_for_the_asker_alone(
    discord: Discord, start: Callable[..., Running], guild: dict[str, Any]
) -> None:
    plan_id = uuid4()
    first = start()
    offer(first.bot, plan_id)
    await ready(first)
    await until(lambda: discord.simulator.world.journal.effects)  # the command is registered
    shown = await interact(discord, guild, "grace", type="command", name="plan")
    assert shown["answered"]
    apply, cancel = shown["message"]["components"][0]["components"]
    press = read_press(apply["custom_id"])
    assert press is not None
    assert (press.plan_id, press.asker_id) == (plan_id, guild["members"]["grace"])
    assert cancel["custom_id"] != apply["custom_id"] == custom_id(press)
    await first.bot.close()
    await asyncio.wait({first.task})

    second = start()
    decided = listen(second.bot)
    await ready(second)
    button = {"type": "component", "message_id": shown["message"]["id"], "custom_id": apply["custom_id"]}
    refused = await interact(discord, guild, "linus", **button)
    assert (refused["data"]["content"], refused["ephemeral"]) == (NOT_YOURS, True)
    assert decided == []
    pressed = await interact(discord, guild, "grace", **button)
    await until(lambda: decided)
    assert decided == [("apply", plan_id)]
    assert pressed["answered"]
    assert not pressed["message"]["components"]
