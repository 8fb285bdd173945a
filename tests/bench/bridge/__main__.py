"""`python -m tests.bench.bridge [part ...]`: parts of what `just bench bridge` measures, in any size."""

import argparse

from tests.bench.bridge.parts import PARTS, Size
from tests.bench.bridge.whole import run
from tests.bench.figures import console


def main() -> None:
    usual = Size()
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bridge", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; none is all")
    parser.add_argument("--rounds", type=int, default=usual.rounds)
    parser.add_argument("--samples", type=int, default=usual.samples, help="of the road, a round")
    parser.add_argument("--idle", type=float, default=usual.idle_seconds, metavar="SECONDS")
    parser.add_argument("--accepting", type=float, default=usual.accepting_seconds, metavar="SECONDS")
    parser.add_argument("--forgetful", action="store_true", help="PostgreSQL does not flush what it commits")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.parts if name not in PARTS]
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(PARTS)}")
    size = Size(
        rounds=chosen.rounds,
        samples=chosen.samples,
        idle_seconds=chosen.idle,
        accepting_seconds=chosen.accepting,
    )
    run(console(), chosen.parts or PARTS, size, durable=not chosen.forgetful)


if __name__ == "__main__":
    main()
