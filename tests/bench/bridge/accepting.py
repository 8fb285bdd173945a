"""How many jobs a second the API accepts, from clients that keep their connections."""

import asyncio
import statistics
import time
from collections.abc import Callable
from itertools import count

import msgspec
from rich.table import Table

from tests.bench.bridge.living import Living
from tests.bench.bridge.wire import HEALTH, kept_open
from tests.bench.figures import plain_table, shown

CLIENTS = 8
_numbers = count()


class Accepted(msgspec.Struct, frozen=True):
    """Of one round."""

    seconds: float
    answers: list[float]

    @property
    def rate(self) -> float:
        return len(self.answers) / self.seconds


async def health(living: Living, seconds: float) -> Accepted:
    """The floor: the same server, asked whether it lives."""
    return await _asked(living, lambda: HEALTH, seconds)


async def jobs(living: Living, seconds: float) -> Accepted:
    return await _asked(living, lambda: living.asking_for(f"bench {next(_numbers)}"), seconds)


async def _asked(living: Living, wanted: Callable[[], bytes], seconds: float) -> Accepted:
    begun = time.perf_counter()
    answers: list[float] = []

    async def client() -> None:
        async with kept_open(living.api) as http:
            while time.perf_counter() < begun + seconds:
                sent = time.perf_counter()
                await http.send(wanted())
                answers.append(time.perf_counter() - sent)

    async with asyncio.TaskGroup() as group:
        for _ in range(CLIENTS):
            group.create_task(client())
    return Accepted(time.perf_counter() - begun, answers)


def report(measured: dict[str, list[Accepted]]) -> Table:
    """Ratios are to the first line."""
    rates = {name: statistics.median(each.rate for each in rounds) for name, rounds in measured.items()}
    floor = next(iter(rates.values()))
    return plain_table(
        f"Jobs accepted over HTTP by {CLIENTS} clients, medians of rounds; the clients take CPU from the same machine",
        ("", "/s", "x first", "answered in, p50 ms"),
        [
            (
                name,
                shown(rate),
                f"{rate / floor:.2f}",
                shown(
                    statistics.median(seconds for each in measured[name] for seconds in each.answers) * 1000
                ),
            )
            for name, rate in rates.items()
        ],
    )
