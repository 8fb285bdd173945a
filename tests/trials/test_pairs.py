"""Random guilds and random documents: what a plan says is what happens, nothing else happens, and nothing is left."""

import pytest
from msgspec.structs import replace

from core.discord.types import Role, Snapshot
from core.templates.plan import Plan
from tests.builders.calls import guild_calls, held, needed_calls, orders, put_back, tighter_writes
from tests.builders.doors import open_doors
from tests.builders.guilds import Thrown
from tests.builders.resource_calls import changed_resources, forestalled
from tests.fixtures.size import SEED, sized
from tests.trials.pairs import MODES, Pair, draw_pair, make_guild, make_guild_with_weak_bot
from tests.trials.report import Report
from tests.trials.stage import Stage, Trial

PAIRS_A_GUILD = 2


@pytest.mark.timeout(sized(small=900, soak=3600))
async def test_a_random_document_comes_true_in_a_random_guild(stage: Stage, report: Report) -> None:
    number = 0
    while report.applied < sized(small=150, soak=2000):
        choose = Thrown(SEED * 17_000_023 + number)
        trial = await make_guild(stage, choose)
        known: dict[str, str] = {}
        for _ in range(PAIRS_A_GUILD):
            pair = await draw_pair(stage, trial, choose, MODES[number % len(MODES)], known)
            if pair.plan.blockers:
                report.block(pair.plan)
            else:
                known = await _comes_true(stage, trial, pair, f"guild {number}")
                report.add(pair.plan, stage.watch)
        await stage.end(trial)
        number += 1
    assert report.blocked < report.applied / 4, report


@pytest.mark.timeout(sized(small=900, soak=3600))
async def test_a_bot_that_is_no_administrator_is_refused_nothing(stage: Stage, report: Report) -> None:
    """What it may not do stands against the plan before anything is sent."""
    number = 0
    while report.applied < sized(small=8, soak=300):
        choose = Thrown(SEED * 31_000_023 + number)
        trial = await make_guild_with_weak_bot(stage, choose)
        pair = await draw_pair(stage, trial, choose, MODES[number % len(MODES)])
        if pair.plan.blockers:
            report.block(pair.plan)
        else:
            await _comes_true(stage, trial, pair, f"guild {number}")
            report.add(pair.plan, stage.watch)
        await stage.end(trial)
        number += 1


async def _comes_true(stage: Stage, trial: Trial, pair: Pair, which: str) -> dict[str, str]:
    """The ids of the document's nodes."""
    plan, watch = pair.plan, stage.watch
    made = await trial.apply(plan)
    assert watch.refused == [], which
    after = await trial.read()
    assert _of_integrations(after) == _of_integrations(pair.before), which
    ids = {**pair.bindings, **plan.matched, **made}
    again = pair.plan_again(after, ids)
    assert (again.steps, again.blockers) == ((), ()), which
    needed = _needed(plan, pair.before, after)
    assert len(watch.writes) == plan.calls == sum(needed.values()), (which, needed, plan.steps)
    assert list(open_doors(watch.states, watch.labels, sized(small=2, soak=3))) == [], which
    return ids


def _of_integrations(there: Snapshot) -> list[Role]:
    """Their roles, but for what may be changed of them."""
    managed = (role for role in there.roles if role.managed)
    return sorted((replace(role, permissions=0, position=0) for role in managed), key=lambda role: role.id)


def _needed(plan: Plan, before: Snapshot, after: Snapshot) -> dict[str, int]:
    """Calls, counted from the guild before and after."""
    assert guild_calls(plan) <= 2
    assert len({type(step) for step in orders(plan)}) == len(orders(plan))
    return {
        "roles and channels": needed_calls(before, after),
        "resources": len(changed_resources(before, after)),
        "forestalled": forestalled(plan, before, after),
        "orders": len(orders(plan)),
        "settings": guild_calls(plan),
        "tighter first": len(tighter_writes(plan)),
        "held": len(held(plan, before, after)),
        "put back": len(put_back(plan, before, after)),
    }
