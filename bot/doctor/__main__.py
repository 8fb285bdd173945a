"""`python -m bot.doctor`: says in sentences what is right and what is wrong, and what to do about it.

Status 0: nothing is wrong. 1: something is. 78: a setting cannot work.
"""

import argparse
import asyncio
import sys
from textwrap import wrap

from rich.console import Console
from rich.text import Text

from bot.doctor.examination import examine
from bot.doctor.findings import Finding, Verdict, exit_status
from core.config import load_settings
from core.errors import EX_CONFIG, GuildwrightError

_WIDEST = 100
_INDENT = "  "
_INTERRUPTED = 130
_SIGNS = {
    Verdict.RIGHT: ("✓", "green"),
    Verdict.NOTE: ("!", "yellow"),
    Verdict.WRONG: ("✗", "bold red"),
    Verdict.MISSET: ("✗", "bold red"),
}


async def _examined(terminal: Console) -> int:
    findings: list[Finding] = []
    async for finding in examine(load_settings()):
        findings.append(finding)
        _printed(terminal, finding)
    bad = sum(finding.verdict in (Verdict.WRONG, Verdict.MISSET) for finding in findings)
    terminal.print()
    terminal.print("Nothing is wrong." if not bad else f"{bad} of {len(findings)} things are wrong.")
    return exit_status(findings)


def _printed(terminal: Console, finding: Finding) -> None:
    """Wrapped here, between words: an address that is cut in two cannot be followed."""
    sign, style = _SIGNS[finding.verdict]
    lines = wrap(
        finding.sentence,
        width=min(terminal.width, _WIDEST) - len(_INDENT),
        break_long_words=False,
        break_on_hyphens=False,
    )
    text = Text.assemble((sign, style), " ", f"\n{_INDENT}".join(lines))
    terminal.print(text, soft_wrap=True)


def main() -> int:
    argparse.ArgumentParser(prog="just doctor", description=__doc__).parse_args()
    terminal = Console(highlight=False)
    try:
        return asyncio.run(_examined(terminal))
    except GuildwrightError as error:
        terminal.print(Text.assemble(("✗", "bold red"), f" {error.message}"))
        return EX_CONFIG
    except KeyboardInterrupt:
        return _INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
