"""Why a job stops before its end."""

import msgspec

from core.errors import Conflict, GuildwrightError


class Cancelled(GuildwrightError):
    """Somebody asked for the job to be cancelled: raised between two steps. `result` is that of the kind, where there
    is something to tell of what was done until then."""

    code = "cancelled"

    def __init__(self, message: str, *, result: msgspec.Struct | None = None) -> None:
        super().__init__(message)
        self.result = result


class LeaseLost(GuildwrightError):
    """Another holder may have the job by now: nothing may be recorded or settled any more."""

    code = "lease_lost"


class GuildBusy(Conflict):
    """Another structural job is at work in the guild; the message names it."""

    code = "guild_busy"


class JobFailed(GuildwrightError):
    """A permanent failure: the job settles `failed` at once, with this code and sentence."""

    code = "failed"


class DoneInPart(GuildwrightError):
    """Some of it was done and some could not be, each step with its outcome: the job settles `partial`, or `failed`
    where nothing was done. `result` is that of the kind; `step` the step at which it stopped, where one did."""

    code = "partial"

    def __init__(
        self, message: str, *, result: msgspec.Struct, code: str | None = None, step: str | None = None
    ) -> None:
        super().__init__(message, code=code)
        self.result = result
        self.step = step


class HandedBack(GuildwrightError):
    """The worker is going away: raised between two steps, and the job goes back as if it had never been claimed."""

    code = "handed_back"
