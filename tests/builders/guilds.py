"""Random guilds and documents, small and full of coincidences: few names, few ids, few permission bits.

They are drawn through a `Chooser`, so that hypothesis can shrink them and a soak can make thousands a second.
"""

from collections.abc import Sequence
from random import Random
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from core.discord.permissions import Permission
from core.discord.types import (
    BotPowers,
    Channel,
    ChannelType,
    GuildSettings,
    Overwrite,
    Role,
    Snapshot,
)
from core.templates.capture import document_of
from core.templates.documents.channels import Category
from core.templates.documents.document import Document
from tests.builders.names import ODD_NAMES, kept

T = TypeVar("T")

GUILD, OWNER, BOT, BOT_ROLE = "1000", "1", "9", "1900"
MEMBERS = ("501", "502")
# Bits that gate others, bits that are gated, and bits that are neither.
BITS = (
    Permission.VIEW_CHANNEL,
    Permission.SEND_MESSAGES,
    Permission.CONNECT,
    Permission.MENTION_EVERYONE,
    Permission.SEND_POLLS,
    Permission.SPEAK,
    Permission.MANAGE_CHANNELS,
)
NAMES = ("general", "Rules", "off topic", "lobby")
TYPES: tuple[ChannelType, ...] = ("text", "text", "voice", "forum", "announcement", "stage")


class Chooser(Protocol):
    def below(self, limit: int) -> int:
        """A number from 0 to limit - 1; smaller is simpler."""
        ...


class Drawn:
    """Choices by hypothesis."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def below(self, limit: int) -> int:
        return self._draw(st.integers(0, limit - 1))


class Thrown:
    """Choices by a seeded random source."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def below(self, limit: int) -> int:
        return self._random.randrange(limit)


def pick(choose: Chooser, items: Sequence[T]) -> T:
    return items[choose.below(len(items))]


def chance(choose: Chooser, percent: int) -> bool:
    """False is simpler."""
    return choose.below(100) >= 100 - percent


def some_bits(choose: Chooser) -> int:
    chosen = choose.below(1 << len(BITS))
    return sum(int(bit) for place, bit in enumerate(BITS) if chosen >> place & 1)


def snapshot(choose: Chooser) -> Snapshot:
    """Ids come from one small pool: an id of one guild may be another channel in the next one."""
    roles = _roles(choose)
    community = chance(choose, 40)
    channels = _channels(choose, [role.id for role in roles], community=community)
    return Snapshot(
        guild_id=GUILD,
        owner_id=OWNER,
        settings=_settings(choose, channels, community=community),
        roles=tuple(roles),
        channels=tuple(channels),
        features=frozenset({"COMMUNITY"} if community else ()),
    )


def powers(guild: Snapshot) -> BotPowers:
    """The bot is an administrator, by its own role."""
    bits = guild.everyone.permissions | next(r.permissions for r in guild.roles if r.id == BOT_ROLE)
    return BotPowers(user_id=BOT, permissions=bits, top_role_id=BOT_ROLE, role_ids=(BOT_ROLE,))


def _roles(choose: Chooser) -> list[Role]:
    roles = [
        Role(id=GUILD, name="@everyone", permissions=some_bits(choose)),
        Role(id=BOT_ROLE, name="bot", permissions=8, position=9, managed=True, bot_id=BOT),
    ]
    for place in range(choose.below(5)):
        bits = some_bits(choose) | (int(Permission.ADMINISTRATOR) if chance(choose, 10) else 0)
        position = 10 + place if chance(choose, 8) else 1 + choose.below(5)
        name = pick(choose, ODD_NAMES if chance(choose, 20) else ("mod", "vip", "muted", "member"))
        roles.append(Role(id=str(1100 + choose.below(8)), name=name, permissions=bits, position=position))
    if chance(choose, 30):
        roles.append(_foreign(choose))
    unique = {role.id: role for role in roles}
    return list(unique.values())


def _foreign(choose: Chooser) -> Role:
    """Another bot's role, boosters', one that is sold, or one of an integration: none that anybody here made. Its id
    may be another role's in the next guild."""
    position = 11 if chance(choose, 8) else 1 + choose.below(5)
    role = Role(
        id=str(1100 + choose.below(8)),
        name="Booster",
        permissions=some_bits(choose),
        position=position,
        managed=True,
    )
    kind = choose.below(4)
    if kind == 1:
        return replace(role, name=pick(choose, ("music", "mod")), bot_id="77")
    if kind == 2:  # the third kind
        return replace(role, name="Patron", is_sold=True)
    return replace(role, name="Subscriber") if kind else role


def _channels(choose: Chooser, role_ids: list[str], *, community: bool) -> list[Channel]:
    channels: dict[str, Channel] = {}
    pool = [_overwrites(choose, role_ids) for _ in range(1 + choose.below(3))]
    for _ in range(choose.below(3)):
        made = _channel(choose, "category", None, pick(choose, pool), 2000 + choose.below(4))
        channels[made.id] = made
    categories = list(channels.values())
    for _ in range(choose.below(6)):
        parent = pick(choose, [None, *categories])
        sets = [*([parent.overwrites] * 3 if parent else []), *pool]
        kind = pick(choose, TYPES if community else TYPES[:4])
        made = _channel(choose, kind, parent, pick(choose, sets), 2100 + choose.below(10))
        channels[made.id] = made
    return list(channels.values())


def _channel(
    choose: Chooser, kind: ChannelType, parent: Channel | None, overwrites: tuple[Overwrite, ...], number: int
) -> Channel:
    name = pick(choose, ODD_NAMES if chance(choose, 20) else NAMES)
    return Channel(
        id=str(number),
        type=kind,
        name=name if kind in ("voice", "stage", "category") else kept(name),
        position=choose.below(3),
        parent_id=parent.id if parent else None,
        overwrites=overwrites,
        topic="news" if kind == "text" and chance(choose, 20) else None,
        bitrate=64000 if kind in ("voice", "stage") else None,
    )


def _overwrites(choose: Chooser, role_ids: list[str]) -> tuple[Overwrite, ...]:
    entries: dict[str, Overwrite] = {}
    for _ in range(choose.below(4)):
        member = chance(choose, 20)
        target = pick(choose, MEMBERS if member else role_ids)
        denied = some_bits(choose)
        allowed = some_bits(choose) & ~denied
        entries[target] = Overwrite("member" if member else "role", target, allowed, denied)
    return tuple(entries.values())


def _settings(choose: Chooser, channels: list[Channel], *, community: bool) -> GuildSettings:
    texts = [c.id for c in channels if c.type == "text"]
    settings = GuildSettings(name=pick(choose, ("Guild", "Other")))
    if chance(choose, 30) and texts:
        settings = replace(settings, system_channel_id=pick(choose, texts))
    if community:
        rules = _channel(choose, "text", None, (), 2200)
        updates = pick(choose, [rules, _channel(choose, "text", None, (), 2201)])
        channels += [rules] if updates is rules else [rules, updates]
        settings = replace(
            settings,
            rules_channel_id=rules.id,
            updates_channel_id=updates.id,
            verification_level=pick(choose, ("low", "high")),
            content_filter="all_members",
        )
    return settings


def wish(choose: Chooser) -> tuple[Document, dict[str, str]]:
    """A document of another random guild, thinned out, with its bindings or without."""
    captured = document_of(snapshot(choose))
    document = captured.document
    if not chance(choose, 50):
        document = thinned(choose, document)
    return document, {} if chance(choose, 30) else captured.bindings


def thinned(choose: Chooser, document: Document) -> Document:
    """Without some of its channels, and without some of what it says of overwrites."""
    pointed = {
        getattr(document.guild, f"{name}_channel") for name in ("afk", "system", "rules", "updates", "safety")
    }
    channels: list[Any] = []
    for channel in document.channels:
        if isinstance(channel, Category):
            children = tuple(
                _said(choose, c) for c in channel.channels if c.key in pointed or not chance(choose, 20)
            )
            channels.append(_said(choose, replace(channel, channels=children)))
        elif channel.key in pointed or not chance(choose, 20):
            channels.append(_said(choose, channel))
    return replace(document, channels=tuple(channels))


def _said(choose: Chooser, channel: Any) -> Any:
    return replace(channel, overwrites=UNSET) if chance(choose, 30) else channel


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    return snapshot(Drawn(draw))


@st.composite
def wishes(draw: st.DrawFn) -> tuple[Document, dict[str, str]]:
    return wish(Drawn(draw))
