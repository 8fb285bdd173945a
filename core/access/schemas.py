import uuid
from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from core.guilds.schemas import GuildState
from core.rights import Role

Source: TypeAlias = Literal["installation", "owner", "grant", "permission", "mapping", "member", "nobody"]
GrantedRole: TypeAlias = Literal["admin", "moderator", "user", "guest"]


class Access(msgspec.Struct, frozen=True):
    """A role in a guild and where it comes from: from owning the installation or the guild, from a grant, from a
    permission of Discord, from a Discord role that the guild has mapped, or from being a member there at all."""

    role: Role
    source: Source


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A member of a guild, as the gateway tells of them. `bits` as if there were no time-out."""

    guild_id: str
    user_id: str
    name: str
    bits: int
    role_ids: tuple[str, ...] = ()
    is_guild_owner: bool = False
    timed_out_until: datetime | None = None


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """`by` is a name."""

    role: Role
    reason: str | None
    by: str
    created_at: datetime


class MemberAccess(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with access to a guild. Who has never logged in has no account. A grant may be there that does not
    count, as that of the guild's owner, or of who has left."""

    guild_id: str
    user_id: str
    name: str
    access: Access
    account_id: uuid.UUID | None = None
    grant: Grant | None = None


class MyGuild(msgspec.Struct, frozen=True, kw_only=True):
    """A guild that somebody is in. `state` is None where the bot has never been."""

    guild_id: str
    name: str
    access: Access
    state: GuildState | None
    has_bot: bool
