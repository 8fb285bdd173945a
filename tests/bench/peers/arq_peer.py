"""ARQ as it comes."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.worker import Worker, func
from orders import Work, serve


class Arq:
    def __init__(self, redis: ArqRedis, settings: RedisSettings, work: Work) -> None:
        self._redis, self._settings, self._work = redis, settings, work

    @asynccontextmanager
    async def working(self, slots: int) -> AsyncGenerator[None]:
        worker = Worker(
            [func(self._run, name="work")],
            redis_settings=self._settings,
            max_jobs=slots,
            handle_signals=False,
        )
        task = asyncio.create_task(worker.async_run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, *worker.tasks.values(), return_exceptions=True)

    async def ask(self, seconds: float) -> None:
        await self._redis.enqueue_job("work", seconds)

    async def _run(self, ctx: dict[str, Any], seconds: float) -> None:
        await self._work(seconds)


async def make(work: Work) -> Arq:
    settings = RedisSettings.from_dsn(sys.argv[1])
    return Arq(await create_pool(settings), settings, work)


if __name__ == "__main__":
    asyncio.run(serve(make))
