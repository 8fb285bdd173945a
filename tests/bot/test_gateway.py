"""Every verb of the port, on real disnake against a simulated Discord: done once, read back, and honest in failure."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import bot.gateway.live as live_module
import bot.gateway.structure as structure_module
from bot.address import point_at
from bot.calls import Calls
from bot.client import GuildwrightBot
from bot.gateway import DisnakeGateway
from core.discord.errors import (
    AnswerLost,
    CallRefused,
    GatewayAbsent,
    GatewayBusy,
    GuildAbsent,
    TargetGone,
)
from core.discord.gateway import ChannelFields, DiscordGateway, RoleFields, SettingsFields
from core.discord.permissions import ALL
from core.discord.types import ForumTag, Overwrite, Snapshot, normalised
from tests.fixtures.patience import PATIENCE

from .conftest import REASON, SPEC, Discord, Running, ready, seen
from .reading import read_channel, read_role, read_settings

ROLES = "/guilds/{guild_id}/roles"
ROLE = "/guilds/{guild_id}/roles/{role_id}"
CHANNELS = "/guilds/{guild_id}/channels"
CHANNEL = "/channels/{channel_id}"


@pytest.fixture
def gateway(bot: GuildwrightBot) -> DiscordGateway:
    return bot.gateway


@pytest.fixture
def guild_id(guild: dict[str, Any]) -> str:
    return guild["id"]


@pytest.fixture
def no_audit_lag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure_module, "AUDIT_LAG", 0.01)


async def as_dumped(discord: Discord, gateway: DiscordGateway, guild_id: str) -> Snapshot:
    """The snapshot, once the cache has caught up with everything that the simulator holds."""
    dump = await discord.dump(guild_id)
    return await seen(lambda: gateway.read_guild(guild_id), lambda snapshot: not differs(dump, snapshot))


def differs(dump: dict[str, Any], snapshot: Snapshot) -> list[str]:
    wrong: list[str] = []
    if read_settings(dump["guild"]) != snapshot.settings:
        wrong.append("settings")
    if sorted(dump["guild"]["features"]) != sorted(snapshot.features):
        wrong.append("features")
    if {r["id"]: read_role(r) for r in dump["roles"]} != {r.id: r for r in snapshot.roles}:
        wrong.append("roles")
    if [r["id"] for r in reversed(dump["roles"])] != [r.id for r in snapshot.roles]:
        wrong.append("order of roles")
    channels = {c["id"]: read_channel(c) for c in dump["channels"]}
    cached = {c.id: c for c in snapshot.channels}
    if {key: with_sorted_overwrites(c) for key, c in channels.items()} != {
        key: with_sorted_overwrites(c) for key, c in cached.items()
    }:
        wrong.append("channels")
    return wrong


def with_sorted_overwrites(channel: Any) -> dict[str, Any]:
    values = {name: getattr(channel, name) for name in channel.__struct_fields__}
    return values | {"overwrites": normalised(channel.overwrites)}


@asynccontextmanager
async def promptly(seconds: float = 5.0) -> AsyncGenerator[None]:
    """Far less than what would be waited for otherwise: a minute's limit, the ceiling of a call, disnake's tries."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


# Reading


async def test_the_cache_is_what_discord_holds(
    discord: Discord, gateway: DiscordGateway, guild_id: str
) -> None:
    snapshot = await as_dumped(discord, gateway, guild_id)
    assert [role.name for role in snapshot.roles] == ["simulated-bot", "Mate", "Crew", "@everyone"]
    assert [role.managed for role in snapshot.roles] == [True, False, False, False]
    assert [channel.name for channel in snapshot.channels] == ["Bridge", "Deck", "log"]
    assert await gateway.guild_ids() == {guild_id}


async def test_reading_sends_nothing(
    discord: Discord, gateway: DiscordGateway, guild: dict[str, Any]
) -> None:
    before = len(discord.simulator.world.journal.requests)
    await gateway.read_guild(guild["id"])
    await gateway.read_powers(guild["id"])
    await gateway.read_member_permissions(guild["id"], guild["members"]["grace"])
    assert len(discord.simulator.world.journal.requests) == before


async def test_powers_and_members_are_known(gateway: DiscordGateway, guild: dict[str, Any]) -> None:
    powers = await gateway.read_powers(guild["id"])
    assert powers.permissions & 8
    assert powers.top_role_id in powers.role_ids
    everyone = (await gateway.read_guild(guild["id"])).everyone.permissions
    members = guild["members"]
    assert await gateway.read_member_permissions(guild["id"], members["owner"]) == ALL
    assert await gateway.read_member_permissions(guild["id"], members["grace"]) == everyone
    assert await gateway.read_member_permissions(guild["id"], "123456789012345678") is None


async def test_a_guild_the_bot_is_not_in_is_absent_and_one_with_an_outage_is_waited_for(
    bot: GuildwrightBot, guild_id: str
) -> None:
    with pytest.raises(GuildAbsent):
        await bot.gateway.read_guild("123456789012345678")
    bot._connection.parsers["GUILD_DELETE"]({"id": guild_id, "unavailable": True})
    with pytest.raises(GatewayAbsent, match="outage"):
        await bot.gateway.read_guild(guild_id)


async def test_before_ready_and_after_the_end_the_gateway_is_absent(
    guild_id: str, start: Callable[..., Running]
) -> None:
    running = start()
    with pytest.raises(GatewayAbsent):
        await running.bot.gateway.guild_ids()
    with pytest.raises(GatewayAbsent):
        await running.bot.gateway.create_role(guild_id, RoleFields(), reason=REASON)
    await ready(running)
    await running.bot.close()
    for read in (running.bot.gateway.read_guild, running.bot.gateway.read_powers):
        with pytest.raises(GatewayAbsent):
            await read(guild_id)


# Writing


async def test_a_role_is_created_edited_ordered_and_deleted(
    discord: Discord, gateway: DiscordGateway, guild: dict[str, Any]
) -> None:
    guild_id, crew = guild["id"], guild["roles"]["Crew"]
    fields = RoleFields(name="Cook", permissions=1 << 46, color=0x112233, hoist=True, mentionable=True)
    cook = await gateway.create_role(guild_id, fields, reason=REASON)
    await seen(lambda: gateway.read_guild(guild_id), lambda s: any(r.id == cook for r in s.roles))
    await gateway.edit_role(guild_id, cook, RoleFields(name="Chef", color=0x445566), reason=REASON)
    # The bot's own role is at 3. Of two roles in one place the older is higher.
    await gateway.order_roles(guild_id, {crew: 1, cook: 2, guild["roles"]["Mate"]: 2}, reason=REASON)
    chef = next(read_role(r) for r in (await discord.dump(guild_id))["roles"] if r["id"] == cook)
    assert (chef.name, chef.color, chef.permissions, chef.hoist) == ("Chef", 0x445566, 1 << 46, True)
    snapshot = await seen(
        lambda: gateway.read_guild(guild_id),
        lambda s: [r.name for r in s.roles] == ["simulated-bot", "Mate", "Chef", "Crew", "@everyone"],
    )
    assert next(role for role in snapshot.roles if role.id == cook).name == "Chef"
    await gateway.delete_role(guild_id, cook, reason=REASON)
    assert cook not in {role["id"] for role in (await discord.dump(guild_id))["roles"]}
    await seen(lambda: gateway.read_guild(guild_id), lambda s: all(r.id != cook for r in s.roles))


async def test_what_a_deleted_role_was_allowed_or_denied_goes_with_it(
    discord: Discord, gateway: DiscordGateway, guild: dict[str, Any]
) -> None:
    guild_id, crew, deck = guild["id"], guild["roles"]["Crew"], guild["channels"]["Deck"]
    fields = ChannelFields(overwrites=(Overwrite("role", crew, deny=1024),))
    await gateway.edit_channel(guild_id, deck, fields, reason=REASON)
    await seen(
        lambda: gateway.read_guild(guild_id),
        lambda s: any(o.id == crew for c in s.channels for o in c.overwrites),
    )
    await gateway.delete_role(guild_id, crew, reason=REASON)
    snapshot = await seen(lambda: gateway.read_guild(guild_id), lambda s: all(r.id != crew for r in s.roles))
    assert not [o for channel in snapshot.channels for o in channel.overwrites if o.id == crew]


async def test_every_type_of_channel_is_created_in_its_final_form_with_one_call(
    discord: Discord, gateway: DiscordGateway, guild: dict[str, Any]
) -> None:
    guild_id = guild["id"]
    closed = (
        Overwrite("role", guild_id, deny=1024),
        Overwrite("role", guild["roles"]["Crew"], allow=1024),
        Overwrite("member", guild["members"]["grace"], allow=1024),
    )
    deck = guild["channels"]["Deck"]
    made = {
        "category": ChannelFields(type="category", name="Hold", overwrites=closed),
        "text": ChannelFields(
            type="text",
            name="cargo",
            parent_id=deck,
            overwrites=closed,
            topic="Weight",
            nsfw=True,
            slowmode=10,
        ),
        "voice": ChannelFields(type="voice", name="Radio", bitrate=32000, user_limit=4, video_quality="full"),
        "forum": ChannelFields(
            type="forum",
            name="ideas",
            tags=(ForumTag("bug", moderated=True, emoji="🐞"), ForumTag("idea")),
            default_reaction="👍",
            sort_order="creation_date",
            layout="gallery",
            thread_slowmode=5,
            auto_archive=1440,
        ),
    }
    ids = {kind: await gateway.create_channel(guild_id, f, reason=REASON) for kind, f in made.items()}
    assert discord.writes("POST", CHANNELS) == discord.requests("POST", CHANNELS) == len(made)
    assert discord.requests("PATCH", CHANNEL) == 0
    snapshot = await as_dumped(discord, gateway, guild_id)
    found = {c.id: c for c in snapshot.channels}
    for kind, fields in made.items():
        channel = found[ids[kind]]
        for name in fields.__struct_fields__:
            wanted = getattr(fields, name)
            if name == "overwrites":
                assert normalised(channel.overwrites) == normalised(wanted or ())
            elif name == "tags":
                plain = [(tag.name, tag.moderated, tag.emoji) for tag in channel.tags]
                assert plain == [(tag.name, tag.moderated, tag.emoji) for tag in wanted or ()]
            elif repr(wanted) != "UNSET":
                assert getattr(channel, name) == wanted, (kind, name)


async def test_a_forum_that_requires_tags_takes_a_second_call_and_keeps_its_other_flags(
    discord: Discord, gateway: DiscordGateway, guild_id: str
) -> None:
    fields = ChannelFields(type="forum", name="ideas", tags=(ForumTag("bug"),), require_tag=True)
    forum = await gateway.create_channel(guild_id, fields, reason=REASON)
    snapshot = await as_dumped(discord, gateway, guild_id)
    assert next(c for c in snapshot.channels if c.id == forum).require_tag
    await gateway.edit_channel(guild_id, forum, ChannelFields(require_tag=False), reason=REASON)
    snapshot = await as_dumped(discord, gateway, guild_id)
    assert not next(c for c in snapshot.channels if c.id == forum).require_tag


async def test_a_media_channel_gets_both_its_flags_with_one_second_call(
    discord: Discord, gateway: DiscordGateway, guild_id: str
) -> None:
    fields = ChannelFields(type="media", name="pictures", require_tag=True, hide_downloads=True)
    media = await gateway.create_channel(guild_id, fields, reason=REASON)
    assert discord.writes("PATCH", CHANNEL) == 1
    there = next(c for c in (await as_dumped(discord, gateway, guild_id)).channels if c.id == media)
    assert (there.require_tag, there.hide_downloads) == (True, True)


async def test_a_forum_left_without_its_second_call_is_to_be_looked_for_not_made_again(
    discord: Discord, gateway: DiscordGateway, guild_id: str
) -> None:
    await discord.fault("429", method="PATCH", route=CHANNEL, retry_after=60.0)
    fields = ChannelFields(type="forum", name="ideas", require_tag=True)
    with pytest.raises(AnswerLost):
        await gateway.create_channel(guild_id, fields, reason=REASON)
    assert await gateway.find_created(guild_id, "channel", reason=REASON, since=datetime.now(UTC))


async def test_a_channel_is_edited_moved_ordered_and_deleted(
    discord: Discord, gateway: DiscordGateway, guild: dict[str, Any]
) -> None:
    guild_id, log, bridge = guild["id"], guild["channels"]["log"], guild["channels"]["Bridge"]
    fields = ChannelFields(name="journal", topic=None, parent_id=None, overwrites=(), slowmode=30)
    await gateway.edit_channel(guild_id, log, fields, reason=REASON)
    await gateway.order_channels(guild_id, {log: 7, guild["channels"]["Deck"]: 3}, reason=REASON)
    snapshot = await as_dumped(discord, gateway, guild_id)
    edited = next(c for c in snapshot.channels if c.id == log)
    assert (edited.name, edited.topic, edited.parent_id, edited.overwrites) == ("journal", None, None, ())
    assert edited.slowmode == 30
    await gateway.delete_channel(guild_id, bridge, reason=REASON)
    snapshot = await as_dumped(discord, gateway, guild_id)
    assert bridge not in {channel.id for channel in snapshot.channels}


async def test_community_is_switched_on_with_its_channels_and_off_again(
    discord: Discord, gateway: DiscordGateway, guild: dict[str, Any]
) -> None:
    guild_id, log = guild["id"], guild["channels"]["log"]
    fields = SettingsFields(
        community=True,
        rules_channel_id=log,
        updates_channel_id=log,
        verification_level="low",
        notifications="only_mentions",
        content_filter="all_members",
    )
    await gateway.edit_guild(guild_id, fields, reason=REASON)
    snapshot = await as_dumped(discord, gateway, guild_id)
    assert "COMMUNITY" in snapshot.features
    assert snapshot.settings.rules_channel_id == log
    assert discord.writes("PATCH", "/guilds/{guild_id}") == 1
    await gateway.edit_guild(guild_id, SettingsFields(community=False, name="Port"), reason=REASON)
    snapshot = await as_dumped(discord, gateway, guild_id)
    assert "COMMUNITY" not in snapshot.features
    assert snapshot.settings.name == "Port"


async def test_every_write_carries_its_reason(
    discord: Discord, gateway: DiscordGateway, guild: dict[str, Any]
) -> None:
    reason = "für “Grace” / 7 %"
    await gateway.edit_role(guild["id"], guild["roles"]["Crew"], RoleFields(hoist=False), reason=reason)
    assert discord.simulator.world.journal.effects[-1].reason == reason
    for wrong in ("", "x" * 513):
        with pytest.raises(ValueError, match="audit reason"):
            await gateway.delete_role(guild["id"], guild["roles"]["Crew"], reason=wrong)


async def test_a_refusal_says_why_and_a_target_that_is_gone_says_so(
    discord: Discord, gateway: DiscordGateway, start: Callable[..., Running], guild_id: str
) -> None:
    weak = await discord.make(SPEC | {"bot_permissions": ["VIEW_CHANNEL"], "name": "Weak"})
    await seen(gateway.guild_ids, lambda ids: weak["id"] in ids)
    with pytest.raises(CallRefused) as refused:
        await gateway.create_role(weak["id"], RoleFields(name="x"), reason=REASON)
    assert (refused.value.status, refused.value.discord_code) == (403, 50013)
    with pytest.raises(TargetGone):
        await gateway.delete_role(guild_id, "123456789012345678", reason=REASON)


# Failing


@pytest.mark.parametrize("kind", ["role", "channel"])
async def test_a_create_whose_answer_is_lost_after_the_effect_is_found_and_exists_once(
    discord: Discord, gateway: DiscordGateway, guild_id: str, kind: Any
) -> None:
    since = datetime.now(UTC)
    route = ROLES if kind == "role" else CHANNELS
    await discord.fault("lost_answer", method="POST", route=route)
    async with promptly():
        with pytest.raises(AnswerLost):
            await create(gateway, guild_id, kind)
    found = await gateway.find_created(guild_id, kind, reason=REASON, since=since)
    made = [each["id"] for each in (await discord.dump(guild_id))[f"{kind}s"] if each["name"] == "once"]
    assert made == [found]
    assert discord.writes("POST", route) == discord.requests("POST", route) == 1


async def create(gateway: DiscordGateway, guild_id: str, kind: str = "role", reason: str = REASON) -> str:
    if kind == "role":
        return await gateway.create_role(guild_id, RoleFields(name="once"), reason=reason)
    return await gateway.create_channel(guild_id, ChannelFields(type="text", name="once"), reason=reason)


@pytest.mark.usefixtures("no_audit_lag")
@pytest.mark.parametrize(("kind", "status"), [("drop", 500), ("5xx", 500), ("5xx", 502), ("5xx", 503)])
async def test_a_create_that_fails_before_the_effect_is_lost_at_once_and_not_found(
    discord: Discord, gateway: DiscordGateway, guild_id: str, kind: str, status: int
) -> None:
    await discord.fault(kind, method="POST", route=ROLES, status=status)
    async with promptly():
        with pytest.raises(AnswerLost):
            await create(gateway, guild_id)
    since = datetime.now(UTC)
    assert await gateway.find_created(guild_id, "role", reason=REASON, since=since) is None
    assert discord.requests("POST", ROLES) == 1


@pytest.mark.usefixtures("no_audit_lag")
async def test_only_what_our_reason_made_since_then_and_still_exists_is_found(
    gateway: DiscordGateway, guild_id: str
) -> None:
    now = datetime.now(UTC)
    role = await create(gateway, guild_id)
    await create(gateway, guild_id, reason="another")
    assert await gateway.find_created(guild_id, "role", reason=REASON, since=now) == role
    assert await gateway.find_created(guild_id, "channel", reason=REASON, since=now) is None
    later = now + timedelta(hours=1)
    assert await gateway.find_created(guild_id, "role", reason=REASON, since=later) is None
    await gateway.delete_role(guild_id, role, reason=REASON)
    assert await gateway.find_created(guild_id, "role", reason=REASON, since=now) is None


async def test_an_edit_that_meets_a_502_is_repeated_within_the_same_call(
    discord: Discord, gateway: DiscordGateway, guild: dict[str, Any]
) -> None:
    await discord.fault("5xx", method="PATCH", route=ROLE, status=502)
    await gateway.edit_role(guild["id"], guild["roles"]["Crew"], RoleFields(hoist=False), reason=REASON)
    assert discord.writes("PATCH", ROLE) == 1


async def test_a_slow_answer_is_lost_at_the_ceiling_and_the_thing_found_once_it_is_done(
    discord: Discord, bot: GuildwrightBot, guild_id: str
) -> None:
    calls = Calls(bot, ceiling=0.2)
    gateway = DisnakeGateway(bot, bot.connection, calls)
    await discord.fault("held", method="POST", route=ROLES)
    since = datetime.now(UTC)
    async with promptly():
        with pytest.raises(AnswerLost):
            await create(gateway, guild_id)
    calls._ceiling = PATIENCE
    looking = asyncio.create_task(gateway.find_created(guild_id, "role", reason=REASON, since=since))
    await asyncio.sleep(0.05)
    assert not looking.done()
    await discord.lift()
    found = await looking
    assert found is not None
    assert discord.writes("POST", ROLES) == 1


async def test_a_create_that_is_still_under_way_cannot_be_looked_for(
    discord: Discord, bot: GuildwrightBot, guild_id: str
) -> None:
    gateway = DisnakeGateway(bot, bot.connection, Calls(bot, ceiling=0.1))
    await discord.fault("held", method="POST", route=ROLES)
    with pytest.raises(AnswerLost):
        await create(gateway, guild_id)
    with pytest.raises(AnswerLost, match="still under way"):
        await gateway.find_created(guild_id, "role", reason=REASON, since=datetime.now(UTC))
    await discord.lift()


async def test_behind_a_wait_of_disnakes_own_a_call_gives_up_and_is_never_sent(
    discord: Discord, bot: GuildwrightBot, guild_id: str
) -> None:
    gateway = DisnakeGateway(bot, bot.connection, Calls(bot, ceiling=0.1))
    bot.http._global_over.clear()  # as after a global 429 met by one of disnake's own calls
    with pytest.raises(GatewayBusy):
        await create(gateway, guild_id)
    bot.http._global_over.set()
    await gateway.create_channel(guild_id, ChannelFields(type="text", name="later"), reason=REASON)
    assert discord.requests("POST", ROLES) == 0


async def test_cancelling_the_caller_lets_the_request_end_and_other_routes_go_on(
    discord: Discord, gateway: DiscordGateway, guild_id: str
) -> None:
    await discord.fault("held", method="POST", route=ROLES)
    task = asyncio.create_task(create(gateway, guild_id))
    await discord.holds()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await create(gateway, guild_id, "channel")
    await discord.lift()
    await create(gateway, guild_id)
    assert discord.writes("POST", ROLES) == 2


async def test_a_discord_that_refuses_the_connection_is_absent_and_nothing_was_sent(
    discord: Discord, gateway: DiscordGateway, guild_id: str
) -> None:
    point_at("http://127.0.0.1:9")
    async with promptly():
        with pytest.raises(GatewayAbsent):
            await create(gateway, guild_id)
        with pytest.raises(GatewayAbsent):
            await gateway.edit_guild(guild_id, SettingsFields(name="x"), reason=REASON)
    point_at(discord.base)
    await create(gateway, guild_id)


# Limits


async def test_a_429_of_a_minute_is_busy_at_once_and_other_routes_still_work(
    discord: Discord, gateway: DiscordGateway, guild: dict[str, Any]
) -> None:
    guild_id = guild["id"]
    await discord.fault("429", method="POST", route=ROLES, retry_after=60.0)
    async with promptly():
        with pytest.raises(GatewayBusy) as busy:
            await create(gateway, guild_id)
        assert 55 < (busy.value.resume_at - datetime.now(UTC)).total_seconds() <= 60
        with pytest.raises(GatewayBusy):
            await create(gateway, guild_id)
        await gateway.edit_role(guild_id, guild["roles"]["Crew"], RoleFields(hoist=False), reason=REASON)
        await gateway.order_roles(guild_id, {guild["roles"]["Crew"]: 1}, reason=REASON)
        await create(gateway, guild_id, "channel")
    assert discord.requests("POST", ROLES) == 1


async def test_concurrent_calls_to_a_closed_bucket_are_all_told_at_once(
    discord: Discord, gateway: DiscordGateway, guild_id: str
) -> None:
    await discord.fault("429", method="POST", route=ROLES, retry_after=60.0)
    async with promptly():
        ends = await asyncio.gather(*(create(gateway, guild_id) for _ in range(10)), return_exceptions=True)
    assert {type(end) for end in ends} == {GatewayBusy}
    assert discord.requests("POST", ROLES) == 1


async def test_a_global_429_of_a_minute_closes_every_route_and_none_hangs_afterwards(
    discord: Discord, bot: GuildwrightBot, guild_id: str
) -> None:
    await discord.fault("429", method="POST", route=ROLES, retry_after=60.0, **{"global": True})
    async with promptly():
        with pytest.raises(GatewayBusy):
            await create(bot.gateway, guild_id)
        with pytest.raises(GatewayBusy):
            await create(bot.gateway, guild_id, "channel")
        await bot.gateway.read_guild(guild_id)
    assert discord.requests("POST", CHANNELS) == 0
    bot.calls._limits._now = lambda: time.monotonic() + 61
    async with promptly():
        await create(bot.gateway, guild_id, "channel")
        await create(bot.gateway, guild_id)
        await bot.http.get_all_guild_channels(int(guild_id))


@pytest.mark.parametrize("is_global", [False, True])
async def test_a_short_429_is_waited_for_and_the_call_is_done_once(
    discord: Discord, gateway: DiscordGateway, guild_id: str, is_global: bool
) -> None:
    await discord.fault("429", method="POST", route=ROLES, retry_after=0.2, **{"global": is_global})
    began = time.monotonic()
    await create(gateway, guild_id)
    assert time.monotonic() - began >= 0.2
    assert discord.writes("POST", ROLES) == 1


async def test_a_bucket_spent_for_long_is_busy_before_a_request_is_wasted_on_it(
    discord: Discord, gateway: DiscordGateway, guild: dict[str, Any]
) -> None:
    discord.simulator.world.limits.profile = "discord"  # ordering roles: 10 in 10 s
    order = {guild["roles"]["Crew"]: 1}
    for _ in range(10):
        await gateway.order_roles(guild["id"], order, reason=REASON)
    async with promptly():
        with pytest.raises(GatewayBusy):
            await gateway.order_roles(guild["id"], order, reason=REASON)
        await create(gateway, guild["id"])
    assert discord.requests("PATCH", ROLES) == 10


async def test_reading_while_the_connection_is_lost_waits_for_the_resume_but_not_for_ever(
    bot: GuildwrightBot, guild_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot.connection.note("disconnect")
    reading = asyncio.create_task(bot.gateway.read_guild(guild_id))
    await asyncio.sleep(0.02)
    assert not reading.done()
    bot.connection.note("resumed")
    assert (await reading).guild_id == guild_id
    bot.connection.note("disconnect")
    monkeypatch.setattr(live_module, "RESUME_PATIENCE", 0.02)
    with pytest.raises(GatewayAbsent):
        await bot.gateway.read_guild(guild_id)
