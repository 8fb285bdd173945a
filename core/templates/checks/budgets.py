"""What a plan makes, held against how much Discord lets be made in a day or two."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from core.discord.pace import Budget, Call, Pace
from core.templates.calls import calls_of
from core.templates.plan import CreateChannel, CreateResource, CreateRole, EditChannel, EditRole, Notice, Step

# Shorter windows are waited out in passing, and say nothing about a plan as a whole.
_WORTH_TELLING = timedelta(minutes=1)
_WORDS: Mapping[Call, str] = {
    "create_role": "roles",
    "create_channel": "channels",
    "create_emoji": "emojis",
    "create_sticker": "stickers",
    "create_automod_rule": "AutoMod rules",
    "create_scheduled_event": "events",
}
"""What Discord counts for the guild as a whole."""


class Shortage(msgspec.Struct, frozen=True, kw_only=True):
    """So many of one kind are to be made, and all of them can have been made at `done_at`. `node` is the first one for
    which nothing is left. With `holds` the plan closes something meanwhile that is opened only when they are made."""

    call: Call
    count: int
    budget: Budget
    done_at: datetime
    node: str
    holds: bool

    @property
    def never_fits(self) -> bool:
        """Not even a whole window is enough."""
        return self.count > self.budget.limit

    @property
    def message(self) -> str:
        """What happens, when it could be finished, and what helps."""
        what = _WORDS[self.call]
        said = f"The plan makes {self.count} {what}, and Discord lets {self._allowed(what)}"
        done = f"it can be finished at {_shown(self.done_at)} at the earliest."
        if not self.holds:
            return f"{said}: {done} What there is room for is made at once, the rest then."
        if self.never_fits:
            return (
                f"{said}: what it closes on the way would stay closed until {_shown(self.done_at)}, so it is not "
                f"begun. Make some of the {what} with a plan of their own first: `only` names the nodes."
            )
        return f"{said}: {done} Until there is room it waits, before it closes anything."

    def _allowed(self, what: str) -> str:
        budget = self.budget
        if budget.resets_at is None:
            return f"{budget.limit} be made in this server in {_long(budget.window)}"
        rest = f", then {budget.limit} in {_long(budget.window)}" if self.never_fits else ""
        return f"{budget.remaining} more be made in this server before {_shown(budget.resets_at)}{rest}"


def shortages(steps: Sequence[Step], pace: Pace, now: datetime) -> tuple[Shortage, ...]:
    """One for each kind of which the steps make more than may be made now. A window of seconds is none."""
    made: dict[Call, list[str]] = {}
    held: set[Call] = set()
    closed = False
    for step in steps:
        closed = closed or (isinstance(step, EditRole | EditChannel) and step.written == "meet")
        if isinstance(step, CreateRole | CreateChannel | CreateResource):
            call = calls_of(step)[0][0]
            made.setdefault(call, []).append(step.key)
            if closed:
                held.add(call)
    return tuple(_shortages(made, held, pace, now))


def over_budget(steps: Sequence[Step], pace: Pace, now: datetime) -> tuple[Notice, ...]:
    """A warning for each shortage."""
    found = shortages(steps, pace, now)
    return tuple(Notice(code="create_budget", message=short.message, node=short.node) for short in found)


def held_back(found: Iterable[Shortage]) -> Shortage | None:
    """The one for which a plan must not be begun yet, the longest first: otherwise it would be waited for with doors
    closed that were open and are to be open."""
    return max((s for s in found if s.holds), key=lambda s: (s.never_fits, s.done_at), default=None)


def _shortages(
    made: Mapping[Call, Sequence[str]], held: set[Call], pace: Pace, now: datetime
) -> Iterator[Shortage]:
    for call in _WORDS:
        budget, keys = pace.budgets.get(call), made.get(call, ())
        if budget is None or (done_at := budget.done_at(len(keys), now)) - now <= _WORTH_TELLING:
            continue
        yield Shortage(
            call=call,
            count=len(keys),
            budget=budget if budget.resets_at and budget.resets_at > now else _closed(budget),
            done_at=done_at,
            node=keys[budget.left(now)],
            holds=call in held,
        )


def _closed(budget: Budget) -> Budget:
    """No window is open any more."""
    return msgspec.structs.replace(budget, remaining=0, resets_at=None)


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _long(window: timedelta) -> str:
    minutes = round(window.total_seconds() / 60)
    if minutes < 120:  # noqa: PLR2004 # two hours and more are said in hours
        return f"{max(minutes, 1)} min"
    return f"{round(minutes / 60)} h"
