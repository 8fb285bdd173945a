"""The life of a guild as events: one of each change, in its transaction, and to whom."""

from typing import Any

import pytest

from core.actor import SYSTEM
from core.callbacks.schemas import CallbackDraft, DeliveryFilter
from core.discord.types import Snapshot
from core.errors import Conflict
from core.guilds.states import Decision
from core.jobs.schemas import EventPosition, GuildEvent
from core.paging import Paging
from core.uow import Database
from tests.builders.core import owner, powers, snapshot

OWNER = owner()


class Life:
    """One guild, and what happens to it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.guild: Snapshot = snapshot()
        self.guild_id = self.guild.guild_id

    async def comes(self, *, vouched: bool = False) -> None:
        async with self.database.unit() as unit:
            await unit.guilds.store(self.guild, powers(self.guild), vouched=vouched)

    async def goes(self) -> None:
        async with self.database.unit() as unit:
            await unit.guilds.leave(self.guild_id)

    async def is_decided(self, *decisions: Decision, reason: str | None = None) -> None:
        for decision in decisions:
            async with self.database.unit() as unit:
                await unit.guild_reviews.decide(OWNER, self.guild_id, decision, reason=reason)

    async def events(self) -> list[GuildEvent]:
        start = EventPosition(transaction=0, position=-1)
        async with self.database.read() as unit:
            found = await unit.jobs.guild_events_after(SYSTEM, self.guild_id, start)
        return [event for event in found.events if isinstance(event, GuildEvent)]

    async def told(self) -> list[tuple[str, Any, Any]]:
        """Type, state before, state now."""
        return [(each.type, each.data["before"], each.data["state"]) for each in await self.events()]

    async def callback(self) -> Any:
        async with self.database.unit() as unit:
            draft = CallbackDraft(url="https://hooks.example/x", events=("guild.*",))
            return (await unit.callbacks.create(OWNER, self.guild_id, draft)).callback.id

    async def sent(self, callback_id: Any) -> list[str]:
        """Oldest first."""
        async with self.database.read() as unit:
            page = await unit.callbacks.deliveries(OWNER, callback_id, DeliveryFilter(), Paging(limit=200))
        return [each.event_type for each in reversed(page.items)]


@pytest.fixture
def life(database: Database) -> Life:
    return Life(database)


async def test_each_change_of_its_state_is_one_event(life: Life) -> None:
    await life.comes()
    await life.is_decided("rejected", "approved", "suspended", "approved", "banned", "approved")
    await life.goes()
    await life.comes()
    assert await life.told() == [
        ("guild.pending", None, "pending"),
        ("guild.rejected", "pending", "rejected"),
        ("guild.approved", "rejected", "approved"),
        ("guild.suspended", "approved", "suspended"),
        ("guild.approved", "suspended", "approved"),
        ("guild.banned", "approved", "banned"),
        ("guild.approved", "banned", "approved"),
        ("guild.left", "approved", "left"),
        ("guild.joined", "left", "approved"),
    ]


async def test_an_event_says_who_decided_and_why(life: Life) -> None:
    await life.comes()
    await life.is_decided("rejected", reason="Nobody knows them")
    pending, rejected = await life.events()
    assert pending.data == {
        "name": life.guild.settings.name,
        "state": "pending",
        "before": None,
        "reason": None,
        "by": None,
    }
    assert (rejected.data["reason"], rejected.data["by"]) == ("Nobody knows them", OWNER.name)


async def test_who_is_vouched_for_comes_approved_or_becomes_so_later(life: Life, database: Database) -> None:
    await life.comes(vouched=True)
    assert [(each.type, each.data["before"], each.data["by"]) for each in await life.events()] == [
        ("guild.approved", None, "bot")
    ]
    later = Life(database)
    await later.comes()
    await later.comes(vouched=True)
    assert await later.told() == [
        ("guild.pending", None, "pending"),
        ("guild.approved", "pending", "approved"),
    ]


async def test_a_guild_that_nothing_was_decided_of_waits_again_when_it_comes_back(life: Life) -> None:
    await life.comes()
    await life.goes()
    await life.comes()
    await life.goes()
    await life.comes(vouched=True)
    assert await life.told() == [
        ("guild.pending", None, "pending"),
        ("guild.left", "pending", "left"),
        ("guild.pending", "left", "pending"),
        ("guild.left", "pending", "left"),
        ("guild.approved", "left", "approved"),
    ]


async def test_what_is_decided_of_a_guild_that_is_left_leaves_it_left(life: Life) -> None:
    await life.comes()
    await life.goes()
    await life.is_decided("approved")
    assert (await life.told())[-1] == ("guild.approved", "left", "left")


async def test_what_changes_nothing_is_no_event(life: Life) -> None:
    await life.goes()
    assert await life.told() == []
    await life.comes(vouched=True)
    await life.comes(vouched=True)
    with pytest.raises(Conflict):
        await life.is_decided("approved")
    for _ in range(2):
        await life.goes()
    assert [type_ for type_, *_ in await life.told()] == ["guild.approved", "guild.left"]


async def test_what_is_rolled_back_is_told_nobody(life: Life) -> None:
    await life.comes(vouched=True)
    callback_id = await life.callback()
    before = await life.told()
    with pytest.raises(ZeroDivisionError):
        async with life.database.unit() as unit:
            await unit.guild_reviews.decide(OWNER, life.guild_id, "suspended")
            await unit.guilds.leave(life.guild_id)
            await unit.guilds.store(life.guild, powers(life.guild))
            raise ZeroDivisionError
    assert await life.told() == before
    assert await life.sent(callback_id) == []


async def test_a_banned_guilds_callbacks_hear_of_the_ban_and_of_its_end_and_not_of_what_it_does_between(
    life: Life,
) -> None:
    await life.comes(vouched=True)
    callback_id = await life.callback()
    await life.is_decided("banned")
    await life.goes()
    await life.comes()
    await life.is_decided("approved")
    await life.goes()
    assert [type_ for type_, *_ in await life.told()][1:] == [
        "guild.banned",
        "guild.left",
        "guild.joined",
        "guild.approved",
        "guild.left",
    ]
    assert await life.sent(callback_id) == ["guild.banned", "guild.approved", "guild.left"]


async def test_a_suspended_guilds_callbacks_hear_of_everything(life: Life) -> None:
    await life.comes(vouched=True)
    callback_id = await life.callback()
    await life.is_decided("suspended")
    await life.goes()
    await life.comes()
    assert await life.sent(callback_id) == ["guild.suspended", "guild.left", "guild.joined"]
