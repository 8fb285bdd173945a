"""What is offered while people type: nothing to whoever may not use it, and nothing also if it cannot be told."""

import logging
from typing import Any

import disnake

from bot.asker import Owners, asker_of
from bot.chosen import usable
from bot.ui.approval import approval_choices
from bot.ui.snapshot_list import snapshot_choices
from bot.ui.template_list import template_choices
from core.paging import Paging
from core.rights import Right
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
