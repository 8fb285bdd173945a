"""Running our own programs as children: the api, the bot, the simulator.

    async with ProcessGroup(sink=show) as group:
        api = await group.start("api", [sys.executable, "-m", "api"], ready=re.compile("listening"))
        ...
        await api.kill()

Written here because what is kept well elsewhere does something else: honcho and circus run a fixed set of programs
synchronously and own the main thread, mirakuru starts synchronously and drops the output, anyio and asyncio give the
bare process. What we need is small: start, wait until ready, show the output, restart one, and leave none behind.
"""

import asyncio
import ctypes
import os
import re
import signal
import sys
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

Sink = Callable[[str, str], None]
"""Takes the name of a process and one line that it wrote."""

Ready = re.Pattern[str] | Callable[[], Awaitable[bool]]
"""A pattern that one line of output matches, or a question asked again and again."""

_PAUSE = 0.05
_REMEMBERED_LINES = 200
_LONGEST_LINE = 65536


class ProcessFailed(Exception):
    """A program of ours could not be started or ended before it was ready; the message quotes its last line."""


def print_line(name: str, line: str) -> None:
    """The usual sink: everything on our own standard output, each line under the name of who wrote it."""
    sys.stdout.write(f"{name:>9} | {line}\n")
    sys.stdout.flush()


def append_to(path: Path) -> Sink:
    """A sink that keeps everything in one log file."""

    def write(name: str, line: str) -> None:
        with path.open("a", encoding="utf-8") as log:
            log.write(f"{name:>9} | {line}\n")

    return write


class OwnProcess:
    """A child in a session of its own; signals go to it and to all it has started."""

    def __init__(
        self, name: str, child: asyncio.subprocess.Process, output: asyncio.StreamReader, sink: Sink
    ) -> None:
        self.name = name
        self.lines: deque[str] = deque(maxlen=_REMEMBERED_LINES)
        self._child = child
        self._output = output
        self._sink = sink
        self._waiting: list[tuple[re.Pattern[str], asyncio.Future[None]]] = []
        self._life = asyncio.create_task(self._live(), name=f"process {name}")

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def returncode(self) -> int | None:
        """None while it lives; negative if a signal ended it, as `subprocess` has it."""
        return self._child.returncode

    async def wait(self) -> int:
        """Until it has ended and its last line is shown."""
        await asyncio.shield(self._life)
        assert self.returncode is not None
        return self.returncode

    async def terminate(self, grace: float = 10.0) -> int:
        """Ask it to end, and end it if it has not done so after `grace` seconds."""
        self.send_signal(signal.SIGTERM)
        with suppress(TimeoutError):
            return await asyncio.wait_for(self.wait(), grace)
        return await self.kill()

    async def kill(self) -> int:
        """What a crash does: no chance to tidy up."""
        self.send_signal(signal.SIGKILL)
        return await self.wait()

    def send_signal(self, number: signal.Signals) -> None:
        """Also to what it has started; without effect once it has ended."""
        if self.returncode is None:
            self._signal_session(number)

    async def writes(self, pattern: re.Pattern[str]) -> None:
        """Until a line matches that is remembered or yet to come."""
        if any(pattern.search(line) for line in self.lines):
            return
        seen: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((pattern, seen))
        try:
            await seen
        finally:
            self._waiting.remove((pattern, seen))

    async def _live(self) -> None:
        pump = asyncio.create_task(self._pump())
        await self._child.wait()
        # What it started must not survive it, and holds the pipe that the pump reads.
        self._signal_session(signal.SIGKILL)
        await pump

    async def _pump(self) -> None:
        rest = b""
        while chunk := await self._output.read(_LONGEST_LINE):
            *whole, rest = (rest + chunk).split(b"\n")
            if len(rest) > _LONGEST_LINE:
                whole, rest = [*whole, rest], b""
            for line in whole:
                self._take(line)
        if rest:
            self._take(rest)

    def _take(self, raw: bytes) -> None:
        line = raw.decode("utf-8", errors="replace").rstrip("\r")
        self.lines.append(line)
        self._sink(self.name, line)
        for pattern, seen in self._waiting:
            if not seen.done() and pattern.search(line):
                seen.set_result(None)

    def _signal_session(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, number)


class ProcessGroup:
    """Children that end with the block, however it ends, last started first.

    If this program itself is killed, Linux kills the children with it; elsewhere they notice only what they notice.
    `env` is the whole environment of every child.
    """

    def __init__(self, *, env: Mapping[str, str], sink: Sink = print_line, grace: float = 10.0) -> None:
        self._env = dict(env)
        self._sink = sink
        self._grace = grace
        self._members: list[OwnProcess] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            for member in reversed(self._members):
                await member.terminate(self._grace)
        finally:
            # Cancelled while waiting: nobody has patience any more.
            for member in self._members:
                member.send_signal(signal.SIGKILL)

    async def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        ready: Ready | None = None,
        patience: float = 30.0,
    ) -> OwnProcess:
        """Start a child and come back when it is `ready`; `env` adds to the group's. A name may be used again."""
        member = await self._spawn(name, command, {**self._env, **(env or {})}, cwd)
        self._members.append(member)
        if ready is not None:
            await self._until_ready(member, ready, patience)
        return member

    async def _spawn(
        self, name: str, command: Sequence[str], env: Mapping[str, str], cwd: Path | None
    ) -> OwnProcess:
        # Not asyncio's own pipe: its `wait` would wait for everything that inherited the pipe to end as well.
        ours, theirs = os.pipe()
        try:
            child = await asyncio.create_subprocess_exec(
                *command,
                env=env,
                cwd=cwd,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=theirs,
                stderr=theirs,
                start_new_session=True,
                preexec_fn=partial(_die_with, os.getpid()),
            )
        except OSError as error:
            os.close(ours)
            raise ProcessFailed(f"{name} cannot be started: {command[0]}: {error.strerror}.") from error
        finally:
            os.close(theirs)
        return OwnProcess(name, child, await _reader(ours), self._sink)

    async def _until_ready(self, member: OwnProcess, ready: Ready, patience: float) -> None:
        question = member.writes(ready) if isinstance(ready, re.Pattern) else _until(ready)
        asking, ended = asyncio.ensure_future(question), asyncio.ensure_future(member.wait())
        try:
            await asyncio.wait((asking, ended), timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            if asking.done():
                return asking.result()
            what = (
                f"ended with status {member.returncode}" if ended.done() else f"took more than {patience:g} s"
            )
        finally:
            asking.cancel()
            ended.cancel()
        await member.kill()
        said = next((line for line in reversed(member.lines) if line.strip()), "(nothing)")
        raise ProcessFailed(f"{member.name} {what} before it was ready; it last said: {said}")


async def _reader(fd: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(fd, "rb")
    )
    return reader


async def _until(question: Callable[[], Awaitable[bool]]) -> None:
    while not await question():  # noqa: ASYNC110 - what is asked is outside of this program
        await asyncio.sleep(_PAUSE)


_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def signal_when_parent_ends(number: signal.Signals) -> None:
    """Has Linux send the signal to this process when its parent ends, however it does; elsewhere nothing."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, number)


def _die_with(parent: int) -> None:
    """Runs in the child between fork and exec: nothing may be imported or locked here."""
    signal_when_parent_ends(signal.SIGKILL)
    if _libc is not None and os.getppid() != parent:  # it died before it could be said
        os._exit(1)


@contextmanager
def exit_on_termination() -> Generator[None]:
    """Inside, SIGTERM and SIGHUP raise `SystemExit`, so that every block around the work is left in good order.

    Only in the main thread, and only where the signal would otherwise end the program at once.
    """
    usual = (signal.SIGTERM, signal.SIGHUP) if _in_main_thread() else ()
    numbers = [number for number in usual if signal.getsignal(number) is signal.SIG_DFL]
    for number in numbers:
        signal.signal(number, _exit)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def undisturbed() -> Generator[None]:
    """Inside, SIGINT, SIGTERM and SIGHUP wait until the block is done. For what is short and must be finished."""
    came: list[int] = []
    before = (
        {
            number: signal.signal(number, lambda number, _frame: came.append(number))
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        if _in_main_thread()
        else {}
    )
    try:
        yield
    finally:
        for number, handler in before.items():
            # None: a handler that is not Python's, which cannot be put back.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        for number in came[:1]:
            signal.raise_signal(number)


def _exit(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
