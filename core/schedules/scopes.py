"""What a credential must have been made for to have a schedule do something: what asking for the same by hand would
need. Whose schedule it is and what they may do is looked at besides. Pure."""

from core.actions.undo import UndoPayload
from core.actor import Actor
from core.announcements.jobs import ANNOUNCEMENT_POST, AnnouncementPost
from core.housekeeping.jobs import HousekeepingPayload
from core.rights import Right, right_to_ask
from core.schedules.effects import ENDS, kind_of
from core.schedules.payloads import (
    ApplyScheduled,
    CaptureScheduled,
    DriftCheckScheduled,
    SchedulePayload,
)


def rights_to_ask(payload: SchedulePayload) -> tuple[str, ...]:
    """A kind that nobody has thought of here is one that is asked for as a job."""
    rights: tuple[str, ...] = (right_to_ask(str(payload.__struct_config__.tag)),)
    if isinstance(payload, HousekeepingPayload):
        rights = (Right.SYSTEM_WRITE,)
    match payload:
        case CaptureScheduled():
            rights = (Right.SNAPSHOTS_WRITE,)
        case DriftCheckScheduled():
            rights = (Right.DRIFT_READ,)
        case ApplyScheduled():
            rights = (Right.PLANS_WRITE, Right.PLANS_APPLY)
        case AnnouncementPost():
            rights = (ANNOUNCEMENT_POST.needed_right,)
        case UndoPayload(act=act):
            ends = [kind for kind, (_, ended) in ENDS.items() if ended == kind_of(act)]
            rights = tuple(right_to_ask(kind) for kind in ends or [kind_of(act)])
        case _:
            pass
    return rights


def require_scopes(actor: Actor, payload: SchedulePayload) -> None:
    """Raises `Forbidden` for a credential that was not made to ask for this."""
    for right in rights_to_ask(payload):
        actor.require_scope(right)
