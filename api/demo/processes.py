"""The parts that the demo runs: PostgreSQL, Redis, the simulated Discord, the API and the bot.

Each has an environment made for it here: nothing of the shell's settings, and no `.env`, reaches any of them.
"""

import os
import re
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import msgspec

from core.embedded import Servers, ServerUnavailable, embedded_servers, stop_abandoned
from core.ports import unused_port
from core.processes import OwnProcess, ProcessFailed, ProcessGroup, append_to, undisturbed

_ROOT = Path(__file__).resolve().parents[2]
_PREFIX = "guildwright-demo-"
_PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL")
_LISTENING = re.compile(r"listening on (http://\S+)")
_OLD_SECONDS = 60
_TAIL = 12


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run's folder and the servers in it."""

    folder: Path
    servers: Servers

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    def tail(self, name: str) -> list[str]:
        """The last lines of what a part has written."""
        log = self.logs / f"{name}.log"
        return log.read_text(encoding="utf-8").splitlines()[-_TAIL:] if log.is_file() else []


_UNLIMITED = {
    "GUILDWRIGHT_REQUESTS_PER_MINUTE": "0",
    "GUILDWRIGHT_JOBS_PER_MINUTE": "0",
    "GUILDWRIGHT_ADDRESS_REQUESTS_PER_MINUTE": "0",
}
"""The story asks more often than people do."""


class Listening(msgspec.Struct, frozen=True):
    """A part with an address."""

    process: OwnProcess
    url: str


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """Where everything is, and the key to it."""

    api: str
    simulator: str
    token: str


@contextmanager
def own_run() -> Generator[Run]:
    """A folder of its own, with a database of its own, which both go with the block. So do those of killed runs."""
    _remove_abandoned()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        (folder / "logs").mkdir()
        with embedded_servers(folder / "data", durable=False) as servers:
            yield Run(folder=folder, servers=servers)
    finally:
        with undisturbed():
            shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def group_of(run: Run) -> AsyncGenerator[ProcessGroup]:
    """Children write into files of the run's folder, each into its own."""

    def keep(name: str, line: str) -> None:
        append_to(run.logs / f"{name}.log")(name, line)

    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    env = {**passed_on, "PYTHONPATH": str(_ROOT), "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
    async with ProcessGroup(env=env, sink=keep) as group:
        yield group


async def start_simulator(group: ProcessGroup, run: Run, bot_token: str) -> Listening:
    command = [sys.executable, "-m", "bot.simulator", "--token", bot_token]
    process = await group.start("simulator", command, cwd=run.folder, ready=_LISTENING)
    address = next(found for line in process.lines if (found := _LISTENING.search(line)))
    return Listening(process, address[1])


async def migrate(group: ProcessGroup, run: Run) -> None:
    """Raises `ProcessFailed` if the database cannot be brought to the newest migration."""
    env = _settings(run) | {"GUILDWRIGHT_MIGRATION_DATABASE_URL": run.servers.database_url}
    process = await group.start("migrate", [sys.executable, "-m", "core.migrate"], cwd=run.folder, env=env)
    if await process.wait() != 0:
        raise ProcessFailed(f"The migration failed: {' '.join(list(process.lines)[-1:])}")


async def start_api(group: ProcessGroup, run: Run, owner_token: str) -> Listening:
    port = unused_port()
    settings = _settings(run) | {"GUILDWRIGHT_OWNER_TOKEN": owner_token, "GUILDWRIGHT_PORT": str(port)}
    command = [sys.executable, "-m", "api"]
    process = await group.start("api", command, cwd=run.folder, env=settings, ready=_LISTENING)
    return Listening(process, f"http://127.0.0.1:{port}")


async def start_bot(group: ProcessGroup, run: Run, bot_token: str, discord: str) -> OwnProcess:
    """Comes back at once: when it is there, the API says so."""
    settings = _settings(run) | {"DISCORD_TOKEN": bot_token, "DISCORD_API_BASE": f"{discord}/api/v10"}
    return await group.start("bot", [sys.executable, "-m", "bot"], cwd=run.folder, env=settings)


def new_token() -> str:
    return secrets.token_urlsafe(24)


def _settings(run: Run) -> dict[str, str]:
    return {
        "DATABASE_URL": run.servers.application_database_url,
        "REDIS_URL": run.servers.redis_url,
        "GUILDWRIGHT_DATA_DIR": str(run.folder / "data"),
        "GUILDWRIGHT_HOST": "127.0.0.1",
        **_UNLIMITED,
    }


def _remove_abandoned() -> None:
    """Servers and folders of runs that were killed; a folder that is being made this minute is not one."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError, ServerUnavailable):
            is_old = time.time() - folder.stat().st_mtime > _OLD_SECONDS
            if is_old and folder.stat().st_uid == os.geteuid() and stop_abandoned(folder / "data"):
                shutil.rmtree(folder, ignore_errors=True)
