"""Rows about people in guilds; what they are there is computed from them."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, delete, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert

from core.access.models import AccessGrantModel, LoginGuildsModel, MembershipModel
from core.access.schemas import Person
from core.accounts.models import AccountModel, ApplicationOwnerModel
from core.accounts.schemas import LoginGuild
from core.actor import Actor
from core.db import Repository, SnowflakeColumn, StructColumn
from core.discord.types import Snowflake
from core.guilds.mapping import AccessMapping
from core.guilds.models import GuildModel

_CHUNK = 1000
_MAPPING = func.jsonb_extract_path(GuildModel.options, "access", type_=StructColumn(AccessMapping)).label(
    "mapping"
)
# Built once: every request and every command asks.
_STANDINGS = (
    select(MembershipModel, _MAPPING, AccessGrantModel.role.label("granted"))
    .join(GuildModel, GuildModel.id == MembershipModel.guild_id)
    .outerjoin(
        AccessGrantModel,
        and_(
            AccessGrantModel.guild_id == MembershipModel.guild_id,
            AccessGrantModel.account_id == bindparam("of_account"),
        ),
    )
    .where(MembershipModel.user_id == bindparam("of_user", type_=SnowflakeColumn()))
)
_MEMBERS = (
    select(MembershipModel, _MAPPING, AccessGrantModel.role.label("granted"))
    .join(GuildModel, GuildModel.id == MembershipModel.guild_id)
    .outerjoin(AccountModel, AccountModel.discord_user_id == MembershipModel.user_id)
    .outerjoin(
        AccessGrantModel,
        and_(
            AccessGrantModel.guild_id == MembershipModel.guild_id,
            AccessGrantModel.account_id == AccountModel.id,
        ),
    )
)
_ASKER = (
    select(AccountModel, GuildModel.owner_id, _MAPPING, AccessGrantModel.role.label("granted"))
    .select_from(select(literal(1).label("one")).subquery())
    .outerjoin(GuildModel, GuildModel.id == bindparam("in_guild", type_=SnowflakeColumn()))
    .outerjoin(AccountModel, AccountModel.discord_user_id == bindparam("of_user", type_=SnowflakeColumn()))
    .outerjoin(
        AccessGrantModel,
        and_(AccessGrantModel.guild_id == GuildModel.id, AccessGrantModel.account_id == AccountModel.id),
    )
)


class MembershipRepository(Repository[MembershipModel]):
    model_type = MembershipModel

    async def standings(self, user_id: Snowflake, account_id: uuid.UUID) -> Sequence[Any]:
        """Each membership with the guild's mapping and what is granted there."""
        found = await self.session.execute(_STANDINGS, {"of_user": user_id, "of_account": account_id})
        return found.all()

    async def members_among(self, guild_id: Snowflake, user_ids: Collection[Snowflake]) -> Sequence[Any]:
        """As `standings`, of some people in one guild."""
        query = _MEMBERS.where(MembershipModel.guild_id == guild_id, MembershipModel.user_id.in_(user_ids))
        return (await self.session.execute(query)).all()

    async def asker(self, guild_id: Snowflake, user_id: Snowflake) -> Any:
        """The account, the guild's owner and mapping, and what is granted: each None where there is none."""
        return (await self.session.execute(_ASKER, {"in_guild": guild_id, "of_user": user_id})).one()

    async def lock(self, guild_id: Snowflake) -> None:
        """Serialises those who keep one guild's people, until the transaction ends."""
        await self.session.execute(
            select(func.pg_advisory_xact_lock(func.hashtext("people"), func.hashtext(guild_id)))
        )

    async def mapping_of(self, guild_id: Snowflake) -> tuple[AccessMapping | None] | None:
        """None for a guild that was never heard of."""
        row = (await self.session.execute(select(_MAPPING).where(GuildModel.id == guild_id))).one_or_none()
        return None if row is None else (row[0],)

    async def with_account(self, among: Collection[Snowflake] | None = None) -> frozenset[Snowflake]:
        """The Discord users who have one; None is among all."""
        query = select(AccountModel.discord_user_id).where(AccountModel.discord_user_id.is_not(None))
        if among is not None:
            query = query.where(AccountModel.discord_user_id.in_(among))
        return frozenset(filter(None, await self.session.scalars(query)))

    async def put(self, people: Sequence[Person], *, replaces: bool = True) -> None:
        """What has not changed is not written."""
        for first in range(0, len(people), _CHUNK):
            rows = [_row(person) for person in people[first : first + _CHUNK]]
            statement = insert(MembershipModel).values(rows)
            if not replaces:
                await self.session.execute(statement.on_conflict_do_nothing())
                continue
            told = [name for name in rows[0] if name not in ("guild_id", "user_id", "seen_at")]
            differs = or_(
                *(getattr(MembershipModel, name).is_distinct_from(statement.excluded[name]) for name in told)
            )
            await self.session.execute(
                statement.on_conflict_do_update(
                    index_elements=["guild_id", "user_id"],
                    set_={name: statement.excluded[name] for name in (*told, "seen_at")},
                    where=differs,
                )
            )

    async def remove(self, guild_id: Snowflake, user_ids: Collection[Snowflake]) -> None:
        await self.session.execute(
            delete(MembershipModel).where(
                MembershipModel.guild_id == guild_id, MembershipModel.user_id.in_(user_ids)
            )
        )

    async def remove_others(self, guild_id: Snowflake, stay: Collection[Snowflake]) -> None:
        known = await self.session.scalars(
            select(MembershipModel.user_id).where(MembershipModel.guild_id == guild_id)
        )
        if gone := set(known) - set(stay):
            await self.remove(guild_id, gone)

    async def known_guilds(self, among: Collection[Snowflake]) -> frozenset[Snowflake]:
        """Those that the bot is in."""
        query = select(GuildModel.id).where(GuildModel.id.in_(among), GuildModel.state != "left")
        return frozenset(await self.session.scalars(query))

    async def page(self, guild_id: Snowflake, limit: int, after: Snowflake | None) -> Sequence[Any]:
        """The people of a guild by their Discord ids: membership, account, whether they own the application, mapping
        and grant."""
        query = _people(guild_id).order_by(MembershipModel.user_id).limit(limit)
        if after is not None:
            query = query.where(MembershipModel.user_id > after)
        return (await self.session.execute(query)).all()

    async def of_account(self, guild_id: Snowflake, account_id: uuid.UUID) -> Any:
        """The same of an account that is a member or has a grant there; of the latter maybe without a membership. None
        for others."""
        owns = select(ApplicationOwnerModel.user_id).where(
            ApplicationOwnerModel.user_id == AccountModel.discord_user_id
        )
        query = (
            select(
                GuildModel.id.label("guild_id"),
                MembershipModel,
                AccountModel,
                owns.correlate(AccountModel).exists().label("owns_application"),
                _MAPPING,
                AccessGrantModel,
            )
            .select_from(GuildModel)
            .join(AccountModel, AccountModel.id == account_id)
            .outerjoin(
                MembershipModel,
                and_(
                    MembershipModel.guild_id == GuildModel.id,
                    MembershipModel.user_id == AccountModel.discord_user_id,
                ),
            )
            .outerjoin(
                AccessGrantModel,
                and_(
                    AccessGrantModel.guild_id == GuildModel.id,
                    AccessGrantModel.account_id == AccountModel.id,
                ),
            )
            .where(
                GuildModel.id == guild_id,
                or_(MembershipModel.user_id.is_not(None), AccessGrantModel.account_id.is_not(None)),
            )
            .execution_options(populate_existing=True)
        )
        return (await self.session.execute(query)).one_or_none()

    async def guilds_of(self, user_id: Snowflake, account_id: uuid.UUID) -> Sequence[Any]:
        """As `standings`, with the guild's name and state besides."""
        query = _STANDINGS.add_columns(GuildModel.name, GuildModel.state).order_by(MembershipModel.guild_id)
        found = await self.session.execute(query, {"of_user": user_id, "of_account": account_id})
        return found.all()

    async def put_login_guilds(
        self, account_id: uuid.UUID, guilds: tuple[LoginGuild, ...], now: datetime
    ) -> None:
        row = {"guilds": guilds, "seen_at": now}
        statement = insert(LoginGuildsModel).values(account_id=account_id, **row)
        await self.session.execute(statement.on_conflict_do_update(index_elements=["account_id"], set_=row))

    async def login_guilds(self, account_id: uuid.UUID) -> tuple[LoginGuild, ...]:
        query = select(LoginGuildsModel.guilds).where(LoginGuildsModel.account_id == account_id)
        return await self.session.scalar(query) or ()

    async def notify(self, channel: str, payload: str) -> None:
        """Once the transaction has committed."""
        await self.session.execute(select(func.pg_notify(channel, payload)))


class GrantRepository(Repository[AccessGrantModel]):
    model_type = AccessGrantModel

    async def put(
        self,
        guild_id: Snowflake,
        account_id: uuid.UUID,
        *,
        role: str,
        reason: str | None,
        by: Actor,
        at: datetime,
    ) -> None:
        row = {"role": role, "reason": reason, "granted_by": by, "created_at": at}
        statement = insert(AccessGrantModel).values(guild_id=guild_id, account_id=account_id, **row)
        await self.session.execute(
            statement.on_conflict_do_update(index_elements=["guild_id", "account_id"], set_=row)
        )

    async def remove(self, guild_id: Snowflake, account_id: uuid.UUID) -> None:
        await self.session.execute(
            delete(AccessGrantModel).where(
                AccessGrantModel.guild_id == guild_id, AccessGrantModel.account_id == account_id
            )
        )


def _people(guild_id: Snowflake) -> Select[*tuple[Any, ...]]:
    owns = select(ApplicationOwnerModel.user_id).where(
        ApplicationOwnerModel.user_id == MembershipModel.user_id
    )
    return (
        select(
            MembershipModel.guild_id,
            MembershipModel,
            AccountModel,
            owns.correlate(MembershipModel).exists().label("owns_application"),
            _MAPPING,
            AccessGrantModel,
        )
        .select_from(MembershipModel)
        .join(GuildModel, GuildModel.id == MembershipModel.guild_id)
        .outerjoin(AccountModel, AccountModel.discord_user_id == MembershipModel.user_id)
        .outerjoin(
            AccessGrantModel,
            and_(
                AccessGrantModel.guild_id == MembershipModel.guild_id,
                AccessGrantModel.account_id == AccountModel.id,
            ),
        )
        .where(MembershipModel.guild_id == guild_id)
    )


def _row(person: Person) -> dict[str, Any]:
    return {
        "guild_id": person.guild_id,
        "user_id": person.user_id,
        "name": person.name,
        "bits": person.bits,
        "role_ids": person.role_ids,
        "is_guild_owner": person.is_guild_owner,
        "timed_out_until": person.timed_out_until,
        "seen_at": func.clock_timestamp(),
    }
