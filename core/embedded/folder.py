"""The data folder of a pair of servers, and who is using it.

    lock           held alone while servers are started or stopped
    users          held jointly by everybody who uses the servers, so that the last one out stops them
    servers.json   how the running servers are reached (readable by us alone)
    postgres/      the databases; kept          postgres.log   what the server said since its start
    redis/         empty: a working folder      redis.log

Both locks are `flock`s: the kernel drops them when their holder dies in whatever way, and no child inherits them.
"""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from core.embedded.errors import ServerUnavailable
from core.embedded.postgres import Cluster
from core.embedded.redis import Endpoint, Store
from core.embedded.unprivileged import server_user


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """What `servers.json` says; believed only where a living server of this folder answers to it."""

    postgres_port: int = 0
    redis: Endpoint | None = None
    durable: bool = True
    copies: tuple[str, ...] = ()
    """Folders with copies of server programs; they go when the servers go."""


class ServerFolder(msgspec.Struct, frozen=True):
    """The data folder; `path` is absolute and free of links, so that it is the same for everybody."""

    path: Path

    @property
    def cluster(self) -> Cluster:
        return Cluster(home=self.path / "postgres", log=self.path / "postgres.log", user=server_user())

    @property
    def store(self) -> Store:
        return Store(home=self.path / "redis", log=self.path / "redis.log", user=server_user())

    @property
    def running(self) -> Running:
        try:
            return msgspec.json.decode(self._record.read_bytes(), type=Running)
        except (FileNotFoundError, msgspec.MsgspecError):
            return Running()

    def note(self, running: Running) -> None:
        """Write down how the servers are reached, so that others find them."""
        draft = self._record.with_suffix(".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(running))
        draft.replace(self._record)

    @contextmanager
    def alone(self) -> Generator[None]:
        """Nobody else starts or stops servers here meanwhile."""
        lock = self._open("lock")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    @contextmanager
    def use(self) -> Generator["Use"]:
        """One user of the servers, not counted before `Use.begin`."""
        lock = self._open("users")
        try:
            yield Use(lock)
        finally:
            os.close(lock)

    @property
    def _record(self) -> Path:
        return self.path / "servers.json"

    def _open(self, name: str) -> int:
        return os.open(self.path / name, os.O_RDWR | os.O_CREAT, 0o600)


class Use(msgspec.Struct, frozen=True):
    """Ask and change only inside `ServerFolder.alone`."""

    lock: int

    def is_only_one(self) -> bool:
        """Whether nobody else uses the servers. We may no longer count as a user ourselves afterwards."""
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def begin(self) -> None:
        """Count as a user until the end, however it comes."""
        fcntl.flock(self.lock, fcntl.LOCK_SH)


def open_folder(data_dir: Path) -> ServerFolder:
    """`data_dir`, made if need be."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        folder = ServerFolder(data_dir.resolve(strict=True))
        for home in (folder.cluster.home, folder.store.home):
            home.mkdir(exist_ok=True)
    except OSError as error:
        raise ServerUnavailable(
            f"The data folder {data_dir} cannot be used ({error.strerror}): "
            "choose another, or set DATABASE_URL and REDIS_URL."
        ) from error
    return folder
