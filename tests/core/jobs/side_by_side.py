"""The ledger on PostgreSQL beside its model: each verb is done by both, and what can be seen is compared."""

import asyncio
import copy
import itertools
import uuid
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from msgspec.structs import replace
from sqlalchemy import text

from core.errors import Conflict, Invalid
from core.jobs.errors import LeaseLost
from core.jobs.schemas import Claim, ClaimTerms
from core.jobs.states import OnConflict
from core.uow import Database
from tests.builders.core import owner, powers, snapshot
from tests.builders.jobs import MAKE, STRUCTURAL, MakePayload
from tests.core.jobs.ledger_model import MAX_ATTEMPTS, PER_GUILD, LedgerModel, Refused

LEASE = 600.0
_TERMS = ClaimTerms(per_guild=PER_GUILD)
_ACTOR = owner()
_GUILDS = (snapshot(), snapshot())
_KINDS = tuple(replace(spec, max_attempts=MAX_ATTEMPTS) for spec in (MAKE, STRUCTURAL))
_REFUSED = "refused"
_LOOK = """
SELECT id, state, waiting_for, resume_at, attempts, spent_attempts, claims, cancel_requested,
       holder IS NOT NULL AS has_holder, lease_until IS NOT NULL AS has_lease, finished_at IS NOT NULL AS is_finished,
       (SELECT coalesce(json_agg(json_build_array(sequence, type) ORDER BY sequence), '[]')
          FROM job_events WHERE job_id = jobs.id) AS events,
       (SELECT coalesce(json_agg(json_build_array(key, state)), '[]') FROM job_steps WHERE job_id = jobs.id) AS steps
  FROM jobs
"""
_LAPSE = "UPDATE jobs SET lease_until = clock_timestamp() - interval '1 second' WHERE id = :id"

Held = tuple[int, Claim]
"""A job's number, and a claim of it as its holder has it: possibly long lost."""
Verb = tuple[Callable[[LedgerModel], object], Callable[[], Awaitable[object]]]
"""What the model does, and what the ledger does; a verb that is refused changes nothing in either."""


class SideBySide:
    """`begin` empties the ledger. Times are minutes since then."""

    def __init__(self, database: Database) -> None:
        self.model = LedgerModel()
        self.held: list[Held] = []
        self._ids: list[uuid.UUID] = []
        self._database = database
        self._epoch = datetime.now(UTC).replace(microsecond=0)
        database.clock = lambda: self._epoch + timedelta(minutes=self.model.now)

    async def begin(self) -> None:
        await self._write("DELETE FROM pauses")
        await self._write("DELETE FROM jobs")
        async with self._database.unit() as unit:
            for guild in _GUILDS:
                await unit.guilds.store(guild, powers(guild), vouched=True)

    # Verbs

    def asking(
        self, guild: int, structural: bool, run_in: int | None, expires_in: int | None, how: OnConflict
    ) -> Verb:
        def at(after: int | None) -> datetime | None:
            return None if after is None else self._database.clock() + timedelta(minutes=after)

        async def ask() -> int:
            async with self._database.unit() as unit:
                job = await unit.jobs.ask(
                    _ACTOR,
                    _KINDS[structural],
                    MakePayload(),
                    guild_id=_GUILDS[guild].guild_id,
                    run_at=at(run_in),
                    expires_at=at(expires_in),
                    on_conflict=how,
                )
            if job.id not in self._ids:
                self._ids.append(job.id)
            return self._ids.index(job.id)

        return lambda model: model.ask(guild, structural, run_in, expires_in, how), ask

    def claiming(self) -> Verb:
        async def claim() -> tuple[int, int] | None:
            try:
                async with self._database.unit() as unit:
                    claim = await unit.ledger.claim("bot", "tests", LEASE, _TERMS)
            except Conflict:
                return None
            if claim is None:
                return None
            self.held.append((self._ids.index(claim.job.id), claim))
            return self.held[-1][0], claim.number

        return lambda model: model.claim(), claim

    def holding(self, held: Held, verb: str, **options: Any) -> Verb:
        """settle, wait, hand_back, renew, intend or record: what only the holder may do."""
        number, claim = held

        async def write() -> None:
            async with self._database.unit() as unit:
                await _written(unit.ledger, claim, verb, self._database.clock(), options)

        return lambda model: getattr(model, verb)((number, claim.number), **options), write

    def managing(self, verb: str, number: int) -> Verb:
        """cancel or retry."""

        async def manage() -> None:
            async with self._database.unit() as unit:
                await getattr(unit.jobs, verb)(_ACTOR, self._ids[number])

        return lambda model: getattr(model, verb)(number), manage

    def looking_after(self, verb: str) -> Verb:
        """park or expire."""

        async def look_after() -> None:
            async with self._database.unit() as unit:
                await (unit.jobs.park_for_bot() if verb == "park" else unit.jobs.expire_due())

        return lambda model: getattr(model, verb)(), look_after

    async def pause_or_resume(self) -> None:
        async with self._database.unit() as unit:
            if self.model.is_paused:
                await unit.pauses.resume(_ACTOR)
            else:
                await unit.pauses.pause(_ACTOR, None)
        self.model.is_paused = not self.model.is_paused

    async def lapse(self, number: int) -> None:
        self.model.lapse(number)
        await self._write(_LAPSE, id=self._ids[number])

    def running(self) -> list[int]:
        return [number for number, job in enumerate(self.model.jobs) if job.state == "running"]

    # Comparing

    async def do(self, verb: Verb) -> None:
        expected = _outcome_in(self.model, verb)
        assert await _outcome(verb) == expected
        assert await self._look() == self.model.seen()

    async def do_both_at_once(self, one: Verb, other: Verb) -> None:
        """As if one had been before the other, except that a claim passes over what the other has in its hands, and
        does not count it among what runs."""
        before = copy.deepcopy(self.model)
        outcomes = await asyncio.gather(_outcome(one), _outcome(other))
        seen = await self._look()
        for order in itertools.permutations(zip((one, other), outcomes, strict=True)):
            for model in _after(before, order):
                if model.seen() == seen:
                    self.model = model
                    return
        raise AssertionError(
            f"{outcomes} and {seen} come from neither order of the two, beginning at {before}"
        )

    async def bring_everything_to_its_end(self) -> None:
        """Whatever state it was left in: nothing is in one that nobody ever looks at again."""
        if self.model.is_paused:
            await self.pause_or_resume()
        for _ in range(len(self._ids) * (MAX_ATTEMPTS + 2)):
            if not any(job.is_open for job in self.model.jobs):
                break
            for number in self.running():
                await self.lapse(number)
            self.model.now += 10_000
            await self.do(self.looking_after("expire"))
            await self.do(self.claiming())
            if self.held and self.model.jobs[self.held[-1][0]].state == "running":
                await self.do(self.holding(self.held[-1], "settle", state="succeeded"))
        assert not any(job.is_open for job in self.model.jobs)

    async def _look(self) -> list[dict[str, Any]]:
        """What the database holds, in the model's words. Nobody ever sees more attempts in vain than a job has."""
        async with self._database.engines.connection() as connection:
            rows = {row.id: row for row in (await connection.execute(text(_LOOK))).all()}
        return [self._said(rows[id_]) for id_ in self._ids]

    def _said(self, row: Any) -> dict[str, Any]:
        assert [event[0] for event in row.events] == list(range(1, len(row.events) + 1))
        assert 0 <= row.spent_attempts <= MAX_ATTEMPTS
        assert row.spent_attempts <= row.attempts
        assert row.has_holder == row.has_lease
        since = None if row.resume_at is None else row.resume_at - self._epoch
        return {
            "state": row.state,
            "waiting_for": row.waiting_for,
            "resume_at": None if since is None else since // timedelta(minutes=1),
            "attempts": row.attempts,
            "spent_attempts": row.spent_attempts,
            "claims": row.claims,
            "cancel_requested": row.cancel_requested,
            "events": [event[1] for event in row.events],
            "steps": dict(row.steps),
            "is_held": row.has_holder,
            "is_finished": row.is_finished,
        }

    async def _write(self, statement: str, **values: Any) -> None:
        async with self._database.engines.writing.begin() as connection:
            await connection.execute(text(statement), values)


async def _written(ledger: Any, claim: Claim, verb: str, now: datetime, options: dict[str, Any]) -> None:
    match verb:
        case "settle":
            await ledger.settle(claim, options["state"])
        case "wait":
            resume_at = now + timedelta(minutes=options["minutes"])
            await ledger.wait(claim, options["why"], resume_at, burn=options["burn"])
        case "hand_back":
            await ledger.hand_back(claim)
        case "renew":
            await ledger.renew(claim, LEASE)
        case "intend":
            await ledger.intend(claim, LEASE, options["key"], "a step", once=True)
        case _:
            await ledger.record(claim, LEASE, options["key"], options["state"])


async def _outcome(verb: Verb) -> object:
    try:
        return await verb[1]()
    except (Conflict, Invalid, LeaseLost):
        return _REFUSED


def _outcome_in(model: LedgerModel, verb: Verb) -> object:
    try:
        return verb[0](model)
    except Refused:
        return _REFUSED


def _after(model: LedgerModel, verbs: Sequence[tuple[Verb, object]]) -> Iterator[LedgerModel]:
    """The models that may be there after these verbs with these outcomes."""
    if not verbs:
        yield model
        return
    (verb, outcome), *rest = verbs
    exact = copy.deepcopy(model)
    if _outcome_in(exact, verb) == outcome:
        yield from _after(exact, rest)
    if outcome is None or isinstance(outcome, tuple):  # a claim
        passing = copy.deepcopy(model)
        if passing.claim(-1 if outcome is None else cast("int", outcome[0])) == outcome:
            yield from _after(passing, rest)
