"""PostgreSQL 18 of our own: a cluster in `<data folder>/postgres`, reached by TCP on 127.0.0.1 with a password.

There is no Unix socket: its path may have at most 107 bytes, which a data folder easily exceeds, and nothing has to be
left in a shared temporary folder. The password is random, so one round of hashing is as good as the usual 4096 and
saves milliseconds on each connection.
"""

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
import threading
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Protocol, cast

import asyncpg
import msgspec
import psutil

from core.embedded.errors import ServerUnavailable
from core.embedded.process import (
    Program,
    becomes_ready,
    choose_port,
    end,
    is_alive,
    last_line,
    living,
    mark_of,
    spawn,
)
from core.embedded.unprivileged import ServerUser, hand_over, reached

USER = DATABASE = "guildwright"
APPLICATION_ROLE = "guildwright_app"

_PATIENCE = 60.0  # after a crash the log is replayed first
_ATTEMPTS = 3
_CLOCK_SLACK = 60.0

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "jit": "off",
    "scram_iterations": "1",
}
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Cluster(msgspec.Struct, frozen=True, kw_only=True):
    """Where a PostgreSQL lives."""

    home: Path
    log: Path
    user: ServerUser | None

    @property
    def data(self) -> Path:
        """What PostgreSQL calls its data directory."""
        return self.home / "data"

    @property
    def unfinished(self) -> Path:
        """Where a new cluster is made: it is renamed when it is whole, so a half-made one is never started."""
        return self.home / "new"

    @property
    def password(self) -> str:
        return (self.home / "password").read_text(encoding="ascii").strip()


def database_url(cluster: Cluster, port: int) -> str:
    """As SQLAlchemy wants it."""
    return f"postgresql+asyncpg://{USER}:{cluster.password}@127.0.0.1:{port}/{DATABASE}"


def application_database_url(cluster: Cluster, port: int) -> str:
    """Of the role that owns nothing; it is made if it is not there, as in folders that are older than it."""
    password = cluster.home / "application-password"
    is_new = not password.exists()
    if is_new:
        with os.fdopen(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
    said = password.read_text(encoding="ascii").strip()
    if not _in_thread(_make_application_role(cluster, port, said, is_new=is_new)):
        raise ServerUnavailable(f"PostgreSQL in {cluster.home} takes no role for the application.")
    return f"postgresql+asyncpg://{APPLICATION_ROLE}:{said}@127.0.0.1:{port}/{DATABASE}"


def is_running(cluster: Cluster, port: int) -> bool:
    """Whether the server of this very folder is alive and lets us in; another server on its old port is not it."""
    return port != 0 and bool(living(cluster.home)) and _in_thread(_can_log_in(cluster, port))


def start(cluster: Cluster, programs: Path, *, preferred_port: int, durable: bool) -> int:
    """Make the cluster if there is none, start it, and return its port once it lets us in."""
    if not cluster.data.exists():
        _make(cluster, programs)
    _forget_stale_pid(cluster.data / "postmaster.pid")
    for _ in range(_ATTEMPTS):
        port = choose_port(preferred_port)
        child = _launch(cluster, programs, port, durable=durable)
        if becomes_ready(child, lambda at=port: _in_thread(_can_log_in(cluster, at)), patience=_PATIENCE):
            _in_thread(_make_database(cluster, port))
            return port
        stop(cluster)
        if choose_port(port) == port:
            break  # somebody else's taking the port was not the reason
    raise ServerUnavailable(
        f"PostgreSQL does not start in {cluster.home} and says {last_line(cluster.log)!r}: "
        "choose another data folder, or set DATABASE_URL to a PostgreSQL of yours."
    )


def stop(cluster: Cluster) -> None:
    """End the server, finishing what is being written; also one that is only just being made."""
    end(cluster.home, ask=signal.SIGINT, insist=signal.SIGQUIT, patience=30.0)


def _make(cluster: Cluster, programs: Path) -> None:
    shutil.rmtree(cluster.unfinished, ignore_errors=True)
    password = cluster.home / "password"
    password.write_text(secrets.token_urlsafe(32), encoding="ascii")
    for path in (cluster.home, password):
        hand_over(path, cluster.user)
    with reached(cluster.home, cluster.user) as home:
        child = spawn(
            Program(
                argv=[str(programs / "initdb"), *_initdb_arguments(home.path, mark_of(cluster.home))],
                home=cluster.home,
                log=cluster.log,
                user=cluster.user,
                fds=home.fds,
            )
        )
        try:
            status = child.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            status = None
    if status != 0:
        raise ServerUnavailable(
            f"PostgreSQL cannot make a database in {cluster.home} and says {last_line(cluster.log)!r}: "
            "choose another data folder, or set DATABASE_URL to a PostgreSQL of yours."
        )
    cluster.unfinished.rename(cluster.data)


def _forget_stale_pid(pid_file: Path) -> None:
    """Remove the file if its number is now somebody else's, which PostgreSQL would not notice.

    It stays if it is true after all, as when the folder was moved under a running server: PostgreSQL then refuses.
    """
    with suppress(FileNotFoundError):
        pid, _, started, *_ = [*pid_file.read_text(encoding="ascii", errors="replace").split("\n"), "", ""]
        if not _is_postmaster(pid, started):
            pid_file.unlink()


def _is_postmaster(pid: str, started: str) -> bool:
    """Whether the process `pid` is a PostgreSQL that began when the file says, give or take a set clock."""
    try:
        process = psutil.Process(int(pid))
        is_same = abs(process.create_time() - int(started)) < _CLOCK_SLACK
    except (psutil.Error, ValueError):
        return False
    return is_same and is_alive(process) and process.name() == "postgres"


def _initdb_arguments(home: str, mark: str) -> list[str]:
    return [
        f"--pgdata={home}/new",
        f"--username={USER}",
        f"--pwfile={home}/password",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        # The same order of letters on every machine, without asking its C library.
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--set=scram_iterations=1",
        f"--set=cluster_name={mark}",
        "--no-instructions",
    ]


def _launch(cluster: Cluster, programs: Path, port: int, *, durable: bool) -> subprocess.Popen[bytes]:
    named = {"port": str(port), "cluster_name": mark_of(cluster.home)}
    settings = {**named, **_SETTINGS, **({} if durable else _FORGETFUL)}
    with reached(cluster.home, cluster.user) as home:
        return spawn(
            Program(
                argv=[
                    str(programs / "postgres"),
                    f"-D{home.path}/data",
                    *(f"--{name}={value}" for name, value in settings.items()),
                ],
                home=cluster.home,
                log=cluster.log,
                user=cluster.user,
                fds=home.fds,
            )
        )


class _Connection(Protocol):
    """The part of asyncpg's, which has no types, that is used here."""

    async def execute(self, query: str) -> object: ...
    async def fetchval(self, query: str, *values: object) -> object: ...
    async def close(self) -> None: ...


async def _connect(cluster: Cluster, port: int) -> _Connection:
    connect = cast("Callable[..., Awaitable[_Connection]]", asyncpg.connect)
    return await connect(
        host="127.0.0.1",
        port=port,
        user=USER,
        password=cluster.password,
        database="postgres",
        ssl=False,
        timeout=5,
    )


async def _can_log_in(cluster: Cluster, port: int) -> bool:
    try:
        connection = await _connect(cluster, port)
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return False
    await connection.close()
    return True


async def _make_database(cluster: Cluster, port: int) -> None:
    connection = await _connect(cluster, port)
    with suppress(asyncpg.DuplicateDatabaseError):
        await connection.execute(f"CREATE DATABASE {DATABASE}")
    await connection.close()


async def _make_application_role(cluster: Cluster, port: int, password: str, *, is_new: bool) -> bool:
    """`password` has no character that would have to be quoted."""
    connection = await _connect(cluster, port)
    try:
        is_there = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", APPLICATION_ROLE)
        if not is_there:
            await connection.execute(f"CREATE ROLE {APPLICATION_ROLE} LOGIN PASSWORD '{password}'")
        elif is_new:
            await connection.execute(f"ALTER ROLE {APPLICATION_ROLE} PASSWORD '{password}'")
    finally:
        await connection.close()
    return True


def _in_thread(work: Coroutine[object, object, bool | None]) -> bool:
    """Run `work` in a loop of its own: the caller may itself stand in a running one."""
    outcome: list[bool] = []
    thread = threading.Thread(target=lambda: outcome.append(bool(asyncio.run(work))))
    thread.start()
    thread.join()
    return outcome == [True]
