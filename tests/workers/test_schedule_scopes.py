"""A credential has a schedule do no more than it was made to ask for, whoever's schedule it is."""

import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any, get_args

import pytest
from msgspec.structs import replace

from core.actions.payloads import MemberBan, MemberKick, MessageSend
from core.actor import Actor
from core.announcements.jobs import AnnouncementPost
from core.errors import Forbidden, GuildwrightError
from core.guilds.jobs import SyncPayload
from core.schedules.payloads import ApplyScheduled, CaptureScheduled, DriftCheckScheduled, SchedulePayload
from core.schedules.schemas import Schedule, ScheduleChanges
from core.schedules.scopes import rights_to_ask
from core.schedules.triggers import IntervalTrigger, OnceTrigger
from core.templates.documents.channels import TextChannel
from core.templates.documents.document import Document
from core.uow import UnitOfWork
from tests.workers.ending import ADA, do, given, grant, must_end
from tests.workers.scheduled import Clockwork, clockwork

BARE = ("schedules:read", "schedules:write")
PAYLOADS: tuple[SchedulePayload, ...] = (
    MessageSend(channel_id="1200000000000000009", content="Ahoy"),
    MemberKick(member_ids=(ADA,)),
    MemberBan(member_ids=(ADA,)),
    SyncPayload(),
    CaptureScheduled(),
    DriftCheckScheduled(),
    ApplyScheduled(template_id=uuid.UUID(int=0)),
    AnnouncementPost(announcement_id=uuid.UUID(int=0)),
)
Deed = Callable[[UnitOfWork, Actor, Schedule], Awaitable[Any]]


@pytest.fixture
async def clocks(database_url: str) -> AsyncIterator[Clockwork]:
    async with clockwork(database_url) as clocks:
        yield clocks


async def attempt(clocks: Clockwork, actor: Actor, deed: Deed, schedule: Schedule) -> Any:
    async with clocks.database.unit() as unit:
        return await deed(unit, actor, schedule)


def with_scopes(clocks: Clockwork, *scopes: str) -> Actor:
    return replace(clocks.actor, scopes=(*BARE, *scopes))


DEEDS: dict[str, Deed] = {
    "run": lambda unit, actor, it: unit.schedules.run_now(actor, it.id),
    "resume": lambda unit, actor, it: unit.schedules.resume(actor, it.id),
    "other times": lambda unit, actor, it: unit.schedules.edit(
        actor, it.id, ScheduleChanges(trigger=IntervalTrigger(every_seconds=120))
    ),
    "what overlaps": lambda unit, actor, it: unit.schedules.edit(
        actor, it.id, ScheduleChanges(overlap="queue")
    ),
}


@pytest.mark.parametrize("name", DEEDS)
async def test_what_a_schedule_does_is_asked_for_by_no_credential_that_could_not_ask_for_it(
    clocks: Clockwork, name: str
) -> None:
    schedule = await clocks.make(payload=CaptureScheduled())
    if name == "resume":
        await attempt(clocks, clocks.actor, lambda unit, a, it: unit.schedules.pause(a, it.id), schedule)
    before = await clocks.see(schedule)
    with pytest.raises(Forbidden, match="the scope snapshots:write"):
        await attempt(clocks, with_scopes(clocks), DEEDS[name], schedule)
    assert await clocks.see(schedule) == before
    await attempt(clocks, with_scopes(clocks, "snapshots:write"), DEEDS[name], schedule)
    assert (await clocks.see(schedule)).actor == schedule.actor


async def test_a_credential_for_schedules_alone_pauses_renames_and_deletes(clocks: Clockwork) -> None:
    schedule, narrow = await clocks.make(payload=CaptureScheduled()), with_scopes(clocks)
    async with clocks.database.unit() as unit:
        await unit.schedules.pause(narrow, schedule.id)
        renamed = await unit.schedules.edit(narrow, schedule.id, ScheduleChanges(name="another"))
        assert (renamed.state, renamed.name) == ("paused", "another")
        await unit.schedules.delete(narrow, schedule.id)


async def test_an_end_is_brought_forward_by_who_could_end_it_by_hand(clocks: Clockwork) -> None:
    schedule = await must_end(clocks, await do(clocks, grant(ADA), given(ADA)))
    sooner = ScheduleChanges(trigger=OnceTrigger(run_at=clocks.now + timedelta(minutes=1)))
    deeds: list[Deed] = [
        lambda unit, actor, it: unit.schedules.edit(actor, it.id, sooner),
        lambda unit, actor, it: unit.schedules.run_now(actor, it.id),
    ]
    for deed in deeds:
        with pytest.raises(Forbidden, match=re.escape("the scope jobs:create:role.revoke")):
            await attempt(clocks, with_scopes(clocks), deed, schedule)
        await attempt(clocks, with_scopes(clocks, "jobs:create:role.revoke"), deed, schedule)


@pytest.mark.parametrize("payload", PAYLOADS, ids=[str(each.__struct_config__.tag) for each in PAYLOADS])
async def test_the_scopes_of_each_kind_are_those_that_asking_for_it_by_hand_needs(
    clocks: Clockwork, payload: SchedulePayload
) -> None:
    if isinstance(payload, ApplyScheduled):
        document = Document(guildwright=1, channels=(TextChannel(key="news", name="news"),))
        async with clocks.database.unit() as unit:
            template = await unit.templates.create(clocks.actor, "Ours", document=document)
        payload = replace(payload, template_id=template.id)
    needed = rights_to_ask(payload)
    assert needed
    for left_out in needed:
        kept = (each for each in needed if each != left_out)
        refused = await refusal(clocks, payload, kept)
        assert refused is not None
        assert f"the scope {left_out};" in refused.message
    refused = await refusal(clocks, payload, needed)
    assert refused is None or refused.error_code != "out_of_scope"


async def refusal(clocks: Clockwork, payload: SchedulePayload, scopes: Any) -> GuildwrightError | None:
    try:
        await clocks.make(payload=payload, actor=with_scopes(clocks, *scopes))
    except GuildwrightError as error:
        return error
    return None


def test_kinds_that_arise_elsewhere_are_all_tried() -> None:
    of_their_own = {AnnouncementPost, SyncPayload, CaptureScheduled, DriftCheckScheduled, ApplyScheduled}
    assert of_their_own <= {type(each) for each in PAYLOADS}
    assert of_their_own <= set(get_args(SchedulePayload))
