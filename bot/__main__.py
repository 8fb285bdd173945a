"""`python -m bot`: disnake's client and the worker of the bot's lane, in one loop."""

import gc

if __name__ == "__main__":
    gc.disable()  # until `main`: see `api.__main__`

import argparse
import asyncio
import logging
import os
import platform
import signal
import sys
import tomllib
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec

from bot.client import BotOptions, GuildwrightBot
from bot.cogs import add_cogs
from bot.details import details_of
from bot.people import KeptPeople
from bot.stored import StoredGuilds
from core.catalog import CATALOG
from core.composition.people import people_of
from core.config import Settings, asyncpg_dsn, load_settings
from core.db import Engines
from core.errors import EX_CONFIG, ConfigurationError, GuildwrightError, Unavailable
from core.logs import write_logs
from core.migrate import require_current
from core.uow import Database
from workers.ending import end
from workers.heartbeat import heartbeat
from workers.jobs import MODULES
from workers.registry import Registry
from workers.ring import RedisRing
from workers.runner import PermitWorker
from workers.running import Running
from workers.wire import connect, disconnect

log = logging.getLogger("bot")


async def serve(settings: Settings) -> None:
    """Runs until SIGINT or SIGTERM, then drains: running jobs end their present step and are handed back."""
    token, database_url, redis_url = _required(settings)
    await require_current(database_url)
    registry = Registry(CATALOG, MODULES)
    engines, redis = Engines(database_url), connect(redis_url)
    database = Database(
        engines,
        CATALOG,
        ring=RedisRing(redis),
        image_capacity=settings.image_capacity,
        people=people_of(settings),
    )
    stored = StoredGuilds(database)
    options = BotOptions(api_base=settings.discord_api_base, message_content=settings.message_content)
    bot = GuildwrightBot(stored, options)
    people = KeptPeople(bot, database)
    owners = add_cogs(bot, database, version=_version())
    stored.attach(bot.gateway, owners, look_at_people=people.everybody)
    name = f"bot@{platform.node()}:{os.getpid()}"
    running = Running(
        database,
        registry,
        bot.gateway,
        lane="bot",
        holder=name,
        lease_seconds=settings.lease_seconds,
        is_open=lambda: bot.connection.live,
        afterwards=stored.settled,
    )
    worker = PermitWorker(redis, running, database, slots=settings.job_slots, dsn=asyncpg_dsn(database_url))
    bot.add_listener(_waking(worker), "on_ready")
    bot.add_listener(_waking(worker), "on_resumed")
    _say_what_is_off(settings)
    try:
        async with (
            heartbeat(database, name, "bot", lambda: msgspec.to_builtins(details_of(bot))),
            people.hearing(asyncpg_dsn(database_url)),
        ):
            await _until_told_to_stop(bot, token, worker)
    finally:
        await worker.stop()
        await bot.close()
        await disconnect(redis)
        await engines.dispose()


async def _until_told_to_stop(bot: GuildwrightBot, token: str, worker: PermitWorker) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    tasks = {
        asyncio.create_task(bot.serve(token), name="gateway"),
        asyncio.create_task(worker.main(), name="worker"),
        asyncio.create_task(stop.wait(), name="stop"),
    }
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    bot.calls.hurry()
    await worker.stop()
    await end(*tasks)
    for task in done:
        await task
    if not stop.is_set():
        raise Unavailable("The connection to Discord ended by itself.")


def _waking(worker: PermitWorker) -> Callable[[], Coroutine[Any, Any, None]]:
    async def wake() -> None:
        worker.wake()

    return wake


def _say_what_is_off(settings: Settings) -> None:
    if not settings.message_content:
        log.info(
            "Message Content is off (GUILDWRIGHT_MESSAGE_CONTENT): the bot does not read what members write."
        )


def _version() -> str:
    """What pyproject.toml says: the program runs from its checkout, where nothing is installed."""
    pyproject = Path(__file__).parents[1] / "pyproject.toml"
    return str(tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["version"])


def _required(settings: Settings) -> tuple[str, str, str]:
    needed = {
        "DISCORD_TOKEN": settings.discord_token,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
    }
    missing = [name for name, value in needed.items() if not value]
    if missing:
        raise ConfigurationError(f"The bot needs {', '.join(missing)}; `just up` starts what has no address.")
    token, database_url, redis_url = needed.values()
    return str(token), str(database_url), str(redis_url)


def main() -> int:
    """Status 78 for a setting that cannot work, 1 for what a new start may mend."""
    argparse.ArgumentParser(prog="python -m bot", description=__doc__).parse_args()
    gc.freeze()
    gc.enable()
    try:
        settings = load_settings()
        write_logs(settings)
        asyncio.run(serve(settings))
    except GuildwrightError as error:
        print(f"bot: {error.message}", file=sys.stderr)
        return EX_CONFIG if isinstance(error, ConfigurationError) else 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
