"""What is offered while people type: nothing to whoever may not use it, and nothing also if it cannot be told."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import disnake
from msgspec import Struct

from bot.announcing import announcements_of
from bot.asker import Owners, asker_of
from bot.chosen import usable
from bot.scheduling import schedules_of
from bot.ui.announcement_view import announcement_choices
from bot.ui.approval import approval_choices
from bot.ui.schedule_list import schedule_choices
from bot.ui.snapshot_list import snapshot_choices
from bot.ui.template_list import CHOICES, template_choices
from core.actor import Actor
from core.discord.types import Snowflake
from core.paging import Paging
from core.rights import Right
from core.schedules.zones import nearest_zones
from core.uow import Database, UnitOfWork

log = logging.getLogger(__name__)
_Choices: TypeAlias = list[disnake.OptionChoice]
_Find: TypeAlias = Callable[[UnitOfWork, Actor, Snowflake, str], Awaitable[_Choices]]


class Offered(Struct, frozen=True):
    """What can be chosen among by whoever has the right in the guild; `what` is what the log calls them."""

    what: str
    right: Right
    find: _Find


class Completions:
    def __init__(self, database: Database, owners: Owners) -> None:
        self._database = database
        self._owners = owners

    async def offer(
        self, offered: Offered, asked: disnake.ApplicationCommandInteraction[Any], typed: str
    ) -> _Choices:
        try:
            guild_id, actor = str(asked.guild_id), await asker_of(asked, self._owners, self._database)
            if not actor.may(guild_id, offered.right):
                return []
            async with self._database.read() as unit:
                return await offered.find(unit, actor, guild_id, typed)
        except Exception:
            log.exception("The %s could not be completed", offered.what)
            return []


async def _templates(unit: UnitOfWork, actor: Actor, guild_id: Snowflake, typed: str) -> _Choices:
    return template_choices(await usable(unit, actor), typed)


async def _snapshots(unit: UnitOfWork, actor: Actor, guild_id: Snowflake, typed: str) -> _Choices:
    page = await unit.snapshots.list(actor, guild_id, Paging(limit=200))
    return snapshot_choices(page.items, typed)


async def _waiting_plans(unit: UnitOfWork, actor: Actor, guild_id: Snowflake, typed: str) -> _Choices:
    return approval_choices(await unit.plan_approvals.waiting(actor, guild_id), typed)


async def _schedules(unit: UnitOfWork, actor: Actor, guild_id: Snowflake, typed: str) -> _Choices:
    return schedule_choices(await schedules_of(unit, actor, guild_id), typed)


async def _announcements(unit: UnitOfWork, actor: Actor, guild_id: Snowflake, typed: str) -> _Choices:
    return announcement_choices(await announcements_of(unit, actor, guild_id), typed)


async def _waiting_announcements(unit: UnitOfWork, actor: Actor, guild_id: Snowflake, typed: str) -> _Choices:
    every = await announcements_of(unit, actor, guild_id)
    return announcement_choices([each for each in every if each.approval_state == "waiting"], typed)


async def _zones(unit: UnitOfWork, actor: Actor, guild_id: Snowflake, typed: str) -> _Choices:
    """The nearest; of nothing typed the guild's own."""
    found = nearest_zones(typed, CHOICES)
    if not typed.strip():
        used = await unit.schedules.last_zone(actor, guild_id)
        found = tuple(dict.fromkeys(each for each in (used, "UTC") if each))
    return [disnake.OptionChoice(each, each) for each in found]


TEMPLATES = Offered("templates", Right.PLANS_READ, _templates)
SNAPSHOTS = Offered("snapshots", Right.PLANS_READ, _snapshots)
WAITING_PLANS = Offered("plans that wait", Right.PLANS_APPLY, _waiting_plans)
SCHEDULES = Offered("schedules", Right.SCHEDULES_READ, _schedules)
ANNOUNCEMENTS = Offered("announcements", Right.ANNOUNCEMENTS_READ, _announcements)
WAITING_ANNOUNCEMENTS = Offered(
    "announcements that wait", Right.ANNOUNCEMENTS_APPROVE, _waiting_announcements
)
ZONES = Offered("time zones", Right.SCHEDULES_READ, _zones)
