"""Whether this machine's clock agrees with Discord's: ids, audit entries and schedules are compared with it."""

from datetime import datetime
from email.utils import parsedate_to_datetime

from bot.doctor.discord_api import Answered
from bot.doctor.findings import Finding, note, right, wrong

_MOST_SECONDS = 5.0


def clock_finding(answered: Answered) -> Finding:
    """Discord's `Date` has whole seconds; the answer was made some time between asking and hearing."""
    try:
        theirs = parsedate_to_datetime(answered.date or "")
    except ValueError:
        return note("Discord did not say what time it is: the clock was not compared.")
    early, late = _ahead(answered.heard_at, theirs), _ahead(theirs, answered.asked_at) - 1
    skew = max(early, late, 0.0)
    if skew > _MOST_SECONDS:
        direction = "ahead of" if early > late else "behind"
        return wrong(
            f"This machine's clock is {skew:.0f} s {direction} Discord's: set it right, by NTP for example."
        )
    return right("This machine's clock agrees with Discord's.")


def _ahead(one: datetime, other: datetime) -> float:
    return (one - other).total_seconds()
