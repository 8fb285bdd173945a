"""What the asker decides beside the document: what becomes of everything else, and what the plan is about."""

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

Part: TypeAlias = Literal[
    "guild",
    "roles",
    "channels",
    "emojis",
    "stickers",
    "webhooks",
    "automod",
    "onboarding",
    "welcome_screen",
    "events",
]
Extra: TypeAlias = Literal["delete", "keep"]
ChannelExtra: TypeAlias = Literal["archive", "delete", "keep"]


class Extras(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What `exact` does with what the document does not name, for each kind of thing."""

    channels: ChannelExtra = "archive"
    roles: Extra = "keep"
    emojis: Extra = "keep"
    stickers: Extra = "keep"
    webhooks: Extra = "keep"
    automod: Extra = "keep"
    events: Extra = "keep"


DELETED = Extras(
    channels="delete",
    roles="delete",
    emojis="delete",
    stickers="delete",
    webhooks="delete",
    automod="delete",
    events="delete",
)
"""As a rollback has it: what was made since is gone afterwards."""


class ArchiveOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The category for channels that the document does not name. `staff` are keys or ids of the roles that see it
    beside administrators; None for those that may manage channels or the server when the plan is done."""

    name: Annotated[str, Meta(min_length=1, max_length=96)] = "Archive"
    staff: tuple[str, ...] | None = None


class Only(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The selected parts: whole kinds, and nodes by key, a category with its children."""

    kinds: tuple[Part, ...] = ()
    nodes: tuple[str, ...] = ()


class Scope:
    """Of what the plan speaks. Everything else is as if the document said nothing of it."""

    def __init__(self, only: Only | None) -> None:
        self._kinds = None if only is None else frozenset(only.kinds)
        self._nodes = frozenset[str]() if only is None else frozenset(only.nodes)

    def has_all(self, kind: Part) -> bool:
        """Whether what the document does not name is part of it, too."""
        return self._kinds is None or kind in self._kinds

    def has(self, kind: Part, *keys: str | None) -> bool:
        """Whether a node is part of it, by its own key or that of its category."""
        return self.has_all(kind) or not self._nodes.isdisjoint(keys)
