"""Who has access to a guild, as HTTP shows it."""

import uuid
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from api.schemas.guilds import GuildState
from api.schemas.values import NextCursor, Snowflake, Time
from core.access import schemas as core

AccessRole: TypeAlias = Literal["owner", "admin", "moderator", "user", "guest"]
GrantedRole: TypeAlias = Literal["admin", "moderator", "user", "guest"]
Source: TypeAlias = Literal["installation", "owner", "grant", "permission", "mapping", "member", "nobody"]
ComesFrom = Annotated[
    Source,
    Meta(
        description="Where the role comes from: from owning the installation or the guild, from a grant, from a "
        "permission of Discord, from a Discord role that the guild has mapped, from being a member, or from nothing."
    ),
]
Reason = Annotated[str, Meta(min_length=1, max_length=500, description="Why; it is kept and shown.")]


class AccessGrant(msgspec.Struct, frozen=True, kw_only=True):
    """What was granted to somebody in a guild, beside what Discord says of them."""

    role: GrantedRole
    reason: str | None
    by: Annotated[str, Meta(description="A name.")]
    created_at: Time


class MemberAccess(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with access to a guild. `account_id` is null for who has never logged in. A grant rests while somebody
    is no member, and counts for nothing with the guild's owner."""

    guild_id: Snowflake
    user_id: Snowflake
    account_id: uuid.UUID | None
    name: str
    role: AccessRole
    source: ComesFrom
    grant: AccessGrant | None


class MemberAccessPage(msgspec.Struct, frozen=True):
    """In the order of their Discord ids."""

    items: tuple[MemberAccess, ...]
    next_cursor: NextCursor = None


class PutAccess(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A guest is shut out."""

    role: GrantedRole
    reason: Reason | None = None


class MyGuild(msgspec.Struct, frozen=True, kw_only=True):
    """A guild that you are in. `state` is null where the bot has never been: then you could have invited it when you
    last logged in."""

    id: Snowflake
    name: str
    role: AccessRole
    source: ComesFrom
    state: GuildState | None
    bot: Annotated[bool, Meta(description="Whether the bot is in it, as far as is known.")]


class MyGuildPage(msgspec.Struct, frozen=True):
    """Those that the bot is or was in, by id; then the others."""

    items: tuple[MyGuild, ...]
    next_cursor: NextCursor = None


def member_of(member: core.MemberAccess) -> MemberAccess:
    grant = member.grant
    return MemberAccess(
        guild_id=member.guild_id,
        user_id=member.user_id,
        account_id=member.account_id,
        name=member.name,
        role=member.access.role.value,
        source=member.access.source,
        grant=None
        if grant is None
        else AccessGrant(
            role=msgspec.convert(grant.role.value, GrantedRole),
            reason=grant.reason,
            by=grant.by,
            created_at=grant.created_at,
        ),
    )


def my_guild_of(guild: core.MyGuild) -> MyGuild:
    return MyGuild(
        id=guild.guild_id,
        name=guild.name,
        role=guild.access.role.value,
        source=guild.access.source,
        state=guild.state,
        bot=guild.has_bot,
    )
