"""The peers and us, each a process of its own, ordered about in turn."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from core.embedded import Servers
from tests.fixtures.environment import ROOT, child_environment

FLOOR = "floor: a bare BLPOP"
LEG = "ours: ring and worker, no ledger"
LEDGER = "ours: with the ledger"
ARQ = "peer: ARQ as it comes"
SAQ = "peer: saq"
TASKIQ = "peer: taskiq, Redis streams"

_PEERS_PYTHON = ROOT / ".bench" / "bin" / "python"
_OURS = "tests.bench.bridge.ours"
_WORDS = {FLOOR: "blpop", LEG: "leg", LEDGER: "ledger"}
_PEERS = ROOT / "tests" / "bench" / "peers"


class Contestant:
    """Told what to do in a line of JSON, answers in one."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path) -> None:
        self.name = name
        self._process = process
        self._log = log

    async def pick_up(self, times: int, pause: float) -> list[float]:
        return await self._ordered(do="pick_up", times=times, pause=pause)

    async def drain(self, times: int, seconds: float, slots: int) -> float:
        return await self._ordered(do="drain", times=times, seconds=seconds, slots=slots)

    async def _ordered(self, **order: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        line = await self._process.stdout.readline()
        if not line:
            said = await asyncio.to_thread(self._log.read_text)
            raise RuntimeError(f"{self.name} ended with status {await self._process.wait()}:\n{said[-2000:]}")
        return json.loads(line)


def peers_are_installed() -> bool:
    return _PEERS_PYTHON.exists()


@asynccontextmanager
async def contestants(servers: Servers, database_url: str, folder: Path) -> AsyncGenerator[list[Contestant]]:
    """Those that can be had, the floor first; all end with the block."""
    commands: dict[str, Sequence[str]] = {
        name: [sys.executable, "-m", _OURS, word, servers.redis_url, database_url]
        for name, word in _WORDS.items()
    }
    commands[ARQ] = [sys.executable, str(_PEERS / "arq_peer.py"), servers.redis_url]
    if peers_are_installed():
        commands[SAQ] = [str(_PEERS_PYTHON), str(_PEERS / "saq_peer.py"), servers.redis_url]
        commands[TASKIQ] = [str(_PEERS_PYTHON), str(_PEERS / "taskiq_peer.py"), servers.redis_url]
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(_started(name, command, folder))
            for name, command in commands.items()
        ]


@asynccontextmanager
async def traced(
    name: str, servers: Servers, database_url: str, folder: Path
) -> AsyncGenerator[tuple[Contestant, Path]]:
    """One of ours, and where it writes its spans."""
    spans = folder / f"spans of {_WORDS[name]}"
    command = [sys.executable, "-m", "tests.bench.bridge.tracing", "ours", str(spans), _OURS]
    command += [_WORDS[name], servers.redis_url, database_url]
    async with _started(name, command, folder) as contestant:
        yield contestant, spans


@asynccontextmanager
async def _started(name: str, command: Sequence[str], folder: Path) -> AsyncGenerator[Contestant]:
    env: Mapping[str, str] = child_environment()
    path = folder / f"{name.replace(':', '')}.log"
    with path.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            env=env,
            cwd=folder,
            limit=1 << 20,
        )
    try:
        yield Contestant(name, process, path)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
