"""The bridge's benchmark: servers of its own, one part after the other, and the targets at the end."""

import asyncio
import os
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console

from core.embedded import embedded_servers
from core.migrate import upgrade
from tests.bench.bridge.contest import peers_are_installed
from tests.bench.bridge.parts import PARTS, Ground, Size
from tests.bench.figures import Figure, target_table


def run(
    console: Console, wanted: Iterable[str] = PARTS, size: Size | None = None, *, durable: bool = True
) -> None:
    """With `durable=False` PostgreSQL does not flush what it commits."""
    begun, others = time.monotonic(), os.getloadavg()[0]
    with (
        tempfile.TemporaryDirectory(prefix="guildwright-bench-") as name,
        embedded_servers(Path(name) / "servers", durable=durable) as servers,
    ):
        folder = Path(name)
        asyncio.run(upgrade(servers.database_url))
        log = folder / "servers" / "postgres.log"
        ground = Ground(folder=folder, servers=servers, log=log, size=size or Size())
        figures: list[Figure] = []
        for each in wanted:
            part = asyncio.run(PARTS[each](ground))
            for table in part.tables:
                console.print(table)
            figures += part.figures
    if figures:
        console.print(target_table(figures))
    if not peers_are_installed():
        console.print(
            "[bold red]saq and taskiq were SKIPPED: they are not installed (.bench).[/] "
            "`just bench` installs them where a package index can be reached."
        )
    flushed = (
        "PostgreSQL flushes every commit, as with `just up`" if durable else "PostgreSQL flushes nothing"
    )
    console.print(
        f"The bridge took {time.monotonic() - begun:.0f} s on {os.cpu_count()} cores; {flushed}. "
        f"Before it began, {others:.1f} other programs wanted to run: on a busy machine all of it is slower."
    )
