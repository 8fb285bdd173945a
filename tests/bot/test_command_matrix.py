"""Every command and every button × role: who is refused is written down here, and not read from what the bot asks."""

from collections.abc import AsyncIterator
from typing import Any, Literal, get_args
from uuid import UUID, uuid4

import disnake
import pytest
from disnake.ext import commands

from bot.cogs.join_notices import NOT_AN_OWNER
from bot.ui import announcement_ids, confirm, schedule_press
from core.guilds import join_messages
from core.templates.plan import PlanOptions
from tests.bot.conftest import Discord
from tests.bot.road import GUILD, Road, bot_on, database_at, in_step, owner_of, words

Role = Literal["user", "moderator", "admin", "owner"]
ROLES: tuple[Role, ...] = ("user", "moderator", "admin", "owner")
PEOPLE: dict[Role, str] = {"user": "linus", "moderator": "grace", "admin": "ada", "owner": "owner"}
CHANNELS: dict[Role, str] = {"user": "cabin"}
"""Discord shows a user the commands in one channel alone; what they may is the same."""

COMMANDS: dict[str, Role] = {
    "guildwright status": "moderator",
    "template list": "moderator",
    "template show": "moderator",
    "template drift": "moderator",
    "template plan": "moderator",
    "template capture": "moderator",
    "template apply": "admin",
    "template approve": "admin",
    "template reject": "admin",
    "template rollback": "admin",
    "access show": "moderator",
    "access grant": "admin",
    "access revoke": "admin",
    "schedule list": "moderator",
    "schedule show": "moderator",
    "schedule add": "moderator",
    "schedule pause": "moderator",
    "schedule resume": "moderator",
    "schedule run": "moderator",
    "schedule delete": "moderator",
    "announce list": "moderator",
    "announce preview": "moderator",
    "announce write": "moderator",
    "announce edit": "moderator",
    "announce post": "moderator",
    "announce delete": "moderator",
    "announce approve": "admin",
    "guild reject": "owner",
    "guild suspend": "owner",
    "guild approve": "owner",
    "guild ban": "owner",
}
BUTTONS: dict[str, Role] = {
    "schedule delete": "moderator",
    "announce post": "moderator",
    "announce rewrite": "moderator",
    "announce approve": "admin",
    "announce reject": "admin",
    # Puts away a reply that is the presser's own.
    "cancel": "user",
    "approve": "admin",
    "reject": "admin",
    "apply": "admin",
    "guild approve": "owner",
    "guild reject": "owner",
}
REFUSALS = ("needs the role", "Only the owner of this installation", NOT_AN_OWNER, "There is no plan")
"""A plan is told to nobody who may not look at it."""


@pytest.fixture
async def road(discord: Discord, database_url: str, redis_url: str) -> AsyncIterator[Road]:
    """With mia, who is nothing in particular."""
    guild = await discord.make(GUILD | {"members": [*GUILD["members"], {"username": "mia"}]})
    async with database_at(database_url) as database:
        owner = await owner_of(database)
        async with bot_on(discord, database, redis_url) as bot:
            await in_step(database, owner, guild["id"])
            yield Road(discord, guild, database, owner, bot)


def wrong(name: str, role: Role, least: Role, said: str) -> list[str]:
    is_refused = any(refusal in said for refusal in REFUSALS)
    is_to_be = ROLES.index(role) < ROLES.index(least)
    return [] if is_refused == is_to_be else [f"{name} as {role}: {said}"]


def options(road: Road, template_id: UUID) -> dict[str, dict[str, Any]]:
    template, mia = {"name": str(template_id)}, {"member": str(road.guild["members"]["mia"])}
    nothing = {"name": "Nothing of the kind"}
    return {
        **{f"announce {verb}": nothing for verb in ("preview", "edit", "post", "delete", "approve")},
        "announce write": nothing | {"channel": "log"},
        "schedule add": nothing | {"what": "drift check", "every": "1 day"},
        **{f"schedule {verb}": nothing for verb in ("show", "pause", "resume", "run", "delete")},
        "template show": template,
        "template plan": template,
        "template apply": template,
        "template rollback": {"snapshot": str(uuid4())},
        "access grant": {**mia, "role": "user"},
        "access revoke": mia,
    }


async def test_every_command_of_the_bot_stands_in_the_table(road: Road) -> None:
    every = {
        child.qualified_name
        for command in road.bot.application_commands
        if isinstance(command, commands.InvokableSlashCommand)
        for child in (command.children.values() or (command,))
    }
    assert every == set(COMMANDS)
    assert len(road.bot.application_commands) == len(road.bot.all_slash_commands)


def test_every_button_stands_in_the_table() -> None:
    others = {f"guild {choice}" for choice in get_args(join_messages.Choice)} | {"schedule delete"}
    others |= {f"announce {choice}" for choice in get_args(announcement_ids.Choice)}
    assert set(get_args(confirm.Choice)) | others == set(BUTTONS)


async def test_each_command_refuses_who_is_less_than_the_table_says_and_nobody_else(road: Road) -> None:
    given, found = options(road, (await road.template("Crewed")).id), list[str]()
    for name, least in COMMANDS.items():
        for role in ROLES:
            said = await answered(road, role, name, given.get(name, {}))
            found += wrong(name, role, least, said)
    assert not found, "\n".join(found)


async def test_each_button_refuses_who_is_less_than_the_table_says_and_nobody_else(road: Road) -> None:
    template, found = await road.template("Crewed"), list[str]()
    async with road.database.unit() as unit:
        plan = await unit.plans.create(road.owner, road.guild_id, template.id, None, PlanOptions())
    for name, least in BUTTONS.items():
        for role in ROLES:
            said = await pressed(road, PEOPLE[role], name, plan.id)
            found += wrong(name, role, least, said)
    assert not found, "\n".join(found)


async def answered(road: Road, role: Role, name: str, given: dict[str, Any]) -> str:
    """Nothing, where the answer is a form."""
    begun = await road.use(
        PEOPLE[role], "command", name=name, channel=CHANNELS.get(role, "log"), options=given
    )
    if begun["modal"]:
        return ""
    assert begun["ephemeral"]
    return words(await road.message(begun["id"], lambda message: not message["flags"] & 128))


async def pressed(road: Road, user: str, name: str, plan_id: UUID) -> str:
    """What is answered to a button that carries the presser's own name."""
    word, _, choice = name.rpartition(" ")
    who = str(road.guild["members"][user])
    custom_id = _button(road, word, choice, plan_id, who)
    channel = road.bot.get_channel(int(road.guild["channels"]["log"]))
    assert isinstance(channel, disnake.TextChannel)
    row: disnake.ui.ActionRow[Any] = disnake.ui.ActionRow(disnake.ui.Button(label="Go", custom_id=custom_id))
    posted = await channel.send("A button", components=[row])
    begun = await road.use(user, "component", message_id=str(posted.id), custom_id=custom_id)
    reply = await road.message(begun["id"], lambda message: message and words(message) != "A button")
    return words(reply)


def _button(road: Road, word: str, choice: str, plan_id: UUID, who: str) -> str:
    match word:
        case "schedule":
            return schedule_press.custom_id(plan_id, who)
        case "announce":
            press = announcement_ids.AnnouncementPress(_announce_choice(choice), plan_id, 1, who)
            return announcement_ids.press_id(press)
        case "guild":
            return join_messages.custom_id(join_messages.GuildPress(_guild_choice(choice), road.guild_id))
        case _:
            return confirm.custom_id(confirm.Press(_choice(choice), plan_id, who))


def _announce_choice(text: str) -> announcement_ids.Choice:
    return next(choice for choice in get_args(announcement_ids.Choice) if choice == text)


def _choice(text: str) -> confirm.Choice:
    return next(choice for choice in get_args(confirm.Choice) if choice == text)


def _guild_choice(text: str) -> join_messages.Choice:
    return next(choice for choice in get_args(join_messages.Choice) if choice == text)
