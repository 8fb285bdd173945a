"""What an edit of a schedule changes, and what comes next of it then. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec.structs import replace

from core.errors import Invalid, Problem, Stale
from core.schedules.models import ScheduleModel
from core.schedules.rows import pending_of
from core.schedules.schemas import ScheduleDraft
from core.schedules.timing import Occurrence, Timing, first_after
from core.schedules.triggers import OnceTrigger


def moved(before: Timing, after: Timing) -> bool:
    """Whether it runs at other times; what becomes of missed ones is none of that."""
    same = ("misfire", "misfire_limit", "grace_seconds")
    return replace(after, **{name: getattr(before, name) for name in same}) != before


def require_fresh(model: ScheduleModel, seen: datetime | None) -> None:
    if seen is not None and model.updated_at != seen:
        raise Stale("This schedule was changed after you read it: read it again.", code="precondition_failed")


def fields_of(draft: ScheduleDraft) -> dict[str, object]:
    return {name: getattr(draft, name) for name in draft.__struct_fields__}


def plan_on(model: ScheduleModel, now: datetime, *, kept: Occurrence | None = None) -> None:
    """What comes next from now on, `kept` before all others; it has ended where nothing does."""
    found = None if is_spent(model) else kept or first_after(model.timing, model.id, now)
    model.next_at = None if found is None else found.at
    model.due_at = None if found is None else found.due_at
    if found is None and model.state == "active":
        model.state = "ended"


def still_named(model: ScheduleModel, now: datetime) -> Occurrence | None:
    """The one whose moment was over by its former times while its jitter was not, if its present times name that moment
    as well."""
    if model.next_at is None or model.next_at > now:
        return None
    found = first_after(model.timing, model.id, model.next_at - timedelta(microseconds=1))
    return found if found is not None and found.at == model.next_at else None


def still_to_come(model: ScheduleModel, now: datetime) -> Occurrence | None:
    """The one that was to come before it was paused, if that is not due yet."""
    pending = pending_of(model)
    return pending if pending is not None and pending.due_at > now else None


def is_spent(model: ScheduleModel) -> bool:
    return model.max_runs is not None and model.runs >= model.max_runs


def require_end(before: ScheduleDraft, after: ScheduleDraft) -> None:
    """Of what takes something back only the moment and the name are anybody's to change; whose act it was stays."""
    timing = replace(before.timing, trigger=after.timing.trigger, time_zone=after.timing.time_zone)
    if replace(after, name=before.name) != replace(before, timing=timing) or not isinstance(
        timing.trigger, OnceTrigger
    ):
        message = "This takes back what was done for a time: only its name and the moment (type once) can be changed."
        raise Invalid(message, problems=(Problem(pointer="", code="ours", message=message),))


def require_same_work(before: ScheduleDraft, after: ScheduleDraft) -> None:
    """What the installation does of itself is nobody's to change; when it does that is its owner's."""
    if after.payload != before.payload:
        message = (
            "This is the installation's own: what it does stays, and everything else of it can be changed."
        )
        raise Invalid(message, problems=(Problem(pointer="/payload", code="ours", message=message),))


def require_peoples(model: ScheduleModel) -> None:
    """Raises `Invalid` for one of the installation's own, which would come back at the next start."""
    if model.guild_id is None:
        message = "This is the installation's own, and is not deleted: pause it instead."
        raise Invalid(message, problems=(Problem(pointer="", code="ours", message=message),))


def differing(one: ScheduleDraft, other: ScheduleDraft) -> dict[str, object]:
    return {name: value for name, value in _flat(one) if value != dict(_flat(other)).get(name)}


def _flat(draft: ScheduleDraft) -> Iterable[tuple[str, object]]:
    for part in (draft, draft.timing):
        for name in part.__struct_fields__:
            if name != "timing":
                yield name, getattr(part, name)
