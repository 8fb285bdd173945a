"""The journal of one claim: every step is intended, done and recorded in short transactions of its own."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from core.discord.errors import AnswerLost, CallRefused, GatewayAbsent, GatewayBusy, Undecided
from core.discord.sendable import sendable_while
from core.jobs.errors import Cancelled, HandedBack, JobFailed
from core.jobs.journal import Act, LookUp, SecondsLeft
from core.jobs.schemas import Announcement, Claim, Intent, JobStep
from core.uow import Database, UnitOfWork
from workers.lease import Lease

log = logging.getLogger(__name__)
_UNDECIDED = frozenset({"intended", "outcome_unknown"})
_REASON_LIMIT = 512  # Discord: X-Audit-Log-Reason is 1 to 512 characters


class LedgerJournal:
    """Implements `core.jobs.journal.Journal`. `failed_step` names the step that Discord refused, if one was;
    `has_done` tells whether this claim got something done."""

    def __init__(
        self, database: Database, claim: Claim, held: Lease, is_draining: Callable[[], bool]
    ) -> None:
        self._database = database
        self._claim = claim
        self._held = held
        self._lease = held.seconds
        self._is_draining = is_draining
        self.failed_step: str | None = None
        self.has_done = False
        self._announcement: Announcement | None = None
        self._seconds_left: SecondsLeft | None = None
        self._intended: set[str] = set()
        self._writing = asyncio.Lock()

    @asynccontextmanager
    async def _unit(self) -> AsyncGenerator[UnitOfWork]:
        """One at a time, also of steps that are done at once: whoever follows a guild reads events in the order of
        their transactions, which must be that of their numbers."""
        async with self._writing, self._database.unit() as unit:
            yield unit

    async def announce(
        self, total: int, *, planned_anew: bool = False, seconds_left: SecondsLeft | None = None
    ) -> None:
        """Written with the first intent, which follows at once in most jobs; where there is none, now."""
        self._seconds_left = seconds_left
        self._announcement = Announcement(
            total=total, planned_anew=planned_anew, seconds_left=await self._left()
        )
        if not total:
            await self.write_announcement()

    async def write_announcement(self) -> None:
        """If it is not written yet."""
        announcement, self._announcement = self._announcement, None
        if announcement is not None:
            async with self._unit() as unit:
                await unit.ledger.announce(self._claim, self._lease, announcement)

    async def recall(self, step: JobStep, look_up: LookUp) -> str | None:
        if step.state not in _UNDECIDED or step.claim >= self._claim.number:
            return None
        found = await self._find(step.id, look_up, self._reason(step.id), step.intended_at)
        return None if found is None else await self._record(step.id, found)

    async def refuse(self, step_id: str, title: str, *, code: str, message: str) -> None:
        if self._is_draining():
            raise HandedBack("This worker is going away.")
        async with self._unit() as unit:
            intent = await self._intend(unit, step_id, title, once=True)
            await unit.ledger.record(self._claim, self._lease, step_id, "failed", outcome=code, error=message)
        if intent.job.cancel_requested:
            raise Cancelled("Cancelled on request, between two steps.")

    async def perform(
        self, step_id: str, title: str, act: Act, *, look_up: LookUp | None = None, once: bool = True
    ) -> str | None:
        if self._is_draining():
            raise HandedBack("This worker is going away.")
        reason = self._reason(step_id)
        with self._held.renewing():
            async with self._unit() as unit:
                intent = await self._intend(unit, step_id, title, once=once)
        if intent.recorded is not None:
            return intent.recorded.outcome
        if look_up is not None and intent.begun_earlier:
            found = await self._find(step_id, look_up, reason, intent.since)
            if found is not None:
                return await self._record(step_id, found)
        if intent.job.cancel_requested:
            await self._not_sent(step_id, intent)
            raise Cancelled("Cancelled on request, between two steps.")
        try:
            outcome = await self._sent(act, reason)
        except (GatewayBusy, GatewayAbsent):
            await self._not_sent(step_id, intent)
            raise
        except AnswerLost:
            found = None if look_up is None else await self._find(step_id, look_up, reason, intent.since)
            if found is None:
                raise
            log.info("The answer to %s was lost, but it was done: %s", step_id, found)
            outcome = found
        except CallRefused as error:
            await self._refused(step_id, error)
            raise
        return await self._record(step_id, outcome)

    async def _intend(self, unit: UnitOfWork, step_id: str, title: str, *, once: bool) -> Intent:
        announcement, self._announcement = self._announcement, None
        # What no claim before this one and nobody in this one can have intended needs no look.
        is_new = self._claim.number == 1 and step_id not in self._intended
        self._intended.add(step_id)
        return await unit.ledger.intend(
            self._claim,
            self._lease,
            step_id,
            title,
            once=once,
            is_new=is_new,
            announcement=announcement,
        )

    async def _find(self, step_id: str, look_up: LookUp, reason: str, since: datetime) -> str | None:
        """What cannot even be looked up is never sent twice: the job ends, and says that the outcome is unknown."""
        try:
            return await look_up(reason, since)
        except (CallRefused, Undecided) as error:
            self.failed_step = step_id
            async with self._unit() as unit:
                await unit.ledger.record(
                    self._claim, self._lease, step_id, "outcome_unknown", error=error.message
                )
            raise JobFailed(
                f"Whether {step_id} was done cannot be found out: {error.message} Look at the guild.",
                code="outcome_unknown",
            ) from error

    async def _left(self) -> float | None:
        return None if self._seconds_left is None else await self._seconds_left()

    async def _record(self, step_id: str, outcome: str | None) -> str | None:
        left = await self._left()
        async with self._unit() as unit:
            await unit.ledger.record(
                self._claim, self._lease, step_id, "done", outcome=outcome, seconds_left=left
            )
        self.has_done = True
        return outcome

    async def _sent(self, act: Act, reason: str) -> str | None:
        """The lease outlives the call, or is renewed before it: who was suspended does not act any more."""
        while not self._held.outlives_a_call():
            with self._held.renewing():
                async with self._unit() as unit:
                    await unit.ledger.renew(self._claim, self._lease)
        with sendable_while(self._held.outlives_a_call):
            return await act(reason)

    async def _not_sent(self, step_id: str, intent: Intent) -> None:
        """Takes the intent back: there is nothing to look up and nothing unknown. What an earlier claim may have sent
        stays to be looked up, since not every look-up says for good that it was not done."""
        if intent.begun_earlier:
            return
        async with self._unit() as unit:
            await unit.ledger.record(self._claim, self._lease, step_id, "superseded")

    async def _refused(self, step_id: str, error: CallRefused) -> None:
        self.failed_step = step_id
        async with self._unit() as unit:
            await unit.ledger.record(
                self._claim, self._lease, step_id, "failed", outcome=error.error_code, error=error.message
            )

    def _reason(self, step_id: str) -> str:
        job = self._claim.job
        return f"guildwright job {job.id} {step_id}, asked by {job.actor.name} over {job.actor.via}"[
            :_REASON_LIMIT
        ]
