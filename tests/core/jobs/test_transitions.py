"""The ledger's transitions against their model: any verbs in any order, and two of them at the same moment.

After each verb every job's state, attempts, steps and history are compared. So nothing that ended changes by itself, no
event is missing or doubled, and who lost a job writes nothing. At the end everything open can be brought to its end.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, cast

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from core.db import Engines
from core.embedded import Servers
from core.jobs.states import OnConflict
from core.uow import Database
from tests.builders.jobs import TEST_CATALOG
from tests.core.jobs.side_by_side import SideBySide, Verb
from tests.fixtures.servers import fresh_database
from tests.fixtures.size import SEED, sized

EXAMPLES = sized(small=25, soak=1500)
STEPS = sized(small=25, soak=60)
RACES = sized(small=150, soak=6000)
MINUTES = (1, 5, 60)
ENDINGS = ("succeeded", "failed", "partial", "dead", "cancelled")
HOWS: tuple[OnConflict, ...] = ("reject", "queue", "attach")
REASONS = ("rate_limit", "retry", "bot")
KEYS = ("a", "b")

Run = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture
def run_on(servers: Servers, template_database: str) -> Iterator[tuple[Run, Database]]:
    """A loop and a database for the whole test, since hypothesis runs it as no coroutine."""
    with asyncio.Runner() as runner:
        opened = fresh_database(servers, template_database)
        engines = Engines(runner.run(opened.__aenter__()))
        yield runner.run, Database(engines, TEST_CATALOG)
        runner.run(engines.dispose())
        runner.run(opened.__aexit__(None, None, None))


def test_whatever_is_done_to_jobs_the_ledger_does_as_its_model(run_on: tuple[Run, Database]) -> None:
    run, database = run_on
    settings = hypothesis.settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.filter_too_much],
    )
    machine = cast("type[RuleBasedStateMachine]", lambda: Transitions(run, SideBySide(database)))
    run_state_machine_as_test(machine, settings=settings)


def test_of_two_verbs_at_the_same_moment_one_comes_first(run_on: tuple[Run, Database]) -> None:
    """No statement of one sees half of the other, and none of them fails in a way of its own."""
    run, database = run_on
    dice = random.Random(SEED)

    async def race() -> None:
        for _ in range(RACES // 20):
            both = SideBySide(database)
            await both.begin()
            for _ in range(5):
                await both.do(_asking(both, dice))
            for _ in range(20):
                await _something(both, dice)
                await both.do_both_at_once(_any_verb(both, dice), _any_verb(both, dice))
            await both.bring_everything_to_its_end()

    run(race())


class Transitions(RuleBasedStateMachine):
    def __init__(self, run: Run, both: SideBySide) -> None:
        super().__init__()
        self.run = run
        self.both = both
        run(both.begin())

    def do(self, verb: Verb) -> None:
        self.run(self.both.do(verb))

    @rule(
        guild=st.integers(0, 1),
        structural=st.booleans(),
        run_in=st.none() | st.sampled_from(MINUTES),
        expires_in=st.none() | st.sampled_from(MINUTES),
        how=st.sampled_from(HOWS),
        needs_approval=st.booleans(),
    )
    def ask(self, **options: Any) -> None:
        self.do(self.both.asking(**options))

    @rule()
    def claim(self) -> None:
        self.do(self.both.claiming())

    @precondition(lambda self: self.both.held)
    @rule(back=st.integers(0, 4), state=st.sampled_from(ENDINGS))
    def settle(self, back: int, state: str) -> None:
        self.hold(back, "settle", state=state)

    @precondition(lambda self: self.both.held)
    @rule(
        back=st.integers(0, 4),
        why=st.sampled_from(REASONS),
        minutes=st.sampled_from(MINUTES),
        burn=st.booleans(),
    )
    def wait(self, back: int, **options: Any) -> None:
        self.hold(back, "wait", **options)

    @precondition(lambda self: self.both.held)
    @rule(back=st.integers(0, 4), verb=st.sampled_from(["hand_back", "renew"]))
    def give_back_or_renew(self, back: int, verb: str) -> None:
        self.hold(back, verb)

    @precondition(lambda self: self.both.held)
    @rule(back=st.integers(0, 4), key=st.sampled_from(KEYS))
    def intend(self, back: int, key: str) -> None:
        self.hold(back, "intend", key=key)

    @precondition(lambda self: self.both.held)
    @rule(
        back=st.integers(0, 4),
        key=st.sampled_from(KEYS),
        state=st.sampled_from(["done", "failed", "superseded"]),
    )
    def record(self, back: int, **options: Any) -> None:
        self.hold(back, "record", **options)

    @precondition(lambda self: self.both.model.jobs)
    @rule(number=st.integers(0, 50), verb=st.sampled_from(["cancel", "retry"]))
    def manage(self, number: int, verb: str) -> None:
        self.do(self.both.managing(verb, number % len(self.both.model.jobs)))

    @precondition(lambda self: self.both.model.jobs)
    @rule(number=st.integers(0, 50), verb=st.sampled_from(["approve", "approve", "reject"]))
    def decide(self, number: int, verb: str) -> None:
        self.do(self.both.deciding(verb, number % len(self.both.model.jobs)))

    @rule(verb=st.sampled_from(["park", "expire"]))
    def look_after(self, verb: str) -> None:
        self.do(self.both.looking_after(verb))

    @rule(after=st.sampled_from(MINUTES))
    def pass_time(self, after: int) -> None:
        self.both.model.now += after

    @precondition(lambda self: self.both.running())
    @rule(number=st.integers(0, 50))
    def let_a_lease_lapse(self, number: int) -> None:
        self.lapse(number)

    @precondition(lambda self: self.both.running())
    @rule(number=st.integers(0, 50))
    def let_another_take_it(self, number: int) -> None:
        self.lapse(number)
        self.do(self.both.claiming())

    @rule()
    def pause_or_resume(self) -> None:
        self.run(self.both.pause_or_resume())

    def teardown(self) -> None:
        self.run(self.both.bring_everything_to_its_end())

    def lapse(self, number: int) -> None:
        running = self.both.running()
        self.run(self.both.lapse(running[number % len(running)]))

    def hold(self, back: int, verb: str, **options: Any) -> None:
        """By one of the newest claims, most of which are lost."""
        held = self.both.held[-5:]
        self.do(self.both.holding(held[-1 - back % len(held)], verb, **options))


# At random, without hypothesis: what races does not come out the same way twice


async def _something(both: SideBySide, dice: random.Random) -> None:
    """Between two races, so that they meet jobs in every state."""
    match dice.randrange(5):
        case 0:
            both.model.now += dice.choice(MINUTES)
        case 1 if both.running():
            await both.lapse(dice.choice(both.running()))
        case 2:
            await both.do(_asking(both, dice))
        case _:
            await both.do(both.claiming())


def _asking(both: SideBySide, dice: random.Random) -> Verb:
    run_in, expires_in = dice.choice((None, None, *MINUTES)), dice.choice((None, None, *MINUTES))
    waits = dice.random() < 0.3
    return both.asking(
        dice.randrange(2), dice.random() < 0.4, run_in, expires_in, dice.choice(HOWS), needs_approval=waits
    )


def _any_verb(both: SideBySide, dice: random.Random) -> Verb:
    numbers = range(len(both.model.jobs))
    match dice.randrange(8):
        case 0 if both.held:
            return both.holding(dice.choice(both.held), "settle", state=dice.choice(ENDINGS))
        case 1 if both.held:
            options = {
                "why": dice.choice(REASONS),
                "minutes": dice.choice(MINUTES),
                "burn": dice.random() < 0.5,
            }
            return both.holding(dice.choice(both.held), "wait", **options)
        case 2 if both.held:
            return both.holding(dice.choice(both.held), dice.choice(("hand_back", "renew")))
        case 3 | 5 | 6:
            verb = dice.choice(("cancel", "retry", "approve", "approve", "reject"))
            deal = both.managing if verb in ("cancel", "retry") else both.deciding
            return deal(verb, dice.choice(numbers))
        case 4:
            return both.looking_after("expire")
        case _:
            return both.claiming()
