from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import DateTime, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from core.accounts.models import AccountModel, ApiTokenModel, ApplicationOwnerModel
from core.db import Repository
from core.paging import Paging


class AccountRepository(Repository[AccountModel]):
    model_type = AccountModel

    async def lock_owner(self) -> None:
        """Serialises first starts, until the transaction ends."""
        await self.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("owner"))))

    async def find_owner(self) -> AccountModel | None:
        """The first owner, who was made at the first start."""
        found = await self.session.scalars(
            select(AccountModel).where(AccountModel.is_owner).order_by(AccountModel.id).limit(1)
        )
        return found.first()

    async def page(self, paging: Paging) -> Sequence[AccountModel]:
        """Newest first, one row more than the page."""
        query = select(AccountModel).order_by(AccountModel.id.desc()).limit(paging.limit + 1)
        if paging.cursor is not None:
            query = query.where(AccountModel.id < paging.cursor)
        return (await self.session.scalars(query)).all()

    async def has_other_owner(self, account_id: object, named: Collection[str]) -> bool:
        owning = or_(
            AccountModel.is_owner, AccountModel.owns_application, AccountModel.discord_user_id.in_(named)
        )
        query = select(AccountModel.id).where(AccountModel.id != account_id, owning).limit(1)
        return await self.session.scalar(query) is not None

    async def owners_at_discord(self) -> frozenset[str]:
        """Of the accounts that were made at a first start."""
        found = await self.session.scalars(select(AccountModel.discord_user_id).where(AccountModel.is_owner))
        return frozenset(each for each in found if each is not None)

    async def application_owners(self) -> frozenset[str]:
        return frozenset(await self.session.scalars(select(ApplicationOwnerModel.user_id)))

    async def put_application_owners(self, user_ids: Collection[str]) -> None:
        """Instead of whoever was."""
        others = ApplicationOwnerModel.user_id.not_in(user_ids)
        await self.session.execute(delete(ApplicationOwnerModel).where(others))
        rows = [{"user_id": user_id} for user_id in sorted(user_ids)]
        if rows:
            await self.session.execute(insert(ApplicationOwnerModel).values(rows).on_conflict_do_nothing())

    async def add_person(self, discord_user_id: str, name: str) -> AccountModel | None:
        """None where there is an account of that person. Of several who add them at the same moment, one does, and the
        others wait for it."""
        found = await self.session.scalars(
            insert(AccountModel)
            .values(name=name, discord_user_id=discord_user_id)
            .on_conflict_do_nothing(index_elements=["discord_user_id"])
            .returning(AccountModel)
        )
        return found.first()

    async def rename(self, account_id: object, name: str, *, before: str) -> bool:
        """False where it is not called so any more."""
        renamed = await self.session.scalar(
            update(AccountModel)
            .where(AccountModel.id == account_id, AccountModel.name == before)
            .values(name=name)
            .returning(AccountModel.id)
            .execution_options(synchronize_session=False)
        )
        return renamed is not None


# Built once: every request and every claim asks.
_NOW = bindparam("now", type_=DateTime(timezone=True))
_IS_LIVE = and_(
    ApiTokenModel.revoked_at.is_(None),
    or_(ApiTokenModel.expires_at.is_(None), ApiTokenModel.expires_at > _NOW),
)
_OF_TOKEN = AccountModel.id == ApiTokenModel.account_id
_LIVE_BY_HASH = (
    select(ApiTokenModel, AccountModel)
    .join(AccountModel, _OF_TOKEN)
    .where(ApiTokenModel.hash == bindparam("digest"), _IS_LIVE)
)
_LIVE_BY_ID = (
    select(ApiTokenModel, AccountModel)
    .join(AccountModel, _OF_TOKEN)
    .where(ApiTokenModel.id == bindparam("token"), _IS_LIVE)
)


class ApiTokenRepository(Repository[ApiTokenModel]):
    model_type = ApiTokenModel

    async def find_live(self, digest: bytes, now: datetime) -> tuple[ApiTokenModel, AccountModel] | None:
        """The token with that digest and its account, unless revoked or expired at `now`."""
        row = await self.session.execute(_LIVE_BY_HASH, {"digest": digest, "now": now})
        found = row.first()
        return None if found is None else (found[0], found[1])

    async def find_live_by_id(
        self, token_id: object, now: datetime
    ) -> tuple[ApiTokenModel, AccountModel] | None:
        """As `find_live`."""
        row = await self.session.execute(_LIVE_BY_ID, {"token": token_id, "now": now})
        found = row.first()
        return None if found is None else (found[0], found[1])

    async def touch(self, token_id: object, now: datetime) -> None:
        await self.session.execute(
            update(ApiTokenModel).where(ApiTokenModel.id == token_id).values(last_used_at=now)
        )

    async def delete_ended(self, before: datetime) -> int:
        ended = or_(ApiTokenModel.expires_at < before, ApiTokenModel.revoked_at < before)
        return await self._count(delete(ApiTokenModel).where(ended))

    async def of_account(self, account_id: object) -> Sequence[ApiTokenModel]:
        """Newest first, with those that ended not long ago."""
        found = await self.session.scalars(
            select(ApiTokenModel)
            .where(ApiTokenModel.account_id == account_id)
            .order_by(ApiTokenModel.id.desc())
        )
        return found.all()
