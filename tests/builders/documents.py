"""Hypothesis strategies for documents and snapshots that could be real."""

from collections.abc import Callable
from typing import Any, get_args

import msgspec
from hypothesis import strategies as st
from msgspec import UNSET

from core.discord.permissions import ALL, BY_NAME
from core.discord.types import (
    FORUM_LIKE,
    VOICE_LIKE,
    Channel,
    ChannelType,
    ContentFilter,
    ForumLayout,
    ForumTag,
    GuildSettings,
    Notifications,
    Overwrite,
    Role,
    Snapshot,
    SortOrder,
    VerificationLevel,
    VideoQuality,
)
from core.templates.documents.channels import (
    CHILD_STRUCTS,
    AutoArchive,
    Category,
    ChildChannel,
    DocumentChannel,
    DocumentOverwrite,
    DocumentTag,
)
from core.templates.documents.document import Document
from core.templates.documents.guild_settings import AfkTimeout, DocumentGuild, Suppressed
from core.templates.documents.keys import EVERYONE
from core.templates.documents.roles import DocumentRole, Everyone

Strategy = st.SearchStrategy[Any]

TEXT = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
# What YAML would take for something else than text.
AWKWARD = st.sampled_from(
    [
        "123",
        "0x1F",
        "1e3",
        "null",
        "~",
        "yes",
        "true",
        "#ff0000",
        "- a",
        "a: b",
        "a #b",
        "[x]",
        "2024-01-01",
        "1_0",
        "|",
        ".5",
    ]
)
COLORS = st.integers(0, 0xFFFFFF).map(lambda color: f"#{color:06x}")
PERMISSIONS = st.lists(st.sampled_from(sorted(BY_NAME)), unique=True, max_size=6).map(tuple)
MEMBERS = st.integers(10**16, 10**19).map(str)


def text(least: int = 0, most: int = 100) -> Strategy:
    """Any text of so many characters; awkward ones often."""
    awkward = AWKWARD.filter(lambda word: least <= len(word) <= most)
    return awkward | st.text(TEXT, min_size=least, max_size=min(most, 30))


def name(least: int = 1) -> Strategy:
    """Of a server, a role or a channel: blanks around it do not count."""
    return text(least).filter(lambda word: len(word.strip()) >= least)


def maybe(strategy: Strategy) -> Strategy:
    """Said or left out."""
    return st.just(UNSET) | strategy


def nullable(strategy: Strategy) -> Strategy:
    """Said, cleared or left out."""
    return st.none() | maybe(strategy)


def one_of(literal: Any) -> Strategy:
    """Any word of a `Literal`."""
    return st.sampled_from(get_args(literal))


FIELDS: dict[str, Strategy] = {
    "topic": nullable(text(0, 1024)),
    "nsfw": maybe(st.booleans()),
    "slowmode": maybe(st.integers(0, 21600)),
    "thread_slowmode": maybe(st.integers(0, 21600)),
    "auto_archive": nullable(one_of(AutoArchive)),
    "bitrate": maybe(st.integers(8000, 64000)),
    "user_limit": maybe(st.integers(0, 99)),
    "region": nullable(st.sampled_from(["rotterdam", "us-east"])),
    "video_quality": maybe(one_of(VideoQuality)),
    "tags": maybe(
        st.lists(
            st.builds(
                DocumentTag, name=text(1, 50), moderated=st.booleans(), emoji=st.none() | st.just("🎉")
            ),
            max_size=4,
            unique_by=lambda tag: tag.name,
        ).map(tuple)
    ),
    "default_reaction": nullable(st.sampled_from(["👍", "123456789012345678"])),
    "sort_order": nullable(one_of(SortOrder)),
    "layout": maybe(one_of(ForumLayout)),
    "require_tag": maybe(st.booleans()),
    "hide_downloads": maybe(st.booleans()),
}


def keys(most: int) -> Strategy:
    """Different keys, none of them reserved."""
    key = st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,10}", fullmatch=True).filter(lambda word: word != EVERYONE)
    return st.lists(key, unique=True, max_size=most)


def documents(*, max_roles: int = 4, max_channels: int = 8) -> Strategy:
    """Documents without a problem, of every channel type."""
    return _documents(max_roles, max_channels)


@st.composite
def _documents(draw: Callable[[Strategy], Any], max_roles: int, max_channels: int) -> Document:
    names: list[str] = draw(keys(max_roles + max_channels))
    count = draw(st.integers(0, min(max_roles, len(names))))
    role_keys, channel_keys = names[:count], names[count:][:max_channels]
    channels = draw(_channels(channel_keys, [EVERYONE, *role_keys]))
    return Document(
        guildwright=1,
        guild=draw(_guilds(channels)),
        everyone=draw(st.builds(Everyone, permissions=maybe(PERMISSIONS))),
        roles=tuple(draw(_roles(key)) for key in role_keys),
        channels=channels,
    )


def _roles(key: str) -> Strategy:
    return st.builds(
        DocumentRole,
        key=st.just(key),
        name=name(),
        color=maybe(COLORS),
        secondary_color=nullable(COLORS),
        tertiary_color=nullable(COLORS),
        hoist=maybe(st.booleans()),
        mentionable=maybe(st.booleans()),
        unicode_emoji=nullable(st.just("🦊")),
        permissions=maybe(PERMISSIONS),
        managed=st.booleans(),
    )


@st.composite
def _channels(
    draw: Callable[[Strategy], Any], channel_keys: list[str], roles: list[str]
) -> tuple[DocumentChannel, ...]:
    """Uncategorised ones first, as Discord shows them."""
    loose: list[ChildChannel] = []
    categories: list[Category] = []
    for key in channel_keys:
        inside = bool(categories)
        if draw(st.booleans()):
            overwrites = draw(maybe(_overwrites(roles)))
            categories.append(Category(key=key, name=draw(name()), overwrites=overwrites))
        elif inside:
            child = draw(_children(key, roles, inside=True))
            last = categories[-1]
            categories[-1] = msgspec.structs.replace(last, channels=(*last.channels, child))
        else:
            loose.append(draw(_children(key, roles, inside=False)))
    return (*loose, *categories)


@st.composite
def _children(draw: Callable[[Strategy], Any], key: str, roles: list[str], *, inside: bool) -> ChildChannel:
    struct = CHILD_STRUCTS[draw(st.sampled_from(sorted(CHILD_STRUCTS)))]
    overwrites = maybe(_overwrites(roles))
    said: dict[str, Any] = {
        "key": key,
        "name": draw(name()),
        "overwrites": draw(overwrites | st.just("synced") if inside else overwrites),
    }
    fields = [field for field in struct.__struct_fields__ if field not in said]
    return struct(**said, **{field: draw(FIELDS[field]) for field in fields})


@st.composite
def _overwrites(draw: Callable[[Strategy], Any], roles: list[str]) -> tuple[DocumentOverwrite, ...]:
    named = [{"role": role} for role in draw(st.lists(st.sampled_from(roles), unique=True, max_size=3))]
    named += [{"member": member} for member in draw(st.lists(MEMBERS, unique=True, max_size=1))]
    made: list[DocumentOverwrite] = []
    for target in named:
        allow = draw(PERMISSIONS)
        deny = tuple(name for name in draw(PERMISSIONS) if name not in allow)
        made.append(DocumentOverwrite(**target, allow=allow, deny=deny))
    return tuple(made)


def _guilds(channels: tuple[DocumentChannel, ...]) -> Strategy:
    flat = [c for channel in channels for c in (channel, *getattr(channel, "channels", ()))]
    by_type: dict[str, list[str]] = {}
    for channel in flat:
        by_type.setdefault(str(channel.__struct_config__.tag), []).append(channel.key)

    def pointing(*types: str) -> Strategy:
        found = [key for kind in types for key in by_type.get(kind, [])]
        return nullable(st.sampled_from(found)) if found else st.none() | st.just(UNSET)

    return st.builds(
        DocumentGuild,
        name=maybe(name(2)),
        description=nullable(text(0, 300)),
        verification_level=maybe(one_of(VerificationLevel)),
        notifications=maybe(one_of(Notifications)),
        content_filter=maybe(one_of(ContentFilter)),
        locale=maybe(st.just("en-US")),
        afk_channel=pointing("voice"),
        afk_timeout=maybe(one_of(AfkTimeout)),
        system_channel=pointing("text"),
        suppress=maybe(st.lists(one_of(Suppressed), unique=True).map(tuple)),
        rules_channel=pointing("text"),
        updates_channel=pointing("text"),
        safety_channel=pointing("text"),
        boost_progress_bar=maybe(st.booleans()),
        community=maybe(st.booleans()),
    )


GUILD_ID = "100000000000000000"
BITS = st.integers(0, int(ALL)).map(lambda bits: bits & int(ALL))


@st.composite
def snapshots(draw: Callable[[Strategy], Any], *, max_roles: int = 4, max_channels: int = 8) -> Snapshot:
    """Guilds as Discord could tell them: positions repeat, parents come after their children."""
    roles = [Role(id=GUILD_ID, name="@everyone", permissions=draw(BITS))]
    roles += [draw(_real_roles(100000000000001000 + n)) for n in range(draw(st.integers(0, max_roles)))]
    role_ids = [role.id for role in roles]
    ids = [str(100000000000002000 + n) for n in range(draw(st.integers(0, max_channels)))]
    category_ids = [one for one in ids if draw(st.booleans())]
    channels = [draw(_real_channels(one, one in category_ids, category_ids, role_ids)) for one in ids]
    texts = [c.id for c in channels if c.type == "text"]
    voices = [c.id for c in channels if c.type == "voice"]
    return Snapshot(
        guild_id=GUILD_ID,
        owner_id="100000000000000001",
        settings=GuildSettings(
            name=draw(name(2)),
            description=draw(st.none() | text(0, 300)),
            verification_level=draw(one_of(VerificationLevel)),
            notifications=draw(one_of(Notifications)),
            content_filter=draw(one_of(ContentFilter)),
            afk_channel_id=draw(st.sampled_from([None, *voices])),
            afk_timeout=draw(one_of(AfkTimeout)),
            system_channel_id=draw(st.sampled_from([None, *texts])),
            system_channel_flags=draw(st.integers(0, 63)),
            rules_channel_id=draw(st.sampled_from([None, *texts])),
        ),
        roles=tuple(roles),
        channels=tuple(channels),
        features=draw(st.sampled_from([frozenset(), frozenset({"COMMUNITY", "NEWS"})])),
    )


def _real_roles(snowflake: int) -> Strategy:
    return st.builds(
        Role,
        id=st.just(str(snowflake)),
        name=name(),
        permissions=BITS,
        color=st.integers(0, 0xFFFFFF),
        secondary_color=st.none() | st.integers(0, 0xFFFFFF),
        hoist=st.booleans(),
        mentionable=st.booleans(),
        position=st.integers(1, 3),
        managed=st.booleans(),
    )


@st.composite
def _real_channels(
    draw: Callable[[Strategy], Any],
    snowflake: str,
    is_category: bool,
    categories: list[str],
    roles: list[str],
) -> Channel:
    common: dict[str, Any] = {
        "id": snowflake,
        "name": draw(name()),
        "position": draw(st.integers(0, 3)),
        "overwrites": draw(_real_overwrites(roles)),
    }
    if is_category:
        return Channel(type="category", **common)
    kind: ChannelType = draw(st.sampled_from(sorted(CHILD_STRUCTS)))
    voice, forum = kind in VOICE_LIKE, kind in FORUM_LIKE
    return Channel(
        type=kind,
        **common,
        parent_id=draw(st.sampled_from([None, *categories])),
        topic=None if voice else draw(st.none() | text(0, 100)),
        nsfw=draw(st.booleans()),
        slowmode=0 if kind == "announcement" else draw(st.integers(0, 21600)),
        thread_slowmode=0 if voice else draw(st.integers(0, 21600)),
        auto_archive=None if voice else draw(st.none() | one_of(AutoArchive)),
        bitrate=draw(st.integers(8000, 64000)) if voice else None,
        user_limit=draw(st.integers(0, 99)) if voice else 0,
        tags=(ForumTag("a", "1"), ForumTag("b", "2", moderated=True, emoji="🎉")) if forum else (),
        sort_order=draw(st.none() | one_of(SortOrder)) if forum else None,
        layout=draw(one_of(ForumLayout)) if kind == "forum" else "not_set",
        require_tag=draw(st.booleans()) if forum else False,
        hide_downloads=draw(st.booleans()) if kind == "media" else False,
    )


@st.composite
def _real_overwrites(draw: Callable[[Strategy], Any], roles: list[str]) -> tuple[Overwrite, ...]:
    """Some of them say nothing, as Discord's sometimes do."""
    made: list[Overwrite] = []
    for role in draw(st.lists(st.sampled_from(roles), unique=True, max_size=3)):
        allow = draw(st.just(0) | BITS)
        made.append(Overwrite("role", role, allow, draw(st.just(0) | BITS) & ~allow))
    if draw(st.booleans()):
        made.append(Overwrite("member", draw(MEMBERS), 1024))
    return tuple(made)
