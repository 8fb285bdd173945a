"""Waiting for PostgreSQL: nobody tells a second time what the connection told."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import stamina

from core.db import is_away

T = TypeVar("T")


async def while_away(work: Callable[[], Awaitable[T]]) -> T:
    """Again and again while PostgreSQL is away."""
    async for attempt in stamina.retry_context(on=is_away, attempts=20, timeout=None, wait_max=30):
        with attempt:
            return await work()
    raise AssertionError("The last attempt raises.")
