"""Doing a plan: every step through the journal, every reference resolved, nothing made twice."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from core.discord.errors import CallRefused, TargetGone
from core.discord.gateway import NO_PICTURES, GuildGateway, Pictures, ResourceGateway
from core.discord.images import Image
from core.discord.pace import UNTOLD, Pace
from core.discord.resources import DETAILS, GuildDetails
from core.discord.types import BotPowers, Overwrite, Snapshot, Snowflake
from core.jobs.journal import Act, LookUp, SecondsLeft
from core.jobs.schemas import JobStep
from core.templates.apply import apply
from core.templates.documents.channels import Category, TextChannel
from core.templates.documents.guild_settings import DocumentGuild
from core.templates.documents.roles import DocumentRole
from core.templates.plan import Plan
from tests.builders.scenes import EXACT, channel, for_role, guild, ids, plan_for, role, wanted

NOW = datetime(2026, 8, 1, tzinfo=UTC)


class Calls(GuildGateway, ResourceGateway):
    """Remembers what was called; everything made gets the next number as its id."""

    def __init__(self) -> None:
        self.made: list[tuple[str, tuple[Any, ...], str]] = []
        self.gone: set[Snowflake] = set()
        self.refused: set[str] = set()

    def _note(self, what: str, *about: Any, reason: str) -> None:
        if what in self.refused:
            raise CallRefused("Discord refused.", status=403)
        if self.gone & set(map(str, about)):
            raise TargetGone("It is not there.", status=404)
        self.made.append((what, about, reason))

    def named(self, what: str) -> list[Any]:
        """What the calls of one kind were about."""
        return [about for name, about, _ in self.made if name == what]

    async def guild_ids(self) -> frozenset[Snowflake]:
        return frozenset()

    async def read_guild(self, guild_id: Snowflake) -> Snapshot:
        raise AssertionError("applying reads nothing")

    async def read_powers(self, guild_id: Snowflake) -> BotPowers:
        raise AssertionError("applying reads nothing")

    async def read_member_permissions(self, guild_id: Snowflake, user_id: Snowflake) -> int | None:
        raise AssertionError("applying reads nothing")

    async def read_pace(self, guild_id: Snowflake) -> Pace:
        return UNTOLD

    async def edit_guild(
        self, guild_id: Snowflake, fields: Any, *, pictures: Pictures = NO_PICTURES, reason: str
    ) -> None:
        self._note("edit_guild", fields, reason=reason)

    async def create_role(
        self, guild_id: Snowflake, fields: Any, *, pictures: Pictures = NO_PICTURES, reason: str
    ) -> Snowflake:
        self._note("create_role", fields, reason=reason)
        return str(7000 + len(self.made))

    async def edit_role(
        self,
        guild_id: Snowflake,
        role_id: Snowflake,
        fields: Any,
        *,
        pictures: Pictures = NO_PICTURES,
        reason: str,
    ) -> None:
        self._note("edit_role", role_id, fields, reason=reason)

    async def delete_role(self, guild_id: Snowflake, role_id: Snowflake, *, reason: str) -> None:
        self._note("delete_role", role_id, reason=reason)

    async def order_roles(self, guild_id: Snowflake, positions: dict[Snowflake, int], *, reason: str) -> None:
        self._note("order_roles", positions, reason=reason)

    async def create_channel(self, guild_id: Snowflake, fields: Any, *, reason: str) -> Snowflake:
        self._note("create_channel", fields, reason=reason)
        return str(7000 + len(self.made))

    async def edit_channel(
        self, guild_id: Snowflake, channel_id: Snowflake, fields: Any, *, reason: str
    ) -> None:
        self._note("edit_channel", channel_id, fields, reason=reason)

    async def delete_channel(self, guild_id: Snowflake, channel_id: Snowflake, *, reason: str) -> None:
        self._note("delete_channel", channel_id, reason=reason)

    async def order_channels(
        self, guild_id: Snowflake, positions: dict[Snowflake, int], *, reason: str
    ) -> None:
        self._note("order_channels", positions, reason=reason)

    async def read_details(self, guild_id: Snowflake, details: Any = DETAILS) -> GuildDetails:
        raise AssertionError("applying reads nothing")

    async def known_details(self, guild_id: Snowflake, details: Any = DETAILS) -> GuildDetails:
        raise AssertionError("applying reads nothing")

    async def read_image(self, path: str) -> Image | None:
        raise AssertionError("applying reads nothing")

    async def create_resource(
        self, guild_id: Snowflake, fields: Any, *, pictures: Pictures = NO_PICTURES, reason: str
    ) -> Snowflake:
        self._note("create_resource", fields, dict(pictures), reason=reason)
        return str(7000 + len(self.made))

    async def edit_resource(
        self,
        guild_id: Snowflake,
        resource_id: Snowflake,
        fields: Any,
        *,
        pictures: Pictures = NO_PICTURES,
        reason: str,
    ) -> None:
        self._note("edit_resource", resource_id, fields, reason=reason)

    async def delete_resource(
        self, guild_id: Snowflake, kind: Any, resource_id: Snowflake, *, reason: str
    ) -> None:
        self._note("delete_resource", kind, resource_id, reason=reason)

    async def set_onboarding(self, guild_id: Snowflake, onboarding: Any, *, reason: str) -> None:
        self._note("set_onboarding", onboarding, reason=reason)

    async def set_welcome_screen(self, guild_id: Snowflake, screen: Any, *, reason: str) -> None:
        self._note("set_welcome_screen", screen, reason=reason)

    async def find_created(
        self, guild_id: Snowflake, kind: Any, *, reason: str, since: datetime
    ) -> Snowflake | None:
        self.made.append(("find_created", (guild_id, kind, since), reason))
        return None


class Notes:
    """A journal that performs at once; `before` runs ahead of each step."""

    def __init__(self, before: Callable[[str], None] = lambda _: None) -> None:
        self.announced = 0
        self.performed: list[str] = []
        self.look_ups: dict[str, LookUp | None] = {}
        self._before = before

    async def announce(
        self, total: int, *, planned_anew: bool = False, seconds_left: SecondsLeft | None = None
    ) -> None:
        assert planned_anew
        assert seconds_left is not None
        self.announced = total

    async def recall(self, step: JobStep, look_up: LookUp) -> str | None:
        raise AssertionError("whether something was made earlier is asked before planning")

    async def refuse(self, step_id: str, title: str, *, code: str, message: str) -> None:
        raise AssertionError("what a plan cannot do is a blocker and not a step")

    async def perform(
        self, step_id: str, title: str, act: Act, *, look_up: LookUp | None = None, once: bool = True
    ) -> str | None:
        assert not once, "what the plan says is needed, whatever an earlier attempt did"
        self._before(step_id)
        self.look_ups[step_id] = look_up
        outcome = await act(f"because of {step_id}")
        self.performed.append(step_id)
        return outcome


def big_plan() -> Plan:
    """One that has every kind of step."""
    there = guild(
        role(1101, "a", position=1), role(1102, "gone", position=2), channel(2001, "c"), channel(2002, "d")
    )
    mod = for_role("mod", allow=["view_channel"])
    said = wanted(
        DocumentRole(key="mod", name="mod"),
        DocumentRole(key="a", name="a", hoist=True),
        Category(
            key="k",
            name="K",
            overwrites=(mod,),
            channels=(TextChannel(key="n", name="n", overwrites="synced"),),
        ),
        TextChannel(key="new", name="new"),
        TextChannel(key="c", name="c", topic="t", overwrites=(mod,)),
        guild=DocumentGuild(name="Renamed", system_channel="n"),
    )
    return plan_for(said, there, options=EXACT)


async def test_steps_are_done_in_the_plans_order_through_the_journal() -> None:
    plan, notes = big_plan(), Notes()
    await apply(plan, "1000", Calls(), notes)
    assert notes.performed == ids(plan)
    assert notes.announced == len(plan.steps)


async def test_it_returns_the_ids_of_everything_created_by_key() -> None:
    created = await apply(big_plan(), "1000", Calls(), Notes())
    assert sorted(created) == ["k", "mod", "n", "new"]
    assert len(set(created.values())) == 4


async def test_references_to_new_things_become_their_ids() -> None:
    calls = Calls()
    created = await apply(big_plan(), "1000", calls, Notes())
    fields = {f.name: f for (f,) in calls.named("create_channel")}
    assert fields["n"].parent_id == created["k"]
    assert fields["n"].overwrites == (Overwrite("role", created["mod"], 1024, 0),)
    assert [f.overwrites for _, f in calls.named("edit_channel")] == [
        (Overwrite("role", created["mod"], 1024, 0),)
    ]
    assert [f.system_channel_id for (f,) in calls.named("edit_guild")] == [created["n"]]
    assert [positions for (positions,) in calls.named("order_roles")] == [{"1101": 1, created["mod"]: 2}]


async def test_no_reference_ever_reaches_discord() -> None:
    calls = Calls()
    await apply(big_plan(), "1000", calls, Notes())
    assert "$" not in repr(calls.made)


async def test_only_what_makes_something_is_looked_up() -> None:
    plan, notes = big_plan(), Notes()
    await apply(plan, "1000", Calls(), notes)
    for step_id, look_up in notes.look_ups.items():
        assert (look_up is not None) == step_id.startswith("create_")


async def test_looking_up_asks_for_the_same_kind_with_the_reason_and_the_time() -> None:
    notes, calls = Notes(), Calls()
    await apply(big_plan(), "1000", calls, notes)
    for step_id, kind in (("create_role:mod", "role"), ("create_channel:k", "channel")):
        look_up = notes.look_ups[step_id]
        assert look_up is not None
        await look_up("the reason", NOW)
        assert calls.made[-1] == ("find_created", ("1000", kind, NOW), "the reason")


async def test_every_call_carries_the_journals_reason() -> None:
    calls = Calls()
    await apply(big_plan(), "1000", calls, Notes())
    assert all(reason.startswith("because of ") for _, _, reason in calls.made)


async def test_deleting_what_is_gone_counts_as_done() -> None:
    plan, calls, notes = big_plan(), Calls(), Notes()
    calls.gone = {"2002", "1102"}
    await apply(plan, "1000", calls, notes)
    assert notes.performed == ids(plan)
    assert calls.named("delete_channel") == []


async def test_editing_what_is_gone_is_an_error() -> None:
    calls = Calls()
    calls.gone = {"2001"}
    with pytest.raises(TargetGone):
        await apply(big_plan(), "1000", calls, Notes())


async def test_nothing_is_deleted_when_a_create_failed() -> None:
    calls = Calls()
    calls.refused = {"create_channel"}
    with pytest.raises(CallRefused):
        await apply(big_plan(), "1000", calls, Notes())
    assert calls.named("delete_channel") == []
    assert calls.named("delete_role") == []


async def test_what_the_journal_raises_between_two_steps_stops_it() -> None:
    def stop(step_id: str) -> None:
        if step_id == "create_channel:new":
            raise KeyboardInterrupt

    notes = Notes(stop)
    with pytest.raises(KeyboardInterrupt):
        await apply(big_plan(), "1000", Calls(), notes)
    assert "create_channel:new" not in notes.performed


async def test_an_empty_plan_calls_nothing() -> None:
    calls, notes = Calls(), Notes()
    assert await apply(plan_for(wanted(), guild()), "1000", calls, notes) == {}
    assert (calls.made, notes.announced) == ([], 0)
