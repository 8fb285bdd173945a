"""Rules that a guild keeps about who may do what, whatever anybody asks for.

Roles and channels are named by `everyone`, by id, or by a pattern of their name (`mod-*`; case does not count). Naming
a category names its channels, too. Administrators and the owner stand above overwrites: `only` does not count them.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from core.discord.permissions import BY_NAME
from core.discord.types import Channel, Role, Snapshot
from core.errors import Problem

EVERYONE = "everyone"
MAX_RULES = 50
_LEAST_ID_DIGITS = 15

RuleName: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=100, description="What people call the rule; each name stands once.")
]
RolePattern: TypeAlias = Annotated[
    str,
    Meta(min_length=1, max_length=100, description="`everyone`, a role's id, or a pattern of role names."),
]
ChannelPattern: TypeAlias = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=100,
        description="A channel's or category's id, or a pattern of their names (`mod-*`).",
    ),
]
PermissionName: TypeAlias = Annotated[
    str, Meta(description="Discord's permission flag in lower case, e.g. mention_everyone.")
]
Roles: TypeAlias = Annotated[tuple[RolePattern, ...], Meta(min_length=1, max_length=100)]
Channels: TypeAlias = Annotated[tuple[ChannelPattern, ...], Meta(max_length=100)]
Names: TypeAlias = Annotated[tuple[PermissionName, ...], Meta(min_length=1)]


class RuleBase(msgspec.Struct, frozen=True, kw_only=True, tag_field="rule", forbid_unknown_fields=True):
    """`channels` empty: in the server as a whole and in every channel."""

    name: RuleName
    roles: Roles
    permissions: Names
    channels: Channels = ()


class Never(RuleBase, frozen=True, kw_only=True, tag="never"):
    """Nobody who has just these roles may do it: “@everyone never has mention_everyone”."""


class Only(RuleBase, frozen=True, kw_only=True, tag="only"):
    """Nobody without one of these roles may do it: “only staff see #mod-*”."""


class Always(RuleBase, frozen=True, kw_only=True, tag="always"):
    """Whoever has one of these roles may do it: “members always read #rules”."""


Rule: TypeAlias = Never | Only | Always


def problems_in(rules: Iterable[Rule]) -> tuple[Problem, ...]:
    """What no type says; pointers are relative to the list."""
    found: list[Problem] = []
    names: set[str] = set()
    for index, rule in enumerate(rules):
        if rule.name in names:
            found.append(
                Problem(
                    pointer=f"/{index}/name",
                    code="duplicate_name",
                    message=f"The rule “{rule.name}” stands twice: give each a name of its own.",
                )
            )
        names.add(rule.name)
        found += (
            Problem(
                pointer=f"/{index}/permissions/{place}",
                code="unknown_permission",
                message=f"`{permission[:64]}` is not a permission.",
            )
            for place, permission in enumerate(rule.permissions)
            if permission not in BY_NAME
        )
    return tuple(found)


def names_role(pattern: str, role: Role, everyone: str) -> bool:
    if role.id == everyone:
        return pattern in (EVERYONE, "@everyone", everyone)
    return _fits(pattern, role.id, role.name)


def channels_named(patterns: Iterable[str], snapshot: Snapshot) -> list[Channel]:
    """In the snapshot's order, each once."""
    wanted = list(patterns)
    direct = {
        c.id for c in snapshot.channels if any(_fits(p.removeprefix("#"), c.id, c.name) for p in wanted)
    }
    return [c for c in snapshot.channels if c.id in direct or c.parent_id in direct]


def _fits(pattern: str, its_id: str, name: str) -> bool:
    if pattern.isdecimal() and len(pattern) >= _LEAST_ID_DIGITS:
        return pattern == its_id
    return fnmatchcase(name.casefold(), pattern.casefold())
