"""`just bench`: how fast the bridge and the simulated Discord are, beside a floor and a peer of the same run.

Rounds are interleaved, medians are printed, and so is the ratio to the floor: what a number means depends on the
machine, what a ratio means depends less.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from core.embedded import Servers, embedded_servers
from core.migrate import upgrade
from tests.bench import simulator
from tests.bench.contenders import bare_blpop, bridge, stock_arq

ROUNDS = 3
SAMPLES = 40

Contender = Callable[[Servers, int], Awaitable[list[float]]]
CONTENDERS: dict[str, Contender] = {
    "floor: a bare BLPOP": bare_blpop,
    "bridge: commit to claim, ledger included": bridge,
    "peer: ARQ as it comes": stock_arq,
}


class Line(msgspec.Struct, frozen=True):
    """Milliseconds from asking to being picked up."""

    name: str
    p50: float
    p99: float


async def measure(servers: Servers) -> list[Line]:
    """Every contender in every round, so that a slow moment of the machine meets all of them."""
    taken: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    for _ in range(ROUNDS):
        for name, contender in CONTENDERS.items():
            taken[name] += await contender(servers, SAMPLES)
    return [
        Line(name, statistics.median(seconds) * 1000, statistics.quantiles(seconds, n=100)[98] * 1000)
        for name, seconds in taken.items()
    ]


def report(lines: list[Line], seconds: float) -> Table:
    """Ratios are to the first line."""
    table = Table(title=f"Idle pick-up, {ROUNDS} rounds of {SAMPLES}, {seconds:.0f} s")
    for heading in ("", "p50 ms", "p99 ms", "x floor"):
        table.add_column(heading, justify="left" if not heading else "right")
    for line in lines:
        table.add_row(line.name, f"{line.p50:.2f}", f"{line.p99:.2f}", f"{line.p50 / lines[0].p50:.1f}")
    return table


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="guildwright-bench-") as folder,
        embedded_servers(Path(folder) / "servers", durable=False) as servers,
    ):
        begun = time.monotonic()
        lines = asyncio.run(_prepared(servers))
        Console().print(report(lines, time.monotonic() - begun))
    Console().print(simulator.table())


async def _prepared(servers: Servers) -> list[Line]:
    await upgrade(servers.database_url)
    return await measure(servers)


if __name__ == "__main__":
    main()
