"""Programs that use embedded servers, and a look at what is alive."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import Popen

import msgspec
import psutil

from core.embedded import Servers
from core.embedded.process import mark_of
from tests.fixtures.environment import child_environment

SERVER_NAMES = {"postgres", "initdb", "redis-server", "valkey-server"}


class Serving:
    """One running `tests.house.serving`."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.program: Popen[str] = Popen(
            [sys.executable, "-m", "tests.house.serving", str(folder), *options],
            env=child_environment(),
            cwd=folder.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def servers(self) -> Servers:
        """Waits until it has them."""
        assert self.program.stdout is not None
        return msgspec.json.decode(self.program.stdout.readline() or self.explain(), type=Servers)

    def end(self, *, by: int | None = None) -> int:
        """By a signal, or in peace by the end of its input; its exit status."""
        if by is not None:
            self.program.send_signal(by)
        self.explain()
        return self.program.returncode

    def explain(self) -> str:
        """All it wrote to standard error, once it has ended."""
        return self.program.communicate(timeout=60)[1]


def server_processes(folder: Path) -> list[psutil.Process]:
    """By their working folder, or, where root may not look at that (in most containers), by their mark."""
    return [process for process in psutil.process_iter() if _is_server_of(folder.resolve(), process)]


def _is_server_of(folder: Path, process: psutil.Process) -> bool:
    homes = (folder / "postgres", folder / "redis")
    try:
        if process.name() not in SERVER_NAMES or process.status() == psutil.STATUS_ZOMBIE:
            return False
        return process.cwd().startswith(tuple(str(home) for home in homes))
    except psutil.AccessDenied:
        with suppress(psutil.Error):
            return any(mark_of(home) in word for home in homes for word in process.cmdline())
    except psutil.Error:
        pass
    return False


def alive(folder: Path) -> list[str]:
    """Names of the servers of `folder`."""
    return [process.name() for process in server_processes(folder)]


def postmaster(folder: Path) -> psutil.Process:
    """The PostgreSQL of `folder` that started the others."""
    number = (folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0]
    return psutil.Process(int(number))


def wait_for(happens: Callable[[], bool], *, seconds: float = 20) -> None:
    """Until it has happened; an error if it does not."""
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


@contextmanager
def listening(port: int) -> Generator[socket.socket]:
    """Somebody else has the port."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        yield other
