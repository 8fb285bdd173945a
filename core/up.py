"""`python -m core.up`: the whole system against the real Discord, with whatever server has no address started here.

Data of the servers we start is kept in GUILDWRIGHT_DATA_DIR, outside of the checkout.
"""

import argparse
import asyncio
import base64
import binascii
import os
import re
import signal
import sys
from contextlib import suppress

from core.catalog import BOT_PERMISSIONS
from core.config import Settings, load_settings
from core.discord.invite import invite_url
from core.embedded import APPLICATION_ROLE, Servers, ServerUnavailable, embedded_servers
from core.errors import EX_CONFIG, ConfigurationError, GuildwrightError
from core.migrate import application_role, owner_url, upgrade
from core.processes import OwnProcess, ProcessFailed, ProcessGroup

_RESTART_SECONDS = (1.0, 2.0, 5.0, 15.0, 30.0)


def application_id_of(token: str) -> str:
    """A bot's token begins with its user id in base64, which is its application's id as well. Raises
    `ConfigurationError` for anything else."""
    first = token.partition(".")[0]
    try:
        text = base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        text = ""
    if not text.isdecimal():
        raise ConfigurationError(
            "DISCORD_TOKEN is not a bot's token: copy it from the Developer Portal, page Bot, Reset Token."
        )
    return text


async def run(settings: Settings, servers: Servers) -> int:
    """Migrates, starts api and bot, and starts again what crashes, until SIGINT, SIGTERM or a setting that cannot
    work."""
    if settings.database_url is None:
        await upgrade(servers.database_url, application=APPLICATION_ROLE)
    else:
        await upgrade(owner_url(settings), application=application_role(settings))
    env = {
        **os.environ,
        "DATABASE_URL": settings.database_url or servers.application_database_url,
        "REDIS_URL": settings.redis_url or servers.redis_url,
        # Who owns the tables is nobody's business but that of migrations; empty is unset, also where .env says it.
        "GUILDWRIGHT_MIGRATION_DATABASE_URL": "",
    }
    async with ProcessGroup(env=env) as group:
        api = await group.start("api", [sys.executable, "-m", "api"], ready=re.compile("listening on"))
        print(f"API and its documentation: {settings.origin}/schema", flush=True)
        print(
            f"Invite the bot: {invite_url(application_id_of(settings.discord_token or ''), BOT_PERMISSIONS)}",
            flush=True,
        )
        bot = await group.start("bot", [sys.executable, "-m", "bot"])
        keeping = [
            asyncio.create_task(_keep(group, "api", api)),
            asyncio.create_task(_keep(group, "bot", bot)),
        ]
        return await _until_stopped(keeping)


async def _keep(group: ProcessGroup, name: str, process: OwnProcess) -> int:
    """Starts it again whenever it ends, ever later; answers when it cannot be configured."""
    for crashes in range(sys.maxsize):
        status = await process.wait()
        if status == EX_CONFIG:
            print(f"{name} cannot run with these settings; stopping.", flush=True)
            return status
        pause = _RESTART_SECONDS[min(crashes, len(_RESTART_SECONDS) - 1)]
        print(f"{name} ended with status {status}; starting it again in {pause:g} s.", flush=True)
        await asyncio.sleep(pause)
        process = await group.start(name, [sys.executable, "-m", name])
    return 0


async def _until_stopped(keeping: list[asyncio.Task[int]]) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    stopping = asyncio.create_task(stop.wait())
    done, pending = await asyncio.wait({*keeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    return max((task.result() for task in keeping if task in done), default=0)


def main() -> int:
    """Status 78 for a setting that cannot work."""
    argparse.ArgumentParser(prog="just up", description=__doc__).parse_args()
    try:
        settings = load_settings()
        if not settings.discord_token:
            raise ConfigurationError(
                "DISCORD_TOKEN is not set: copy .env.example to .env and put the bot's token there. "
                "`just demo` needs none."
            )
        application_id_of(settings.discord_token)
        with embedded_servers(
            settings.data_dir,
            postgres=settings.database_url is None,
            redis=settings.redis_url is None,
        ) as servers:
            return asyncio.run(run(settings, servers))
    except GuildwrightError as error:
        print(error.message, file=sys.stderr)
        return EX_CONFIG
    except (ServerUnavailable, ProcessFailed) as error:
        print(error, file=sys.stderr)
        return EX_CONFIG
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
