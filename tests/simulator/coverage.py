"""`just routes`: what of Discord's REST surface is simulated, and what of that was judged in a drive just now.

Ends with status 1 if an implemented route of the published document has not been seen to answer with a success.
"""

import argparse
import asyncio
import sys
from collections import defaultdict
from random import Random

from rich.console import Console
from rich.table import Table

from bot.simulator.contract import Contract
from bot.simulator.routes import TABLE
from tests.fixtures.size import SEED, sized
from tests.simulator.driving import HOPELESS, drive
from tests.simulator.judging import Evidence, Operation
from tests.simulator.published import PUBLISHED, published_contract

IMPLEMENTED = {(route.method, route.template) for route in TABLE.routes}


async def driven(*, least: int, most: int) -> Evidence:
    """A drive with the document inside the simulator and one without."""
    evidence, chance = Evidence(), Random(SEED)
    for alone in (False, True):
        await drive(chance, evidence, alone=alone, least=least, most=most)
    return evidence


def unproven(contract: Contract, evidence: Evidence) -> list[Operation]:
    """Implemented, documented, and not judged with a success, though it could have one."""
    return sorted((contract.operations & IMPLEMENTED) - evidence.succeeded - HOPELESS.keys())


def resource(template: str) -> str:
    """By what the path begins with: the first word, and the next one that is no parameter."""
    return " ".join([part for part in template.split("/") if part and not part.startswith("{")][:2])


def show(console: Console, contract: Contract, evidence: Evidence) -> None:
    """The document's operations by resource, then what is implemented beside it, then totals."""
    groups: dict[str, list[Operation]] = defaultdict(list)
    for operation in contract.operations:
        groups[resource(operation[1])].append(operation)
    table = Table("route", "implemented", "answered", "judged", "events", title="Discord's REST surface")
    for name in sorted(groups):
        table.add_section()
        done = sum(each in IMPLEMENTED for each in groups[name])
        table.add_row(f"[bold]{name}[/]", f"[bold]{done} of {len(groups[name])}[/]")
        for operation in sorted(groups[name], key=lambda each: (each[1], each[0])):
            table.add_row(*_row(operation, evidence), style=None if operation in IMPLEMENTED else "dim")
    console.print(table)
    beside = Table("route", "implemented", "answered", "judged", "events", title="Not in the document")
    for operation in sorted(IMPLEMENTED - contract.operations):
        beside.add_row(*_row(operation, evidence))
    if beside.row_count:
        console.print(beside)
    for operation, reason in HOPELESS.items():
        if operation not in evidence.succeeded:
            console.print(f"{' '.join(operation)} has no success: {reason}.", highlight=False)
    documented = contract.operations & IMPLEMENTED
    console.print(
        f"{len(documented)} of the document's {len(contract.operations)} operations are implemented, "
        f"{len(documented & evidence.succeeded)} of them judged with a success; "
        f"{len(IMPLEMENTED - contract.operations)} more are not in the document. "
        f"{evidence.judged.total()} answers were judged.",
        highlight=False,
        soft_wrap=True,
    )


def _row(operation: Operation, evidence: Evidence) -> tuple[str, ...]:
    statuses = evidence.statuses.get(operation, {})
    return (
        f"{operation[0]:<6} {operation[1]}",
        "yes" if operation in IMPLEMENTED else "—",
        " ".join(f"{status}×{count}" for status, count in sorted(statuses.items())),
        str(evidence.judged[operation] or ""),
        " ".join(sorted(evidence.events.get(operation, ()))),
    )


def main(arguments: list[str] | None = None, console: Console | None = None) -> int:
    parser = argparse.ArgumentParser(prog="just routes", description=__doc__)
    parser.add_argument(
        "--steps", type=int, default=sized(small=3000, soak=100_000), help="at least so many calls"
    )
    asked = parser.parse_args(arguments)
    console = console or Console()
    contract = published_contract()
    if contract is None:
        console.print(
            f"Put Discord's published document (openapi.json of discord-api-spec) at {PUBLISHED}, and try again.",
            highlight=False,
            soft_wrap=True,
        )
        return 1
    evidence = asyncio.run(driven(least=asked.steps // 2, most=max(10_000, asked.steps)))
    show(console, contract, evidence)
    missing = unproven(contract, evidence)
    for operation in missing:
        console.print(f"[red]not proven:[/] {' '.join(operation)}", highlight=False, soft_wrap=True)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
