"""saq with its defaults."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from orders import Work, serve
from saq import Queue, Worker


class Saq:
    def __init__(self, queue: Queue, work: Work) -> None:
        self._queue, self._work = queue, work

    @asynccontextmanager
    async def working(self, slots: int) -> AsyncGenerator[None]:
        worker = Worker(self._queue, [("work", self._run)], concurrency=slots)
        task = asyncio.create_task(worker.start())
        try:
            yield
        finally:
            await worker.stop()
            await task

    async def ask(self, seconds: float) -> None:
        await self._queue.enqueue("work", seconds=seconds)

    async def _run(self, ctx: dict[str, Any], *, seconds: float) -> None:
        await self._work(seconds)


async def make(work: Work) -> Saq:
    queue = Queue.from_url(sys.argv[1])
    await queue.connect()
    return Saq(queue, work)


if __name__ == "__main__":
    asyncio.run(serve(make))
