"""What somebody is in a guild, and why. Pure.

Whoever is no member is nothing there. A grant overrides what Discord says of a member; the guild's owner is never less
than an administrator. Otherwise the highest counts of what the guild has mapped to roles of ours.
"""

from collections.abc import Iterator
from typing import Final

from core.access.schemas import Access, Person
from core.actor import GuildPermissions
from core.discord.effective import TIMED_OUT
from core.discord.permissions import ALL, BY_NAME, Permission
from core.guilds.mapping import AccessMapping
from core.rights import Role

NOBODY: Final = Access(Role.GUEST, "nobody")


def access_of(
    standing: GuildPermissions | None,
    *,
    is_guild_owner: bool = False,
    mapping: AccessMapping,
    grant: Role | None = None,
) -> Access:
    """`standing` is None for who is no member."""
    if standing is None:
        return NOBODY
    if is_guild_owner:
        return Access(Role.ADMIN, "owner")
    if grant is not None:
        return Access(grant, "grant")
    return max(_mapped(standing, mapping), key=lambda found: found.role.rank)


def role_of(
    standing: GuildPermissions | None, is_guild_owner: bool, mapping: AccessMapping, grant: Role | None
) -> Role:
    return access_of(standing, is_guild_owner=is_guild_owner, mapping=mapping, grant=grant).role


def bits_now(bits: int, *, timed_out: bool) -> int:
    """What is left of them in a time-out, which nobody can put upon administrators."""
    if not timed_out or bits & Permission.ADMINISTRATOR:
        return bits
    return bits & int(TIMED_OUT)


def spread(bits: int, *, is_guild_owner: bool = False) -> int:
    """Discord names ADMINISTRATOR alone, where all bits are meant."""
    return int(ALL) if is_guild_owner or bits & Permission.ADMINISTRATOR else bits


def matters(person: Person, mapping: AccessMapping) -> bool:
    """Whether they are more than a user, as long as nobody has put them into a time-out."""
    standing = GuildPermissions(guild_id=person.guild_id, bits=person.bits, role_ids=person.role_ids)
    return role_of(standing, person.is_guild_owner, mapping, None).outranks(Role.USER)


def _mapped(standing: GuildPermissions, mapping: AccessMapping) -> Iterator[Access]:
    """The first of equals is the reason that is told."""
    for name, role in mapping.permissions.items():
        if standing.bits & BY_NAME.get(name, 0):
            yield Access(Role(role), "permission")
    held = {standing.guild_id, *standing.role_ids}
    for role_id, role in mapping.roles.items():
        if role_id in held:
            yield Access(Role(role), "mapping")
    yield Access(Role.USER, "member")
