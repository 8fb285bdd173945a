"""Which steps of a plan may be under way at the same time.

What somebody may do in a channel depends on roles and on that channel's own overwrites, so edits of different channels
never meet (law 6), unless Discord copies one to the other: a category's go to its children. Discord counts edits and
deletes of a channel by channel, and everything else by guild: only these gain anything by being done together.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence

from msgspec import UNSET

from core.discord.types import Snowflake
from core.templates.plan import DeleteChannel, EditChannel, Plan, Step, nodes_in

AT_ONCE = 8
"""So many calls of one plan are under way at most."""


def waves_of(plan: Plan) -> Iterator[tuple[Step, ...]]:
    """The steps in the plan's order. Those of one wave may be done in any order, or at once."""
    categories = frozenset(node.id for node in nodes_in(plan.tree) if node.type == "category" and node.id)
    wave: list[Step] = []
    for step in plan.steps:
        if wave and not _goes_along(step, wave, categories):
            yield tuple(wave)
            wave = []
        wave.append(step)
    if wave:
        yield tuple(wave)


async def together(doings: Sequence[Callable[[], Awaitable[None]]]) -> None:
    """Raises what went wrong first, once nothing is under way any more; after that nothing is begun."""
    waiting, errors = deque(doings), list[BaseException]()

    async def work() -> None:
        while waiting and not errors:
            try:
                await waiting.popleft()()
            except BaseException as error:
                errors.append(error)

    await asyncio.gather(*(work() for _ in doings[:AT_ONCE]))
    if errors:
        raise errors[0]


def _goes_along(step: Step, wave: list[Step], categories: frozenset[Snowflake]) -> bool:
    first = wave[0]
    if type(step) is not type(first) or not (_is_apart(step, categories) and _is_apart(first, categories)):
        return False
    return _channel(step) not in {_channel(other) for other in wave}


def _is_apart(step: Step, categories: frozenset[Snowflake]) -> bool:
    """Whether nothing but the one channel is touched: a category brings its children along, and where a channel moves
    to depends on which others have moved."""
    match step:
        case EditChannel():
            return step.channel_id not in categories and step.fields.parent_id is UNSET
        case DeleteChannel():
            return step.channel_id not in categories
        case _:
            return False


def _channel(step: Step) -> Snowflake | None:
    return step.channel_id if isinstance(step, EditChannel | DeleteChannel) else None
