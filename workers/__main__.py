"""`python -m workers`: the background work that the API runs by default, in a process of its own."""

import gc

if __name__ == "__main__":
    gc.disable()  # until `main`: see `api.__main__`

import argparse
import asyncio
import os
import platform
import signal
import sys

from core.callbacks.rules import rules_of
from core.catalog import CATALOG
from core.composition.people import people_of
from core.config import Settings, load_settings
from core.db import Engines
from core.errors import EX_CONFIG, ConfigurationError, GuildwrightError
from core.housekeeping.retention import retention_of
from core.jobs.ring import no_ring
from core.keyring import Keyring
from core.logs import write_logs
from core.migrate import require_current
from core.uow import Database
from workers.background import working
from workers.care import JobCare
from workers.deliveries import delivering
from workers.heartbeat import heartbeat
from workers.ring import RedisRing
from workers.scheduler import scheduling
from workers.wire import connect, disconnect


async def serve(settings: Settings) -> None:
    """Until SIGINT or SIGTERM."""
    if settings.database_url is None:
        raise ConfigurationError("The workers need DATABASE_URL; `just up` starts what has no address.")
    await require_current(settings.database_url)
    keyring = Keyring.at(settings.keys_path)
    engines = Engines(settings.database_url)
    redis = None if settings.redis_url is None else connect(settings.redis_url)
    database = Database(
        engines,
        CATALOG,
        ring=no_ring if redis is None else RedisRing(redis),
        callback_rules=rules_of(settings),
        image_capacity=settings.image_capacity,
        people=people_of(settings, keyring),
        retention=retention_of(settings),
    )
    await database.seal_what_is_plain()
    async with database.unit() as unit:
        await unit.installation_schedules.put()
    caring = asyncio.create_task(JobCare(database).run())
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, caring.cancel)
    name = f"workers@{platform.node()}:{os.getpid()}"
    try:
        async with (
            heartbeat(database, name, "workers", dict),
            delivering(settings, database),
            scheduling(settings, database),
            working(settings, database, redis, holder=name),
        ):
            print("workers: at work", flush=True)
            await asyncio.gather(caring, return_exceptions=True)
    finally:
        if redis is not None:
            await disconnect(redis)
        await engines.dispose()


def main() -> int:
    """Status 78 for a setting that cannot work."""
    argparse.ArgumentParser(prog="python -m workers", description=__doc__).parse_args()
    gc.freeze()
    gc.enable()
    try:
        settings = load_settings()
        write_logs(settings)
        asyncio.run(serve(settings))
    except GuildwrightError as error:
        print(f"workers: {error.message}", file=sys.stderr)
        return EX_CONFIG
    return 0


if __name__ == "__main__":
    sys.exit(main())
