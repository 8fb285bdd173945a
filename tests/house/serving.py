"""A program that uses embedded servers, as its own process: `python -m tests.house.serving FOLDER [--fragile]`.

It prints the addresses as JSON once it has them and waits for a signal or the end of its standard input.
"""

import sys
from pathlib import Path

import msgspec

from core.embedded import ServerUnavailable, embedded_servers


def main(folder: Path, *, durable: bool) -> None:
    with embedded_servers(folder, durable=durable) as servers:
        print(msgspec.json.encode(servers).decode(), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), durable="--fragile" not in sys.argv)
    except ServerUnavailable as error:
        sys.exit(str(error))
