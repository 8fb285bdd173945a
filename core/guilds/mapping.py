"""What a guild makes of its members: which permissions and roles of Discord mean which role with us. Pure."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.discord.permissions import names_of
from core.discord.types import Snowflake
from core.rights import BY_PERMISSION, Role

K = TypeVar("K")
MappedRole: TypeAlias = Literal["admin", "moderator", "user"]
CHANNEL: Final = "guildwright_access"
"""On which PostgreSQL notifies of a mapping or an account that is new: `guild <id>` or `user <id>`."""


def _by_default() -> dict[str, MappedRole]:
    return {
        names_of(permission)[0]: msgspec.convert(role.value, MappedRole)
        for permission, role in BY_PERMISSION.items()
    }


class AccessMapping(msgspec.Struct, frozen=True, kw_only=True):
    """By names of guild-level permissions, and by ids of Discord roles; the highest counts. A member of whom neither
    says anything is a user."""

    permissions: dict[str, MappedRole] = msgspec.field(default_factory=_by_default)
    roles: dict[Snowflake, MappedRole] = msgspec.field(default_factory=dict[Snowflake, MappedRole])


_Changes: TypeAlias = Annotated[dict[str, MappedRole | None], Meta(max_length=300)]


class AccessChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """RFC 7396: what is absent stays; null takes an entry away, or brings back the default of the whole."""

    permissions: _Changes | None | UnsetType = UNSET
    roles: _Changes | None | UnsetType = UNSET


def merged(mapping: AccessMapping, changes: AccessChanges | None) -> AccessMapping:
    if changes is None:
        return AccessMapping()
    return AccessMapping(
        permissions=_patched(mapping.permissions, changes.permissions, _by_default()),
        roles=_patched(mapping.roles, changes.roles, {}),
    )


def touched(before: AccessMapping, after: AccessMapping) -> Iterator[tuple[str, Role]]:
    """Where they differ, as a path into the mapping, with each role that is mapped to there on either side."""
    for what in ("permissions", "roles"):
        old, new = getattr(before, what), getattr(after, what)
        for key in sorted({*old, *new}):
            if old.get(key) != new.get(key):
                yield from ((f"{what}/{key}", Role(side[key])) for side in (old, new) if key in side)


def _patched(
    now: Mapping[str, MappedRole],
    changes: Mapping[str, MappedRole | None] | None | UnsetType,
    default: dict[str, MappedRole],
) -> dict[str, MappedRole]:
    if changes is UNSET:
        return dict(now)
    if changes is None:
        return default
    patched: dict[str, MappedRole | None] = {**now, **changes}
    return {key: role for key, role in patched.items() if role is not None}
