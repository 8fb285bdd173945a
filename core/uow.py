"""One door (law 2): open a unit of work, call one service method, leave.

Leaving commits, an exception rolls back, and nobody else commits. What must follow a commit - ringing the workers -
is kept by the unit and done once the commit has succeeded.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cached_property

import msgspec
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.access.grants import GrantService
from core.access.repository import GrantRepository, MembershipRepository
from core.access.service import AccessService
from core.accounts.access_tokens import AccessTokenService
from core.accounts.directory import AccountDirectory
from core.accounts.logins import LoginService
from core.accounts.repository import AccountRepository, ApiTokenRepository
from core.accounts.schemas import SessionLife
from core.accounts.service import AccountService
from core.accounts.session_repository import DiscordGrantRepository, LoginRepository, SessionRepository
from core.accounts.sessions import SessionService
from core.actions.reviews import GuildReviewService
from core.actions.service import ActionService
from core.audit.repository import AuditRepository
from core.audit.service import AuditService
from core.callbacks.ledger import DeliveryLedger
from core.callbacks.outbox import CallbackOutbox
from core.callbacks.repository import CallbackRepository, DeliveryRepository
from core.callbacks.rules import CallbackRules
from core.callbacks.secrets import SecretSeal
from core.callbacks.service import CallbackService
from core.callbacks.tallies import CallbackTallyRepository, CallbackTallyService, DeliveryTallyRepository
from core.clock import Clock, utc_now
from core.config import Settings
from core.db import Engines, hold_keys
from core.drift.repository import DriftRepository
from core.drift.service import DriftService
from core.errors import Conflict
from core.guilds.announcements import AnnouncementRepository, AnnouncementService
from core.guilds.options_service import GuildOptionsService
from core.guilds.repository import GuildRepository
from core.guilds.service import GuildService
from core.guilds.snapshot_repository import MemberRolesRepository, SnapshotRepository
from core.guilds.snapshots import SnapshotService
from core.guilds.syncs import SyncService
from core.images.repository import AssetRepository, ImageRepository
from core.images.service import DEFAULT_CAPACITY, ImageService
from core.jobs.approvals import ApprovalService
from core.jobs.claim_repository import ClaimRepository
from core.jobs.ends import EarlyEnds
from core.jobs.event_repository import JobEventRepository
from core.jobs.guild_events import GuildEventRepository, GuildEventService
from core.jobs.idempotency import IdempotencyRepository, IdempotencyService
from core.jobs.ledger import Ledger
from core.jobs.outbox import Audience
from core.jobs.pauses import PauseRepository, PauseService
from core.jobs.processes import ProcessRepository, ProcessService
from core.jobs.repository import JobRepository
from core.jobs.ring import Ring, Rung, no_ring
from core.jobs.schemas import Job, JobStep
from core.jobs.service import JobService
from core.jobs.spec import Catalog
from core.jobs.step_repository import StepRepository
from core.jobs.tallies import TallyRepository, TallyService
from core.jobs.transition_repository import TransitionRepository
from core.keyring import Keyring
from core.notifications.repository import (
    LISTENING as NOTICES_LISTENING,
)
from core.notifications.repository import (
    NoticeRepository,
    NotificationChoicesRepository,
)
from core.notifications.service import NotificationService
from core.policies.repository import PolicyRepository
from core.policies.service import PolicyService
from core.schedules.asking import Asking
from core.schedules.rehearsal import Rehearsal
from core.schedules.repository import LISTENING as RUNS_LISTENING
from core.schedules.repository import RunRepository, ScheduleRepository
from core.schedules.running import RunService
from core.schedules.service import ScheduleService
from core.sealing import seal_what_is_plain
from core.tables import METADATA
from core.templates.active import ActiveVersionService
from core.templates.approvals import PlanApprovalService
from core.templates.comparing import ComparisonService
from core.templates.departures import DepartureService
from core.templates.left_guilds import LeftGuildService
from core.templates.planning import PlanService
from core.templates.repository import (
    ActiveVersionRepository,
    BindingRepository,
    PlanRepository,
    TemplateRepository,
    TemplateVersionRepository,
)
from core.templates.rollout import RolloutService
from core.templates.service import TemplateService
from core.templates.so_far import ApplyReports
from core.templates.versions import TemplateVersionService


class People(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of people by settings. Only a process that logs them in or signs has a `keyring`. `issuer` is the
    installation's own address, which access tokens name."""

    owner_ids: frozenset[str] = frozenset()
    session_life: SessionLife = SessionLife()
    keyring: Keyring | None = None
    issuer: str = ""

    def keys(self) -> Keyring:
        if self.keyring is None:
            raise RuntimeError("This process was started without the installation's keys.")
        return self.keyring


def people_of(settings: Settings, keyring: Keyring | None = None) -> People:
    life = SessionLife(
        idle=timedelta(days=settings.session_idle_days), absolute=timedelta(days=settings.session_days)
    )
    return People(owner_ids=settings.owners, session_life=life, keyring=keyring, issuer=settings.origin)


class UnitOfWork:
    """The services over one session. Each is made when it is first asked for."""

    def __init__(
        self,
        session: AsyncSession,
        catalog: Catalog,
        clock: Clock,
        *,
        callback_rules: CallbackRules,
        image_capacity: int,
        people: People,
    ) -> None:
        self._session = session
        self._catalog = catalog
        self._clock = clock
        self._callback_rules = callback_rules
        self._image_capacity = image_capacity
        self._people = people
        self.rungs: list[Rung] = []

    @cached_property
    def audit(self) -> AuditService:
        return AuditService(AuditRepository(self._session))

    @cached_property
    def accounts(self) -> AccountService:
        return AccountService(
            AccountRepository(self._session),
            ApiTokenRepository(self._session),
            self.audit,
            self._clock,
            owner_ids=self._people.owner_ids,
            scopes=self._catalog.scopes,
        )

    @cached_property
    def sessions(self) -> SessionService:
        return SessionService(
            AccountRepository(self._session),
            SessionRepository(self._session),
            DiscordGrantRepository(self._session),
            audit=self.audit,
            clock=self._clock,
            keys=self._people.keys,
            life=self._people.session_life,
            owner_ids=self._people.owner_ids,
        )

    @cached_property
    def access_tokens(self) -> AccessTokenService:
        return AccessTokenService(
            self.accounts,
            self.sessions,
            clock=self._clock,
            keys=self._people.keys,
            issuer=self._people.issuer,
            scopes=self._catalog.scopes,
        )

    @cached_property
    def directory(self) -> AccountDirectory:
        return AccountDirectory(
            AccountRepository(self._session),
            ApiTokenRepository(self._session),
            SessionRepository(self._session),
            audit=self.audit,
            clock=self._clock,
            life=self._people.session_life,
            owner_ids=self._people.owner_ids,
        )

    @cached_property
    def departures(self) -> DepartureService:
        return DepartureService(
            TemplateRepository(self._session),
            ActiveVersionRepository(self._session),
            directory=self.directory,
            access=self.access,
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def logins(self) -> LoginService:
        return LoginService(LoginRepository(self._session), self._people.keys, self._clock)

    @cached_property
    def jobs(self) -> JobService:
        return JobService(
            JobRepository(self._session),
            TransitionRepository(self._session),
            StepRepository(self._session),
            self._job_events,
            ends=self._ends,
            audit=self.audit,
            catalog=self._catalog,
            clock=self._clock,
            ring=self.rungs.append,
        )

    @cached_property
    def approvals(self) -> ApprovalService:
        return ApprovalService(
            JobRepository(self._session),
            TransitionRepository(self._session),
            self._job_events,
            known=self.jobs,
            audit=self.audit,
            catalog=self._catalog,
            ring=self.rungs.append,
        )

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(
            ClaimRepository(self._session),
            StepRepository(self._session),
            self._job_events,
            self._ends,
            self._clock,
        )

    @cached_property
    def _ends(self) -> EarlyEnds:
        return EarlyEnds(
            TransitionRepository(self._session), StepRepository(self._session), _LateReports(self)
        )

    @cached_property
    def _job_events(self) -> JobEventRepository:
        return JobEventRepository(self._session, self._outbox, self._audience)

    @cached_property
    def _outbox(self) -> CallbackOutbox:
        return CallbackOutbox(DeliveryRepository(self._session), self._clock)

    @cached_property
    def _audience(self) -> Audience:
        return _Listeners(self)

    @cached_property
    def notifications(self) -> NotificationService:
        return NotificationService(
            NotificationChoicesRepository(self._session),
            NoticeRepository(self._session),
            accounts=self.accounts,
            access=self.access,
            guilds=self.guilds,
            options=self.guild_options,
            jobs=self.jobs,
            audit=self.audit,
            catalog=self._catalog,
            clock=self._clock,
        )

    @cached_property
    def guild_events(self) -> GuildEventService:
        return GuildEventService(GuildEventRepository(self._session, self._outbox), self._clock)

    @cached_property
    def callbacks(self) -> CallbackService:
        return CallbackService(
            CallbackRepository(self._session),
            DeliveryRepository(self._session),
            guilds=self.guilds,
            audit=self.audit,
            clock=self._clock,
            rules=self._callback_rules,
            seal=SecretSeal(self._people.keys),
        )

    @cached_property
    def deliveries(self) -> DeliveryLedger:
        return DeliveryLedger(
            CallbackRepository(self._session),
            DeliveryRepository(self._session),
            audit=self.audit,
            clock=self._clock,
            rules=self._callback_rules,
            seal=SecretSeal(self._people.keys),
        )

    @cached_property
    def job_tallies(self) -> TallyService:
        return TallyService(TallyRepository(self._session), self._clock)

    @cached_property
    def callback_tallies(self) -> CallbackTallyService:
        return CallbackTallyService(
            CallbackTallyRepository(self._session), DeliveryTallyRepository(self._session), self._clock
        )

    @cached_property
    def idempotency(self) -> IdempotencyService:
        return IdempotencyService(IdempotencyRepository(self._session), self._people.keys)

    @cached_property
    def processes(self) -> ProcessService:
        return ProcessService(ProcessRepository(self._session))

    @cached_property
    def images(self) -> ImageService:
        return ImageService(
            ImageRepository(self._session),
            AssetRepository(self._session),
            self.audit,
            clock=self._clock,
            capacity=self._image_capacity,
        )

    @cached_property
    def guilds(self) -> GuildService:
        return GuildService(
            GuildRepository(self._session),
            images=self.images,
            announcements=self.announcements,
            told=self.guild_events,
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def guild_syncs(self) -> SyncService:
        return SyncService(self.guilds, self.jobs)

    @cached_property
    def announcements(self) -> AnnouncementService:
        return AnnouncementService(AnnouncementRepository(self._session), self.jobs)

    @cached_property
    def guild_options(self) -> GuildOptionsService:
        return GuildOptionsService(
            GuildRepository(self._session),
            known=self.guilds,
            syncs=self.guild_syncs,
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def access(self) -> AccessService:
        return AccessService(
            MembershipRepository(self._session), self._clock, owner_ids=self._people.owner_ids
        )

    @cached_property
    def grants(self) -> GrantService:
        return GrantService(
            MembershipRepository(self._session),
            GrantRepository(self._session),
            accounts=self.accounts,
            access=self.access,
            guilds=self.guilds,
            audit=self.audit,
            clock=self._clock,
            owner_ids=self._people.owner_ids,
        )

    @cached_property
    def snapshots(self) -> SnapshotService:
        return SnapshotService(
            SnapshotRepository(self._session),
            MemberRolesRepository(self._session),
            guilds=self.guilds,
            options=self.guild_options,
            jobs=self.jobs,
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def guild_reviews(self) -> GuildReviewService:
        return GuildReviewService(self.guilds, self.guild_syncs, self.snapshots, self.jobs)

    @cached_property
    def actions(self) -> ActionService:
        return ActionService(self.guilds, self.guild_syncs, self.jobs)

    @cached_property
    def policies(self) -> PolicyService:
        return PolicyService(
            PolicyRepository(self._session),
            guilds=self.guilds,
            options=self.guild_options,
            actions=self.actions,
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def pauses(self) -> PauseService:
        return PauseService(PauseRepository(self._session), self.audit)

    @cached_property
    def templates(self) -> TemplateService:
        return TemplateService(
            TemplateRepository(self._session),
            ActiveVersionRepository(self._session),
            versions=self.template_versions,
            guilds=self.guilds,
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def template_versions(self) -> TemplateVersionService:
        return TemplateVersionService(
            TemplateRepository(self._session),
            TemplateVersionRepository(self._session),
            BindingRepository(self._session),
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def active_versions(self) -> ActiveVersionService:
        return ActiveVersionService(
            ActiveVersionRepository(self._session),
            versions=self.template_versions,
            guilds=self.guilds,
            syncs=self.guild_syncs,
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def plans(self) -> PlanService:
        return PlanService(
            PlanRepository(self._session),
            BindingRepository(self._session),
            versions=self.template_versions,
            active=self.active_versions,
            guilds=self.guilds,
            snapshots=self.snapshots,
            access=self.access,
            policies=self.policies,
            options=self.guild_options,
            images=self.images,
            jobs=self.jobs,
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def plan_approvals(self) -> PlanApprovalService:
        return PlanApprovalService(self.plans, self.approvals, self.audit)

    @cached_property
    def comparisons(self) -> ComparisonService:
        return ComparisonService(
            BindingRepository(self._session),
            versions=self.template_versions,
            active=self.active_versions,
            guilds=self.guilds,
            snapshots=self.snapshots,
        )

    @cached_property
    def drift(self) -> DriftService:
        return DriftService(
            DriftRepository(self._session),
            guilds=self.guilds,
            syncs=self.guild_syncs,
            options=self.guild_options,
            active=self.active_versions,
            versions=self.template_versions,
            actions=self.actions,
            jobs=self.jobs,
            events=self.guild_events,
            clock=self._clock,
        )

    @cached_property
    def runs(self) -> RunService:
        return RunService(
            ScheduleRepository(self._session),
            RunRepository(self._session),
            asking=self._asking,
            jobs=self.jobs,
            accounts=self.accounts,
            access=self.access,
            audit=self.audit,
            savepoint=self._savepoint,
            clock=self._clock,
        )

    @cached_property
    def schedules(self) -> ScheduleService:
        return ScheduleService(
            ScheduleRepository(self._session),
            RunRepository(self._session),
            running=self.runs,
            rehearsal=Rehearsal(
                running=self.runs, asking=self._asking, guilds=self.guilds, savepoint=self._savepoint
            ),
            guilds=self.guilds,
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def _asking(self) -> Asking:
        return Asking(actions=self.actions, snapshots=self.snapshots, drift=self.drift, plans=self.plans)

    @asynccontextmanager
    async def _savepoint(self, *, keep: bool = True) -> AsyncGenerator[None]:
        """Implements `core.schedules.running.Savepoint`; the rings that were to follow are undone with it."""
        rung = len(self.rungs)
        try:
            async with self._session.begin_nested() as nested:
                yield
                if not keep:
                    del self.rungs[rung:]
                    await nested.rollback()
        except BaseException:
            del self.rungs[rung:]
            raise

    @cached_property
    def left_guilds(self) -> LeftGuildService:
        return LeftGuildService(
            guilds=self.guilds,
            templates=self.templates,
            jobs=self.jobs,
            events=self.guild_events,
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def rollouts(self) -> RolloutService:
        return RolloutService(self.template_versions, self.plans)


class _Listeners:
    """Implements `core.jobs.outbox.Audience` for notifications and schedules, which are made of jobs: they are asked
    for only by then."""

    listening = f"({NOTICES_LISTENING}) OR {RUNS_LISTENING}"

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def job_ended(self, job: Job) -> None:
        await self._unit.runs.job_ended(job)
        await self._unit.notifications.job_ended(job)


class _LateReports:
    """Implements `core.jobs.ends.Reports`, with what is made of jobs."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def so_far(self, job: Job, steps: Sequence[JobStep]) -> msgspec.Struct | None:
        return await ApplyReports(self._unit.plans, self._unit.snapshots).so_far(job, steps)


class Database:
    """Where units of work come from: one a process."""

    def __init__(
        self,
        engines: Engines,
        catalog: Catalog,
        *,
        clock: Clock = utc_now,
        ring: Ring = no_ring,
        callback_rules: CallbackRules | None = None,
        image_capacity: int = DEFAULT_CAPACITY,
        people: People | None = None,
    ) -> None:
        self.engines = engines
        self.catalog = catalog
        self.clock = clock
        self.ring = ring
        self.callback_rules = callback_rules or CallbackRules()
        self.image_capacity = image_capacity
        self.people = people or People()

    @asynccontextmanager
    async def unit(self) -> AsyncGenerator[UnitOfWork]:
        """Commits on leaving, then rings; an exception rolls back and rings nobody."""
        async with self.engines.session() as session:
            unit = self._over(session)
            try:
                yield unit
                await session.commit()
            except IntegrityError as error:
                raise Conflict(
                    "Somebody changed the same thing at the same moment: look again and repeat."
                ) from error
        for rung in unit.rungs:
            await self.ring(rung)

    @asynccontextmanager
    async def statement(self) -> AsyncGenerator[UnitOfWork]:
        """For what is one statement and said again and again, such as a heartbeat. Rings nobody."""
        async with self.engines.statement() as session:
            yield self._over(session)

    async def seal_what_is_plain(self) -> int:
        """At start: how many secrets that an earlier version kept as they are were sealed."""
        async with self.engines.writing.begin() as connection:
            await hold_keys(connection)
            return await seal_what_is_plain(connection, self.people.keys(), METADATA)

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[UnitOfWork]:
        """For safe methods: PostgreSQL itself refuses any write."""
        async with self.engines.session(read_only=True) as session:
            yield self._over(session)

    def _over(self, session: AsyncSession) -> UnitOfWork:
        return UnitOfWork(
            session,
            self.catalog,
            self.clock,
            callback_rules=self.callback_rules,
            image_capacity=self.image_capacity,
            people=self.people,
        )
