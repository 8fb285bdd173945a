"""`just bench [what ...]`: how fast the parts are, beside floors and peers of the same run.

Rounds are interleaved, medians are printed, and so are ratios: what a number means depends on the machine, what a
ratio means depends less.
"""

import argparse

from rich.console import Console

from tests.bench import schedules, simulator
from tests.bench.bridge import whole
from tests.bench.figures import console
from tests.bench.templates import whole as templates

WHAT = ("bridge", "simulator", "templates", "schedules")


def main() -> None:
    parser = argparse.ArgumentParser(prog="just bench", description=__doc__)
    parser.add_argument("what", nargs="*", metavar="what", help=f"of {', '.join(WHAT)}; none is all")
    wanted = parser.parse_args().what or list(WHAT)
    unknown = [name for name in wanted if name not in WHAT]
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(WHAT)}")
    screen = console()
    for name in wanted:
        _print(screen, name)


def _print(screen: Console, name: str) -> None:
    if name == "bridge":
        whole.run(screen)
    elif name == "templates":
        templates.run(screen)
    elif name == "schedules":
        schedules.run(screen)
    else:
        screen.print(simulator.table())


if __name__ == "__main__":
    main()
