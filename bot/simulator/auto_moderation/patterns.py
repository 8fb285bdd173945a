"""Finding keywords and regular expressions in text (Discord docs: Auto Moderation > Keyword Matching Strategies)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import jsonschema_rs

_NEVER = re.compile(r"(?!)")


@dataclass(slots=True, frozen=True)
class Match:
    """``keyword`` as the rule has it, ``content`` as it was written."""

    keyword: str
    content: str


def find(content: str, keywords: list[str], patterns: list[str], allowed: list[str]) -> Match | None:
    """The first match that does not lie within an allowed phrase."""
    spared = [found.span() for phrase in allowed for found in _phrase(phrase).finditer(content)]
    for rule, start, end in _matches(content, keywords, patterns):
        if not any(left <= start and end <= right for left, right in spared):
            return Match(rule, content[start:end])
    return None


def _matches(content: str, keywords: list[str], patterns: list[str]) -> Iterator[tuple[str, int, int]]:
    for keyword in keywords:
        for found in _keyword(keyword).finditer(content):
            yield keyword, found.start(), found.end()
    for pattern in patterns:
        for start, end in _spans(pattern, content):
            yield pattern, start, end


# Keywords: a star at an end opens it, without one there is blank space or nothing; case does not matter.


@lru_cache(maxsize=4096)
def _keyword(keyword: str) -> re.Pattern[str]:
    """Matches the keyword's own letters only."""
    return _worded(keyword, "")


@lru_cache(maxsize=4096)
def _phrase(phrase: str) -> re.Pattern[str]:
    """Matches to the ends of the words it is found in."""
    return _worded(phrase, r"\S*")


def _worded(keyword: str, opened: str) -> re.Pattern[str]:
    core = keyword.removeprefix("*").removesuffix("*")
    if not core:
        return _NEVER
    before = opened if keyword.startswith("*") else r"(?<!\S)"
    after = opened if keyword.endswith("*") else r"(?!\S)"
    return re.compile(before + re.escape(core) + after, re.IGNORECASE)


# Regular expressions: Rust's. The schema validator brings that very engine along, and tells whether it matches; where,
# only Python's can tell.


def compiles(pattern: str) -> bool:
    """Whether Rust's engine takes it: no look-around, no back references, no unbounded size."""
    return _rust(pattern) is not None


@lru_cache(maxsize=4096)
def _rust(pattern: str) -> jsonschema_rs.Draft202012Validator | None:
    try:
        return jsonschema_rs.Draft202012Validator(
            {"pattern": pattern}, pattern_options=jsonschema_rs.RegexOptions()
        )
    except (jsonschema_rs.ValidationError, ValueError):
        return None


def _spans(pattern: str, content: str) -> list[tuple[int, int]]:
    """Where it matches; the whole content when Python cannot read the pattern, or sees it otherwise."""
    rust = _rust(pattern)
    if rust is None or not rust.is_valid(content):
        return []
    try:
        found = [each.span() for each in re.finditer(pattern, content)]
    except re.error:
        found = []
    return found or [(0, len(content))]
