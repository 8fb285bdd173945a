from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from core.accounts.models import AccountModel, DiscordGrantModel, LoginModel, SessionModel
from core.db import Repository


class SessionRepository(Repository[SessionModel]):
    model_type = SessionModel

    async def find_live(
        self, digest: bytes, now: datetime, seen_after: datetime
    ) -> tuple[SessionModel, AccountModel] | None:
        """The session with that digest and its account, unless revoked, expired, or idle since before `seen_after`."""
        return await self._live(SessionModel.hash == digest, *_is_live(now, seen_after))

    async def find_live_by_id(
        self, session_id: object, now: datetime, seen_after: datetime
    ) -> tuple[SessionModel, AccountModel] | None:
        """As `find_live`."""
        return await self._live(SessionModel.id == session_id, *_is_live(now, seen_after))

    async def _live(self, *conditions: ColumnElement[bool]) -> tuple[SessionModel, AccountModel] | None:
        row = await self.session.execute(
            select(SessionModel, AccountModel)
            .join(AccountModel, AccountModel.id == SessionModel.account_id)
            .where(*conditions)
        )
        found = row.first()
        return None if found is None else (found[0], found[1])

    async def live_of(
        self, account_id: object, now: datetime, seen_after: datetime
    ) -> Sequence[SessionModel]:
        """Newest first."""
        found = await self.session.scalars(
            select(SessionModel)
            .where(SessionModel.account_id == account_id, *_is_live(now, seen_after))
            .order_by(SessionModel.id.desc())
        )
        return found.all()

    async def touch(self, session_id: object, now: datetime) -> None:
        await self.session.execute(
            update(SessionModel).where(SessionModel.id == session_id).values(seen_at=now)
        )

    async def delete_ended(self, before: datetime) -> int:
        ended = or_(SessionModel.expires_at < before, SessionModel.revoked_at < before)
        return await self._count(delete(SessionModel).where(ended))


def _is_live(now: datetime, seen_after: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        SessionModel.revoked_at.is_(None),
        SessionModel.expires_at > now,
        SessionModel.seen_at > seen_after,
    )


class LoginRepository(Repository[LoginModel]):
    model_type = LoginModel

    async def take(self, state: bytes, browser: bytes, now: datetime) -> LoginModel | None:
        """Of several who show the same state, one gets it."""
        found = await self.session.scalars(
            delete(LoginModel)
            .where(
                LoginModel.state_hash == state,
                LoginModel.browser_hash == browser,
                LoginModel.expires_at > now,
            )
            .returning(LoginModel)
        )
        return found.first()

    async def delete_expired(self, now: datetime) -> int:
        return await self._count(delete(LoginModel).where(LoginModel.expires_at < now))


class DiscordGrantRepository(Repository[DiscordGrantModel]):
    model_type = DiscordGrantModel

    async def put(self, **values: object) -> None:
        """Instead of what the account had."""
        statement = insert(DiscordGrantModel).values(**values)
        await self.session.execute(
            statement.on_conflict_do_update(index_elements=["account_id"], set_=values)
        )
