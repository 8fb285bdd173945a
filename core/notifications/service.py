"""Telling people what they have chosen to be told.

A notice is written in the transaction of what it tells, with the job that carries it: its own if none is waiting for
the same recipient, and so nobody gets more than one message a minute.
"""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec

from core.access.service import AccessService
from core.accounts.schemas import Account
from core.accounts.service import AccountService
from core.actor import SYSTEM, Actor
from core.audit.service import AuditService
from core.clock import Clock
from core.discord.types import Snowflake
from core.errors import Conflict, Stale
from core.guilds.options_service import GuildOptionsService
from core.guilds.schemas import Guild
from core.guilds.service import GuildService
from core.jobs.schemas import Job
from core.jobs.service import JobService
from core.jobs.spec import Catalog
from core.notifications.audience import ENDED_BADLY, MOST_ADMINS, Listener, Recipient, who_is_told
from core.notifications.choices import NotificationChanges, NotificationChoices, with_changes
from core.notifications.jobs import NOTIFY, NotifyPayload
from core.notifications.models import NoticeModel
from core.notifications.repository import NoticeRepository, NotificationChoicesRepository
from core.notifications.text import job_line, paused_line, waiting_line
from core.rights import Right

BETWEEN = timedelta(minutes=1)
"""How long after one message to somebody the next one may begin."""


class StoredChoices(msgspec.Struct, frozen=True, kw_only=True):
    """`changed_at` is when they were last changed; before that, when the account was made."""

    choices: NotificationChoices
    changed_at: datetime


class NotificationService:
    def __init__(
        self,
        choices: NotificationChoicesRepository,
        notices: NoticeRepository,
        *,
        accounts: AccountService,
        access: AccessService,
        guilds: GuildService,
        options: GuildOptionsService,
        jobs: JobService,
        audit: AuditService,
        catalog: Catalog,
        clock: Clock,
    ) -> None:
        self._choices = choices
        self._notices = notices
        self._accounts = accounts
        self._access = access
        self._guilds = guilds
        self._options = options
        self._jobs = jobs
        self._audit = audit
        self._catalog = catalog
        self._clock = clock

    async def get(self, actor: Actor) -> StoredChoices:
        """The actor's own. Raises `NotFound` for who has no account."""
        actor.require_scope(Right.ACCOUNT_READ)
        return await self._stored(await self._accounts.get(actor))

    async def _stored(self, account: Account) -> StoredChoices:
        found = await self._choices.of(account.id)
        if found is None:
            return StoredChoices(choices=NotificationChoices(), changed_at=account.created_at)
        return StoredChoices(choices=found.choices, changed_at=found.updated_at)

    async def edit(
        self, actor: Actor, changes: NotificationChanges, *, seen: datetime | None = None
    ) -> StoredChoices:
        """Raises `Conflict` for an account that nobody can write to, `Stale` where they were changed after `seen`."""
        actor.require_scope(Right.ACCOUNT_WRITE)
        account = await self._accounts.get(actor.unscoped())
        before = await self._stored(account)
        if seen is not None and before.changed_at != seen:
            raise Stale(
                "These choices were changed after you read them: read them again.", code="precondition_failed"
            )
        choices = with_changes(before.choices, changes)
        if choices == before.choices:
            return before
        if account.discord_user_id is None:
            raise Conflict(
                "This account is of nobody at Discord, so nobody can write to it: log in with Discord first.",
                code="no_discord_user",
            )
        after = StoredChoices(choices=choices, changed_at=self._clock())
        await self._choices.put(account.id, choices, after.changed_at)
        await self._audit.record(
            actor,
            "account.notifications",
            ("account", account.id),
            before=before.choices,
            after=choices,
        )
        return after

    async def wanting_pending(self, user_ids: Collection[Snowflake]) -> frozenset[Snowflake]:
        """Those of the owners who have not chosen otherwise."""
        chosen = await self._choices.choices_of(user_ids)
        return frozenset(each for each in user_ids if chosen.get(each, NotificationChoices()).pending_guilds)

    async def job_ended(self, job: Job) -> None:
        """In the transaction that settles it."""
        if self._catalog[job.kind].quiet:
            return
        guild = await self._guild(job.guild_id)
        channel_id = None if guild is None else (await self._options.of(guild.id)).notify_channel_id
        owner_id = None if guild is None else guild.owner_id
        listeners = await self._choices.listeners(job.actor, job.guild_id, owner_id)
        told = who_is_told(
            job,
            listeners,
            guild_owner_id=owner_id,
            admin_ids=await self._admins(job, listeners),
            channel_id=channel_id,
        )
        await self._write(told, job.guild_id, job_line(job, None if guild is None else guild.name))

    async def schedule_paused(
        self,
        owner: Actor,
        guild_id: Snowflake | None,
        *,
        schedule_id: uuid.UUID,
        name: str,
        reason: str | None,
    ) -> None:
        """By us: its owner is told unless they have chosen otherwise, and the guild's channel; of one that is of no
        guild, those who own the installation. At the end of the transaction that pauses it, because nothing that others
        wait for is locked after notices."""
        guild = await self._guild(guild_id)
        if guild_id is None:
            told = await self._owners_told()
        else:
            told = await self._told_in(guild_id, owner)
        line = paused_line(schedule_id, name, None if guild is None else guild.name, reason)
        await self._write(told, guild_id, line)

    async def _told_in(self, guild_id: Snowflake, owner: Actor) -> list[Recipient]:
        told: list[Recipient] = []
        found = await self._choices.of_owner(owner)
        if found is not None and found[1].paused_schedules:
            told.append(Recipient(user_id=found[0]))
        channel_id = (await self._options.of(guild_id)).notify_channel_id
        if channel_id is not None:
            told.append(Recipient(guild_id=guild_id, channel_id=channel_id))
        return told

    async def _owners_told(self) -> list[Recipient]:
        owners = await self._accounts.owners_at_discord()
        chosen = await self._choices.choices_of(owners)
        return [
            Recipient(user_id=each)
            for each in sorted(owners)
            if chosen.get(each, NotificationChoices()).paused_schedules
        ]

    async def announcement_waiting(
        self, author: Actor, guild_id: Snowflake, *, announcement_id: uuid.UUID, name: str
    ) -> None:
        """For somebody else's approval: the guild's administrators are told who want to be. At the end of the
        transaction, as `schedule_paused`."""
        wanting = await self._choices.wanting_waiting(guild_id) - {author.discord_user_id}
        admins = await self._access.admins_among(guild_id, wanting) if wanting else frozenset[Snowflake]()
        if not admins:
            return
        guild = await self._guild(guild_id)
        told = [Recipient(user_id=each) for each in sorted(admins, key=int)[:MOST_ADMINS]]
        line = waiting_line(announcement_id, name, None if guild is None else guild.name, author.name)
        await self._write(told, guild_id, line)

    async def _write(self, told: Collection[Recipient], guild_id: Snowflake | None, line: str) -> None:
        if not told:
            return
        await self._notices.lock()
        for recipient in told:
            await self._notices.add(
                NoticeModel(
                    recipient=recipient.name,
                    guild_id=guild_id,
                    line=line,
                    job_id=await self._carrier(recipient),
                )
            )

    async def _admins(self, job: Job, listeners: Collection[Listener]) -> frozenset[Snowflake]:
        """Those who administer the job's guild, if that matters."""
        wanting = [each.user_id for each in listeners if each.choices.guild_failures]
        if job.guild_id is None or job.state not in ENDED_BADLY or not wanting:
            return frozenset()
        return await self._access.admins_among(job.guild_id, wanting)

    async def lines_of(self, job_id: uuid.UUID) -> tuple[str, ...]:
        """What a job carries. Nothing is added once it has begun."""
        return tuple(await self._notices.lines_of(job_id))

    async def _carrier(self, recipient: Recipient) -> uuid.UUID:
        """A job that has not begun, and does not before the transaction ends."""
        newest = await self._notices.newest_carrier(recipient.name)
        begun_at: datetime | None = None
        if newest is not None:
            if await self._jobs.hold_unbegun(newest):
                return newest
            begun_at = await self._jobs.begun_at(newest)
        now = self._clock()
        due = None if begun_at is None else begun_at + BETWEEN
        job = await self._jobs.ask(
            SYSTEM,
            NOTIFY,
            NotifyPayload(user_id=recipient.user_id, channel_id=recipient.channel_id),
            guild_id=recipient.guild_id,
            run_at=due if due is not None and due > now else None,
        )
        return job.id

    async def _guild(self, guild_id: Snowflake | None) -> Guild | None:
        if guild_id is None or await self._guilds.state_of(guild_id) is None:
            return None
        return await self._guilds.get(SYSTEM, guild_id)
