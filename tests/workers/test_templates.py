"""Applying: what was confirmed, or nothing, also when the first call met a limit."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from core.actor import Actor
from core.catalog import CATALOG
from core.db import Engines
from core.discord.effective import guild_permissions
from core.discord.errors import CallRefused, GatewayBusy
from core.discord.gateway import NO_PICTURES, DiscordGateway, Pictures, RoleFields
from core.discord.pace import UNTOLD, Budget, Pace
from core.discord.permissions import Permission
from core.discord.resources import GuildDetails
from core.discord.types import BotPowers, Channel, Member, Snapshot
from core.templates.documents.channels import TextChannel
from core.templates.documents.document import Document
from core.templates.documents.roles import DocumentRole
from core.templates.options import DELETED
from core.templates.plan import PlanOptions
from core.uow import Database
from tests.builders.core import ChannelFactory, RoleFactory, member, owner, powers, snapshot
from workers.jobs import MODULES
from workers.registry import Registry
from workers.running import Running


class Limited:
    """A gateway whose first call meets a limit that is over at once."""

    def __init__(self, guild: Snapshot) -> None:
        self.guild = guild
        self.powers = powers(guild)
        self.is_limited = True
        self.limited_for = timedelta(seconds=-1)
        self.while_limited: Callable[[], Awaitable[None]] | None = None
        self.deleted: list[str] = []
        self.refused: set[str] = set()
        self.afterwards: Callable[[str], Awaitable[None]] | None = None
        self.pace = UNTOLD
        self.members: dict[str, tuple[str, ...]] = {}

    async def read_guild(self, guild_id: str) -> Snapshot:
        return self.guild

    async def read_powers(self, guild_id: str) -> BotPowers:
        return self.powers

    async def read_pace(self, guild_id: str) -> Pace:
        return self.pace

    async def read_member(self, guild_id: str, user_id: str) -> Member | None:
        return Member(user_id=user_id, role_ids=self.members[user_id])

    async def read_member_permissions(self, guild_id: str, user_id: str) -> int | None:
        return int(guild_permissions(self.guild, Member(user_id=user_id, role_ids=self.members[user_id])))

    async def edit_role(
        self,
        guild_id: str,
        role_id: str,
        fields: RoleFields,
        *,
        pictures: Pictures = NO_PICTURES,
        reason: str,
    ) -> None:
        edited = (replace(r, hoist=True) if r.id == role_id else r for r in self.guild.roles)
        self.guild = replace(self.guild, roles=tuple(edited))

    async def read_details(self, guild_id: str, details: object = None) -> GuildDetails:
        return GuildDetails()

    async def read_image(self, path: str) -> None:
        return None

    async def create_channel(self, guild_id: str, fields: Any, *, reason: str) -> str:
        if self.is_limited:
            self.is_limited = False
            if self.while_limited is not None:
                await self.while_limited()
            raise GatewayBusy("Limited.", resume_at=datetime.now(UTC) + self.limited_for)
        if fields.name in self.refused:
            raise CallRefused("Discord refused.", status=400)
        made = ChannelFactory.build(
            name=fields.name, type=fields.type, position=fields.position, overwrites=(), parent_id=None
        )
        self.human_makes(made)
        if self.afterwards is not None:
            await self.afterwards(fields.name)
        return made.id

    async def delete_role(self, guild_id: str, role_id: str, *, reason: str) -> None:
        left = tuple(role for role in self.guild.roles if role.id != role_id)
        self.guild = replace(self.guild, roles=left)

    async def delete_channel(self, guild_id: str, channel_id: str, *, reason: str) -> None:
        self.deleted.append(channel_id)
        kept = tuple(c for c in self.guild.channels if c.id != channel_id)
        self.guild = replace(self.guild, channels=kept)

    async def find_created(self, *_: object, **__: object) -> None:
        return None

    def human_makes(self, channel: Channel) -> None:
        self.guild = replace(self.guild, channels=(*self.guild.channels, channel))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    engines = Engines(database_url)
    yield Database(engines, CATALOG)
    await engines.dispose()


EXACT = PlanOptions(mode="exact", extras=DELETED, confirm_destructive=True)


def channels(*names: str) -> Document:
    return Document(guildwright=1, channels=tuple(TextChannel(key=name, name=name) for name in names))


ONE_CHANNEL = channels("news")


def worker(database: Database, gateway: Limited) -> Running:
    registry = Registry(CATALOG, MODULES)
    return Running(database, registry, cast("DiscordGateway", gateway), lane="bot", holder="one")


async def asked(
    database: Database, gateway: Limited, asker: Actor | None = None, document: Document = ONE_CHANNEL
) -> SimpleNamespace:
    """A plan that deletes nothing, confirmed, by the owner if by nobody else; `exact` where it makes one channel."""
    actor = owner()
    async with database.unit() as unit:
        await unit.accounts.bootstrap_owner("o" * 30)
        actor = await unit.accounts.authenticate("o" * 30)
        await unit.guilds.store(gateway.guild, gateway.powers, vouched=True)
        template = await unit.templates.create(actor, "one", document=document, visibility="public")
        options = EXACT if document is ONE_CHANNEL else PlanOptions()
        plan = await unit.plans.create(asker or actor, gateway.guild.guild_id, template.id, None, options)
    async with database.unit() as unit:
        job = await unit.plans.request_apply(asker or actor, plan.id)
    running = worker(database, gateway)

    async def see() -> Any:
        async with database.read() as unit:
            return await unit.jobs.get(actor, job.id)

    return SimpleNamespace(running=running, see=see)


async def test_what_people_made_while_the_job_waited_for_a_limit_is_not_deleted(database: Database) -> None:
    gateway = Limited(snapshot(roles=0, channels=0))
    trip = await asked(database, gateway)

    async def make_something() -> None:
        gateway.human_makes(ChannelFactory.build(name="made-meanwhile"))

    gateway.while_limited = make_something
    await trip.running.run_until_none()
    seen = await trip.see()
    assert seen.error is not None
    assert (seen.state, seen.error.code) == ("failed", "plan_stale")
    assert gateway.deleted == []
    assert [channel.name for channel in gateway.guild.channels] == ["made-meanwhile"]


async def test_a_plan_that_met_a_limit_at_its_first_call_is_done_when_that_is_over(
    database: Database,
) -> None:
    gateway = Limited(snapshot(roles=0, channels=0))
    trip = await asked(database, gateway)
    await trip.running.run_until_none()
    assert (await trip.see()).state == "succeeded"
    assert [channel.name for channel in gateway.guild.channels] == ["news"]


async def test_what_could_not_be_done_to_its_end_has_an_outcome_for_each_step(database: Database) -> None:
    gateway = Limited(snapshot(roles=0, channels=0))
    gateway.is_limited, gateway.refused = False, {"b"}
    trip = await asked(database, gateway, document=channels("a", "b", "c"))
    await trip.running.run_until_none()
    seen = await trip.see()
    assert (seen.state, seen.error.code, seen.error.step) == (
        "partial",
        "discord_refused",
        "create_channel:b",
    )
    assert [(step["id"], step["state"]) for step in seen.result["outcomes"]] == [
        ("create_channel:a", "done"),
        ("create_channel:b", "failed"),
        ("create_channel:c", "left"),
    ]
    assert list(seen.result["created"]) == ["a"]


async def test_what_was_cancelled_on_the_way_has_an_outcome_for_each_step(database: Database) -> None:
    gateway = Limited(snapshot(roles=0, channels=0))
    gateway.is_limited = False
    trip = await asked(database, gateway, document=channels("a", "b", "c"))

    async def cancel(name: str) -> None:
        if name == "b":
            async with database.unit() as unit:
                await unit.jobs.cancel(owner(), (await trip.see()).id)

    gateway.afterwards = cancel
    await trip.running.run_until_none()
    seen = await trip.see()
    assert (seen.state, seen.error.code) == ("cancelled", "cancelled")
    assert [(step["id"], step["state"]) for step in seen.result["outcomes"]] == [
        ("create_channel:a", "done"),
        ("create_channel:b", "done"),
        ("create_channel:c", "left"),
    ]
    assert list(seen.result["created"]) == ["a", "b"]
    assert seen.result["calls"] == 2


async def limited_after_one(database: Database) -> tuple[Limited, SimpleNamespace]:
    """An apply of three channels that meets a limit of a minute when it has made the first."""
    gateway = Limited(snapshot(roles=0, channels=0))
    gateway.is_limited, gateway.limited_for = False, timedelta(minutes=1)

    async def limit(name: str) -> None:
        gateway.is_limited = name == "a"

    gateway.afterwards = limit
    return gateway, await asked(database, gateway, document=channels("a", "b", "c"))


ONE_OF_THREE = [("create_channel:a", "done"), ("create_channel:b", "left"), ("create_channel:c", "left")]


async def test_what_is_cancelled_while_it_waits_tells_what_it_did_before(database: Database) -> None:
    gateway, trip = await limited_after_one(database)
    await trip.running.run_until_none()
    assert ((await trip.see()).state, (await trip.see()).waiting_for) == ("waiting", "rate_limit")
    async with database.unit() as unit:
        answered = await unit.jobs.cancel(owner(), (await trip.see()).id)
        kept = await unit.snapshots.kept_by(answered.id)
    seen = await trip.see()
    assert answered == seen
    assert seen.state == "cancelled"
    assert kept is not None
    assert [(step["id"], step["state"]) for step in seen.result["outcomes"]] == ONE_OF_THREE
    assert seen.result["created"] == {"a": gateway.guild.channels[0].id}
    assert (seen.result["calls"], seen.result["is_equal"]) == (1, False)
    assert seen.result["snapshot_id"] == str(kept.info.id)
    async with database.read() as unit:
        *_, last = await unit.jobs.events_after(owner(), seen.id, 0)
    assert (last.type, last.data["result"]) == ("job.settled", seen.result)


async def test_what_is_cancelled_just_when_it_meets_a_limit_tells_the_same(database: Database) -> None:
    gateway, trip = await limited_after_one(database)

    async def cancel() -> None:
        async with database.unit() as unit:
            await unit.jobs.cancel(owner(), (await trip.see()).id)

    gateway.while_limited = cancel
    await trip.running.run_until_none()
    seen = await trip.see()
    assert seen.state == "cancelled"
    assert [(step["id"], step["state"]) for step in seen.result["outcomes"]] == ONE_OF_THREE
    assert seen.result["created"] == {"a": gateway.guild.channels[0].id}


async def test_what_is_cancelled_before_it_did_anything_tells_nothing(database: Database) -> None:
    trip = await asked(database, Limited(snapshot(roles=0, channels=0)))
    async with database.unit() as unit:
        assert (await unit.jobs.cancel(owner(), (await trip.see()).id)).result is None


async def test_what_a_refusal_left_is_done_by_a_retry(database: Database) -> None:
    gateway = Limited(snapshot(roles=0, channels=0))
    gateway.is_limited, gateway.refused = False, {"b"}
    trip = await asked(database, gateway, document=channels("a", "b", "c"))
    await trip.running.run_until_none()
    gateway.refused.clear()
    async with database.unit() as unit:
        await unit.jobs.retry(owner(), (await trip.see()).id)
    await trip.running.run_until_none()
    assert (await trip.see()).state == "succeeded"
    assert [channel.name for channel in gateway.guild.channels] == ["a", "b", "c"]


async def test_a_stale_job_says_what_has_changed(database: Database) -> None:
    gateway = Limited(snapshot(roles=0, channels=0))
    trip = await asked(database, gateway)
    gateway.human_makes(ChannelFactory.build(name="made-meanwhile", type="text"))
    await trip.running.run_until_none()
    seen = await trip.see()
    assert seen.error.code == "plan_stale"
    assert "The text channel “made-meanwhile” is new." in seen.error.message


async def test_after_a_rollback_ids_that_are_others_now_are_told(database: Database) -> None:
    gateway = Limited(snapshot(roles=0, channels=0))
    gateway.is_limited = False
    stays, goes = (
        ChannelFactory.build(name=name, type="text", position=n, overwrites=(), parent_id=None)
        for n, name in enumerate(("stays", "goes"))
    )
    gateway.human_makes(stays)
    gateway.human_makes(goes)
    async with database.unit() as unit:
        await unit.accounts.bootstrap_owner("o" * 30)
        await unit.guilds.store(gateway.guild, gateway.powers, vouched=True)
        kept = await unit.snapshots.keep(owner(), gateway.guild, reason="capture")
    await gateway.delete_channel(gateway.guild.guild_id, goes.id, reason="by hand")
    async with database.unit() as unit:
        actor = await unit.accounts.authenticate("o" * 30)
        await unit.guilds.store(gateway.guild, gateway.powers, vouched=True)
        plan = await unit.plans.create_rollback(actor, gateway.guild.guild_id, kept.id)
    assert "history_not_restored" in {notice.code for notice in plan.plan.warnings}
    async with database.unit() as unit:
        job = await unit.plans.request_apply(actor, plan.id)
    await worker(database, gateway).run_until_none()
    async with database.read() as unit:
        seen = await unit.jobs.get(actor, job.id)
    assert seen.result is not None
    now = {channel.name: channel.id for channel in gateway.guild.channels}
    assert (now["stays"], seen.result["id_map"]) == (stays.id, {goes.id: now["goes"]})


@pytest.mark.parametrize(("place", "state"), [(3, "succeeded"), (1, "failed")])
async def test_whose_role_has_come_down_since_they_asked_edits_no_role_above_it(
    database: Database, place: int, state: str
) -> None:
    admin, high = (
        RoleFactory.build(name=name, permissions=bits, position=at, managed=False, hoist=False)
        for name, bits, at in (("admin", int(Permission.ADMINISTRATOR), 3), ("high", 0, 2))
    )
    seen = snapshot(roles=0, channels=0)
    seen = replace(seen, roles=(replace(seen.roles[0], position=9), *seen.roles[1:]))
    gateway = Limited(replace(seen, roles=(*seen.roles, admin, high)))
    ada = member(seen.guild_id, Permission.ADMINISTRATOR, roles=(admin.id,))
    gateway.members[ada.discord_user_id or ""] = (admin.id,)
    trip = await asked(
        database,
        gateway,
        ada,
        Document(guildwright=1, roles=(DocumentRole(key="high", name="high", hoist=True),)),
    )
    gateway.guild = replace(gateway.guild, roles=(*seen.roles, replace(admin, position=place), high))
    await trip.running.run_until_none()
    seen_job = await trip.see()
    assert seen_job.state == state, seen_job.error
    hoisted = next(r for r in gateway.guild.roles if r.id == high.id).hoist
    assert hoisted is (state == "succeeded")
    if seen_job.error is not None:
        assert seen_job.error.code == "plan_blocked"
        assert "stands no higher than the role “high”" in seen_job.error.message


class Time:
    """Due times are told by it."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


def with_doomed_role(gateway: Limited) -> None:
    """It is disarmed before a channel is made, so that it brings nothing into it."""
    top, *others = gateway.guild.roles
    gone = RoleFactory.build(
        name="gone", permissions=int(Permission.ADMINISTRATOR), position=1, managed=False
    )
    gateway.guild = replace(gateway.guild, roles=(replace(top, position=9), *others, gone))


def room_for(channels_left: int, limit: int, time: Time) -> Pace:
    return Pace(
        budgets={
            "create_channel": Budget(
                limit=limit,
                window=timedelta(days=2),
                remaining=channels_left,
                resets_at=time.now + timedelta(hours=3),
            )
        }
    )


async def test_a_plan_that_waited_for_room_is_begun_when_there_is(database: Database) -> None:
    time = database.clock = Time()
    gateway = Limited(snapshot(roles=0, channels=0))
    gateway.is_limited = False
    with_doomed_role(gateway)
    gateway.pace = room_for(0, 5, time)
    before = gateway.guild
    trip = await asked(database, gateway)
    await trip.running.run_until_none()
    seen = await trip.see()
    assert (seen.state, seen.waiting_for, seen.resume_at) == (
        "waiting",
        "rate_limit",
        time.now + timedelta(hours=3),
    )
    assert gateway.guild == before
    time.now += timedelta(hours=3, seconds=1)
    await trip.running.run_until_none()
    assert (await trip.see()).state == "succeeded"
    assert [channel.name for channel in gateway.guild.channels] == ["news"]


async def test_a_plan_that_no_window_has_room_for_says_so_and_closes_nothing(database: Database) -> None:
    time = database.clock = Time()
    gateway = Limited(snapshot(roles=0, channels=0))
    with_doomed_role(gateway)
    gateway.pace = room_for(0, 0, time)
    before = gateway.guild
    trip = await asked(database, gateway)
    await trip.running.run_until_none()
    seen = await trip.see()
    assert (seen.state, seen.error.code) == ("failed", "create_budget")
    assert "it is not begun" in seen.error.message
    assert gateway.guild == before


async def test_events_of_an_apply_tell_how_long_it_still_takes(database: Database) -> None:
    gateway = Limited(snapshot(roles=0, channels=0))
    gateway.is_limited = False
    each_minute = Budget(limit=1, window=timedelta(minutes=1))
    gateway.pace = Pace(budgets={"create_channel": each_minute}, round_trip=0.1)
    trip = await asked(database, gateway, document=channels("a", "b", "c"))
    await trip.running.run_until_none()
    assert (await trip.see()).progress.expected_at is None, "it has ended"
    async with database.read() as unit:
        events = await unit.jobs.events_after(owner(), (await trip.see()).id, 0)
    told = [event.seconds_left for event in events if event.type == "job.progress"]
    first, *_, last = told
    assert first == pytest.approx(2 * 60 + 0.1, abs=5)
    assert last == 0
    assert sorted((left for left in told if left is not None), reverse=True) == told
    assert events[-1].seconds_left is None
