"""What the doctor says: one sentence for each thing looked at."""

from collections.abc import Iterable
from enum import Enum

import msgspec

from core.errors import EX_CONFIG


class Verdict(Enum):
    """`MISSET` is wrong in a way that only another setting cures."""

    RIGHT = "right"
    NOTE = "note"
    WRONG = "wrong"
    MISSET = "misset"


class Finding(msgspec.Struct, frozen=True):
    """A sentence that names the thing, and where it is wrong also what to do."""

    verdict: Verdict
    sentence: str


def right(sentence: str) -> Finding:
    return Finding(Verdict.RIGHT, sentence)


def note(sentence: str) -> Finding:
    """Worth knowing; nothing fails because of it."""
    return Finding(Verdict.NOTE, sentence)


def wrong(sentence: str) -> Finding:
    return Finding(Verdict.WRONG, sentence)


def misset(sentence: str) -> Finding:
    return Finding(Verdict.MISSET, sentence)


def exit_status(findings: Iterable[Finding]) -> int:
    """78 if a setting cannot work, 1 for everything else that is wrong."""
    verdicts = {finding.verdict for finding in findings}
    if Verdict.MISSET in verdicts:
        return EX_CONFIG
    return 1 if Verdict.WRONG in verdicts else 0
