"""What it costs to be there while nobody asks for anything.

PostgreSQL is counted by its own log, Redis by what MONITOR shows, CPU by the kernel.
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import asyncpg
import msgspec
import psutil
import redis.asyncio

from core.config import asyncpg_dsn
from tests.bench.bridge.living import Living
from tests.bench.figures import Figure, Part, plain_table, shown
from workers.ending import end

NAMES = ("api", "bot")
_LOGGED = {"log_min_duration_statement": "'0'", "log_line_prefix": "'%r '"}
_LINE = re.compile(
    r"^\S+\((?P<port>\d+)\) LOG:  duration: \S+ ms  "
    r"(?:(?P<simple>statement)|(?P<step>parse|bind|execute) \S+): ?(?P<text>.*)$"
)
_SETTLING_SECONDS = 3.0
_LOOK_SECONDS = 0.5
_LONGEST_TEXT = 90
_IN_SCRIPTS = "inside scripts"


class Idle(msgspec.Struct, frozen=True, kw_only=True):
    """Each a second. `statements` and `texts` are by process, and `pings` the empty ones among them; `commands` by who
    sent them."""

    seconds: float
    statements: dict[str, float]
    pings: dict[str, float]
    texts: dict[tuple[str, str], float]
    commands: dict[tuple[str, str], float]
    cpu: dict[str, float]


async def idle(living: Living, database_url: str, redis_url: str, log: Path, seconds: float) -> Idle:
    """`log` is what PostgreSQL writes."""
    processes = {name: living.process(name) for name in (*NAMES, "simulator")}
    await asyncio.sleep(_SETTLING_SECONDS)
    await _set(database_url, _LOGGED)
    try:
        offset, begun = await asyncio.to_thread(_size_of, log), time.monotonic()
        cpu = {name: _cpu(process) for name, process in processes.items()}
        async with _overhearing(redis_url) as overheard:
            ports = await _ports_for(processes, seconds)
        taken = time.monotonic() - begun
        cpu = {name: (_cpu(process) - cpu[name]) / taken for name, process in processes.items()}
        text = await asyncio.to_thread(_read_from, log, offset)
    finally:
        await _set(database_url, dict.fromkeys(_LOGGED))
    statements, pings, texts = _counted(text, ports)
    commands = Counter((_sender(each, ports), each["command"].split()[0].lower()) for each in overheard)
    return Idle(
        seconds=taken,
        statements={name: number / taken for name, number in statements.items()},
        pings={name: number / taken for name, number in pings.items()},
        texts={text: number / taken for text, number in texts.most_common()},
        commands={command: number / taken for command, number in commands.most_common()},
        cpu=cpu,
    )


@asynccontextmanager
async def _overhearing(redis_url: str) -> AsyncGenerator[list[dict[str, str]]]:
    """Every command that Redis runs during the block."""
    heard: list[dict[str, str]] = []

    async def hear(commands: AsyncGenerator[dict[str, str]], take: Callable[[dict[str, str]], None]) -> None:
        async for command in commands:
            take(command)

    async with redis.asyncio.from_url(redis_url) as store, cast("Any", store).monitor() as monitor:
        task = asyncio.create_task(hear(monitor.listen(), heard.append))
        try:
            yield heard
        finally:
            await end(task)


def _sender(command: dict[str, str], ports: dict[int, str]) -> str:
    if command["client_type"] == "lua":
        return _IN_SCRIPTS
    return ports.get(int(command["client_port"] or 0), "others")


def report(found: Idle) -> Part:
    statements = sum(found.statements.values())
    rows = [
        *((f"{name}: CPU", shown(share)) for name, share in found.cpu.items()),
        *(
            (
                f"{name}: PostgreSQL statements/s",
                f"{shown(number)} (of them {shown(found.pings[name])} pings)",
            )
            for name, number in found.statements.items()
        ),
        *((f"{who}: Redis {name}/s", shown(number)) for (who, name), number in found.commands.items()),
    ]
    texts = [
        (f"{name}: {text or '(a ping: nothing)'}", shown(number))
        for (name, text), number in list(found.texts.items())[:15]
    ]
    figures = (
        Figure(
            what="idle: Redis commands sent",
            value=sum(number for (who, _), number in found.commands.items() if who != _IN_SCRIPTS),
            unit="/s",
            at_most=1,
        ),
        Figure(what="idle: PostgreSQL statements, pings among them", value=statements, unit="/s", at_most=1),
        *(
            Figure(what=f"idle: CPU of the {name}", value=found.cpu[name], unit="CPU", below=0.01)
            for name in NAMES
        ),
    )
    return Part(
        (
            plain_table(f"Idle for {found.seconds:.0f} s", ("", ""), rows),
            plain_table("What PostgreSQL is asked meanwhile", ("", "/s"), texts),
        ),
        figures,
    )


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def _ports_for(processes: dict[str, psutil.Process], seconds: float) -> dict[int, str]:
    """Waits, and meanwhile looks which process has which of the ports from which PostgreSQL is asked."""
    ports: dict[int, str] = {}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for name in NAMES:
            for connection in processes[name].net_connections("tcp"):
                if connection.laddr:
                    ports[connection.laddr[1]] = name
        await asyncio.sleep(min(_LOOK_SECONDS, max(until - time.monotonic(), 0)))
    return ports


def _counted(
    text: str, ports: dict[int, str]
) -> tuple[dict[str, int], dict[str, int], Counter[tuple[str, str]]]:
    """A statement is executed; one without any text is only bound."""
    statements: Counter[str] = Counter(dict.fromkeys(NAMES, 0))
    pings: Counter[str] = Counter(dict.fromkeys(NAMES, 0))
    texts: Counter[tuple[str, str]] = Counter()
    for line in text.splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        said, name = found["text"].strip(), ports.get(int(found["port"]), "others")
        is_ping = found["step"] == "bind" and said in {"", ";"}
        if not (is_ping or found["simple"] or found["step"] == "execute"):
            continue
        statements[name] += 1
        pings[name] += is_ping
        texts[name, "" if is_ping else said[:_LONGEST_TEXT]] += 1
    return dict(statements), dict(pings), texts


async def _set(database_url: str, settings: Mapping[str, str | None]) -> None:
    """For the whole server, at once."""
    connection: Any = await cast("Any", asyncpg).connect(asyncpg_dsn(database_url))
    try:
        for name, value in settings.items():
            change = f"RESET {name}" if value is None else f"SET {name} = {value}"
            await connection.execute(f"ALTER SYSTEM {change}")
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()
    await asyncio.sleep(0.3)  # every process of PostgreSQL reads it when it comes to it


def _size_of(log: Path) -> int:
    return log.stat().st_size


def _read_from(log: Path, offset: int) -> str:
    with log.open("rb") as file:
        file.seek(offset)
        return file.read().decode("utf-8", errors="replace")
