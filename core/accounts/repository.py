from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from core.accounts.models import AccountModel, ApiTokenModel
from core.db import Repository


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


class ApiTokenRepository(Repository[ApiTokenModel]):
    model_type = ApiTokenModel

    async def find_live(self, digest: bytes, now: datetime) -> tuple[ApiTokenModel, AccountModel] | None:
        """The token with that digest and its account, unless revoked or expired at `now`."""
        row = await self.session.execute(
            select(ApiTokenModel, AccountModel)
            .join(AccountModel, AccountModel.id == ApiTokenModel.account_id)
            .where(ApiTokenModel.hash == digest, ApiTokenModel.revoked_at.is_(None))
            .where((ApiTokenModel.expires_at.is_(None)) | (ApiTokenModel.expires_at > now))
        )
        found = row.first()
        return None if found is None else (found[0], found[1])

    async def find_live_by_id(self, token_id: object, now: datetime) -> AccountModel | None:
        """The account of a token that is neither revoked nor expired at `now`."""
        found = await self.session.scalars(
            select(AccountModel)
            .join(ApiTokenModel, AccountModel.id == ApiTokenModel.account_id)
            .where(ApiTokenModel.id == token_id, ApiTokenModel.revoked_at.is_(None))
            .where((ApiTokenModel.expires_at.is_(None)) | (ApiTokenModel.expires_at > now))
        )
        return found.first()

    async def touch(self, token_id: object, now: datetime) -> None:
        await self.session.execute(
            update(ApiTokenModel).where(ApiTokenModel.id == token_id).values(last_used_at=now)
        )

    async def of_account(self, account_id: object) -> Sequence[ApiTokenModel]:
        """Newest first, revoked ones included."""
        found = await self.session.scalars(
            select(ApiTokenModel)
            .where(ApiTokenModel.account_id == account_id)
            .order_by(ApiTokenModel.id.desc())
        )
        return found.all()
