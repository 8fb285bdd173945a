"""Announcements are written, changed and deleted by those who may, and say what they are at."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from core.announcements import service
from core.announcements.jobs import AnnouncementPost
from core.announcements.schemas import MentionChanges, MessageChanges
from core.discord.messages import AllowedMentions, Embed
from core.discord.permissions import Permission
from core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from core.paging import Paging
from core.schedules.schemas import ScheduleDraft
from core.schedules.timing import Timing
from core.schedules.triggers import IntervalTrigger
from core.uow import Database
from tests.builders.core import member

from .harbour import Harbour


@pytest.fixture
async def harbour(database: Database) -> Harbour:
    harbour = Harbour(database)
    await harbour.begin()
    return harbour


async def test_what_is_written_is_kept_and_listed(harbour: Harbour) -> None:
    made = await harbour.write(harbour.mia, name="  Opening  ")
    assert (made.name, made.revision, made.approval_state) == ("Opening", 1, "not_needed")
    assert made.actor == made.changed_by
    async with harbour.database.read() as unit:
        assert (await unit.announcements.list(harbour.ada, harbour.guild_id, Paging())).items == (made,)
        assert await unit.announcements.named(harbour.ada, harbour.guild_id, "OPENING") == made
        assert await unit.announcements.names(harbour.ada, harbour.guild_id, "pen") == ("Opening",)


async def test_two_of_a_guild_are_never_called_the_same(harbour: Harbour) -> None:
    made = await harbour.write()
    with pytest.raises(Conflict, match="already"):
        await harbour.write(name="OPENING")
    other = await harbour.write(name="Closing")
    with pytest.raises(Conflict, match="already"):
        await harbour.edit(harbour.ada, other, name="opening")
    assert (await harbour.edit(harbour.ada, made, name="OPENING")).name == "OPENING"


async def test_a_guild_has_only_so_many(harbour: Harbour, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_IN_GUILD", 1)
    await harbour.write()
    with pytest.raises(Conflict, match="delete one first"):
        await harbour.write(name="Closing")


async def test_a_channel_that_is_not_there_is_refused_at_its_field(harbour: Harbour) -> None:
    with pytest.raises(Invalid) as refused:
        await harbour.write(channel_id="1")
    assert [each.pointer for each in refused.value.problems] == ["/channel_id"]


async def test_ones_own_are_ones_own_and_those_of_others_are_administrators(harbour: Harbour) -> None:
    of_mia = await harbour.write(harbour.mia)
    of_ada = await harbour.write(harbour.ada, name="Closing")
    assert (await harbour.edit(harbour.mia, of_mia, crosspost=True)).revision == 2
    assert (await harbour.edit(harbour.ada, of_mia, crosspost=False)).changed_by == of_ada.actor
    with pytest.raises(Forbidden, match="announcements:write:others"):
        await harbour.edit(harbour.mia, of_ada, name="Mine")


async def test_whoever_is_nobody_in_the_guild_finds_none(harbour: Harbour) -> None:
    made = await harbour.write()
    with pytest.raises(NotFound):
        await harbour.edit(member("1", Permission.ADMINISTRATOR), made, name="Mine")
    with pytest.raises(Forbidden):
        await harbour.write(member(harbour.guild_id, Permission.VIEW_CHANNEL), name="Mine")


async def test_only_what_is_said_or_where_makes_another_revision(harbour: Harbour) -> None:
    made = await harbour.write()
    assert (await harbour.edit(harbour.ada, made, name="Closing", repeats="edit_last")).revision == 1
    assert (await harbour.edit(harbour.ada, made, channel_id=harbour.guild.channels[1].id)).revision == 2
    assert (await harbour.edit(harbour.ada, made, message=MessageChanges(content="Ahoy"))).revision == 3
    assert (await harbour.edit(harbour.ada, made, message=MessageChanges(content="Ahoy"))).revision == 3


async def test_within_the_message_what_is_absent_stays_and_null_clears(harbour: Harbour) -> None:
    made = await harbour.write()
    allowed = MentionChanges(parse=("everyone",), users=("1",))
    changes = MessageChanges(embeds=(Embed(title="x"),), allowed_mentions=allowed)
    made = await harbour.edit(harbour.ada, made, message=changes)
    assert made.message.content == "${guild.name} opens."
    assert made.message.allowed_mentions == AllowedMentions(parse=("everyone",), users=("1",))
    changes = MessageChanges(content=None, allowed_mentions=MentionChanges(parse=None))
    made = await harbour.edit(harbour.ada, made, message=changes)
    assert (made.message.content, made.message.embeds) == ("", (Embed(title="x"),))
    assert made.message.allowed_mentions == AllowedMentions(users=("1",))


async def test_what_was_changed_meanwhile_is_not_changed_unseen(harbour: Harbour) -> None:
    made = await harbour.write()
    before = made.updated_at - timedelta(seconds=1)
    async with harbour.database.unit() as unit:
        with pytest.raises(Stale):
            await unit.announcements.delete(harbour.ada, made.id, seen=before)
        await unit.announcements.delete(harbour.ada, made.id, seen=made.updated_at)
    with pytest.raises(NotFound):
        await harbour.see(made)


async def test_what_an_active_schedule_posts_is_not_deleted(harbour: Harbour) -> None:
    made = await harbour.write()
    timing = Timing(trigger=IntervalTrigger(every_seconds=3_600), time_zone="UTC")
    draft = ScheduleDraft(name="Hourly", payload=AnnouncementPost(announcement_id=made.id), timing=timing)
    async with harbour.database.unit() as unit:
        await unit.accounts.bootstrap_owner("o" * 30)
        owner = await unit.accounts.authenticate("o" * 30)
        schedule = await unit.schedules.create(owner, harbour.guild_id, draft)
        with pytest.raises(Conflict, match="“Hourly”"):
            await unit.announcements.delete(harbour.ada, made.id)
        await unit.schedules.pause(owner, schedule.id)
        await unit.announcements.delete(harbour.ada, made.id)


async def test_each_change_stands_in_the_audit_log(harbour: Harbour) -> None:
    made = await harbour.write()
    await harbour.edit(harbour.ada, made, name="Closing")
    async with harbour.database.unit() as unit:
        await unit.announcements.delete(harbour.ada, made.id)
    async with harbour.database.engines.connection() as connection:
        found = await connection.execute(
            text(
                "SELECT action, before, after FROM audit_entries WHERE target_kind = 'announcement' ORDER BY id"
            )
        )
        entries = [tuple(row) for row in found]
    assert [action for action, _, _ in entries] == [
        "announcement.create",
        "announcement.edit",
        "announcement.delete",
    ]
    assert entries[1][1:] == ({"name": "Opening"}, {"name": "Closing"})


async def test_a_preview_shows_the_message_with_its_values_and_what_may_surprise(harbour: Harbour) -> None:
    draft = harbour.draft(
        content="@everyone: ${guild.name} has ${guild.members}, next ${next}", crosspost=True
    )
    async with harbour.database.read() as unit:
        preview = await unit.announcement_previews.preview(harbour.ada, harbour.guild_id, draft, members=7)
    assert preview.message.content.startswith("@everyone: ")
    assert preview.message.content.endswith(" has 7, next —")
    assert [each.name for each in preview.variables] == ["guild.name", "guild.members", "next"]
    assert {each.code for each in preview.warnings} == {"wrong_channel_type", "will_not_ping", "no_next"}


async def test_a_preview_says_what_the_asker_may_not_and_refuses_what_is_wrong(harbour: Harbour) -> None:
    async with harbour.database.read() as unit:
        previews = unit.announcement_previews
        preview = await previews.preview(harbour.mia, harbour.guild_id, harbour.draft())
        assert [each.code for each in preview.warnings] == ["asker_may_not"]
        with pytest.raises(Invalid):
            await previews.preview(harbour.mia, harbour.guild_id, harbour.draft(content="${x}"))


async def test_what_goes_into_its_last_message_is_posted_one_after_the_other(harbour: Harbour) -> None:
    made = await harbour.write(repeats="edit_last")
    async with harbour.database.unit() as first, harbour.database.unit() as second:
        await first.announcement_posts.request(harbour.ada, made.id)
        with pytest.raises(Conflict) as refused:
            await second.announcement_posts.request(harbour.bob, made.id)
        assert refused.value.error_code == "being_posted"
    async with harbour.database.unit() as unit:
        with pytest.raises(Conflict, match="being posted"):
            await unit.announcement_posts.request(harbour.ada, made.id)
    await harbour.edit(harbour.ada, made, repeats="send")
    async with harbour.database.unit() as unit:
        assert (await unit.announcement_posts.request(harbour.ada, made.id)).state == "queued"
