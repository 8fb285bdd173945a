from typing import Any

import msgspec
from hypothesis import given
from msgspec import UNSET

from core.discord.permissions import Permission, bits_of
from core.discord.types import (
    Channel,
    ForumTag,
    GuildSettings,
    Overwrite,
    Role,
    Snapshot,
    normalised,
    role_rank,
)
from core.templates.capture import Captured, document_of
from core.templates.documents.channels import (
    Category,
    DocumentChannel,
    DocumentOverwrite,
    DocumentTag,
    ForumChannel,
    TextChannel,
    VoiceChannel,
)
from core.templates.documents.parse import read_document
from core.templates.documents.text import to_yaml
from core.templates.documents.validate import channels_of, problems_in, type_of
from tests.builders.documents import GUILD_ID, snapshots

MEMBER = "123456789012345678"


def guild(*channels: Channel, roles: tuple[Role, ...] = (), **fields: Any) -> Snapshot:
    everyone = Role(id=GUILD_ID, name="@everyone", permissions=int(Permission.VIEW_CHANNEL))
    settings = fields.pop("settings", GuildSettings(name="Home"))
    return Snapshot(
        guild_id=GUILD_ID,
        owner_id="1",
        settings=settings,
        roles=(everyone, *roles),
        channels=channels,
        **fields,
    )


def text(snowflake: int, name: str, **fields: Any) -> Channel:
    return Channel(id=str(snowflake), type=fields.pop("type", "text"), name=name, **fields)


def overwrites_of(
    captured: Captured, channel: DocumentChannel, category: Category | None
) -> tuple[Overwrite, ...]:
    """What the document says of a channel, as Discord would have it."""
    said = category.overwrites if category and channel.overwrites == "synced" else channel.overwrites
    assert isinstance(said, tuple)
    return normalised(tuple(_overwrite(captured, one) for one in said))


def _overwrite(captured: Captured, one: DocumentOverwrite) -> Overwrite:
    allow, deny = bits_of(one.allow), bits_of(one.deny)
    if one.member:
        return Overwrite("member", one.member, allow, deny)
    assert one.role
    return Overwrite("role", captured.bindings[one.role], allow, deny)


@given(snapshots())
def test_a_captured_guild_is_a_document_without_a_problem(snapshot: Snapshot) -> None:
    document = document_of(snapshot).document
    assert problems_in(document) == ()
    assert read_document(to_yaml(document), media="yaml") == document


@given(snapshots())
def test_nothing_of_the_roles_is_lost(snapshot: Snapshot) -> None:
    captured = document_of(snapshot)
    by_id = {role.id: role for role in snapshot.roles}
    assert bits_of(captured.document.everyone.permissions or ()) == snapshot.everyone.permissions
    found = [by_id[captured.bindings[role.key]] for role in captured.document.roles]
    assert found == sorted((r for r in snapshot.roles if r.id != GUILD_ID), key=role_rank, reverse=True), (
        "highest first, each once"
    )
    for said, real in zip(captured.document.roles, found, strict=True):
        assert (said.name, said.hoist, said.mentionable) == (real.name, real.hoist, real.mentionable)
        assert (said.managed, said.unicode_emoji) == (real.managed, real.unicode_emoji)
        assert bits_of(said.permissions or ()) == real.permissions
        assert int(str(said.color)[1:], 16) == real.color
        second = said.secondary_color
        assert (int(second[1:], 16) if isinstance(second, str) else None) == real.secondary_color


@given(snapshots())
def test_nothing_of_the_channels_is_lost(snapshot: Snapshot) -> None:
    captured = document_of(snapshot)
    by_id = {channel.id: channel for channel in snapshot.channels}
    found = [channel for _, channel in channels_of(captured.document)]
    assert sorted(captured.bindings[c.key] for c in found) == sorted(by_id)
    for top in captured.document.channels:
        category = top if isinstance(top, Category) else None
        for said in (top, *(category.channels if category else ())):
            real = by_id[captured.bindings[said.key]]
            inside = category if said is not top else None
            assert real.parent_id == (captured.bindings[inside.key] if inside else None)
            assert (type_of(said), said.name) == (real.type, real.name)
            assert overwrites_of(captured, said, inside) == normalised(real.overwrites)
            for field in set(said.__struct_fields__) - {"key", "name", "overwrites", "channels", "tags"}:
                assert getattr(said, field) == getattr(real, field), field


@given(snapshots())
def test_channels_stand_as_discord_shows_them(snapshot: Snapshot) -> None:
    captured = document_of(snapshot)
    by_id = {channel.id: channel for channel in snapshot.channels}

    def rank(channel: DocumentChannel) -> tuple[bool, bool, int, int]:
        real = by_id[captured.bindings[channel.key]]
        return real.type == "category", real.type in ("voice", "stage"), real.position, int(real.id)

    tops = captured.document.channels
    assert list(tops) == sorted(tops, key=rank)
    for category in tops:
        if isinstance(category, Category):
            assert list(category.channels) == sorted(category.channels, key=rank)


@given(snapshots())
def test_every_key_is_bound_to_the_id_it_came_from(snapshot: Snapshot) -> None:
    captured = document_of(snapshot)
    assert captured.bindings["everyone"] == GUILD_ID
    ids = [role.id for role in snapshot.roles] + [channel.id for channel in snapshot.channels]
    assert sorted(captured.bindings.values()) == sorted(ids)


@given(snapshots())
def test_a_second_capture_with_the_first_bindings_keeps_every_key(snapshot: Snapshot) -> None:
    first = document_of(snapshot)
    renamed = msgspec.structs.replace(
        snapshot,
        channels=tuple(msgspec.structs.replace(c, name=f"new {c.name}"[:100]) for c in snapshot.channels),
    )
    assert document_of(renamed, known=first.bindings).bindings == first.bindings


def test_known_keys_are_not_given_to_others() -> None:
    snapshot = guild(text(1, "news"), text(2, "talk"))
    assert document_of(snapshot, known={"talk": "1", "gone": "9"}).bindings == {
        "everyone": GUILD_ID,
        "talk": "1",
        "talk-text": "2",
    }


def test_a_child_with_the_same_overwrites_is_synced_and_another_says_its_own() -> None:
    closed = Overwrite("role", GUILD_ID, 0, int(Permission.VIEW_CHANNEL))
    nothing = Overwrite("role", "5")
    captured = document_of(
        guild(
            text(1, "k", type="category", overwrites=(closed,)),
            text(2, "same", parent_id="1", overwrites=(nothing, closed)),
            text(3, "open", parent_id="1"),
            text(4, "loose", overwrites=(closed,)),
        )
    )
    loose, category = captured.document.channels
    assert isinstance(category, Category)
    said = (DocumentOverwrite(role="everyone", deny=("view_channel",)),)
    assert (loose.overwrites, category.overwrites) == (said, said)
    assert [child.overwrites for child in category.channels] == ["synced", ()]


def test_members_and_managed_roles_are_kept() -> None:
    captured = document_of(
        guild(
            text(1, "t", overwrites=(Overwrite("member", MEMBER, 1024, 0), Overwrite("role", "7", 0, 2048))),
            roles=(Role(id="7", name="Some Bot", managed=True, bot_id="8", permissions=8, position=1),),
        )
    )
    assert captured.document.roles[0].managed
    assert captured.document.roles[0].permissions == ("administrator",)
    assert captured.document.channels[0].overwrites == (
        DocumentOverwrite(role="some-bot", deny=("send_messages",)),
        DocumentOverwrite(member=MEMBER, allow=("view_channel",)),
    )


def test_what_a_document_has_no_words_for_is_told() -> None:
    unknown = 1 << 60
    captured = document_of(
        guild(
            text(1, "t", overwrites=(Overwrite("role", GUILD_ID, unknown), Overwrite("role", "99", 1024))),
            text(2, "orphan", parent_id="98"),
            roles=(Role(id="7", name="A", permissions=unknown | 1024, icon="abc"),),
            settings=GuildSettings(name="Home", system_channel_flags=1 | 1 << 20, system_channel_id="1"),
        )
    )
    assert sorted((notice.code, notice.node or "") for notice in captured.warnings) == [
        ("category_gone", "orphan"),
        ("role_gone", "t"),
        ("role_icon", "a"),
        ("unknown_permission_bits", "a"),
        ("unknown_permission_bits", "t"),
        ("unknown_system_channel_flags", ""),
    ]
    assert captured.document.roles[0].permissions == ("view_channel",)
    assert captured.document.channels[0].overwrites == ()
    assert captured.document.guild.suppress == ("join_notifications",)


def test_settings_are_said_in_full() -> None:
    settings = GuildSettings(
        name="Home",
        description="d",
        verification_level="high",
        afk_channel_id="2",
        afk_timeout=900,
        rules_channel_id="1",
        updates_channel_id="404",
        boost_progress_bar=True,
    )
    snapshot = guild(
        text(1, "rules"), text(2, "Quiet", type="voice"), settings=settings, features=frozenset({"COMMUNITY"})
    )
    said = document_of(snapshot).document.guild
    assert (said.name, said.description, said.verification_level) == ("Home", "d", "high")
    assert (said.afk_channel, said.afk_timeout, said.rules_channel) == ("quiet", 900, "rules")
    assert (said.updates_channel, said.community, said.boost_progress_bar) == (None, True, True)
    assert UNSET not in [getattr(said, field) for field in said.__struct_fields__]


def test_a_field_that_the_type_does_not_have_is_not_said() -> None:
    tag = ForumTag("a", id="5", moderated=True, emoji="🎉")
    captured = document_of(
        guild(
            text(1, "t", bitrate=64000, topic="x", auto_archive=99),
            text(2, "v", type="voice", topic="x", bitrate=64000),
            text(3, "f", type="forum", tags=(tag,)),
        )
    )
    first, forum, voice = captured.document.channels
    assert isinstance(first, TextChannel)
    assert isinstance(voice, VoiceChannel)
    assert isinstance(forum, ForumChannel)
    assert (first.topic, first.auto_archive, voice.bitrate) == ("x", UNSET, 64000)
    assert forum.tags == (DocumentTag(name="a", moderated=True, emoji="🎉"),)
