"""What is wrong with an announcement by itself, each with the field it is at. Pure.

A message is judged by the longest that it can become, so that what is accepted is never too long later.
"""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from core.actions.links import link_problems
from core.actions.messages import content_problems, mention_problems
from core.announcements.rendering import texts_of, widest_of
from core.announcements.schemas import AnnouncementDraft, AnnouncementMessage
from core.announcements.variables import VARIABLES, uses_in
from core.discord.types import is_snowflake
from core.errors import Invalid, Problem
from core.templates.documents.findings import did_you_mean

NAME_LIMIT = 100
_MESSAGE = "/message"
_BEHIND_HOST = re.compile(r"(?:https?|discord)://[^\s/?#$]+[/?#]", re.IGNORECASE)


def require_sound(draft: AnnouncementDraft) -> None:
    """Raises `Invalid` with every problem."""
    if problems := tuple(problems_of(draft)):
        raise Invalid(problems[0].message, problems=problems)


def problems_of(draft: AnnouncementDraft) -> Iterator[Problem]:
    if not 1 <= len(draft.name.strip()) <= NAME_LIMIT:
        yield Problem(pointer="/name", code="length", message=f"A name has 1 to {NAME_LIMIT} characters.")
    if not is_snowflake(draft.channel_id):
        yield Problem(
            pointer="/channel_id", code="format", message=f"“{draft.channel_id[:40]}” is not an id."
        )
    for problem in message_problems(draft.message):
        yield replace(problem, pointer=f"{_MESSAGE}{problem.pointer}")


def message_problems(message: AnnouncementMessage) -> Iterator[Problem]:
    """Pointers count from the message."""
    if not message.content.strip() and not message.embeds:
        yield Problem(
            pointer="/content", code="empty", message="A message needs content or at least one embed."
        )
    yield from mention_problems(message.allowed_mentions)
    wrong = tuple(_variable_problems(message))
    yield from wrong
    if not wrong:
        yield from _size_problems(message)


def _variable_problems(message: AnnouncementMessage) -> Iterator[Problem]:
    for pointer, text, place in texts_of(message):
        for use in uses_in(text):
            if use.name not in VARIABLES:
                yield Problem(
                    pointer=pointer,
                    code="unknown_variable",
                    message=f"There is no variable `{use.name[:64]}` (character {use.at})."
                    f"{did_you_mean(use.name, list(VARIABLES))} For ${{ itself write $${{.",
                )
            elif place == "address" and not _BEHIND_HOST.match(text[: use.at - 1]):
                yield _too_early(pointer, use.name)


def _too_early(pointer: str, name: str) -> Problem:
    return Problem(
        pointer=pointer,
        code="variable_host",
        message=f"Where an address leads to is no variable's to say: `{name}` may stand only behind the host's name.",
    )


def _size_problems(message: AnnouncementMessage) -> Iterator[Problem]:
    """What is wrong only with the longest values says so."""
    widest = widest_of(message)
    as_written = set(_sizes(message))
    for problem in _sizes(widest):
        if problem in as_written or problem.code not in {"too_long", "length"}:
            yield problem
        else:
            said = f"{problem.message} So long it is with the longest names that its variables can stand for."
            yield replace(problem, message=said)


def _sizes(message: AnnouncementMessage) -> Iterator[Problem]:
    yield from content_problems(message.content, message.embeds)
    yield from link_problems(message.links)
