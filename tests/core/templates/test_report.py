"""What became of a plan that stopped half-way."""

from datetime import UTC, datetime

from core.jobs.schemas import JobStep
from core.jobs.states import StepState
from core.templates.documents.channels import TextChannel
from core.templates.report import StepOutcome, outcomes, tightened
from tests.builders.scenes import GUILD, channel, deny, for_role, guild, ids, plan_for, wanted

NOW = datetime(2026, 8, 1, tzinfo=UTC)
# Neither can be written first: @everyone is written twice.
THERE = guild(channel(2001, "a", deny(GUILD, "send_messages")), everyone=["view_channel", "send_messages"])
SAID = wanted(
    TextChannel(key="a", name="a", overwrites=(for_role("everyone", deny=["speak"]),)),
    everyone=["view_channel", "speak"],
)
MEET, CHANNEL, FINAL = f"edit_role:{GUILD}:meet", "edit_channel:2001", f"edit_role:{GUILD}"


def recorded(step_id: str, state: StepState, error: str | None = None) -> JobStep:
    return JobStep(id=step_id, title=step_id, state=state, claim=1, intended_at=NOW, error=error)


def test_a_role_whose_last_write_is_missing_is_tighter_by_what_that_would_give() -> None:
    plan = plan_for(SAID, THERE)
    assert ids(plan) == [MEET, CHANNEL, FINAL]
    (found,) = tightened(plan, {MEET, CHANNEL})
    assert (found.kind, found.id, found.permissions) == ("role", GUILD, ("speak",))


def test_nothing_is_tighter_before_the_first_write_and_after_the_last() -> None:
    plan = plan_for(SAID, THERE)
    assert tightened(plan, ()) == ()
    assert tightened(plan, set(ids(plan))) == ()


def test_each_step_has_an_outcome() -> None:
    steps = [
        recorded(MEET, "done"),
        recorded(CHANNEL, "failed", "Discord refused."),
        recorded("x", "superseded"),
    ]
    assert outcomes(steps, plan_for(SAID, THERE)) == (
        StepOutcome(id=MEET, title=MEET, state="done"),
        StepOutcome(id=CHANNEL, title=CHANNEL, state="failed", error="Discord refused."),
        StepOutcome(id=FINAL, title=plan_for(SAID, THERE).steps[-1].title, state="left"),
    )
