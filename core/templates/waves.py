"""Which steps of a plan may be under way at the same time.

What somebody may do in a channel depends on roles and on that channel's own overwrites, so edits of different channels
never meet (law 6), unless Discord copies one to the other: a category's go to its children. Discord counts edits and
deletes of a channel by channel, and everything else by guild: only these gain anything by being done together.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import UNSET

from core.discord.types import Snowflake
from core.templates.plan import DeleteChannel, EditChannel, Plan, PlanNode, Step, nodes_in

AT_ONCE = 8
"""So many calls of one plan are under way at most."""


def waves_of(plan: Plan) -> Iterator[tuple[Step, ...]]:
    """The steps in the plan's order. Those of one wave may be done in any order, or at once."""
    return waves_in(plan.steps, nodes_in(plan.tree))


def waves_in(steps: Iterable[Step], nodes: Iterable[PlanNode]) -> Iterator[tuple[Step, ...]]:
    """The waves of steps of the plan whose tree has these nodes."""
    categories = frozenset([node.id for node in nodes if node.type == "category" and node.id])
    wave: dict[Snowflake, Step] = {}
    for step in steps:
        alone = _channel_apart(step, categories)
        if wave and not _goes_along(step, alone, wave):
            yield tuple(wave.values())
            wave = {}
        if alone is None:
            yield (step,)
        else:
            wave[alone] = step
    if wave:
        yield tuple(wave.values())


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


def _goes_along(step: Step, channel: Snowflake | None, wave: Mapping[Snowflake, Step]) -> bool:
    return channel is not None and channel not in wave and type(step) is type(next(iter(wave.values())))


def _channel_apart(step: Step, categories: frozenset[Snowflake]) -> Snowflake | None:
    """The channel where nothing but that one is touched: a category brings its children along, and where a channel
    moves to depends on which others have moved."""
    match step:
        case EditChannel(channel_id=channel):
            return channel if channel not in categories and step.fields.parent_id is UNSET else None
        case DeleteChannel(channel_id=channel):
            return channel if channel not in categories else None
        case _:
            return None
