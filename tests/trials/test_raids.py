"""After fifty bad edits, going back to a snapshot: everything as it was, what survived is the same, nobody has more."""

import pytest

from core.discord.types import Snapshot
from core.templates.capture import document_of
from core.templates.options import DELETED
from core.templates.plan import PlanOptions
from tests.builders.doors import open_doors
from tests.builders.guilds import Thrown
from tests.builders.oracle import effective_bits
from tests.fixtures.size import SEED, sized
from tests.trials.likeness import likeness
from tests.trials.pairs import make_lived_in_guild, pair_of
from tests.trials.raiding import raid
from tests.trials.report import Report
from tests.trials.stage import Stage

EDITS = 50
_NO_ROOM = "role_order"
"""The warning of a plan that cannot put roles in order below the bot's own."""
ROLLBACK = PlanOptions(mode="exact", extras=DELETED, confirm_destructive=True)
"""As `PlanService.create_rollback` has it."""


@pytest.mark.timeout(sized(small=900, soak=3600))
async def test_a_raided_guild_goes_back_to_what_it_was(stage: Stage, report: Report) -> None:
    number = 0
    while report.applied < sized(small=15, soak=300):
        choose = Thrown(SEED * 29_000_017 + number)
        number += 1
        trial = await make_lived_in_guild(stage, choose)
        before = await trial.read()
        captured = document_of(before)
        await raid(stage, trial.guild_id, choose, EDITS)
        raided = await trial.read()
        back = await pair_of(trial, captured.document, captured.bindings, ROLLBACK, choose)
        if back.plan.blockers:
            report.block(back.plan)
        elif _NO_ROOM in {notice.code for notice in back.plan.warnings}:
            report.block(back.plan, _NO_ROOM)
        else:
            made = await trial.apply(back.plan)
            after = await trial.read()
            assert stage.watch.refused == [], number
            assert likeness(after) == likeness(before), number
            assert _ids(before) & _ids(raided) <= _ids(after), f"{number}: what survived is the same thing"
            assert _ids(after) <= _ids(before) | _ids(raided) | set(made.values()), number
            assert _wrong_grants(before, after) == [], number
            assert list(open_doors(stage.watch.states, stage.watch.labels)) == [], number
            left = back.plan_again(after, {**back.plan.matched, **made})
            assert (left.steps, left.blockers) == ((), ()), number
            report.add(back.plan, stage.watch)
        await stage.end(trial)
    assert report.blocked < report.applied / 4, report


def _ids(there: Snapshot) -> set[str]:
    lists = (there.roles, there.channels, there.emojis or (), there.stickers or (), there.webhooks or ())
    return {each.id for found in lists for each in found}


def _wrong_grants(before: Snapshot, after: Snapshot) -> list[str]:
    """Who may do something else in a channel that is still the same one, by the roles that are still the same."""
    old = {channel.id: channel for channel in before.channels}
    roles = [role.id for role in after.roles if role.id in {role.id for role in before.roles}]
    members = {o.id for c in before.channels for o in c.overwrites if o.kind == "member"}
    return [
        f"{role} {member} in {channel.name}"
        for channel in after.channels
        if channel.id in old
        for role in roles
        for member in (None, *members)
        if effective_bits(after, channel, (role,), member)
        != effective_bits(before, old[channel.id], (role,), member)
    ]
