"""What comes of it where what is asked for is somebody's: a person, their credentials, jobs and plans. Written down by
hand, like `table`, for askers above, beside and below whoever it is about."""

from typing import Final, Literal, NamedTuple

from tests.api.matrix.outcomes import Outcome

Rank = Literal["moderator", "admin", "owner"]
"""In the guild of these tests; the owner is the installation's, and a member of it as well."""


class Pair(NamedTuple):
    asker: Rank
    target: Rank


PAIRS: Final = (
    Pair("admin", "moderator"),
    Pair("owner", "admin"),
    Pair("admin", "admin"),
    Pair("owner", "owner"),
    Pair("moderator", "admin"),
    Pair("admin", "owner"),
)
"""Twice each: above whom it is about, beside them, below them."""

OF_SOMEBODY: Final = frozenset(
    {"account_id", "session_id", "token_id", "job_id", "plan_id", "schedule_id", "announcement_id"}
)
"""An operation with one of these in its path has to stand in the table."""

_ALL: tuple[Outcome, ...] = ("allowed",) * 6
_OWNERS: tuple[Outcome, ...] = ("forbidden", "allowed", "forbidden", "allowed", "forbidden", "forbidden")
_ADMINS: tuple[Outcome, ...] = ("allowed", "allowed", "allowed", "allowed", "forbidden", "allowed")
_ABOVE: tuple[Outcome, ...] = ("allowed", "allowed", "forbidden", "forbidden", "forbidden", "forbidden")
_ADMINS_SEE: tuple[Outcome, ...] = ("allowed", "allowed", "allowed", "allowed", "not found", "allowed")
_NOBODY: tuple[Outcome, ...] = ("not found",) * 6

RANKED: dict[str, tuple[Outcome, ...]] = {
    # People: who is at or above one's own rank is nobody's to change.
    "getAccess": _ALL,
    "putAccess": _ABOVE,
    "deleteAccess": _ABOVE,
    # Accounts and credentials are the owners' to end, each other's as well; an owner's account stays, by a conflict.
    "getAccount": _OWNERS,
    "deleteAccount": _OWNERS,
    "revokeSession": _OWNERS,
    "revokeToken": _OWNERS,
    # One's own alone.
    "revokeMySession": _NOBODY,
    "revokeMyToken": _NOBODY,
    # Administrators see and end all that is done in their guild, whoever asked for it.
    "getJob": _ADMINS_SEE,
    "listJobSteps": _ADMINS_SEE,
    "streamJobEvents": _ADMINS_SEE,
    "cancelJob": _ADMINS_SEE,
    "retryJob": _ADMINS_SEE,
    # A plan is the guild's, whoever made it.
    "getPlan": _ALL,
    "applyPlan": _ADMINS,
    "approvePlan": _ADMINS,
    "rejectPlan": _ADMINS,
    # A schedule is its owner's to change, and administrators' whoever's it is: they own it from then on.
    "getSchedule": _ALL,
    "previewSchedule": _ALL,
    "listScheduleRuns": _ALL,
    "editSchedule": _ADMINS,
    "deleteSchedule": _ADMINS,
    "pauseSchedule": _ADMINS,
    "resumeSchedule": _ADMINS,
    "runSchedule": _ADMINS,
    # An announcement is its author's and administrators' to change; whoever may write some may post it.
    "getAnnouncement": _ALL,
    "previewAnnouncement": _ALL,
    "editAnnouncement": _ADMINS,
    "deleteAnnouncement": _ADMINS,
    "decideAnnouncement": _ADMINS,
    "listAnnouncementPosts": _ALL,
    "postAnnouncement": _ALL,
    "editAnnouncementPost": _ALL,
    "deleteAnnouncementPost": _ALL,
}
"""In the order of `PAIRS`."""
