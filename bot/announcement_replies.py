"""How announcements are shown to one person, and what the buttons below them do."""

from typing import Final

import disnake

from bot.announcing import announcement_in
from bot.asker import Asked, Owners, entitled, guild_of
from bot.following import Following
from bot.ui.announcement_ids import AnnouncementPress, Choice, read_press
from bot.ui.announcement_view import as_shown, button_row, decided_text, postable, preview_text
from bot.ui.answers import CONTENT, answering
from bot.ui.confirm import Pressed, taken
from bot.ui.text import clipped, fitting
from core.actor import Actor
from core.announcements.schemas import Announcement, Post
from core.announcements.states import Decision
from core.discord.markdown import plain
from core.errors import Conflict, NotFound
from core.jobs.schemas import Job
from core.rights import Right
from core.uow import Database, UnitOfWork

_SAID: Final[dict[str, Decision]] = {"approve": "approved", "reject": "rejected"}
REFUSED: Final = "⚠️ Discord refuses to show it, and would refuse to have it posted: "
_TROUBLE_ROOM = 300


class AnnouncementReplies:
    """Ephemeral, and without a ping. Rights are the services' to judge."""

    def __init__(self, database: Database, owners: Owners, following: Following) -> None:
        self._database = database
        self._owners = owners
        self._following = following

    async def show(
        self, asked: Asked, actor: Actor, found: Announcement, *choices: Choice, done: str = ""
    ) -> None:
        """What is to be known of it, with these buttons or those that post it, and below that the message itself."""
        async with self._database.read() as unit:
            preview = await unit.announcement_previews.preview_of(
                actor, found.id, members=guild_of(asked).member_count
            )
            last = await unit.announcement_posts.last(actor, found.id)
        text = preview_text(found, preview, last, done=done)
        rows = button_row(found, str(asked.author.id), *(choices or postable(found, last)))
        await asked.edit_original_response(content=text, components=rows)
        try:
            await asked.followup.send(ephemeral=True, **as_shown(preview.message))
        except disnake.HTTPException as error:
            if error.status != 400:  # noqa: PLR2004 # the message itself is at fault
                raise
            said = REFUSED + plain(clipped(error.text, _TROUBLE_ROOM))
            await asked.edit_original_response(content=fitting([said, text], CONTENT), components=[])

    def follow(self, asked: Asked, actor: Actor, job: Job, found: Announcement) -> None:
        self._following.begin(asked, actor, job, title=f"“{found.name}”")

    async def answer(self, pressed: Pressed) -> None:
        """To be called with every press; those of others' buttons are let pass."""
        press = read_press(pressed.component.custom_id)
        if press is None or not await taken(pressed, press.asker_id):
            return
        async with answering(pressed):
            if press.choice in _SAID:
                await self._decide(pressed, press, _SAID[press.choice])
            else:
                await self._post(pressed, press)

    async def _post(self, pressed: Pressed, press: AnnouncementPress) -> None:
        """What was shown, or nothing."""
        guild_id, actor = await entitled(pressed, self._owners, self._database, Right.ANNOUNCEMENTS_WRITE)
        async with self._database.unit() as unit:
            found = await announcement_in(unit, actor, guild_id, press.announcement_id)
            if press.choice == "post":
                job = await unit.announcement_posts.request(actor, found.id, within=guild_id)
            else:
                job = await self._rewrite(unit, actor, found)
            found = await unit.announcements.get(actor, found.id)  # locked by now
            if found.revision != press.revision:
                raise Conflict(f"“{found.name}” says something else by now: look at it again.")
        self.follow(pressed, actor, job, found)

    async def _rewrite(self, unit: UnitOfWork, actor: Actor, found: Announcement) -> Job:
        last = await last_post(unit, actor, found)
        return await unit.announcement_posts.request_edit(actor, found.id, last.id)

    async def _decide(self, pressed: Pressed, press: AnnouncementPress, decision: Decision) -> None:
        guild_id, actor = await entitled(pressed, self._owners, self._database, Right.ANNOUNCEMENTS_APPROVE)
        async with self._database.unit() as unit:
            await announcement_in(unit, actor, guild_id, press.announcement_id)
            decided = await unit.announcement_approvals.decide(
                actor, press.announcement_id, decision, revision=press.revision
            )
        await pressed.edit_original_response(
            content=decided_text(decided, pressed.author.name),
            components=button_row(decided, press.asker_id, *postable(decided)),
        )


async def last_post(unit: UnitOfWork, actor: Actor, found: Announcement) -> Post:
    """The newest that is still there. Raises `NotFound`."""
    last = await unit.announcement_posts.last(actor, found.id)
    if last is None:
        raise NotFound(f"No message of “{found.name}” is left.")
    return last
