"""What is offered while people type: nothing to whoever may not use it, and nothing also if it cannot be told."""

import logging
from typing import Any

import disnake

from bot.asker import Owners, asker_of
from bot.chosen import usable
from bot.scheduling import schedules_of
from bot.ui.approval import approval_choices
from bot.ui.schedule_list import schedule_choices
from bot.ui.snapshot_list import snapshot_choices
from bot.ui.template_list import CHOICES, template_choices
from core.paging import Paging
from core.rights import Right
from core.schedules.zones import nearest_zones
from core.uow import Database

log = logging.getLogger(__name__)


class Completions:
    def __init__(self, database: Database, owners: Owners) -> None:
        self._database = database
        self._owners = owners

    async def templates(
        self, asked: disnake.ApplicationCommandInteraction[Any], typed: str
    ) -> list[disnake.OptionChoice]:
        """Those that the person may use, for whoever may plan."""
        try:
            actor = await asker_of(asked, self._owners, self._database)
            if not actor.may(str(asked.guild_id), Right.PLANS_READ):
                return []
            async with self._database.read() as unit:
                return template_choices(await usable(unit, actor), typed)
        except Exception:
            log.exception("The names of templates could not be completed")
            return []

    async def snapshots(
        self, asked: disnake.ApplicationCommandInteraction[Any], typed: str
    ) -> list[disnake.OptionChoice]:
        """Those of the guild, for whoever may plan."""
        try:
            actor = await asker_of(asked, self._owners, self._database)
            if not actor.may(str(asked.guild_id), Right.PLANS_READ):
                return []
            async with self._database.read() as unit:
                page = await unit.snapshots.list(actor, str(asked.guild_id), Paging(limit=200))
            return snapshot_choices(page.items, typed)
        except Exception:
            log.exception("The snapshots could not be completed")
            return []

    async def schedules(
        self, asked: disnake.ApplicationCommandInteraction[Any], typed: str
    ) -> list[disnake.OptionChoice]:
        """Those of the guild, for whoever may look at them."""
        try:
            actor = await asker_of(asked, self._owners, self._database)
            if not actor.may(str(asked.guild_id), Right.SCHEDULES_READ):
                return []
            async with self._database.read() as unit:
                return schedule_choices(await schedules_of(unit, actor, str(asked.guild_id)), typed)
        except Exception:
            log.exception("The schedules could not be completed")
            return []

    async def zones(
        self, asked: disnake.ApplicationCommandInteraction[Any], typed: str
    ) -> list[disnake.OptionChoice]:
        """The nearest; of nothing typed the guild's own, for whoever may look at its schedules."""
        try:
            found = nearest_zones(typed, CHOICES)
            if not typed.strip():
                actor = await asker_of(asked, self._owners, self._database)
                if not actor.may(str(asked.guild_id), Right.SCHEDULES_READ):
                    return []
                async with self._database.read() as unit:
                    used = await unit.schedules.last_zone(actor, str(asked.guild_id))
                found = tuple(dict.fromkeys(each for each in (used, "UTC") if each))
        except Exception:
            log.exception("The time zones could not be completed")
            return []
        return [disnake.OptionChoice(each, each) for each in found]

    async def waiting_plans(
        self, asked: disnake.ApplicationCommandInteraction[Any], typed: str
    ) -> list[disnake.OptionChoice]:
        """Those of the guild that wait for approval, for whoever may apply."""
        try:
            actor = await asker_of(asked, self._owners, self._database)
            if not actor.may(str(asked.guild_id), Right.PLANS_APPLY):
                return []
            async with self._database.read() as unit:
                found = await unit.plan_approvals.waiting(actor, str(asked.guild_id))
            return approval_choices(found, typed)
        except Exception:
            log.exception("The plans that wait could not be completed")
            return []
