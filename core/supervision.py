"""Keeping what must go on going on."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

import stamina

log = logging.getLogger(__name__)

Work: TypeAlias = Callable[[], Coroutine[Any, Any, None]]
_FIRST_PAUSE_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 30.0
_WELL_SECONDS = 60.0


class _RanWell(Exception):
    """It failed after a good while: that is a new failure and not the same one again."""


async def keep_going(what: str, work: Work, *, tries: int | None = None) -> None:
    """Until `work` returns, or this is cancelled.

    An error that `work` does not deal with is logged, and after a pause it is begun anew; the pause grows while it
    fails soon after each beginning. After so many `tries` in a row, if given, the error is raised: for what a process
    should rather end without than go on.
    """
    while True:
        try:
            await _with_growing_pauses(what, work, tries)
        except _RanWell:
            continue
        return


async def _with_growing_pauses(what: str, work: Work, tries: int | None) -> None:
    retries = stamina.retry_context(
        on=_is_sudden,
        attempts=tries,
        timeout=None,
        wait_initial=_FIRST_PAUSE_SECONDS,
        wait_max=_LONGEST_PAUSE_SECONDS,
        wait_jitter=_FIRST_PAUSE_SECONDS,
    )
    async for attempt in retries:
        with attempt:
            await _once(what, work)


def _is_sudden(error: BaseException) -> bool:
    # tenacity, below stamina, hands over cancellations as well.
    return isinstance(error, Exception) and not isinstance(error, _RanWell)


async def _once(what: str, work: Work) -> None:
    clock = asyncio.get_running_loop().time
    began = clock()
    try:
        await work()
    except Exception as error:
        log.exception("%s ended in an error of ours", what)
        if clock() - began > _WELL_SECONDS:
            raise _RanWell from error
        raise
