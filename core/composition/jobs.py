"""The ledger, and whatever stands around it."""

from abc import ABC, abstractmethod
from functools import cached_property

from core.callbacks.outbox import CallbackOutbox
from core.callbacks.repository import DeliveryRepository
from core.composition.accounts import AccountServices
from core.jobs.approvals import ApprovalService
from core.jobs.claim_repository import ClaimRepository
from core.jobs.ends import EarlyEnds, Reports
from core.jobs.event_repository import JobEventRepository
from core.jobs.guild_events import GuildEventRepository, GuildEventService
from core.jobs.idempotency import IdempotencyRepository, IdempotencyService
from core.jobs.ledger import Ledger
from core.jobs.outbox import Audience
from core.jobs.pauses import PauseRepository, PauseService
from core.jobs.processes import ProcessRepository, ProcessService
from core.jobs.repository import JobRepository
from core.jobs.service import JobService
from core.jobs.step_repository import StepRepository
from core.jobs.tallies import TallyRepository, TallyService
from core.jobs.transition_repository import TransitionRepository


class JobServices(AccountServices, ABC):
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
        return EarlyEnds(TransitionRepository(self._session), StepRepository(self._session), self._reports())

    @cached_property
    def _job_events(self) -> JobEventRepository:
        return JobEventRepository(self._session, self._outbox, self._audience())

    @cached_property
    def _outbox(self) -> CallbackOutbox:
        return CallbackOutbox(DeliveryRepository(self._session), self._clock)

    @cached_property
    def guild_events(self) -> GuildEventService:
        return GuildEventService(GuildEventRepository(self._session, self._outbox), self._clock)

    @cached_property
    def job_tallies(self) -> TallyService:
        return TallyService(TallyRepository(self._session), self._clock)

    @cached_property
    def idempotency(self) -> IdempotencyService:
        return IdempotencyService(IdempotencyRepository(self._session), self._people.keys)

    @cached_property
    def processes(self) -> ProcessService:
        return ProcessService(ProcessRepository(self._session))

    @cached_property
    def pauses(self) -> PauseService:
        return PauseService(PauseRepository(self._session), self.audit)

    @abstractmethod
    def _audience(self) -> Audience:
        """Who is told how jobs end, which is made of jobs itself."""

    @abstractmethod
    def _reports(self) -> Reports:
        """What tells of a job that ends before its time, which is made of jobs itself."""
