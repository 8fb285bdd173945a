"""The main job of Guildwright on your own machine, without a token: a simulated Discord, our own servers, one template
from HTTP to a live guild and back.

It never reads .env, DATABASE_URL, REDIS_URL or DISCORD_TOKEN. Status 0: everything it showed was true.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from rich.console import Console

from api.demo import drawing
from api.demo.client import Source
from api.demo.processes import own_run
from api.demo.show import Show
from core.embedded import ServerUnavailable
from core.processes import exit_on_termination

_INTERRUPTED = 130
# By its place and not by an import: the demo takes the file as anybody would who has the checkout.
_EXAMPLE = Path(__file__).resolve().parents[2] / "core" / "templates" / "examples" / "community.yaml"


def main() -> int:
    """Status 1 for anything that was not true, 2 for a file that is not there."""
    asked = _parser().parse_args()
    terminal = drawing.console()
    try:
        with exit_on_termination():
            return _run(terminal, asked.file, stays=not asked.exit)
    except ServerUnavailable as error:
        terminal.print(drawing.untrue(str(error), []))
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED


def _run(terminal: Console, source: Source, *, stays: bool) -> int:
    terminal.print(drawing.heading(1, "Start everything"))
    with terminal.status("  Starting PostgreSQL and Redis…") as status, own_run() as run:
        show = Show(terminal, run, status)
        return asyncio.run(show.run(source, stays=stays))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="just demo", description=__doc__)
    parser.add_argument(
        "file",
        nargs="?",
        type=_source,
        default=str(_EXAMPLE),
        metavar="FILE",
        help="a template: a document of ours in YAML or JSON, or Discord's own server template in JSON",
    )
    parser.add_argument("--exit", action="store_true", help="end when everything was shown")
    return parser


def _source(text: str) -> Source:
    path = Path(text)
    try:
        return Source(name=path.name, content=path.read_bytes())
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{text}: {error.strerror}") from None


if __name__ == "__main__":
    sys.exit(main())
