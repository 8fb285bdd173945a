"""Every command about a member, and every button about what somebody asked for × who stands above, beside and below
them. What comes of it is written down here."""

from collections.abc import AsyncIterator
from typing import Any, Literal

import disnake
import pytest
from disnake.ext import commands

from core.discord.permissions import ALL
from core.templates.plan import PlanOptions
from tests.bot.conftest import Discord
from tests.bot.road import GUILD, Road, bot_on, database_at, in_step, owner_of, words
from tests.bot.test_command_matrix import pressed
from tests.builders.core import member

Outcome = Literal["done", "refused"]
MEMBERS = [
    *GUILD["members"],
    {"username": "hedy", "roles": ["Captain"]},
    {"username": "mia"},
]
PAIRS = (
    ("ada", "mia"),
    ("owner", "ada"),
    ("ada", "hedy"),
    ("ada", "olga"),
    ("grace", "ada"),
    ("ada", "owner"),
)
"""Asker and whom it is about: an administrator and a member, the installation's owner and an administrator; two
administrators, an administrator and the guild's owner; a moderator and an administrator, an administrator and the
installation's owner."""

_ALL: tuple[Outcome, ...] = ("done", "done", "done", "done", "done", "done")
_ABOVE: tuple[Outcome, ...] = ("done", "done", "refused", "refused", "refused", "refused")
COMMANDS: dict[str, tuple[Outcome, ...]] = {
    "access show": _ALL,
    "access grant": _ABOVE,
    "access revoke": _ABOVE,
}
BUTTONS: dict[str, tuple[Outcome, ...]] = {
    "approve": ("done", "done", "done", "done", "refused", "done"),
    "reject": ("done", "done", "done", "done", "refused", "done"),
}
"""In the order of `PAIRS`; of buttons, who presses and who asked to apply the plan."""

GRANTED = {"mia": "user", "ada": "admin", "hedy": "admin", "olga": "admin"}
"""So that there is something to take back; to an owner of the installation nobody grants anything."""
REFUSALS = (
    "Nothing was granted to Owner",
    "at or above",
    "needs the role",
    "your own",
    "is an owner",
    "Only the owner",
)


@pytest.fixture
async def road(discord: Discord, database_url: str, redis_url: str) -> AsyncIterator[Road]:
    guild = await discord.make(GUILD | {"members": MEMBERS})
    async with database_at(database_url) as database:
        owner = await owner_of(database)
        async with bot_on(discord, database, redis_url) as bot:
            await in_step(database, owner, guild["id"])
            yield Road(discord, guild, database, owner, bot)


def outcome_of(said: str) -> Outcome:
    return "refused" if any(refusal in said for refusal in REFUSALS) else "done"


async def test_every_command_about_a_member_stands_in_the_table(road: Road) -> None:
    about = {
        child.qualified_name
        for command in road.bot.application_commands
        if isinstance(command, commands.InvokableSlashCommand)
        for child in (command.children.values() or (command,))
        if any(option.type is disnake.OptionType.user for option in _options(child))
    }
    assert about == set(COMMANDS)


def _options(command: Any) -> list[disnake.Option]:
    found = command.option.options if hasattr(command, "option") else command.body.options
    return list(found)


@pytest.mark.parametrize("name", sorted(COMMANDS))
async def test_a_command_about_who_stands_above_or_beside_is_refused(road: Road, name: str) -> None:
    wrong: list[str] = []
    for (asker, target), expected in zip(PAIRS, COMMANDS[name], strict=True):
        options: dict[str, Any] = {"member": str(road.guild["members"][target])}
        if name == "access grant":
            options["role"] = "user"
        if name == "access revoke" and target in GRANTED:
            granted = await road.command(
                "owner", "access grant", channel="log", role=GRANTED[target], **options
            )
            assert outcome_of(words(granted)) == "done", words(granted)
        said = words(await road.command(asker, name, channel="log", **options))
        if outcome_of(said) != expected:
            wrong.append(f"{asker} about {target}: {expected} expected: {said}")
        if name == "access grant" and expected == "done":
            await road.command("owner", "access revoke", channel="log", member=options["member"])
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", sorted(BUTTONS))
async def test_a_button_about_what_somebody_asked_for_asks_who_presses_it(road: Road, name: str) -> None:
    wrong: list[str] = []
    template = await road.template("Crewed")
    for (presser, asker), expected in zip(PAIRS, BUTTONS[name], strict=True):
        asking = member(road.guild_id, ALL, discord_user_id=str(road.guild["members"][asker]))
        async with road.database.unit() as unit:
            plan = await unit.plans.create(asking, road.guild_id, template.id, None, PlanOptions())
        said = await pressed(road, presser, name, plan.id)
        if outcome_of(said) != expected:
            wrong.append(f"{presser} about {asker}'s: {expected} expected: {said}")
    assert not wrong, "\n".join(wrong)
