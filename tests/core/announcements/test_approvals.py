"""Somebody else than who wrote it agrees to what is said now, or it is not posted."""

import pytest
from msgspec.structs import replace

from core.access.schemas import Person
from core.actor import SYSTEM, Actor
from core.announcements.events import WAITING
from core.announcements.schemas import Announcement, MessageChanges
from core.announcements.states import Decision
from core.discord.markdown import plain
from core.discord.permissions import Permission
from core.errors import Conflict, Forbidden, Stale
from core.jobs.schemas import EventPosition, GuildEvent, JobFilter
from core.notifications.choices import NotificationChanges
from core.notifications.jobs import NOTIFY
from core.paging import Paging
from core.uow import Database

from .harbour import Harbour


class Waiting(Harbour):
    async def decide(
        self, actor: Actor, announcement: Announcement, decision: Decision = "approved", revision: int = 1
    ) -> Announcement:
        async with self.database.unit() as unit:
            return await unit.announcement_approvals.decide(
                actor, announcement.id, decision, revision=revision
            )

    async def post(self, announcement: Announcement) -> str:
        async with self.database.unit() as unit:
            return (await unit.announcement_posts.request(self.ada, announcement.id)).state


@pytest.fixture
async def harbour(database: Database) -> Waiting:
    harbour = Waiting(database)
    await harbour.begin()
    return harbour


async def test_what_waits_is_not_posted_before_somebody_else_agrees(harbour: Waiting) -> None:
    made = await harbour.write(needs_approval=True)
    assert made.approval_state == "waiting"
    with pytest.raises(Conflict) as refused:
        await harbour.post(made)
    assert refused.value.error_code == "not_approved"
    approved = await harbour.decide(harbour.bob, made)
    assert approved.approval_state == "approved"
    assert approved.approval is not None
    assert approved.approval.by.discord_user_id == harbour.bob.discord_user_id
    assert await harbour.post(made) == "queued"


async def test_the_guilds_own_rule_holds_for_all_of_them(harbour: Waiting) -> None:
    made = await harbour.write()
    assert await harbour.post(made) == "queued"
    await harbour.want_approval()
    assert (await harbour.see(made)).approval_state == "waiting"
    with pytest.raises(Conflict):
        await harbour.post(made)
    await harbour.want_approval(wanted=False)
    assert (await harbour.see(made)).approval_state == "not_needed"


async def test_neither_who_wrote_it_nor_who_changed_it_last_approves_of_it(harbour: Waiting) -> None:
    made = await harbour.write(harbour.ada, needs_approval=True)
    with pytest.raises(Forbidden) as refused:
        await harbour.decide(harbour.ada, made)
    assert refused.value.error_code == "own_announcement"
    await harbour.edit(harbour.bob, made, message=MessageChanges(content="Ahoy"))
    for own in (harbour.ada, harbour.bob):
        with pytest.raises(Forbidden):
            await harbour.decide(own, made, revision=2)
    with pytest.raises(Forbidden, match="announcements:approve"):
        await harbour.decide(harbour.mia, made, revision=2)


async def test_any_change_of_what_is_said_takes_the_approval_away(harbour: Waiting) -> None:
    made = await harbour.write(harbour.mia, needs_approval=True)
    await harbour.decide(harbour.bob, made)
    renamed = await harbour.edit(harbour.mia, made, name="Closing")
    assert renamed.approval_state == "approved"
    changed = await harbour.edit(harbour.mia, made, channel_id=harbour.guild.channels[1].id)
    assert (changed.approval_state, changed.approval, changed.revision) == ("waiting", None, 2)
    with pytest.raises(Conflict):
        await harbour.post(made)


async def test_only_the_revision_that_was_looked_at_is_decided_on(harbour: Waiting) -> None:
    made = await harbour.write(harbour.mia, needs_approval=True)
    await harbour.edit(harbour.mia, made, message=MessageChanges(content="Ahoy"))
    with pytest.raises(Stale, match="revision 2"):
        await harbour.decide(harbour.bob, made, revision=1)


async def test_what_is_rejected_is_not_posted_and_can_be_approved_later(harbour: Waiting) -> None:
    made = await harbour.write(harbour.mia, needs_approval=True)
    assert (await harbour.decide(harbour.bob, made, "rejected")).approval_state == "rejected"
    with pytest.raises(Conflict, match="rejected"):
        await harbour.post(made)
    assert (await harbour.decide(harbour.ada, made)).approval_state == "approved"


async def test_what_needs_no_approval_is_not_decided_on(harbour: Waiting) -> None:
    made = await harbour.write(harbour.mia)
    with pytest.raises(Conflict) as refused:
        await harbour.decide(harbour.bob, made)
    assert refused.value.error_code == "not_awaiting_approval"


async def test_nobody_spares_their_own_words_the_approval(harbour: Waiting) -> None:
    made = await harbour.write(harbour.ada, needs_approval=True)
    with pytest.raises(Forbidden) as refused:
        await harbour.edit(harbour.ada, made, needs_approval=False)
    assert refused.value.error_code == "own_announcement"
    with pytest.raises(Forbidden):  # by saying something else at once
        await harbour.edit(harbour.bob, made, needs_approval=False, message=MessageChanges(content="Ahoy"))
    of_mia = await harbour.write(harbour.mia, name="Closing", needs_approval=True)
    with pytest.raises(Forbidden, match="announcements:approve"):
        await harbour.edit(harbour.mia, of_mia, needs_approval=False)
    assert (await harbour.edit(harbour.bob, made, needs_approval=False)).approval_state == "not_needed"


async def test_once_it_is_approved_its_author_may_do_without_approval(harbour: Waiting) -> None:
    made = await harbour.write(harbour.ada, needs_approval=True)
    await harbour.decide(harbour.bob, made)
    assert (await harbour.edit(harbour.ada, made, needs_approval=False)).approval_state == "not_needed"


async def told(harbour: Waiting) -> list[tuple[str, tuple[str, ...]]]:
    """To whom what is carried, oldest first."""
    async with harbour.database.read() as unit:
        jobs = (await unit.jobs.list(SYSTEM, JobFilter(kind=NOTIFY.kind), Paging())).items
        return [(job.payload["user_id"], await unit.notifications.lines_of(job.id)) for job in reversed(jobs)]


async def test_administrators_who_want_to_hear_of_what_waits_but_not_who_wrote_it(harbour: Waiting) -> None:
    bits = (Permission.ADMINISTRATOR, Permission.ADMINISTRATOR, Permission.MANAGE_MESSAGES)
    for actor, bit in zip((harbour.ada, harbour.bob, harbour.mia), bits, strict=True):
        user_id = actor.discord_user_id or ""
        person = Person(guild_id=harbour.guild_id, user_id=user_id, name="somebody", bits=int(bit))
        async with harbour.database.unit() as unit:
            account_id = await unit.accounts.of_person(user_id, "somebody")
            await unit.access.keep_people(harbour.guild_id, [person])
            wanted = NotificationChanges(waiting_announcements=True)
            await unit.notifications.edit(replace(actor, account_id=account_id), wanted)
    made = await harbour.write(harbour.ada, needs_approval=True)
    await harbour.edit(harbour.ada, made, name="Closing")
    [(user_id, [line])] = await told(harbour)
    assert user_id == harbour.bob.discord_user_id
    assert f"“Opening” in **{plain(harbour.guild.settings.name)}** (`{made.id}`) by somebody" in line


async def test_the_guilds_stream_is_told_of_each_revision_that_waits(harbour: Waiting) -> None:
    made = await harbour.write(harbour.ada)
    await harbour.edit(harbour.ada, made, needs_approval=True)
    await harbour.edit(harbour.ada, made, repeats="edit_last")
    await harbour.edit(harbour.ada, made, message=MessageChanges(content="Ahoy"))
    start = EventPosition(transaction=0, position=-1)
    async with harbour.database.read() as unit:
        found = (await unit.jobs.guild_events_after(SYSTEM, harbour.guild_id, start)).events
    waiting = [each.data for each in found if isinstance(each, GuildEvent) and each.type == WAITING]
    assert waiting == [
        {"announcement_id": str(made.id), "name": "Opening", "revision": revision, "by": "somebody"}
        for revision in (1, 2)
    ]
