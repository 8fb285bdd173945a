"""`/announce`: write, edit, preview, list, post, approve and delete."""

from typing import Any, Literal, TypeAlias

import disnake
from disnake.ext import commands
from msgspec import UNSET

from bot.announcement_forms import Form, Options, changes_of, draft_of, form_of
from bot.announcement_replies import AnnouncementReplies, last_post
from bot.announcing import (
    announcement_in,
    announcement_meant,
    announcements_of,
    awaiting_one,
    require_free,
)
from bot.asker import Asked, Owners, asker_of, entitled, guild_of
from bot.completions import ANNOUNCEMENTS, WAITING_ANNOUNCEMENTS, Completions
from bot.following import Following
from bot.ui.announcement_form import by_fields, form_fields, kept_form, read_form
from bot.ui.announcement_ids import FormId, form_id, read_form_id
from bot.ui.announcement_view import announcements_embed
from bot.ui.answers import answering, opening, sentence_of
from bot.ui.confirm import Pressed
from core.actor import Actor
from core.announcements.checks import NAME_LIMIT
from core.announcements.schemas import Announcement
from core.announcements.states import Repeats, is_own
from core.discord.markdown import plain
from core.discord.types import Snowflake
from core.errors import Invalid
from core.rights import Right
from core.uow import Database

_Asked: TypeAlias = disnake.ApplicationCommandInteraction[Any]
_Submitted: TypeAlias = disnake.ModalInteraction[Any]
_Name = commands.String[str, 1, NAME_LIMIT]
Place: TypeAlias = disnake.TextChannel | disnake.NewsChannel | disnake.VoiceChannel
Again: TypeAlias = Literal["another message", "its last message"]
Gone: TypeAlias = Literal["the announcement", "its last message"]
_REPEATS: dict[Again, Repeats] = {"another message": "send", "its last message": "edit_last"}


class AnnounceCog(commands.Cog):
    """Services decide who may; `default_member_permissions` only hides what most would be refused. Neither a view nor a
    form is kept in memory, so that they work after a restart."""

    def __init__(self, database: Database, owners: Owners) -> None:
        self._database = database
        self._owners = owners
        self._completions = Completions(database, owners)
        self._following = Following(database)
        self._replies = AnnouncementReplies(database, owners, self._following)

    def cog_unload(self) -> None:
        self._following.stop()

    @commands.slash_command(
        default_member_permissions=disnake.Permissions(manage_guild=True),
        contexts=disnake.InteractionContextTypes(guild=True),
        install_types=disnake.ApplicationInstallTypes(guild=True),
    )
    async def announce(self, asked: _Asked) -> None:
        """What the bot says for you, whenever it is to be said."""

    @announce.sub_command()
    async def write(
        self,
        asked: _Asked,
        *,
        name: _Name,
        channel: Place,
        crosspost: bool = False,
        repeats: Again = "another message",
        approval: bool = False,
    ) -> None:
        """Write one in a form, and see how it looks. Nothing is posted yet.

        Parameters
        ----------
        name: Words to know it by
        channel: Where it is posted
        crosspost: Whether it is published to the channels that follow that one
        repeats: What becomes of posting it once more
        approval: Whether somebody else has to agree before it is posted
        """
        async with opening(asked):
            guild_id, actor = await self._entitled(asked)
            async with self._database.read() as unit:
                await require_free(unit, actor, guild_id, name)
            options = _options(channel, crosspost, repeats, approval)
            await asked.response.send_modal(
                title="Write an announcement",
                custom_id=form_id(FormId(options=options)),
                components=form_fields(Form(name=name)),
            )

    @announce.sub_command()
    async def edit(
        self,
        asked: _Asked,
        *,
        name: str,
        channel: Place | None = None,
        crosspost: bool | None = None,
        repeats: Again | None = None,
        approval: bool | None = None,
    ) -> None:
        """Change what it says, in a form. What was posted stays as it is.

        Parameters
        ----------
        name: Which
        channel: Where it is posted from now on
        crosspost: Whether it is published to the channels that follow that one
        repeats: What becomes of posting it once more
        approval: Whether somebody else has to agree before it is posted
        """
        async with opening(asked):
            guild_id, actor = await self._entitled(asked)
            async with self._database.read() as unit:
                meant = await announcement_meant(unit, actor, guild_id, name)
                found = await unit.announcements.editable(actor, meant.id)
            options = _options(channel, crosspost, repeats, approval)
            await asked.response.send_modal(
                title="Change an announcement",
                custom_id=form_id(FormId(options=options, announcement_id=found.id, seen=found.updated_at)),
                components=form_fields(form_of(found)),
            )

    @announce.sub_command()
    async def preview(self, asked: _Asked, name: str) -> None:
        """See how it would look if it were posted now.

        Parameters
        ----------
        name: Which
        """
        async with answering(asked):
            actor, found = await self._meant(asked, name)
            await self._replies.show(asked, actor, found)

    @announce.sub_command(name="list")
    async def list_(self, asked: _Asked, page: commands.Range[int, 1, 25] = 1) -> None:
        """What can be announced here.

        Parameters
        ----------
        page: Which page of them
        """
        async with answering(asked):
            guild_id = str(guild_of(asked).id)
            actor = await asker_of(asked, self._owners, self._database)
            async with self._database.read() as unit:
                every = await announcements_of(unit, actor, guild_id)
            await asked.edit_original_response(embed=announcements_embed(every, page))

    @announce.sub_command()
    async def post(self, asked: _Asked, name: str) -> None:
        """Have it posted now.

        Parameters
        ----------
        name: Which
        """
        async with answering(asked):
            guild_id, actor = await self._entitled(asked)
            async with self._database.unit() as unit:
                found = await announcement_meant(unit, actor, guild_id, name)
                job = await unit.announcement_posts.request(actor, found.id, within=guild_id)
            self._replies.follow(asked, actor, job, found)

    @announce.sub_command()
    async def approve(self, asked: _Asked, name: str | None = None) -> None:
        """See one that somebody else wrote and that waits; agree to it or not.

        Parameters
        ----------
        name: Which, unless only one waits
        """
        async with answering(asked):
            guild_id, actor = await self._entitled(asked, Right.ANNOUNCEMENTS_APPROVE)
            async with self._database.read() as unit:
                found = await awaiting_one(unit, actor, guild_id, name)
            if is_own(actor, found.actor, found.changed_by):
                told = f"by {plain(found.changed_by.name)} needs somebody else's approval"
                await self._replies.show(asked, actor, found, "reject", done=told)
                return
            told = f"by {plain(found.changed_by.name)} is yours to approve"
            await self._replies.show(asked, actor, found, "approve", "reject", done=told)

    @announce.sub_command()
    async def delete(self, asked: _Asked, name: str, what: Gone = "the announcement") -> None:
        """Delete one, or the message that it was last posted as.

        Parameters
        ----------
        name: Which
        what: Messages stay where they are when their announcement is deleted
        """
        async with answering(asked):
            guild_id, actor = await self._entitled(asked)
            async with self._database.unit() as unit:
                found = await announcement_meant(unit, actor, guild_id, name)
                if what == "the announcement":
                    await unit.announcements.delete(actor, found.id)
                    job = None
                else:
                    last = await last_post(unit, actor, found)
                    job = await unit.announcement_posts.request_delete(actor, found.id, last.id)
            if job is None:
                await asked.edit_original_response(content=f"“{plain(found.name)}” is deleted.")
            else:
                self._replies.follow(asked, actor, job, found)

    # disnake leaves open what a completer takes
    @edit.autocomplete("name")  # pyright: ignore[reportUnknownMemberType]
    @preview.autocomplete("name")  # pyright: ignore[reportUnknownMemberType]
    @post.autocomplete("name")  # pyright: ignore[reportUnknownMemberType]
    @delete.autocomplete("name")  # pyright: ignore[reportUnknownMemberType]
    async def complete_name(self, asked: _Asked, typed: str) -> list[disnake.OptionChoice]:
        return await self._completions.offer(ANNOUNCEMENTS, asked, typed)

    @approve.autocomplete("name")  # pyright: ignore[reportUnknownMemberType]
    async def complete_waiting(self, asked: _Asked, typed: str) -> list[disnake.OptionChoice]:
        return await self._completions.offer(WAITING_ANNOUNCEMENTS, asked, typed)

    @commands.Cog.listener()
    async def on_button_click(self, pressed: Pressed) -> None:
        await self._replies.answer(pressed)

    @commands.Cog.listener()
    async def on_modal_submit(self, submitted: _Submitted) -> None:
        opened = read_form_id(submitted.custom_id)
        if opened is None:
            return
        async with answering(submitted):
            form = read_form(submitted)
            try:
                await self._keep(submitted, opened, form)
            except Exception as error:  # whatever it is, nobody has to type that again
                await submitted.edit_original_response(content=sentence_of(error), file=kept_form(form))

    async def _keep(self, submitted: _Submitted, opened: FormId, form: Form) -> None:
        guild_id, actor = await self._entitled(submitted)
        try:
            async with self._database.unit() as unit:
                if opened.announcement_id is None:
                    kept = await unit.announcements.create(actor, guild_id, draft_of(form, opened.options))
                else:
                    found = await announcement_in(unit, actor, guild_id, opened.announcement_id)
                    changes = changes_of(found, form, opened.options)
                    kept = await unit.announcements.edit(actor, found.id, changes, seen=opened.seen)
        except Invalid as refused:
            raise by_fields(refused) from refused
        done = "is kept" if opened.announcement_id is None else "is changed"
        await self._replies.show(submitted, actor, kept, done=done)

    async def _meant(self, asked: _Asked, name: str) -> tuple[Actor, Announcement]:
        guild_id = str(guild_of(asked).id)
        actor = await asker_of(asked, self._owners, self._database)
        async with self._database.read() as unit:
            return actor, await announcement_meant(unit, actor, guild_id, name)

    async def _entitled(
        self, asked: Asked, right: Right = Right.ANNOUNCEMENTS_WRITE
    ) -> tuple[Snowflake, Actor]:
        return await entitled(asked, self._owners, self._database, right)


def _options(
    channel: Place | None, crosspost: bool | None, repeats: Again | None, approval: bool | None
) -> Options:
    """What was not said stays open."""
    return Options(
        channel_id=UNSET if channel is None else str(channel.id),
        crosspost=UNSET if crosspost is None else crosspost,
        repeats=UNSET if repeats is None else _REPEATS[repeats],
        needs_approval=UNSET if approval is None else approval,
    )
