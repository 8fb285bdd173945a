import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from core.access.models import MembershipModel
from core.accounts.models import AccountModel
from core.actor import Actor
from core.db import Repository
from core.discord.types import Snowflake
from core.notifications.audience import Listener
from core.notifications.choices import NotificationChoices
from core.notifications.models import NoticeModel, NotificationChoicesModel

LISTENING = """
    EXISTS (SELECT FROM notification_choices)
    OR EXISTS (SELECT FROM guilds WHERE id = :guild_id AND options ->> 'notify_channel_id' IS NOT NULL)
"""
"""Whether anybody may want to know how a job ended. As text, because it stands inside the statement that adds the
event: in most installations nobody does, and then it costs no round trip."""


class NotificationChoicesRepository(Repository[NotificationChoicesModel]):
    model_type = NotificationChoicesModel

    async def of(self, account_id: uuid.UUID) -> NotificationChoicesModel | None:
        return await self.session.get(NotificationChoicesModel, account_id, populate_existing=True)

    async def put(self, account_id: uuid.UUID, choices: NotificationChoices, at: datetime) -> None:
        said = {"choices": choices, "updated_at": at}
        await self.session.execute(
            insert(NotificationChoicesModel)
            .values(account_id=account_id, **said)
            .on_conflict_do_update(index_elements=["account_id"], set_=said)
        )

    async def listeners(
        self, asker: Actor, guild_id: Snowflake | None, guild_owner_id: Snowflake | None
    ) -> Sequence[Listener]:
        """Who asked, who owns the guild and its members who want to be told of it, as far as they have chosen."""
        people = [each for each in (asker.discord_user_id, guild_owner_id) if each is not None]
        is_member = (
            select(MembershipModel.user_id)
            .where(
                MembershipModel.guild_id == guild_id, MembershipModel.user_id == AccountModel.discord_user_id
            )
            .exists()
        )
        chosen = func.jsonb_extract_path_text(NotificationChoicesModel.choices, "guild_failures")
        rows = await self.session.execute(
            select(AccountModel.id, AccountModel.discord_user_id, NotificationChoicesModel.choices)
            .join(NotificationChoicesModel, NotificationChoicesModel.account_id == AccountModel.id)
            .where(
                AccountModel.discord_user_id.is_not(None),
                or_(
                    AccountModel.id == asker.account_id,
                    AccountModel.discord_user_id.in_(people),
                    and_(chosen == "true", is_member),
                ),
            )
        )
        return [
            Listener(account_id=account_id, user_id=user_id, choices=choices)
            for account_id, user_id, choices in rows
            if user_id is not None
        ]

    async def wanting_waiting(self, guild_id: Snowflake) -> frozenset[Snowflake]:
        """Members of the guild who want to be told of announcements that wait there."""
        is_member = (
            select(MembershipModel.user_id)
            .where(
                MembershipModel.guild_id == guild_id, MembershipModel.user_id == AccountModel.discord_user_id
            )
            .exists()
        )
        chosen = func.jsonb_extract_path_text(NotificationChoicesModel.choices, "waiting_announcements")
        found = await self.session.scalars(
            select(AccountModel.discord_user_id)
            .join(NotificationChoicesModel, NotificationChoicesModel.account_id == AccountModel.id)
            .where(chosen == "true", is_member)
        )
        return frozenset(filter(None, found))

    async def of_owner(self, owner: Actor) -> tuple[Snowflake, NotificationChoices] | None:
        """Whom to write to of what is theirs, and what they have chosen; None where nobody can be, or their account
        is gone."""
        is_theirs = (
            AccountModel.discord_user_id == owner.discord_user_id
            if owner.account_id is None
            else AccountModel.id == owner.account_id
        )
        rows = await self.session.execute(
            select(AccountModel.discord_user_id, NotificationChoicesModel.choices)
            .outerjoin(NotificationChoicesModel, NotificationChoicesModel.account_id == AccountModel.id)
            .where(is_theirs)
        )
        found = rows.one_or_none()
        if found is None:
            user_id, chosen = owner.discord_user_id if owner.account_id is None else None, None
        else:
            user_id, chosen = found
        return None if user_id is None else (user_id, chosen or NotificationChoices())

    async def choices_of(self, user_ids: Collection[Snowflake]) -> dict[Snowflake, NotificationChoices]:
        """Of people by their Discord ids; who has not chosen is not among them."""
        rows = await self.session.execute(
            select(AccountModel.discord_user_id, NotificationChoicesModel.choices)
            .join(NotificationChoicesModel, NotificationChoicesModel.account_id == AccountModel.id)
            .where(AccountModel.discord_user_id.in_(user_ids))
        )
        return {user_id: choices for user_id, choices in rows if user_id is not None}


class NoticeRepository(Repository[NoticeModel]):
    model_type = NoticeModel

    async def lock(self) -> None:
        """Serialises those who write notices, until the transaction ends. One lock for all: some write several."""
        await self.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("notices"), 0)))

    async def newest_carrier(self, recipient: str) -> uuid.UUID | None:
        """The job that was last to carry something there."""
        return await self.session.scalar(
            select(NoticeModel.job_id)
            .where(NoticeModel.recipient == recipient)
            .order_by(NoticeModel.id.desc())
            .limit(1)
        )

    async def lines_of(self, job_id: uuid.UUID) -> Sequence[str]:
        """Oldest first."""
        found = await self.session.scalars(
            select(NoticeModel.line).where(NoticeModel.job_id == job_id).order_by(NoticeModel.id)
        )
        return found.all()
