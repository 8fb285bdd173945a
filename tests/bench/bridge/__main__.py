"""`python -m tests.bench.bridge [part ...]`: parts of the table that `just bench bridge` prints as a whole."""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from core.embedded import embedded_servers
from core.migrate import upgrade
from tests.bench.bridge.parts import PARTS, Ground, Size
from tests.bench.figures import Figure, target_table

_WIDTH = 120


def run(console: Console, wanted: list[str], size: Size, *, durable: bool) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="guildwright-bench-") as name,
        embedded_servers(Path(name) / "servers", durable=durable) as servers,
    ):
        folder = Path(name)
        asyncio.run(upgrade(servers.database_url))
        ground = Ground(folder=folder, servers=servers, log=folder / "servers" / "postgres.log", size=size)
        figures: list[Figure] = []
        begun = time.monotonic()
        for each in wanted:
            part = asyncio.run(PARTS[each](ground))
            for table in part.tables:
                console.print(table)
            figures += part.figures
        if figures:
            console.print(target_table(figures))
        console.print(
            f"{time.monotonic() - begun:.0f} s in all; "
            + (
                "commits are flushed to disk, as `just up` does"
                if durable
                else "commits are not flushed to disk"
            )
        )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bridge", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; none is all")
    parser.add_argument("--rounds", type=int, default=Size().rounds)
    parser.add_argument("--samples", type=int, default=Size().samples, help="of the road, a round")
    parser.add_argument("--idle", type=float, default=Size().idle_seconds, help="seconds")
    parser.add_argument("--forgetful", action="store_true", help="PostgreSQL does not flush commits to disk")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.parts if name not in PARTS]
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(PARTS)}")
    size = Size(rounds=chosen.rounds, samples=chosen.samples, idle_seconds=chosen.idle)
    console = Console() if sys.stdout.isatty() else Console(width=_WIDTH)
    run(console, chosen.parts or list(PARTS), size, durable=not chosen.forgetful)


if __name__ == "__main__":
    main()
