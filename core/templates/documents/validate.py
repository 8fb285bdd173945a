"""What must hold inside a document, whatever guild it is applied to.

Types and lengths are the shape's; what depends on the guild (community features, the bot's powers, hierarchy) is the
plan's. Limits: Discord documentation and its OpenAPI document, error codes 30005, 30013 and 30060.
"""

from collections.abc import Collection, Iterable, Iterator

from core.discord.permissions import BY_NAME
from core.errors import Problem
from core.templates.documents.channels import (
    Category,
    DocumentChannel,
    DocumentOverwrite,
    DocumentTag,
    ForumChannel,
    MediaChannel,
)
from core.templates.documents.document import Document
from core.templates.documents.findings import Findings, at, did_you_mean
from core.templates.documents.keys import EVERYONE
from core.templates.resources.rules import ResourceRules
from core.templates.resources.sections import SECTIONS, resource_nodes

MAX_ROLES = 250
MAX_CHANNELS = 500
MAX_CHILDREN = 50
MAX_OVERWRITES = 100
MIN_GUILD_NAME = 2

_PERMISSIONS = list(BY_NAME)
_READABLE = frozenset({"text", "announcement"})
_POINTED_AT: dict[str, frozenset[str]] = {
    "afk_channel": frozenset({"voice"}),
    "system_channel": _READABLE,
    "rules_channel": _READABLE,
    "updates_channel": _READABLE,
    "safety_channel": _READABLE,
}


def problems_in(document: Document) -> tuple[Problem, ...]:
    """Everything that breaks a rule, in the document's order; no places, because a document has no text."""
    findings = Findings()
    check(document, findings)
    return tuple(findings.problems)


def check(document: Document, findings: Findings) -> None:
    """Adds what breaks a rule to the findings."""
    _Rules(document, findings).check()


def channels_of(document: Document) -> Iterator[tuple[str, DocumentChannel]]:
    """Every channel with its pointer, in display order."""
    for index, channel in enumerate(document.channels):
        pointer = at("", "channels", index)
        yield pointer, channel
        if isinstance(channel, Category):
            for place, child in enumerate(channel.channels):
                yield at(pointer, "channels", place), child


def type_of(channel: DocumentChannel) -> str:
    """Discord's word for it."""
    return str(channel.__struct_config__.tag)


class _Rules:
    def __init__(self, document: Document, findings: Findings) -> None:
        self._document = document
        self._findings = findings
        self._channels = list(channels_of(document))
        self._roles = [EVERYONE, *(role.key for role in document.roles)]
        self._types = {channel.key: type_of(channel) for _, channel in self._channels}
        self._resources = ResourceRules(document, findings, self._roles, self._types)

    def check(self) -> None:
        self._check_sizes()
        self._check_keys()
        self._check_names()
        self._check_guild()
        self._check_permissions(self._document.everyone.permissions or (), "/everyone/permissions")
        for index, role in enumerate(self._document.roles):
            self._check_permissions(role.permissions or (), at("", "roles", index, "permissions"))
        for pointer, channel in self._channels:
            self._check_channel(channel, pointer)
        self._resources.check()

    def _check_sizes(self) -> None:
        self._at_most(
            MAX_ROLES - 1, len(self._document.roles), "/roles", "roles besides @everyone in a guild"
        )
        self._at_most(MAX_CHANNELS, len(self._channels), "/channels", "channels and categories in a guild")

    def _check_keys(self) -> None:
        first = {EVERYONE: ""}
        roles = ((at("", "roles", n), role) for n, role in enumerate(self._document.roles))
        resources = ((at("", SECTIONS[kind], n), node) for kind, n, node in resource_nodes(self._document))
        for pointer, node in (*roles, *self._channels, *resources):
            if node.key == EVERYONE:
                message = "The key `everyone` means the role that every member has: choose another."
                self._findings.add(at(pointer, "key"), "reserved_key", message)
            elif node.key in first:
                message = f"The key `{node.key}` already names {first[node.key]}: every key stands once."
                self._findings.add(at(pointer, "key"), "duplicate_key", message)
            first.setdefault(node.key, pointer)

    def _check_names(self) -> None:
        """Blanks around a name do not count."""
        name = self._document.guild.name
        if isinstance(name, str) and len(name.strip()) < MIN_GUILD_NAME:
            message = f"A server's name has {MIN_GUILD_NAME} characters or more, blanks around it aside."
            self._findings.add("/guild/name", "blank_name", message)
        roles = ((at("", "roles", n), role) for n, role in enumerate(self._document.roles))
        for pointer, node in (*roles, *self._channels):
            if not node.name.strip():
                self._findings.add(at(pointer, "name"), "blank_name", "A name is more than blanks.")

    def _check_guild(self) -> None:
        for field, types in _POINTED_AT.items():
            key = getattr(self._document.guild, field)
            if not isinstance(key, str):
                continue
            pointer = at("", "guild", field)
            if key not in self._types:
                advice = did_you_mean(key, list(self._types))
                self._findings.add(pointer, "unknown_channel", f"No channel has the key `{key}`.{advice}")
            elif self._types[key] not in types:
                wanted = " or ".join(sorted(types, reverse=True))
                message = f"`{field}` is a {wanted} channel; `{key}` is {_article(self._types[key])}."
                self._findings.add(pointer, "wrong_channel_type", message)

    def _check_channel(self, channel: DocumentChannel, pointer: str) -> None:
        if isinstance(channel, Category):
            below = at(pointer, "channels")
            self._at_most(MAX_CHILDREN, len(channel.channels), below, "channels in a category")
        if isinstance(channel, ForumChannel | MediaChannel):
            self._check_tags(channel.tags or (), at(pointer, "tags"))
            self._resources.check_forum(channel, pointer)
        below = at(pointer, "overwrites")
        if channel.overwrites == "synced":
            self._check_synced(channel, below)
        elif channel.overwrites:
            self._check_overwrites(channel.overwrites, below)

    def _check_synced(self, channel: DocumentChannel, pointer: str) -> None:
        if pointer.count("/channels/") == 1:
            why = "is a category" if isinstance(channel, Category) else "is in no category"
            message = f"`{channel.key}` {why}: it has nothing to be synced with. List its overwrites."
            self._findings.add(pointer, "synced_outside_category", message)

    def _check_overwrites(self, overwrites: Collection[DocumentOverwrite], pointer: str) -> None:
        seen: set[str] = set()
        for index, overwrite in enumerate(overwrites):
            below = at(pointer, index)
            self._check_overwrite(overwrite, below)
            target = overwrite.role or overwrite.member or ""
            one = (overwrite.role is None) != (overwrite.member is None)
            if one and target in seen:
                message = f"`{target[:64]}` has an overwrite here already: merge the two."
                self._findings.add(below, "duplicate_overwrite", message)
            seen.add(target)
        self._at_most(MAX_OVERWRITES, len(overwrites), pointer, "overwrites in a channel")

    def _check_overwrite(self, overwrite: DocumentOverwrite, pointer: str) -> None:
        if (overwrite.role is None) == (overwrite.member is None):
            message = "An overwrite names exactly one of `role` and `member`."
            self._findings.add(pointer, "overwrite_target", message)
        elif overwrite.role is not None and overwrite.role not in self._roles:
            message = (
                f"No role has the key `{overwrite.role[:64]}`.{did_you_mean(overwrite.role, self._roles)}"
            )
            self._findings.add(at(pointer, "role"), "unknown_role", message)
        self._check_permissions(overwrite.allow, at(pointer, "allow"))
        self._check_permissions(overwrite.deny, at(pointer, "deny"))
        for index, name in enumerate(overwrite.deny):
            if name in overwrite.allow:
                message = f"`{name[:64]}` is both allowed and denied: remove one."
                self._findings.add(at(pointer, "deny", index), "allow_and_deny", message)

    def _check_permissions(self, names: Iterable[str], pointer: str) -> None:
        for index, name in enumerate(names):
            if name not in BY_NAME:
                message = f"`{name[:64]}` is not a permission.{did_you_mean(name, _PERMISSIONS)}"
                self._findings.add(at(pointer, index), "unknown_permission", message)

    def _check_tags(self, tags: Iterable[DocumentTag], pointer: str) -> None:
        """Discord refuses equal names with its error 40061."""
        seen: set[str] = set()
        for index, tag in enumerate(tags):
            if tag.name in seen:
                message = f"The tag `{tag.name}` stands twice: tags of a forum have different names."
                self._findings.add(at(pointer, index, "name"), "duplicate_tag", message)
            seen.add(tag.name)

    def _at_most(self, limit: int, count: int, pointer: str, what: str) -> None:
        if count > limit:
            self._findings.add(pointer, "too_many", f"There may be up to {limit} {what}; these are {count}.")


def _article(channel_type: str) -> str:
    article = "an" if channel_type[0] in "aeiou" else "a"
    return f"{article} {channel_type}" if channel_type == "category" else f"{article} {channel_type} channel"
