"""`/schedule`: add, list, show, pause, resume, run and delete."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import disnake
from disnake.ext import commands

from bot.asker import Asked, Owners, asker_of, entitled, guild_of
from bot.completions import ANNOUNCEMENTS, SCHEDULES, TEMPLATES, ZONES, Completions
from bot.people import person_of
from bot.scheduling import (
    MOST_SCHEDULES,
    Place,
    What,
    Wish,
    announced_by,
    draft_of,
    place_id,
    schedule_meant,
    schedules_of,
)
from bot.ui.answers import answering
from bot.ui.confirm import Pressed, taken
from bot.ui.schedule_list import PAGE, added_text, schedule_embed, schedules_embed, undo_row
from bot.ui.schedule_press import SchedulePress, read_press
from bot.ui.schedule_words import absolute, by_options, ran_text
from core.actor import Actor
from core.discord.markdown import plain
from core.discord.types import Snowflake
from core.errors import Conflict, Invalid, NotFound
from core.rights import Right
from core.schedules.checks import NAME_LIMIT
from core.schedules.reading import SHOWN_AHEAD
from core.schedules.schemas import Schedule
from core.uow import Database, UnitOfWork

_Asked = disnake.ApplicationCommandInteraction[Any]
_Change: TypeAlias = Callable[[UnitOfWork, Actor, Schedule], Awaitable[str]]
_Name = commands.String[str, 1, NAME_LIMIT]
# disnake leaves open what an option takes
_LASTS: Any = commands.Param(None, name="for")  # pyright: ignore[reportUnknownMemberType]
DELETED_AGAIN = "Deleted again: it will not run."


class ScheduleCog(commands.Cog):
    """The service decides who may; `default_member_permissions` only hides what most would be refused. No view is kept
    in memory, so the button works after a restart."""

    def __init__(self, database: Database, owners: Owners) -> None:
        self._database = database
        self._owners = owners
        self._completions = Completions(database, owners)

    @commands.slash_command(
        default_member_permissions=disnake.Permissions(manage_guild=True),
        contexts=disnake.InteractionContextTypes(guild=True),
        install_types=disnake.ApplicationInstallTypes(guild=True),
    )
    async def schedule(self, asked: _Asked) -> None:
        """What the bot does by itself, and when."""

    @schedule.sub_command()
    async def add(
        self,
        asked: _Asked,
        *,
        what: What,
        name: _Name,
        cron: commands.String[str, 1, 200] | None = None,
        every: commands.String[str, 1, 100] | None = None,
        at: commands.String[str, 1, 100] | None = None,
        zone: commands.String[str, 1, 100] | None = None,
        channel: Place | None = None,
        text: commands.String[str, 1, 2000] | None = None,
        template: str | None = None,
        label: commands.String[str, 1, 100] | None = None,
        announcement: str | None = None,
        lasts: commands.String[str, 1, 100] | None = _LASTS,
    ) -> None:
        """Have something done again and again, or once at a time. It is done with your rights.

        Parameters
        ----------
        what: What is done
        name: Words to know it by
        cron: When, as minute hour day month weekday: “0 9 * * mon-fri”
        every: Or every so long: “2h”, “1 day”
        at: Or once: “2026-12-24 18:00”, or “18:00” for the next time
        zone: Whose clocks; those of what was last scheduled here unless you say
        channel: Where a message is sent, or what is locked
        text: What the message says
        template: Which template is applied
        label: What a capture is known by
        announcement: Which announcement is posted
        lasts: How long a channel is locked each time: “8h”; else until somebody opens it
        """
        async with answering(asked):
            guild_id, actor = await self._entitled(asked)
            if not isinstance(asked.author, disnake.Member):
                raise NotFound("This works for members of a server.")
            wish = Wish(
                what=what,
                name=name,
                cron=cron,
                every=every,
                at=at,
                zone=zone,
                channel_id=place_id(channel),
                text=text,
                template=template,
                label=label,
                announcement=announcement,
                lasts=lasts,
            )
            try:
                async with self._database.unit() as unit:
                    actor = await unit.grants.with_account(actor, person_of(asked.author))
                    draft = await draft_of(unit, actor, guild_id, wish, self._database.clock())
                    made = await unit.schedules.create(actor, guild_id, draft)
                    coming = await unit.schedules.upcoming(actor, made.id, SHOWN_AHEAD)
                    announced = await announced_by(unit, actor, made)
            except Invalid as refused:
                raise by_options(refused) from refused
            await asked.edit_original_response(
                content=added_text(made, coming, announced), components=[undo_row(made, str(asked.author.id))]
            )

    @schedule.sub_command(name="list")
    async def list_(self, asked: _Asked, page: commands.Range[int, 1, MOST_SCHEDULES] = 1) -> None:
        """What is scheduled here, when it comes next and how it went.

        Parameters
        ----------
        page: Which page of them
        """
        async with answering(asked):
            guild_id = str(guild_of(asked).id)
            actor = await asker_of(asked, self._owners, self._database)
            async with self._database.read() as unit:
                every = await schedules_of(unit, actor, guild_id)
                pages = max(-(-len(every) // PAGE), 1)
                page = min(page, pages)
                shown = every[(page - 1) * PAGE : page * PAGE]
                latest = await unit.schedules.latest_runs(actor, guild_id, [each.id for each in shown])
            await asked.edit_original_response(embed=schedules_embed(shown, latest, page, pages))

    @schedule.sub_command()
    async def show(self, asked: _Asked, name: str) -> None:
        """One of them: what it does, its next runs and how the last one went.

        Parameters
        ----------
        name: Which
        """
        async with answering(asked):
            guild_id = str(guild_of(asked).id)
            actor = await asker_of(asked, self._owners, self._database)
            async with self._database.read() as unit:
                found = await schedule_meant(unit, actor, guild_id, name)
                coming = await unit.schedules.upcoming(actor, found.id, SHOWN_AHEAD)
                latest = await unit.schedules.latest_runs(actor, guild_id, [found.id])
                announced = await announced_by(unit, actor, found)
            embed = schedule_embed(found, coming, latest.get(found.id), announced)
            await asked.edit_original_response(embed=embed)

    @schedule.sub_command()
    async def pause(
        self, asked: _Asked, name: str, reason: commands.String[str, 1, 500] | None = None
    ) -> None:
        """Have it do nothing until it is resumed. What is being done goes on.

        Parameters
        ----------
        name: Which
        reason: Why; it is kept and shown
        """

        async def change(unit: UnitOfWork, actor: Actor, found: Schedule) -> str:
            await unit.schedules.pause(actor, found.id, reason)
            return "is paused."

        await self._change(asked, name, change)

    @schedule.sub_command()
    async def resume(self, asked: _Asked, name: str) -> None:
        """Let it go on. What it would have done meanwhile is not made up for.

        Parameters
        ----------
        name: Which
        """

        async def change(unit: UnitOfWork, actor: Actor, found: Schedule) -> str:
            resumed = await unit.schedules.resume(actor, found.id)
            return "goes on." if resumed.next is None else f"goes on. Next: {absolute(resumed.next.at)}."

        await self._change(asked, name, change)

    @schedule.sub_command()
    async def run(self, asked: _Asked, name: str) -> None:
        """Have it done now as well, with its owner's rights.

        Parameters
        ----------
        name: Which
        """

        async def change(unit: UnitOfWork, actor: Actor, found: Schedule) -> str:
            return ran_text(await unit.schedules.run_now(actor, found.id))

        await self._change(asked, name, change)

    @schedule.sub_command()
    async def delete(self, asked: _Asked, name: str) -> None:
        """Delete it with its history. What is being done goes on.

        Parameters
        ----------
        name: Which
        """

        async def change(unit: UnitOfWork, actor: Actor, found: Schedule) -> str:
            await unit.schedules.delete(actor, found.id)
            return "is deleted."

        await self._change(asked, name, change)

    # disnake leaves open what a completer takes
    @add.autocomplete("zone")  # pyright: ignore[reportUnknownMemberType]
    async def complete_zone(self, asked: _Asked, typed: str) -> list[disnake.OptionChoice]:
        return await self._completions.offer(ZONES, asked, typed)

    @add.autocomplete("template")  # pyright: ignore[reportUnknownMemberType]
    async def complete_template(self, asked: _Asked, typed: str) -> list[disnake.OptionChoice]:
        return await self._completions.offer(TEMPLATES, asked, typed)

    @add.autocomplete("announcement")  # pyright: ignore[reportUnknownMemberType]
    async def complete_announcement(self, asked: _Asked, typed: str) -> list[disnake.OptionChoice]:
        return await self._completions.offer(ANNOUNCEMENTS, asked, typed)

    @show.autocomplete("name")  # pyright: ignore[reportUnknownMemberType]
    @pause.autocomplete("name")  # pyright: ignore[reportUnknownMemberType]
    @resume.autocomplete("name")  # pyright: ignore[reportUnknownMemberType]
    @run.autocomplete("name")  # pyright: ignore[reportUnknownMemberType]
    @delete.autocomplete("name")  # pyright: ignore[reportUnknownMemberType]
    async def complete_name(self, asked: _Asked, typed: str) -> list[disnake.OptionChoice]:
        return await self._completions.offer(SCHEDULES, asked, typed)

    @commands.Cog.listener()
    async def on_button_click(self, pressed: Pressed) -> None:
        press = read_press(pressed.component.custom_id)
        if press is None or not await taken(pressed, press.asker_id):
            return
        async with answering(pressed):
            await self._delete_again(pressed, press)
            await pressed.edit_original_response(content=DELETED_AGAIN)

    async def _delete_again(self, pressed: Pressed, press: SchedulePress) -> None:
        guild_id, actor = await self._entitled(pressed)
        async with self._database.unit() as unit:
            if (await unit.schedules.get(actor, press.schedule_id)).guild_id != guild_id:
                raise Conflict("This schedule is of another server.")
            await unit.schedules.delete(actor, press.schedule_id)

    async def _change(self, asked: _Asked, name: str, change: _Change) -> None:
        """In one unit; `change` says what is told about it once that is kept."""
        async with answering(asked):
            guild_id, actor = await self._entitled(asked)
            async with self._database.unit() as unit:
                found = await schedule_meant(unit, actor, guild_id, name)
                said = await change(unit, actor, found)
            await asked.edit_original_response(content=f"“{plain(found.name)}” {said}")

    async def _entitled(self, asked: Asked) -> tuple[Snowflake, Actor]:
        return await entitled(asked, self._owners, self._database, Right.SCHEDULES_WRITE)
