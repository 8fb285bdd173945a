"""Claim, run, settle: what happens to a job in a worker's hands (law 4)."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime, timedelta

import msgspec

from core.db import is_away
from core.discord.errors import AnswerLost, GatewayAbsent, GatewayBusy
from core.discord.gateway import DiscordGateway
from core.errors import Conflict, GuildwrightError
from core.jobs.errors import Cancelled, DoneInPart, HandedBack, JobFailed, LeaseLost
from core.jobs.schemas import Claim, ClaimTerms, Job, JobError
from core.jobs.states import JobState, Lane, WaitingFor
from core.uow import Database
from workers.authority import check_authority
from workers.ending import end
from workers.journal import LedgerJournal
from workers.lease import Lease
from workers.registry import BackgroundContext, BackgroundFunction, JobContext, Registry
from workers.retry import backoff

log = logging.getLogger(__name__)
_ABSENT_FOR = timedelta(seconds=2)
_LONGEST_ABSENCE = timedelta(seconds=15)


class Running:
    """Runs the jobs of one lane, one at a time in each slot that calls it.

    `holder` is this process' name. `per_guild` bounds how many jobs of one guild run at once, `structural` how many
    applies and the like run here, so that a message always finds a slot. While `is_open` says no, nothing is claimed:
    the bot's lane is open while its gateway is live. `afterwards` is told of each job that this process has let go of,
    settled or not. Jobs of the background lane are done without a `gateway`.
    """

    def __init__(
        self,
        database: Database,
        registry: Registry,
        gateway: DiscordGateway | None,
        *,
        lane: Lane,
        holder: str,
        lease_seconds: float = 45.0,
        per_guild: int = 4,
        structural: int = 6,
        is_open: Callable[[], bool] = lambda: True,
        afterwards: Callable[[Job], Awaitable[None]] | None = None,
    ) -> None:
        self._database = database
        self._registry = registry
        self._gateway = gateway
        self.lane: Lane = lane
        self._holder = holder
        self._lease = lease_seconds
        self._per_guild = per_guild
        self._structural_slots = structural
        self._structural = 0
        self._claiming = asyncio.Lock()
        self._is_open = is_open
        self._afterwards = afterwards
        self._draining = False

    def drain(self) -> None:
        """From now on nothing is claimed, and running jobs are handed back after their present step."""
        self._draining = True

    @property
    def claims_now(self) -> bool:
        return self._is_open() and not self._draining

    @property
    def is_draining(self) -> bool:
        return self._draining

    @property
    def terms(self) -> ClaimTerms:
        """What may be claimed next."""
        return ClaimTerms(per_guild=self._per_guild, structural=self._structural < self._structural_slots)

    async def run_until_none(self) -> int:
        """What one permit is worth: claims and runs until nothing is claimable; answers how many jobs that were."""
        ran = 0
        while self.claims_now:
            held = Lease(self._lease)
            claim = await self._claim(held)
            if claim is None:
                break
            await self._run(claim, held)
            ran += 1
        return ran

    async def _claim(self, held: Lease) -> Claim | None:
        """A clash with another worker over a guild is as if nothing were claimable: whoever won runs. So is a
        PostgreSQL that is away: the worker looks again by itself.

        One at a time, because two at the same moment would not see each other: each would find room for itself.
        """
        async with self._claiming:
            if not self.claims_now:
                return None
            try:
                with held.renewing():
                    async with self._database.unit() as unit:
                        claim = await unit.ledger.claim(self.lane, self._holder, self._lease, self.terms)
            except Conflict:
                return None
            except Exception as error:
                if not is_away(error):
                    raise
                log.warning("Nothing is claimed: PostgreSQL is away (%s).", error)
                return None
            self._structural += claim is not None and self._is_structural(claim)
            return claim

    async def _run(self, claim: Claim, held: Lease) -> None:
        journal = LedgerJournal(self._database, claim, held, lambda: self._draining)
        try:
            async with self._heartbeat(claim, held):
                await self._attempt(claim, journal)
        except LeaseLost:
            log.warning("Job %s is in other hands by now; this attempt stops here.", claim.job.id)
        except Exception as error:
            if not is_away(error):
                raise
            # Nothing can be written: the lease runs out and the job is claimed again.
            log.warning("Job %s: PostgreSQL is away (%s); its lease will run out.", claim.job.id, error)
        finally:
            self._structural -= self._is_structural(claim)
        await self._tell_afterwards(claim.job)

    async def _tell_afterwards(self, job: Job) -> None:
        if self._afterwards is None:
            return
        try:
            await self._afterwards(job)
        except Exception:
            log.exception("What follows job %s (%s) ended in an error of ours", job.id, job.kind)

    def _is_structural(self, claim: Claim) -> bool:
        return self._registry[claim.job.kind].spec.structural

    async def _attempt(self, claim: Claim, journal: LedgerJournal) -> None:
        try:
            result = await self._do(claim, journal)
            await journal.write_announcement()
        except LeaseLost:
            raise
        except GuildwrightError as error:
            await self._end(claim, journal, error)
        except Exception as error:
            if is_away(error):
                raise
            log.exception("Job %s (%s) ended in an error of ours", claim.job.id, claim.job.kind)
            failure = JobError(
                code="internal", message="An internal error; the bot's log tells which.", retryable=True
            )
            await self._settle(claim, await self._stopped(claim), error=failure)
        else:
            await self._settle(claim, "succeeded", result=result)

    async def _end(self, claim: Claim, journal: LedgerJournal, error: GuildwrightError) -> None:
        """An attempt that did not come to its end: what kind of error decides what becomes of the job."""
        match error:
            case HandedBack():
                await self._hand_back(claim)
            case GatewayAbsent() | AnswerLost() if self._draining:
                # Its own going away cut the call short: no attempt. An intent that is left open is looked up.
                await self._hand_back(claim)
            case Cancelled():
                await self._settle(claim, "cancelled", result=error.result, error=_failure(error))
            case GatewayBusy():
                await self._wait(claim, "rate_limit", error.resume_at)
            case GatewayAbsent():
                await self._wait(claim, "bot", self._database.clock() + _absence(claim))
            case AnswerLost():
                await self._try_later(claim, error, spent=0 if journal.has_done else claim.job.spent_attempts)
            case DoneInPart():
                failure = _failure(error, step=error.step)
                await self._settle(claim, await self._stopped(claim), result=error.result, error=failure)
            case _:
                failure = _failure(error, step=journal.failed_step)
                await self._settle(claim, await self._stopped(claim), error=failure)

    async def _do(self, claim: Claim, journal: LedgerJournal) -> msgspec.Struct:
        function = self._registry[claim.job.kind]
        if claim.job.cancel_requested and not await self._is_in_doubt(claim):
            raise Cancelled("Cancelled on request, before it began.")
        await check_authority(claim, function.spec, self._database, self._gateway)
        payload = msgspec.convert(claim.job.payload, function.spec.payload)
        at_hand = BackgroundContext(
            job=claim.job,
            claim=claim.number,
            journal=journal,
            database=self._database,
            clock=self._database.clock,
        )
        if isinstance(function, BackgroundFunction):
            return await function.run(at_hand, payload)
        if self._gateway is None:
            raise JobFailed(
                f"{claim.job.kind} needs the bot, which is not in this process.", code="no_gateway"
            )
        context = JobContext(
            **msgspec.structs.asdict(at_hand), guild_id=claim.job.guild_id or "", gateway=self._gateway
        )
        return await function.run(context, payload)

    async def _is_in_doubt(self, claim: Claim) -> bool:
        """Whether an earlier claim may have done something that it did not live to record. Then the work is gone
        through up to there, and the journal stops it."""
        async with self._database.read() as unit:
            return any(step.state == "intended" for step in await unit.ledger.steps(claim.job.id))

    async def _hand_back(self, claim: Claim) -> None:
        async with self._database.unit() as unit:
            await unit.ledger.hand_back(claim)

    async def _try_later(self, claim: Claim, error: AnswerLost, *, spent: int) -> None:
        failure = _failure(error, retryable=True)
        if spent >= claim.job.max_attempts:
            await self._settle(claim, "dead", error=failure)
        else:
            resume_at = self._database.clock() + backoff(spent)
            await self._wait(claim, "retry", resume_at, burn=True, error=failure)

    async def _wait(
        self,
        claim: Claim,
        waiting_for: WaitingFor,
        resume_at: datetime,
        *,
        burn: bool = False,
        error: JobError | None = None,
    ) -> None:
        async with self._database.unit() as unit:
            await unit.ledger.wait(claim, waiting_for, resume_at, burn=burn, error=error)

    async def _stopped(self, claim: Claim) -> JobState:
        """What a job is that stopped for good: steps of every claim count."""
        async with self._database.read() as unit:
            steps = await unit.ledger.steps(claim.job.id)
        return "partial" if any(step.state == "done" for step in steps) else "failed"

    async def _settle(
        self,
        claim: Claim,
        state: JobState,
        *,
        result: msgspec.Struct | None = None,
        error: JobError | None = None,
    ) -> None:
        async with self._database.unit() as unit:
            await unit.ledger.settle(claim, state, result=result, error=error)

    @contextlib.asynccontextmanager
    async def _heartbeat(self, claim: Claim, held: Lease) -> AsyncGenerator[None]:
        beating = asyncio.create_task(self._beat(claim, held))
        try:
            yield
        finally:
            await end(beating)

    async def _beat(self, claim: Claim, held: Lease) -> None:
        while True:
            await asyncio.sleep(self._lease / 4.5)
            try:
                with held.renewing():
                    async with self._database.unit() as unit:
                        await unit.ledger.renew(claim, self._lease)
            except LeaseLost:
                held.lose()
                return
            except Exception as error:
                log.warning(
                    "Could not renew the lease of job %s: %s",
                    claim.job.id,
                    error,
                    exc_info=None if is_away(error) else error,
                )


def _absence(claim: Claim) -> timedelta:
    """A guild with an outage at Discord is asked for less and less often: every claim is an event of its history."""
    in_vain = max(claim.number - claim.job.attempts, 0)
    return min(_ABSENT_FOR * 2 ** min(in_vain, 10), _LONGEST_ABSENCE)


def _failure(error: GuildwrightError, *, retryable: bool = False, step: str | None = None) -> JobError:
    return JobError(code=error.error_code, message=error.message, retryable=retryable, step=step)
