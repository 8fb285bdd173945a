"""Nothing is lost between Discord's JSON, disnake's objects and our types."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import disnake
import pytest
from msgspec import UNSET
from msgspec.structs import replace

from bot.client import GuildwrightBot
from bot.payloads import channel_payload, role_payload, settings_payload
from bot.translate import (
    as_shown,
    channel_of,
    failure_of,
    member_permissions_of,
    powers_of,
    role_of,
    settings_of,
    snapshot_of,
)
from core.discord.errors import AnswerLost, CallRefused, GatewayAbsent, GatewayBusy, TargetGone
from core.discord.gateway import ChannelFields, RoleFields, SettingsFields
from core.discord.permissions import ALL, Permission
from core.discord.types import Channel, ForumTag, Overwrite, Role

from .conftest import Told
from .reading import read_channel, read_role, read_settings

GUILD = 700000000000000000
UNKNOWN_BITS = 1 << 47 | 1 << 60
ME, OWNER, GRACE, LINUS = (GUILD + n for n in (1, 2, 3, 4))


def role(number: int, name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": str(GUILD + number),
        "name": name,
        "permissions": "0",
        "position": number,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "mentionable": False,
        "managed": False,
        "flags": 0,
    } | more


def channel(number: int, kind: int, **more: Any) -> dict[str, Any]:
    return {
        "id": str(GUILD + 100 + number),
        "guild_id": str(GUILD),
        "type": kind,
        "name": f"channel {number}",
        "position": number,
        "parent_id": None,
        "permission_overwrites": [],
        "nsfw": False,
        "flags": 0,
    } | more


def member(user_id: int, *roles: int, **more: Any) -> dict[str, Any]:
    user = {"id": str(user_id), "username": f"user{user_id}", "discriminator": "0", "avatar": None}
    return {
        "user": user,
        "roles": [str(GUILD + number) for number in roles],
        "joined_at": "2026-01-01T00:00:00+00:00",
        "deaf": False,
        "mute": False,
        "flags": 0,
    } | more


VOICE = {"bitrate": 64000, "user_limit": 3, "rtc_region": "rotterdam", "video_quality_mode": 2}
FORUM = {
    "topic": "Guidelines",
    "rate_limit_per_user": 5,
    "default_thread_rate_limit_per_user": 7,
    "available_tags": [
        {"id": "1", "name": "bug", "moderated": True, "emoji_id": None, "emoji_name": "🐞"},
        {"id": "2", "name": "idea", "moderated": False, "emoji_id": "800000000000000000", "emoji_name": None},
        {"id": "3", "name": "plain", "moderated": False, "emoji_id": None, "emoji_name": None},
    ],
    "default_reaction_emoji": {"emoji_id": None, "emoji_name": "👍"},
    "default_sort_order": 1,
    "flags": 1 << 4,
}
CHANNELS = [
    channel(1, 4, permission_overwrites=[{"id": str(GUILD), "type": 0, "allow": "0", "deny": "1024"}]),
    channel(
        2,
        0,
        parent_id=str(GUILD + 101),
        topic="Hello",
        nsfw=True,
        rate_limit_per_user=10,
        default_thread_rate_limit_per_user=20,
        default_auto_archive_duration=4320,
        permission_overwrites=[
            {"id": str(GUILD + 10), "type": 0, "allow": str(UNKNOWN_BITS), "deny": "2048"},
            {"id": "123", "type": 0, "allow": "1024", "deny": "0"},
            {"id": str(GRACE), "type": 1, "allow": "1024", "deny": str(1 << 61)},
        ],
    ),
    channel(3, 5, topic=None),
    channel(4, 2, **VOICE, rate_limit_per_user=4),
    channel(5, 13, **VOICE),
    channel(6, 15, **FORUM, default_forum_layout=2),
    channel(7, 16, **FORUM, default_auto_archive_duration=60),
]
ROLES = [
    role(0, "@everyone", permissions="1024", position=0),
    role(10, "Gradient", colors={"primary_color": 1, "secondary_color": 2, "tertiary_color": 3}, hoist=True),
    role(11, "Unknown", permissions=str(UNKNOWN_BITS), unicode_emoji="🦊", mentionable=True),
    role(12, "Admin", permissions="8"),
    role(13, "Bot", permissions="268435456", managed=True, tags={"bot_id": str(ME)}),
    role(14, "Icon", icon="abc"),
]
PAYLOAD: dict[str, Any] = {
    "id": str(GUILD),
    "name": "Harbour",
    "description": "Ships",
    "owner_id": str(OWNER),
    "verification_level": 2,
    "default_message_notifications": 1,
    "explicit_content_filter": 2,
    "preferred_locale": "xx-NEW",
    "afk_channel_id": str(GUILD + 104),
    "afk_timeout": 900,
    "system_channel_id": str(GUILD + 102),
    "system_channel_flags": 5,
    "rules_channel_id": str(GUILD + 102),
    "public_updates_channel_id": str(GUILD + 103),
    "safety_alerts_channel_id": str(GUILD + 102),
    "premium_progress_bar_enabled": True,
    "premium_tier": 2,
    "features": ["COMMUNITY", "SOMETHING_NEW"],
    "roles": ROLES,
    "channels": CHANNELS,
    "members": [
        member(ME, 10, 13),
        member(OWNER),
        member(GRACE, 12),
        member(LINUS, 11, communication_disabled_until=(datetime.now(UTC) + timedelta(hours=1)).isoformat()),
    ],
    "member_count": 4,
    "emojis": [],
    "stickers": [],
}


@pytest.fixture
async def cached() -> disnake.Guild:
    """A guild as the cache has it after GUILD_CREATE, without any connection."""
    return in_cache(PAYLOAD)


def in_cache(payload: dict[str, Any]) -> disnake.Guild:
    bot = GuildwrightBot(Told())
    state = bot._connection
    state.user = cast(Any, SimpleNamespace(id=ME))
    # Members are complete already, so disnake does not ask the (absent) gateway for them.
    state.parsers["GUILD_CREATE"](payload)
    guild = bot.get_guild(GUILD)
    assert guild is not None
    return guild


def tell(guild: disnake.Guild, event: str, **data: Any) -> None:
    guild._state.parsers[event](data)


async def test_every_role_is_read_with_its_gradient_icon_and_unknown_bits(cached: disnake.Guild) -> None:
    for data in ROLES:
        read = role_of(cast(disnake.Role, cached.get_role(int(data["id"]))))
        assert read == read_role(data)


async def test_every_type_of_channel_is_read_with_all_it_has(cached: disnake.Guild) -> None:
    for data in CHANNELS:
        read = channel_of(cast(Any, cached.get_channel(int(data["id"]))))
        expected = read_channel({"default_auto_archive_duration": None} | data)
        assert read is not None
        assert sorted(read.overwrites) == sorted(expected.overwrites)
        assert replace(read, overwrites=()) == replace(expected, overwrites=())


async def test_settings_are_read_and_a_locale_that_is_not_known_yet_is_kept(cached: disnake.Guild) -> None:
    assert settings_of(cached) == read_settings(PAYLOAD)
    assert settings_of(cached).locale == "xx-NEW"


async def test_a_snapshot_lists_roles_and_channels_as_the_client_shows_them(cached: disnake.Guild) -> None:
    snapshot = snapshot_of(cached)
    assert [r.name for r in snapshot.roles] == ["Icon", "Bot", "Admin", "Unknown", "Gradient", "@everyone"]
    assert [c.name for c in snapshot.channels] == [f"channel {n}" for n in (3, 6, 7, 4, 5, 1, 2)]
    assert snapshot.features == {"COMMUNITY", "SOMETHING_NEW"}
    assert snapshot.premium_tier == 2
    assert (snapshot.guild_id, snapshot.owner_id) == (str(GUILD), str(OWNER))
    assert snapshot.everyone.permissions == 1024


async def test_roles_with_equal_positions_put_the_older_first_and_everyone_last() -> None:
    tied = [role(0, "@everyone", position=0), role(30, "young", position=0), role(20, "old", position=0)]
    cached = in_cache(PAYLOAD | {"roles": [*tied, role(13, "Bot", tags={"bot_id": str(ME)})], "channels": []})
    assert [r.name for r in snapshot_of(cached).roles] == ["Bot", "old", "young", "@everyone"]


async def test_creating_and_deleting_a_role_leaves_the_positions_of_the_others(cached: disnake.Guild) -> None:
    before = {r.id: r.position for r in cached.roles}
    tell(cached, "GUILD_ROLE_CREATE", guild_id=str(GUILD), role=role(50, "new", position=1))
    assert {r.id: r.position for r in cached.roles} == before | {GUILD + 50: 1}
    tell(cached, "GUILD_ROLE_DELETE", guild_id=str(GUILD), role_id=str(GUILD + 50))
    assert {r.id: r.position for r in cached.roles} == before


async def test_an_archive_time_nobody_set_is_none_after_creation_and_update_too(
    cached: disnake.Guild,
) -> None:
    tell(cached, "CHANNEL_CREATE", **channel(20, 0))
    tell(cached, "CHANNEL_UPDATE", **channel(2, 0))
    for number in (20, 2):
        read = channel_of(cast(Any, cached.get_channel(GUILD + 100 + number)))
        assert read is not None
        assert read.auto_archive is None


async def test_the_bots_powers_are_its_roles_with_nothing_spread_out(cached: disnake.Guild) -> None:
    powers = powers_of(cached.me)
    assert powers.user_id == str(ME)
    assert powers.permissions == 1024 | 268435456
    assert powers.top_role_id == str(GUILD + 13)
    assert set(powers.role_ids) == {str(GUILD + 10), str(GUILD + 13)}


async def test_owners_and_administrators_have_every_bit_and_unknown_bits_stay(cached: disnake.Guild) -> None:
    for user_id in (OWNER, GRACE):
        assert member_permissions_of(member_in(cached, user_id)) == ALL
    tell(cached, "GUILD_MEMBER_UPDATE", guild_id=str(GUILD), **member(LINUS, 11))
    assert member_permissions_of(member_in(cached, LINUS)) == 1024 | UNKNOWN_BITS


async def test_a_member_in_timeout_keeps_only_seeing_and_reading(cached: disnake.Guild) -> None:
    assert member_permissions_of(member_in(cached, LINUS)) == Permission.VIEW_CHANNEL


def test_a_channel_whose_category_is_not_known_is_still_shown() -> None:
    orphan = Channel(id="2", type="text", name="orphan", parent_id="99")
    assert list(as_shown([orphan])) == [orphan]


# Our words to JSON


def test_only_what_was_asked_for_is_written() -> None:
    assert role_payload(RoleFields()) == {}
    assert channel_payload(ChannelFields(), flags=0) == {}
    assert settings_payload(SettingsFields(), ["COMMUNITY"]) == {}


def test_permissions_are_written_as_text_so_that_no_bit_is_rounded_away() -> None:
    assert role_payload(RoleFields(permissions=UNKNOWN_BITS)) == {"permissions": str(UNKNOWN_BITS)}


def test_one_colour_is_written_together_with_the_others_the_role_has() -> None:
    current = Role(id="1", name="x", color=1, secondary_color=2, tertiary_color=3)
    payload = role_payload(RoleFields(secondary_color=None), current)
    assert payload == {"colors": {"primary_color": 1, "secondary_color": None, "tertiary_color": 3}}
    assert role_payload(RoleFields(color=5)) == {
        "colors": {"primary_color": 5, "secondary_color": None, "tertiary_color": None}
    }


def test_a_whole_forum_is_written_in_discords_words() -> None:
    fields = ChannelFields(
        type="forum",
        name="ideas",
        parent_id=None,
        overwrites=(Overwrite("role", "5", 1, 2), Overwrite("member", "6", 3, 4)),
        topic="t",
        slowmode=1,
        thread_slowmode=2,
        auto_archive=60,
        tags=(ForumTag("a", emoji="🐞"), ForumTag("b", id="9", moderated=True, emoji="800000000000000000")),
        default_reaction=None,
        sort_order="creation_date",
        layout="gallery",
        require_tag=True,
    )
    assert channel_payload(fields, flags=1 << 15) == {
        "type": 15,
        "name": "ideas",
        "parent_id": None,
        "permission_overwrites": [
            {"id": "5", "type": 0, "allow": "1", "deny": "2"},
            {"id": "6", "type": 1, "allow": "3", "deny": "4"},
        ],
        "topic": "t",
        "rate_limit_per_user": 1,
        "default_thread_rate_limit_per_user": 2,
        "default_auto_archive_duration": 60,
        "available_tags": [
            {"name": "a", "moderated": False, "emoji_id": None, "emoji_name": "🐞"},
            {"name": "b", "moderated": True, "emoji_id": "800000000000000000", "emoji_name": None, "id": "9"},
        ],
        "default_reaction_emoji": None,
        "default_sort_order": 1,
        "default_forum_layout": 2,
        "flags": 1 << 15 | 1 << 4,
    }


def test_clearing_require_tag_keeps_the_other_flags() -> None:
    assert channel_payload(ChannelFields(require_tag=False), flags=1 << 15 | 1 << 4) == {"flags": 1 << 15}
    assert channel_payload(ChannelFields(hide_downloads=True), flags=1 << 4) == {"flags": 1 << 15 | 1 << 4}


def test_community_is_switched_with_its_channels_in_one_payload() -> None:
    fields = SettingsFields(community=True, rules_channel_id="1", updates_channel_id="2")
    assert settings_payload(fields, ["NEWS"]) == {
        "features": ["COMMUNITY", "NEWS"],
        "rules_channel_id": "1",
        "public_updates_channel_id": "2",
    }
    assert settings_payload(SettingsFields(community=False), ["COMMUNITY", "NEWS"]) == {"features": ["NEWS"]}


def test_every_field_of_the_contract_has_a_place_in_the_json() -> None:
    """A field that is added to the contract and forgotten here would silently write our name for it."""
    known: dict[Any, str] = {
        RoleFields: "name permissions colors hoist mentionable unicode_emoji icon",
        ChannelFields: (
            "type name position parent_id permission_overwrites topic nsfw rate_limit_per_user "
            "default_thread_rate_limit_per_user default_auto_archive_duration bitrate user_limit rtc_region "
            "video_quality_mode available_tags default_reaction_emoji default_sort_order default_forum_layout flags"
        ),
        SettingsFields: (
            "name description verification_level default_message_notifications explicit_content_filter "
            "preferred_locale afk_channel_id afk_timeout system_channel_id system_channel_flags "
            "rules_channel_id public_updates_channel_id safety_alerts_channel_id premium_progress_bar_enabled "
            "features icon banner splash discovery_splash"
        ),
    }
    some: dict[str, Any] = {
        "type": "text",
        "overwrites": (),
        "tags": (),
        "video_quality": "auto",
        "sort_order": None,
    } | {
        "layout": "list",
        "verification_level": "low",
        "notifications": "only_mentions",
        "content_filter": "disabled",
        "permissions": 0,
    }
    for kind, words in known.items():
        full: Any = kind(**{name: some.get(name) for name in kind.__struct_fields__})
        assert UNSET not in [getattr(full, name) for name in kind.__struct_fields__]
        if isinstance(full, RoleFields):
            payload = role_payload(full)
        elif isinstance(full, ChannelFields):
            payload = channel_payload(full, flags=0)
        else:
            payload = settings_payload(full, [])
        assert set(payload) == set(words.split())


# Failures


def refusal(status: int, code: int = 0, text: str = "No", **more: Any) -> disnake.HTTPException:
    response = cast(Any, SimpleNamespace(status=status, reason="x"))
    kind = {403: disnake.Forbidden, 404: disnake.NotFound}.get(status, disnake.HTTPException)
    kind = disnake.DiscordServerError if status >= 500 else kind
    return kind(response, {"code": code, "message": text, **more})


def test_a_refusal_keeps_discords_code_and_says_what_was_refused() -> None:
    error = failure_of(refusal(403, 50013, "Missing Permissions"), "create the role “x”")
    assert isinstance(error, CallRefused)
    assert (error.status, error.discord_code) == (403, 50013)
    assert error.message == "Discord refused to create the role “x”: Missing Permissions (code 50013)."


def test_a_refused_field_is_named() -> None:
    errors = {"name": {"_errors": [{"code": "BASE_TYPE_MAX_LENGTH", "message": "Too long."}]}}
    error = failure_of(refusal(400, 50035, "Invalid Form Body", errors=errors), "edit the channel 1")
    assert error is not None
    assert "Invalid Form Body; In name: Too long." in error.message


def test_a_404_is_a_target_that_is_gone() -> None:
    assert isinstance(failure_of(refusal(404, 10011), "x"), TargetGone)


def test_a_429_that_disnake_gave_up_on_is_a_wait() -> None:
    error = failure_of(refusal(429), "x")
    assert isinstance(error, GatewayBusy)
    assert error.resume_at > datetime.now(UTC)


@pytest.mark.parametrize(
    "lost",
    [
        refusal(500),
        refusal(503),
        aiohttp.ServerDisconnectedError(),
        aiohttp.ClientPayloadError(),
        ConnectionResetError(104, "reset"),
        TimeoutError(),
    ],
)
def test_what_may_have_been_done_is_an_answer_lost(lost: Exception) -> None:
    assert isinstance(failure_of(lost, "x"), AnswerLost)


def test_a_connection_never_made_means_that_nothing_was_sent() -> None:
    key = cast(Any, SimpleNamespace(host="h", port=1, ssl=False))
    refused = aiohttp.ClientConnectorError(key, ConnectionRefusedError(111, "refused"))
    for error in (refused, aiohttp.ConnectionTimeoutError()):
        assert isinstance(failure_of(error, "x"), GatewayAbsent)


def test_a_mistake_of_our_own_is_no_failure_of_discords() -> None:
    assert failure_of(KeyError("x"), "x") is None
    assert failure_of(asyncio.CancelledError(), "x") is None


def member_in(guild: disnake.Guild, user_id: int) -> disnake.Member:
    found = guild.get_member(user_id)
    assert found is not None
    return found
