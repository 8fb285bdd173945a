"""A server as a process: born in a session of its own, found again by a mark, ended for certain.

Every server wears the mark of its folder in its command line, and so do its children and its orphans. No pid file is
believed: after a crash or a reboot its number may belong to anybody. The working folder would tell as much, but root in
a container often may not look at that of another account.
"""

import hashlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
import psutil

from core.embedded.errors import ServerUnavailable
from core.embedded.unprivileged import ServerUser
from core.ports import is_free, unused_port

_PAUSE = 0.01
_SERVER_NAMES = {"postgres", "initdb", "redis-server", "valkey-server"}

# Kept until they end: a server that others still use outlives the block that started it, and only its parent can
# collect its exit status.
_children: list[subprocess.Popen[bytes]] = []


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """What to run, `argv` with the mark of `home` in it; `standard_input` is all it gets to read."""

    argv: Sequence[str]
    home: Path
    log: Path
    user: ServerUser | None
    fds: tuple[int, ...] = ()
    standard_input: bytes = b""


def spawn(program: Program) -> subprocess.Popen[bytes]:
    """Start a server that no Ctrl-C in our terminal reaches and that inherits nothing of our environment."""
    user = program.user
    try:
        with program.log.open("wb") as log:
            child = subprocess.Popen(  # noqa: S603 - the arguments are ours
                program.argv,
                cwd=program.home,
                # PGPORT, PGOPTIONS and their like would change what a server does.
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=program.fds,
                user=user.uid if user else None,
                group=user.gid if user else None,
                extra_groups=[] if user else None,
            )
    except OSError as error:
        raise ServerUnavailable(
            f"{program.argv[0]} cannot be run in {program.home} ({error.strerror}): "
            "reinstall it or choose another data folder, or set DATABASE_URL and REDIS_URL."
        ) from error
    _children.append(child)
    _feed(child, program.standard_input)
    return child


def _feed(child: subprocess.Popen[bytes], text: bytes) -> None:
    assert child.stdin is not None
    # A server that has ended already says why in its log, not here.
    with suppress(BrokenPipeError), child.stdin as stdin:
        stdin.write(text)


def becomes_ready(child: subprocess.Popen[bytes], is_ready: Callable[[], bool], *, patience: float) -> bool:
    """Ask until the answer is yes; no, once the server has ended or `patience` seconds are over."""
    deadline = time.monotonic() + patience
    while child.poll() is None and time.monotonic() < deadline:
        if is_ready():
            return True
        time.sleep(_PAUSE)
    return False


def mark_of(home: Path) -> str:
    """Short, plain and the same for the same folder."""
    return f"guildwright-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"


def living(home: Path) -> list[psutil.Process]:
    """Every server process of `home`, whoever started it and whether or not its parent is still there."""
    mark = mark_of(home)
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.name() in _SERVER_NAMES and any(mark in word for word in process.cmdline()):
                found.append(process)
    return found


def end(home: Path, *, ask: signal.Signals, insist: signal.Signals, patience: float) -> None:
    """End every server of `home`: `ask`, after `patience` seconds `insist`, then kill."""
    for wish, seconds in ((ask, patience), (insist, 5.0), (signal.SIGKILL, 5.0)):
        family = living(home)
        for process in family if wish is signal.SIGKILL else _heads(family):
            with suppress(psutil.Error):
                process.send_signal(wish)
        if _are_gone(family, within=seconds):
            break
    else:
        raise ServerUnavailable(f"A server in {home} cannot be ended by this account: end it by hand.")
    _collect()


def _heads(family: Sequence[psutil.Process]) -> list[psutil.Process]:
    """Those that were not started by another of them: they end their children in good order, orphans end themselves."""
    pids = {process.pid for process in family}
    heads: list[psutil.Process] = []
    for process in family:
        with suppress(psutil.NoSuchProcess):
            if process.ppid() not in pids:
                heads.append(process)
    return heads


def _are_gone(family: Sequence[psutil.Process], *, within: float) -> bool:
    deadline = time.monotonic() + within
    while any(is_alive(process) for process in family):
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE)
    return True


def is_alive(process: psutil.Process) -> bool:
    """Not ended, and not merely waiting for its parent to notice that it has."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _collect() -> None:
    _children[:] = [child for child in _children if child.poll() is None]


def choose_port(preferred: int) -> int:
    """`preferred` if nobody listens there, so that an address once given stays good; else any free port."""
    if preferred and is_free(preferred):
        return preferred
    try:
        return unused_port()
    except OSError as error:
        raise ServerUnavailable(str(error)) from error


def last_line(log: Path) -> str:
    """What a server said last, for the sentence that explains why it is not there."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return "(nothing)"
    said = [line.strip() for line in lines if line.strip()]
    return said[-1] if said else "(nothing)"
