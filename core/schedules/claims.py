"""What is written of the runs of a schedule: their rows when it is claimed, and their end. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from core.db import new_id
from core.schedules.models import ScheduleModel, ScheduleRunModel
from core.schedules.rows import pending_of
from core.schedules.schemas import Trouble
from core.schedules.states import RunState
from core.schedules.timing import Decision, Occurrence, decide

_MISSED = "missed"


def decision_of(model: ScheduleModel, now: datetime) -> Decision:
    pending = pending_of(model)
    assert pending is not None, "it was found by when it is due"
    left = None if model.max_runs is None else model.max_runs - model.runs
    return decide(model.timing, model.id, pending, now, runs_left=left)


def new_runs(
    model: ScheduleModel, decision: Decision, now: datetime, *, behind: ScheduleRunModel | None
) -> Iterator[dict[str, Any]]:
    """Those of one claim overlap only with what was open before, of which `behind` is one where that keeps them from
    being run; among themselves they queue."""
    if not decision.run:
        pending = pending_of(model)
        assert pending is not None, "it was found by when it is due"
        trouble = Trouble(_MISSED, "Nobody was there to run it in time.")
        missed = max(decision.missed - 1, 0)
        yield new_run(model, pending, "skipped", missed=missed, trouble=trouble, ended_at=now)
    missed = decision.missed
    for occurrence in decision.run:
        if behind is None:
            yield new_run(model, occurrence, "waiting", missed=missed, look_at=now)
        else:
            trouble = Trouble("overlap", f"Run {behind.id} was still open.")
            yield new_run(model, occurrence, "skipped", missed=missed, trouble=trouble, ended_at=now)
        missed = 0


def new_run(model: ScheduleModel, occurrence: Occurrence, state: RunState, **values: Any) -> dict[str, Any]:
    blank = {"by_hand": False, "missed": 0, "trouble": None, "ended_at": None, "look_at": None}
    return {
        "id": new_id(),
        "schedule_id": model.id,
        "guild_id": model.guild_id,
        "occurrence": occurrence.at,
        "due_at": occurrence.due_at,
        "state": state,
        **blank,
        **values,
    }


def is_missed(row: dict[str, Any]) -> bool:
    return row["trouble"] is not None and row["trouble"].code == _MISSED


def end_run(run: ScheduleRunModel, state: RunState, now: datetime, trouble: Trouble | None = None) -> None:
    run.state, run.ended_at, run.look_at, run.trouble = state, now, None, trouble
