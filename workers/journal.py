"""The journal of one claim: every step is intended, done and recorded in short transactions of its own."""

import logging
from collections.abc import Callable
from datetime import datetime

from core.discord.errors import AnswerLost, CallRefused, GatewayAbsent, GatewayBusy, Undecided
from core.jobs.errors import Cancelled, HandedBack, JobFailed
from core.jobs.journal import Act, LookUp
from core.jobs.schemas import Claim, Intent, JobStep
from core.uow import Database

log = logging.getLogger(__name__)
_UNDECIDED = frozenset({"intended", "outcome_unknown"})
_REASON_LIMIT = 512  # Discord: X-Audit-Log-Reason is 1 to 512 characters


class LedgerJournal:
    """Implements `core.jobs.journal.Journal`. `failed_step` names the step that Discord refused, if one was."""

    def __init__(
        self, database: Database, claim: Claim, lease_seconds: float, is_draining: Callable[[], bool]
    ) -> None:
        self._database = database
        self._claim = claim
        self._lease = lease_seconds
        self._is_draining = is_draining
        self.failed_step: str | None = None
        self.done = 0

    async def announce(self, total: int, *, planned_anew: bool = False) -> None:
        async with self._database.unit() as unit:
            job = await unit.ledger.announce(self._claim, self._lease, total=total, planned_anew=planned_anew)
        self.done = job.progress.done

    async def recall(self, step: JobStep, look_up: LookUp) -> str | None:
        if step.state not in _UNDECIDED or step.claim >= self._claim.number:
            return None
        found = await self._find(step.id, look_up, self._reason(step.id), step.intended_at)
        return None if found is None else await self._record(step.id, found)

    async def refuse(self, step_id: str, title: str, *, code: str, message: str) -> None:
        if self._is_draining():
            raise HandedBack("This worker is going away.")
        async with self._database.unit() as unit:
            intent = await unit.ledger.intend(self._claim, self._lease, step_id, title, once=True)
            await unit.ledger.record(self._claim, self._lease, step_id, "failed", outcome=code, error=message)
        if intent.job.cancel_requested:
            raise Cancelled("Cancelled on request, between two steps.")

    async def perform(
        self, step_id: str, title: str, act: Act, *, look_up: LookUp | None = None, once: bool = True
    ) -> str | None:
        if self._is_draining():
            raise HandedBack("This worker is going away.")
        reason = self._reason(step_id)
        async with self._database.unit() as unit:
            intent = await unit.ledger.intend(self._claim, self._lease, step_id, title, once=once)
        if intent.job.cancel_requested:
            await self._not_sent(step_id, intent)
            raise Cancelled("Cancelled on request, between two steps.")
        if intent.recorded is not None:
            return intent.recorded.outcome
        if look_up is not None and intent.begun_earlier:
            found = await self._find(step_id, look_up, reason, intent.since)
            if found is not None:
                return await self._record(step_id, found)
        try:
            outcome = await act(reason)
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

    async def _find(self, step_id: str, look_up: LookUp, reason: str, since: datetime) -> str | None:
        """What cannot even be looked up is never sent twice: the job ends, and says that the outcome is unknown."""
        try:
            return await look_up(reason, since)
        except (CallRefused, Undecided) as error:
            self.failed_step = step_id
            async with self._database.unit() as unit:
                await unit.ledger.record(
                    self._claim, self._lease, step_id, "outcome_unknown", error=error.message
                )
            raise JobFailed(
                f"Whether {step_id} was done cannot be found out: {error.message} Look at the guild.",
                code="outcome_unknown",
            ) from error

    async def _record(self, step_id: str, outcome: str | None) -> str | None:
        async with self._database.unit() as unit:
            await unit.ledger.record(self._claim, self._lease, step_id, "done", outcome=outcome)
        self.done += 1
        return outcome

    async def _not_sent(self, step_id: str, intent: Intent) -> None:
        """Takes the intent back, if it is of this attempt: then there is nothing to look up and nothing unknown. What
        an earlier one may have done must not be forgotten."""
        if intent.begun_earlier:
            return
        async with self._database.unit() as unit:
            await unit.ledger.record(self._claim, self._lease, step_id, "superseded")

    async def _refused(self, step_id: str, error: CallRefused) -> None:
        self.failed_step = step_id
        async with self._database.unit() as unit:
            await unit.ledger.record(
                self._claim, self._lease, step_id, "failed", outcome=error.error_code, error=error.message
            )

    def _reason(self, step_id: str) -> str:
        job = self._claim.job
        return f"guildwright job {job.id} {step_id}, asked by {job.actor.name} over {job.actor.via}"[
            :_REASON_LIMIT
        ]
