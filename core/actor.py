"""Who acts: a value handed to every mutating service method."""

from typing import Literal
from uuid import UUID

import msgspec

from core.discord.permissions import Permission, names_of
from core.errors import Forbidden, NotFound
from core.rights import BY_PERMISSION, Role, covers, least_role, role_by_permissions

ActorKind = Literal["account", "token", "schedule", "bot", "system"]
Via = Literal["http", "discord", "schedule", "system"]


class GuildPermissions(msgspec.Struct, frozen=True, omit_defaults=True):
    """What somebody is in one guild: the guild-level bit field that Discord gives them, ADMINISTRATOR already spread
    out, the roles that they have, without @everyone; and their role with us, which is that of their permissions until
    the guild has said otherwise (None)."""

    guild_id: str
    bits: int
    role_ids: tuple[str, ...] = ()
    role: Role | None = None

    def rank(self) -> Role:
        return role_by_permissions(self.bits) if self.role is None else self.role


class Actor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`is_owner` is the whole installation's owner, never derived from a guild. `in_guild` is where the actor acts
    (a command), `guilds` are those in which they are something at all (HTTP).

    A program may do no more than its `scopes` say, and nothing in a guild that is not among `guild_ids`; None is
    whatever its account may do. `jwt_id` is that of the access token that was shown instead of the API token or the
    session.
    """

    kind: ActorKind
    via: Via
    name: str
    account_id: UUID | None = None
    token_id: UUID | None = None
    session_id: UUID | None = None
    jwt_id: UUID | None = None
    discord_user_id: str | None = None
    is_owner: bool = False
    in_guild: GuildPermissions | None = None
    guilds: tuple[GuildPermissions, ...] = ()
    scopes: tuple[str, ...] | None = None
    guild_ids: tuple[str, ...] | None = None
    request_id: str | None = None

    @property
    def is_everywhere(self) -> bool:
        """An owner by a credential that is bound to no guilds."""
        return self.is_owner and self.guild_ids is None

    def reaches(self, guild_id: str) -> bool:
        """Whether the credential is good in that guild."""
        return self.guild_ids is None or guild_id in self.guild_ids

    def standing_in(self, guild_id: str) -> GuildPermissions | None:
        """As a member of that guild, if they are one and the credential is good there."""
        if not self.reaches(guild_id):
            return None
        every = (self.in_guild, *self.guilds)
        return next((each for each in every if each is not None and each.guild_id == guild_id), None)

    def role_in(self, guild_id: str) -> Role:
        if not self.reaches(guild_id):
            return Role.GUEST
        if self.is_owner:
            return Role.OWNER
        standing = self.standing_in(guild_id)
        return Role.GUEST if standing is None else standing.rank()

    def guilds_with(self, right: str) -> tuple[str, ...]:
        """The ids of those in which the actor has the right as a member; an owner has it in others, too."""
        every = {each.guild_id for each in (self.in_guild, *self.guilds) if each is not None}
        return tuple(sorted(guild_id for guild_id in every if self.may(guild_id, right)))

    def has_scope(self, right: str) -> bool:
        return self.scopes is None or covers(self.scopes, right)

    def may(self, guild_id: str, right: str) -> bool:
        return self.has_scope(right) and self.role_in(guild_id).reaches(least_role(right))

    def require(self, guild_id: str, right: str) -> None:
        """Raises `NotFound` where the actor is nobody in that guild, and `Forbidden` naming what is missing."""
        role, least = self.role_in(guild_id), least_role(right)
        if role is Role.GUEST:
            raise NotFound(f"There is no guild {guild_id}.")
        self.require_scope(right)
        if role.reaches(least):
            return
        if least is Role.OWNER:
            raise Forbidden(f"Only the owner of this installation may do this ({right}).")
        raise Forbidden(
            f"This ({right}) needs the role {least.value} in guild {guild_id}; yours is {role.value}. It comes with "
            f"{_makers_of(least)} in Discord, unless the guild's access says otherwise."
        )

    def require_scope(self, right: str) -> None:
        """For what is the actor's own. Raises `Forbidden` where the credential was not made for it."""
        if not self.has_scope(right):
            raise Forbidden(
                f"This needs a credential with the scope {right}; this one has: "
                f"{', '.join(self.scopes or ()) or 'none'}.",
                code="out_of_scope",
            )

    def require_lasting(self) -> None:
        """For making and ending credentials. Raises `Forbidden` for who came with an access token."""
        if self.jwt_id is not None:
            raise Forbidden(
                "An access token makes and ends no credentials: show the API token or the session that it is of.",
                code="access_token_refused",
            )

    def require_owner(self, right: str) -> None:
        """For what is of the whole installation. Raises `Forbidden` also for a credential that is bound to guilds."""
        if not self.is_owner:
            raise Forbidden("Only the owner of this installation may do this.")
        self.require_scope(right)
        if self.guild_ids is not None:
            raise Forbidden(
                "This concerns the whole installation, and this credential is bound to guilds.",
                code="out_of_scope",
            )

    def could(self, guild_id: str, needed: Permission) -> bool:
        """Whether the actor could do by hand in that guild what `needed` names (law 8)."""
        if not self.reaches(guild_id):
            return False
        if self.is_owner:
            return True
        standing = self.standing_in(guild_id)
        if standing is None:
            return False
        bits = Permission(standing.bits)
        return Permission.ADMINISTRATOR in bits or needed in bits

    def require_could(self, guild_id: str, needed: Permission) -> None:
        """Raises `Forbidden`, naming the permissions of Discord that are missing."""
        if not self.could(guild_id, needed):
            standing = self.standing_in(guild_id)
            lacking = int(needed) & ~(standing.bits if standing else 0)
            missing = ", ".join(names_of(lacking)) or "to be a member"
            raise Forbidden(f"This needs the Discord permission {missing} in guild {guild_id}.")

    def unscoped(self) -> "Actor":
        """For what an operation that has asked for its own right reads on its way: with the rights of the account, in
        the guilds of the credential."""
        return msgspec.structs.replace(self, scopes=None)

    def kept_for(self, guild_id: str | None) -> "Actor":
        """As it is written down beside what was asked: with what the actor is in that one guild."""
        standing = None if guild_id is None else self.standing_in(guild_id)
        return msgspec.structs.replace(self, in_guild=standing or self.in_guild, guilds=())


def _makers_of(role: Role) -> str:
    return " or ".join(name for bit, made in BY_PERMISSION.items() if made is role for name in names_of(bit))


def is_same_person(one: Actor, other: Actor) -> bool:
    """By account, whichever of its tokens, or by Discord user."""
    pairs = ((one.account_id, other.account_id), (one.discord_user_id, other.discord_user_id))
    return any(mine is not None and mine == theirs for mine, theirs in pairs)


SYSTEM = Actor(kind="system", via="system", name="guildwright", is_owner=True)
"""Housekeeping of our own; it never acts on somebody's behalf."""

BOT = Actor(kind="bot", via="discord", name="bot")
