"""Many pokes, one action."""

import asyncio
from collections.abc import Awaitable, Callable


class Debounced:
    """Acts on a key once it was quiet for `quiet` seconds, and at the latest `longest` after the first poke.

    For one key the action never runs twice at once. It must not raise.
    """

    def __init__(
        self, act: Callable[[str], Awaitable[None]], *, quiet: float = 0.2, longest: float = 2.0
    ) -> None:
        self._act = act
        self._quiet = quiet
        self._longest = longest
        self._poked_at: dict[str, float] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def poke(self, key: str) -> None:
        """Something happened to `key`."""
        self._poked_at[key] = asyncio.get_running_loop().time()
        if key not in self._tasks:
            self._tasks[key] = asyncio.create_task(self._serve(key), name=f"debounced: {key}")

    async def close(self) -> None:
        """Forgets what has not been acted on."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, key: str) -> None:
        try:
            while key in self._poked_at:
                await self._until_quiet(key)
                del self._poked_at[key]
                await self._act(key)
        finally:
            self._poked_at.pop(key, None)
            del self._tasks[key]

    async def _until_quiet(self, key: str) -> None:
        loop = asyncio.get_running_loop()
        latest = loop.time() + self._longest
        # Not an event's work: a time is waited for, which each poke moves.
        while (left := min(self._poked_at[key] + self._quiet, latest) - loop.time()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(left)
