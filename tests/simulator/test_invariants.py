"""Whoever watches the walks can see: every broken state, every call that did too much or too little, is told."""

from collections.abc import AsyncIterator, Callable
from random import Random
from typing import Any

import pytest

from bot.simulator import Simulator, build
from bot.simulator.routes import TABLE
from bot.simulator.state import AutoModerationRule, Ban, Channel, Guild, Message, Overwrite
from tests.simulator.calls import Reply, Wire
from tests.simulator.heads import Head
from tests.simulator.invariants import broken, misshapen, state_of
from tests.simulator.judging import Evidence, Judge, Step
from tests.simulator.naming import Spot, named, without_source
from tests.simulator.overhearing import Overhearing
from tests.simulator.published import needs_document, published_contract, published_document
from tests.simulator.walking import guild_spec
from tests.simulator.writing import Writer

NOBODY = 1


async def peopled() -> tuple[Simulator, Guild]:
    simulator = build()
    await Wire(simulator.app).control("POST", "/guilds", guild_spec("Harbour", ["ADMINISTRATOR"]))
    return simulator, next(iter(simulator.world.guilds.values()))


def of_type(guild: Guild, kind: int) -> Channel:
    return next(each for each in guild.channels.values() if each.type == kind)


def _crowd(guild: Guild) -> None:
    for number in range(51):
        guild.channels[number] = Channel(
            id=number, guild_id=guild.id, type=0, name="c", parent_id=of_type(guild, 4).id
        )


def _overwrite_nobody(guild: Guild) -> None:
    of_type(guild, 0).overwrites = {NOBODY: Overwrite(NOBODY, 0, 0, 0)}


def _say(guild: Guild) -> None:
    channel = of_type(guild, 0)
    channel.messages[NOBODY] = Message(id=NOBODY, channel_id=channel.id, author_id=NOBODY, timestamp="")


def _set(find: Callable[[Guild], Any], name: str, value: Any) -> Callable[[Guild], None]:
    return lambda guild: setattr(find(guild), name, value)


def _somebody(guild: Guild) -> Any:
    return guild.members[guild.owner_id]


def _webhook(guild: Guild) -> Any:
    return next(iter(guild.webhooks.values()))


def _moderate(guild: Guild) -> None:
    for key in (1, 2):
        guild.auto_moderation[key] = AutoModerationRule(key, guild.id, guild.owner_id, "r", 1, 3)


def _ask(guild: Guild) -> None:
    option = {"id": "5", "channel_ids": ["1"], "role_ids": []}
    guild.onboarding.prompts.append({"options": [option]})


BREAKS: dict[str, Callable[[Guild], None]] = {
    "names no channel": _set(lambda guild: guild, "afk_channel_id", NOBODY),
    "lost @everyone or its owner": lambda guild: guild.members.pop(guild.owner_id) and None,
    "has roles": _set(_somebody, "roles", [NOBODY]),
    "of a member, or of nobody": lambda guild: guild.bans.update({NOBODY: Ban(NOBODY)}),
    "overwrite 1 is for nobody": _overwrite_nobody,
    "no category for a parent": lambda guild: setattr(of_type(guild, 2), "parent_id", of_type(guild, 0).id),
    "has 52 children": _crowd,
    "is at position -1": _set(lambda guild: of_type(guild, 0), "position", -1),
    "is at position '1'": _set(lambda guild: of_type(guild, 0), "position", "1"),
    "not the lowest role": _set(lambda guild: guild.roles[guild.id], "position", 1),
    "of people nobody knows": _say,
    "webhooks in channel 1": _set(_webhook, "channel_id", NOBODY),
    "has a token as no webhook": _set(_webhook, "token", None),
    "is for roles that are gone": _set(lambda guild: next(iter(guild.emojis.values())), "roles", [NOBODY]),
    "AutoMod rules of type 3": _moderate,
    "the welcome screen shows": lambda guild: guild.welcome_screen.channels.append({"channel_id": "1"}),
    "a default channel of onboarding is gone": lambda guild: guild.onboarding.default_channel_ids.append(1),
    "leads to channels that are gone": _ask,
    "belongs elsewhere": _set(lambda guild: of_type(guild, 0), "guild_id", NOBODY),
}


@pytest.mark.parametrize("told", BREAKS)
async def test_a_broken_state_is_told(told: str) -> None:
    simulator, guild = await peopled()
    assert broken(simulator.world) == []
    before = state_of(simulator.world)
    BREAKS[told](guild)
    if told == "has 52 children":
        for each in guild.channels.values():
            simulator.world.add_channel(guild, each)
    assert any(told in each for each in broken(simulator.world)), broken(simulator.world)
    assert state_of(simulator.world) != before


@needs_document
async def test_a_misshapen_thing_is_told() -> None:
    simulator, guild = await peopled()
    contract = published_contract()
    assert contract is not None
    dump = (await Wire(simulator.app).control("GET", f"/guilds/{guild.id}")).body
    assert misshapen(dump, contract) == []
    dump["roles"][0]["permissions"] = 8
    assert len(misshapen(dump, contract)) == 1


@pytest.fixture
async def judge() -> AsyncIterator[tuple[Simulator, Guild, Judge]]:
    simulator, guild = await peopled()
    contract = published_contract()
    if contract is None:
        pytest.skip("Discord's published document is not beside this folder")
    overhearing = Overhearing(simulator, Head(simulator).read)
    await overhearing.begin()
    yield simulator, guild, Judge(simulator, overhearing, contract, Evidence(), alone=True)
    await overhearing.end()


def step(guild: Guild, method: str, status: int, body: Any = None) -> Step:
    """An order of channels, or the reading of them."""
    route, _ = TABLE.find(method, f"/guilds/{guild.id}/channels")
    return Step(route, f"/guilds/{guild.id}/channels", [], Reply(status, {}, body))


REFUSED = {"message": "Missing Permissions", "code": 50013}


@pytest.mark.parametrize(
    ("method", "status", "body", "told"),
    [
        ("GET", 200, [], "was changed"),
        ("PATCH", 403, REFUSED, "was changed"),
        ("PATCH", 204, None, "effects: []"),
    ],
)
async def test_a_change_that_must_not_be_or_is_not_noted_is_told(
    judge: tuple[Simulator, Guild, Judge], method: str, status: int, body: Any, told: str
) -> None:
    _, guild, watching = judge
    await watching.watch()
    await watching.check(step(guild, method, status, body))
    guild.description = "changed"
    with pytest.raises(AssertionError, match=told.replace("[", r"\[")):
        await watching.check(step(guild, method, status, body))


async def test_an_event_of_nothing_is_told(judge: tuple[Simulator, Guild, Judge]) -> None:
    simulator, guild, watching = judge
    await watching.watch()
    simulator.world.emit("WEBHOOKS_UPDATE", guild, {"guild_id": str(guild.id), "channel_id": str(guild.id)})
    with pytest.raises(AssertionError, match="WEBHOOKS_UPDATE"):
        await watching.check(step(guild, "PATCH", 403, REFUSED))


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (500, {"message": "oops", "code": 0}, "failed"),
        (403, {"message": "Missing Permissions"}, "code"),
        (200, None, "does not answer 200"),
        (204, {}, "no body"),
    ],
)
async def test_an_answer_that_is_not_documented_is_told(
    judge: tuple[Simulator, Guild, Judge], status: int, body: Any, told: str
) -> None:
    _, guild, watching = judge
    await watching.watch()
    with pytest.raises(AssertionError, match=told):
        await watching.check(step(guild, "PATCH", status, body))


async def test_a_path_parameter_without_a_source_is_named() -> None:
    simulator, guild = await peopled()
    with pytest.raises(LookupError, match="'mystery_id' has no source"):
        named(Spot(simulator.world, guild, "/guilds/{guild_id}/{mystery_id}"), Random(1))
    assert len(without_source(["/{mystery_id}", "/{guild_id}"])) == 1


@needs_document
def test_a_keyword_that_is_not_understood_is_not_passed_over() -> None:
    writer = Writer(published_document(), Random(1), lambda _: ())
    with pytest.raises(NotImplementedError, match="multipleOf"):
        writer.value({"type": "integer", "multipleOf": 2})
