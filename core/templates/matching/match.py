"""Which node of a document is which role or channel of a guild.

By what the asker says, then by binding, so that a rename is a rename; then by name, type and parent. Nothing is matched
twice, and nothing by a guess: where several could be meant there is a question.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import cast

import msgspec

from core.discord.types import (
    VOICE_LIKE,
    Channel,
    ChannelType,
    Role,
    Snapshot,
    Snowflake,
    channel_rank,
    role_rank,
)
from core.templates.documents.channels import Category, DocumentChannel
from core.templates.documents.document import Document
from core.templates.documents.roles import DocumentRole
from core.templates.matching.pairing import Pairing
from core.templates.plan import Notice, PlanOptions, Question
from core.templates.resources.match import ResourceMatches, match_resources

CONVERTIBLE: frozenset[ChannelType] = frozenset({"text", "announcement"})
_NOTHING_SAID = PlanOptions()
_ARCHIVE = "~archive"
_TEXT_LIKE: frozenset[ChannelType] = frozenset({"text", "announcement", "forum", "media"})


class ChannelNode(msgspec.Struct, frozen=True, kw_only=True):
    """A channel of the document; `parent` is its category's key."""

    key: str
    said: DocumentChannel
    type: ChannelType
    parent: str | None = None


class Matches(msgspec.Struct, frozen=True, kw_only=True):
    """`missing` are managed roles of the document that the guild does not have. `pending` are nodes of which nobody can
    say what they are before the `questions` are answered. `archives` are categories that hold what earlier plans put
    away. `nodes` are the document's channels and `shown` the guild's, both in display order; `homes` as `homes_in`.
    `ranked` are the guild's roles but @everyone, highest first."""

    roles: dict[str, Role]
    channels: dict[str, Channel]
    missing: frozenset[str]
    warnings: tuple[Notice, ...]
    questions: tuple[Question, ...] = ()
    pending: frozenset[str] = frozenset()
    resources: ResourceMatches = ResourceMatches()
    archives: tuple[Channel, ...] = ()
    nodes: tuple[ChannelNode, ...] = ()
    shown: tuple[Channel, ...] = ()
    homes: dict[Snowflake, Snowflake | None] = {}
    ranked: tuple[Role, ...] = ()

    @property
    def ids(self) -> dict[str, Snowflake]:
        """By the document's keys."""
        ids = {key: item.id for key, item in (*self.roles.items(), *self.channels.items())}
        return ids | self.resources.ids

    @property
    def archive_ids(self) -> frozenset[Snowflake]:
        return frozenset(channel.id for channel in self.archives)


def nodes_of(document: Document) -> tuple[ChannelNode, ...]:
    """Every channel of the document in display order."""
    nodes: list[ChannelNode] = []
    for channel in document.channels:
        nodes.append(ChannelNode(key=channel.key, said=channel, type=_type_of(channel)))
        if isinstance(channel, Category):
            nodes += [
                ChannelNode(key=child.key, said=child, type=_type_of(child), parent=channel.key)
                for child in channel.channels
            ]
    return tuple(nodes)


@lru_cache(1 << 13)
def stored_name(name: str, channel_type: ChannelType) -> str:
    """The name as Discord keeps it: text-like channels have lower-case names with dashes for spaces."""
    name = name.strip()
    return re.sub(r"-{2,}", "-", re.sub(r"\s+", "-", name.lower())) if channel_type in _TEXT_LIKE else name


def homes_in(snapshot: Snapshot) -> dict[Snowflake, Snowflake | None]:
    """The category of each channel; one that is not there any more is none."""
    categories = {channel.id for channel in snapshot.channels if channel.type == "category"}
    return {c.id: c.parent_id if c.parent_id in categories else None for c in snapshot.channels}


def match(
    document: Document,
    snapshot: Snapshot,
    bindings: Mapping[str, Snowflake],
    options: PlanOptions = _NOTHING_SAID,
) -> Matches:
    """Mappings that do not fit are ignored (see `unfit`)."""
    mappings, nodes, shown = options.mappings, nodes_of(document), displayed(snapshot)
    homes = homes_in(snapshot)
    ranked = sorted((r for r in snapshot.roles if r.id != snapshot.guild_id), key=role_rank, reverse=True)
    roles = _match_roles(document, ranked, (mappings, bindings))
    channels = _match_channels(nodes, shown, homes, (mappings, bindings))
    resources = match_resources(document, snapshot, channels.found, bindings, mappings)
    pending = {*roles.asked, *channels.asked, *resources.pending}
    pending |= {node.key for node in nodes if node.parent in channels.asked}
    missing = frozenset(
        role.key
        for role in document.roles
        if role.managed and role.key not in roles.found and role.key not in pending
    )
    return Matches(
        roles=roles.found,
        channels=channels.found,
        missing=missing,
        warnings=tuple(_role_missing(role) for role in document.roles if role.key in missing),
        questions=(*roles.questions, *channels.questions, *resources.questions),
        pending=frozenset(pending),
        resources=resources,
        archives=tuple(_archives(shown, channels.found, bindings, options.archive.name.strip())),
        nodes=nodes,
        shown=tuple(shown),
        homes=homes,
        ranked=tuple(ranked),
    )


def archive_key(number: int) -> str:
    """What the archives that plans make are bound to; no document has such a key."""
    return _ARCHIVE if number == 1 else f"{_ARCHIVE}-{number}"


def _archives(
    shown: Iterable[Channel], found: Mapping[str, Channel], bindings: Mapping[str, Snowflake], name: str
) -> Iterator[Channel]:
    """Known by their bindings or by their names."""
    named = {channel.id for channel in found.values() if channel.type == "category"}
    unnamed = [channel for channel in shown if channel.type == "category" and channel.id not in named]
    if not unnamed:
        return
    bound = {made for key, made in bindings.items() if key.startswith(_ARCHIVE)}
    pattern = re.compile(rf"{re.escape(name)}( [0-9]+)?")
    for channel in unnamed:
        if channel.id in bound or pattern.fullmatch(channel.name):
            yield channel


def role_fits(node: DocumentRole, role: Role) -> bool:
    """Whether an edit could make the role what the node says."""
    return node.managed == role.managed


def channel_fits(node: ChannelNode, channel: Channel) -> bool:
    """As `role_fits`."""
    return node.type == channel.type or _family(node.type) == _family(channel.type)


def _match_roles(
    document: Document, ranked: Sequence[Role], said: Iterable[Mapping[str, Snowflake]]
) -> Pairing[DocumentRole, Role]:
    pairing = Pairing[DocumentRole, Role](ranked, "role", lambda r: f"{ranked.index(r) + 1} from the top")
    for known in said:
        pairing.bind(document.roles, known, role_fits)
    pairing.pair(document.roles, lambda n: (n.name.strip(), n.managed), lambda r: (r.name.strip(), r.managed))
    return pairing


def _match_channels(
    nodes: Sequence[ChannelNode],
    shown: Sequence[Channel],
    homes: Mapping[Snowflake, Snowflake | None],
    said: Iterable[Mapping[str, Snowflake]],
) -> Pairing[ChannelNode, Channel]:
    pairing = Pairing[ChannelNode, Channel](shown, "channel", lambda c: _place(c, shown, homes))
    for known in said:
        pairing.bind(nodes, known, channel_fits)
    left = pairing.left_of(nodes)
    if not left:
        return pairing
    pairing.pair(
        [node for node in left if node.type == "category"],
        lambda n: (n.type, _name(n)),
        lambda c: (c.type, stored_name(c.name, c.type)),
    )
    children = [node for node in left if node.type != "category" and node.parent not in pairing.asked]
    categories = {key: channel.id for key, channel in pairing.found.items()}
    # A category that does not exist yet has no children: "?" is nobody's parent.
    places = {n.key: categories.get(n.parent, "?") if n.parent else None for n in children}
    pairing.pair(
        children,
        lambda n: (n.type, _name(n), places[n.key]),
        lambda c: (c.type, stored_name(c.name, c.type), homes[c.id]),
    )
    pairing.pair(
        children,
        lambda n: (_family(n.type), _name(n), places[n.key]),
        lambda c: (_family(c.type), stored_name(c.name, c.type), homes[c.id]),
    )
    pairing.pair(children, lambda n: (n.type, _name(n)), lambda c: (c.type, stored_name(c.name, c.type)))
    return pairing


def _place(channel: Channel, shown: Sequence[Channel], homes: Mapping[Snowflake, Snowflake | None]) -> str:
    """Where a person finds it."""
    home = homes[channel.id]
    siblings = [
        c for c in shown if homes[c.id] == home and (c.type == "category") == (channel.type == "category")
    ]
    name = next((c.name for c in shown if c.id == home), None)
    where = f"in “{name}”" if name is not None else "in no category"
    return f"{siblings.index(channel) + 1} from the top{'' if channel.type == 'category' else f' {where}'}"


def displayed(snapshot: Snapshot) -> list[Channel]:
    """As Discord's client shows them: by category, voice-like ones below the others."""
    ranks = {c.id: channel_rank(c) for c in snapshot.channels if c.type == "category"}
    first = (-1, -1)

    def place(channel: Channel) -> tuple[int, ...]:
        if channel.type == "category":
            return *ranks[channel.id], False, *first
        home = ranks.get(channel.parent_id or "", first)
        return *home, channel.type in VOICE_LIKE, *channel_rank(channel)

    return sorted(snapshot.channels, key=place)


def _name(node: ChannelNode) -> str:
    return stored_name(node.said.name, node.type)


def _family(channel_type: ChannelType) -> str:
    """Channels of one family can be converted into each other."""
    return "text" if channel_type in CONVERTIBLE else channel_type


def _type_of(channel: DocumentChannel) -> ChannelType:
    return cast(ChannelType, channel.__struct_config__.tag)


def _role_missing(role: DocumentRole) -> Notice:
    return Notice(
        code="managed_role_missing",
        message=f"The role “{role.name}” belongs to an integration that this server does not have: it is left out, "
        "and so are its overwrites. Add the integration, then plan again.",
        node=role.key,
    )
