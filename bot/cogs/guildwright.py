"""`/guildwright status`: how the bot is, and what it lacks in this guild."""

import math
from typing import Any

import disnake
from disnake.ext import commands

from bot.asker import Owners, asker_of, guild_of
from bot.client import GuildwrightBot
from bot.intents import privileged_switches
from bot.ui.answers import answering
from bot.ui.status_embed import StatusView, lacking, status_embed
from core.actor import Actor
from core.catalog import BOT_PERMISSIONS
from core.discord.invite import invite_url
from core.errors import Forbidden
from core.jobs.schemas import Job, JobFilter
from core.jobs.states import JobState
from core.paging import Paging
from core.uow import Database, UnitOfWork

UNSETTLED: tuple[JobState, ...] = ("running", "waiting", "queued")
SHOWN_JOBS = Paging(limit=10)
SWITCHES = {
    "Server Members Intent": "who may do what cannot be told",
    "Message Content Intent": "the bot does not read what members write, which nothing here needs yet",
}


class GuildwrightCog(commands.Cog):
    def __init__(self, bot: GuildwrightBot, database: Database, owners: Owners, *, version: str) -> None:
        self._bot = bot
        self._database = database
        self._owners = owners
        self._version = version

    @commands.slash_command(
        default_member_permissions=disnake.Permissions(manage_guild=True),
        contexts=disnake.InteractionContextTypes(guild=True),
        install_types=disnake.ApplicationInstallTypes(guild=True),
    )
    async def guildwright(self, asked: disnake.ApplicationCommandInteraction[Any]) -> None:
        """The bot itself."""

    @guildwright.sub_command()
    async def status(self, asked: disnake.ApplicationCommandInteraction[Any]) -> None:
        """How the bot is, what it is doing in this server and what it lacks here."""
        async with answering(asked):
            actor = await asker_of(asked, self._owners, self._database)
            status = await self._status(actor, str(guild_of(asked).id))
            await asked.edit_original_response(embed=status_embed(status))

    async def _status(self, actor: Actor, guild_id: str) -> StatusView:
        async with self._database.read() as unit:
            guild = (await unit.guilds.view(actor, guild_id)).guild
            processes = await unit.processes.alive()
            jobs = await _unsettled(unit, actor, guild_id)
        return StatusView(
            version=self._version,
            guild_name=guild.name,
            guild_state=guild.state,
            revision=guild.revision,
            latency_ms=self._bot.latency * 1000 if math.isfinite(self._bot.latency) else None,
            processes=[process.kind for process in processes],
            jobs=jobs,
            lacks=await self._lacks(guild_id),
            notes=[*self._switched_off()],
            invite=invite_url(str(self._bot.application_id), int(BOT_PERMISSIONS)),
        )

    async def _lacks(self, guild_id: str) -> list[str]:
        """By the connection: what is stored does not follow the bot's own roles."""
        snapshot = await self._bot.gateway.read_guild(guild_id)
        powers = await self._bot.gateway.read_powers(guild_id)
        return list(lacking(snapshot, powers, int(BOT_PERMISSIONS)))

    def _switched_off(self) -> list[str]:
        on = privileged_switches(self._bot.intents)
        return [f"{switch} is off: {effect}." for switch, effect in SWITCHES.items() if switch not in on]


async def _unsettled(unit: UnitOfWork, actor: Actor, guild_id: str) -> list[Job] | None:
    found: list[Job] = []
    try:
        for state in UNSETTLED:
            page = await unit.jobs.list(actor, JobFilter(state=state, guild_id=guild_id), SHOWN_JOBS)
            found.extend(page.items)
    except Forbidden:
        return None
    return found
