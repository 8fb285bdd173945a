"""Who acts: a value handed to every mutating service method."""

from typing import Literal
from uuid import UUID

import msgspec

from core.discord.permissions import Permission, names_of
from core.errors import Forbidden

ActorKind = Literal["account", "token", "schedule", "bot", "system"]
Via = Literal["http", "discord", "schedule", "system"]


class GuildPermissions(msgspec.Struct, frozen=True):
    """What Discord lets the actor do in one guild: the guild-level bit field, ADMINISTRATOR already spread out, and the
    roles that they have, without @everyone."""

    guild_id: str
    bits: int
    role_ids: tuple[str, ...] = ()


class Actor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`is_owner` is the whole installation's owner, never derived from a guild. `in_guild` is None where the
    actor came without a guild (HTTP)."""

    kind: ActorKind
    via: Via
    name: str
    account_id: UUID | None = None
    token_id: UUID | None = None
    session_id: UUID | None = None
    discord_user_id: str | None = None
    is_owner: bool = False
    in_guild: GuildPermissions | None = None
    request_id: str | None = None

    def may(self, guild_id: str, needed: Permission) -> bool:
        """Whether the actor could do by hand in that guild what `needed` names."""
        if self.is_owner:
            return True
        if self.in_guild is None or self.in_guild.guild_id != guild_id:
            return False
        bits = Permission(self.in_guild.bits)
        return Permission.ADMINISTRATOR in bits or needed in bits

    def require(self, guild_id: str, needed: Permission) -> None:
        """Raises `Forbidden`, naming the permission that is missing."""
        if not self.may(guild_id, needed):
            missing = ", ".join(names_of(needed))
            raise Forbidden(f"This needs the Discord permission {missing} in guild {guild_id}.")

    def require_owner(self) -> None:
        """Raises `Forbidden` unless the actor owns the installation."""
        if not self.is_owner:
            raise Forbidden("Only the owner of this installation may do this.")


def is_same_person(one: Actor, other: Actor) -> bool:
    """By account, whichever of its tokens, or by Discord user."""
    pairs = ((one.account_id, other.account_id), (one.discord_user_id, other.discord_user_id))
    return any(mine is not None and mine == theirs for mine, theirs in pairs)


SYSTEM = Actor(kind="system", via="system", name="guildwright", is_owner=True)
"""Housekeeping of our own; it never acts on somebody's behalf."""

BOT = Actor(kind="bot", via="discord", name="bot")
