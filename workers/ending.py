"""Ending a task for sure."""

import asyncio
from typing import Any

_PATIENCE_SECONDS = 0.5


async def end(*tasks: "asyncio.Task[Any]") -> None:
    """Cancels until every task has ended; how it ended is the task's to tell.

    Once is not always enough: redis-py's reading and `asyncio.wait_for` before Python 3.12 can lose a cancellation
    that arrives together with what they wait for.
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_PATIENCE_SECONDS)
