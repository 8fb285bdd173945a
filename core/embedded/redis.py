"""A Redis (or Valkey) of our own on 127.0.0.1 that keeps nothing on disk: every restart is an empty one."""

import secrets
import signal
import socket
from pathlib import Path

import msgspec

from core.embedded.errors import ServerUnavailable
from core.embedded.process import Program, becomes_ready, choose_port, end, last_line, living, mark_of, spawn
from core.embedded.unprivileged import ServerUser

_PATIENCE = 20.0
_ATTEMPTS = 3

_CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
save ""
appendonly no
daemonize no
set-proc-title no
"""


class Store(msgspec.Struct, frozen=True, kw_only=True):
    """Where a Redis lives; it writes nothing to `home`."""

    home: Path
    log: Path
    user: ServerUser | None


class Endpoint(msgspec.Struct, frozen=True):
    """How to reach a running Redis."""

    port: int
    password: str

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"


def is_running(store: Store, endpoint: Endpoint) -> bool:
    """Whether the server of this very folder is alive and lets us in."""
    return bool(living(store.home)) and _answers(endpoint)


def start(store: Store, program: Path, *, preferred: Endpoint | None) -> Endpoint:
    """Start it and return how to reach it once it answers; `preferred` is how its users know it."""
    password = preferred.password if preferred else secrets.token_urlsafe(32)
    for _ in range(_ATTEMPTS):
        endpoint = Endpoint(choose_port(preferred.port if preferred else 0), password)
        # By standard input, because everybody can read a command line.
        configuration = _CONFIGURATION.format(port=endpoint.port, password=password)
        child = spawn(
            Program(
                argv=[str(program), "-", "--syslog-ident", mark_of(store.home)],
                home=store.home,
                log=store.log,
                user=store.user,
                standard_input=configuration.encode(),
            )
        )
        if becomes_ready(child, lambda at=endpoint: _answers(at), patience=_PATIENCE):
            return endpoint
        stop(store)
        if choose_port(endpoint.port) == endpoint.port:
            break  # somebody else's taking the port was not the reason
    raise ServerUnavailable(
        f"Redis does not start in {store.home} and says {last_line(store.log)!r}: "
        "choose another data folder, or set REDIS_URL to a Redis of yours."
    )


def stop(store: Store) -> None:
    """End it; there is nothing to save."""
    end(store.home, ask=signal.SIGTERM, insist=signal.SIGKILL, patience=5.0)


def _answers(endpoint: Endpoint) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", endpoint.port), timeout=2) as connection:
            connection.sendall(f"AUTH {endpoint.password}\r\nPING\r\n".encode())
            with connection.makefile("rb") as replies:
                return replies.readline() == b"+OK\r\n" and replies.readline() == b"+PONG\r\n"
    except OSError:
        return False
