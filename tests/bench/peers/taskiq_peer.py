"""taskiq on Redis streams, with its defaults but for the number of slots."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from orders import Work, serve
from taskiq.api import run_receiver_task
from taskiq_redis import RedisStreamBroker


class Taskiq:
    def __init__(self, broker: RedisStreamBroker, work: Work) -> None:
        @broker.task(task_name="work")
        async def run(seconds: float) -> None:
            await work(seconds)

        self._broker, self._task = broker, run

    @asynccontextmanager
    async def working(self, slots: int) -> AsyncGenerator[None]:
        task = asyncio.create_task(run_receiver_task(self._broker, max_async_tasks=slots))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def ask(self, seconds: float) -> None:
        await self._task.kiq(seconds)


async def make(work: Work) -> Taskiq:
    broker = RedisStreamBroker(sys.argv[1])
    peer = Taskiq(broker, work)
    await broker.startup()
    return peer


if __name__ == "__main__":
    asyncio.run(serve(make))
