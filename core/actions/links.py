"""What is wrong with the link buttons of a message by themselves.

Limits: Discord documentation, Components › Action Row, Button.
"""

import re
from collections.abc import Iterator

from core.discord.emojis import custom_emoji, may_be_emoji
from core.discord.messages import LinkButton
from core.errors import Problem

LINKS_LIMIT = 25
LABEL_LIMIT = 80
URL_LIMIT = 512
_ADDRESS = re.compile(r"(https?|discord)://[^\s/]\S*", re.IGNORECASE)


def link_problems(links: tuple[LinkButton, ...], pointer: str = "/links") -> Iterator[Problem]:
    """As many as five rows of five hold."""
    if len(links) > LINKS_LIMIT:
        yield Problem(
            pointer=pointer,
            code="too_many",
            message=f"A message has at most {LINKS_LIMIT} link buttons, not {len(links)}.",
        )
    for index, link in enumerate(links):
        yield from _link_problems(link, f"{pointer}/{index}")


def _link_problems(link: LinkButton, pointer: str) -> Iterator[Problem]:
    if not link.label.strip():
        yield Problem(pointer=f"{pointer}/label", code="empty", message="This must not be empty.")
    for name, text, most in (("label", link.label, LABEL_LIMIT), ("url", link.url, URL_LIMIT)):
        if len(text) > most:
            yield Problem(
                pointer=f"{pointer}/{name}",
                code="too_long",
                message=f"At most {most} characters, not {len(text)}.",
            )
    if _ADDRESS.fullmatch(link.url) is None:
        yield Problem(
            pointer=f"{pointer}/url",
            code="format",
            message="An address begins with https://, http:// or discord:// and has no spaces.",
        )
    if link.emoji is not None and custom_emoji(link.emoji) is None and not may_be_emoji(link.emoji):
        yield Problem(
            pointer=f"{pointer}/emoji",
            code="format",
            message="Give one emoji: a character of Unicode's, or a server's own as <:name:id>.",
        )
