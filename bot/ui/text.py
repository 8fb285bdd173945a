"""Text that fits. Discord refuses a message whose embed is one character too long."""

from collections.abc import Iterable, Sequence

# Discord documentation, Resources > Message > Embed Limits. EMBEDS holds for all embeds of one message together.
TITLE = 256
DESCRIPTION = 4096
EMBEDS = 6000

ELLIPSIS = "…"
FENCE = "```"


def size(text: str) -> int:
    """In UTF-16 units, the largest of the ways in which Discord may count: an emoji is two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def clipped(text: str, limit: int) -> str:
    """At most `limit` long, with an ellipsis where something is missing."""
    if size(text) <= limit:
        return text
    room = max(limit - size(ELLIPSIS), 0)
    kept = text[:room]
    # A character is one unit or two: by half of what is too long, never too much is taken away.
    while (over := size(kept) - room) > 0:
        kept = kept[: -((over + 1) // 2)]
    return kept.rstrip() + ELLIPSIS


def fitting(lines: Sequence[str], limit: int, *, more: str = "and {} more") -> str:
    """As many whole lines as fit, and below them how many do not."""
    whole = "\n".join(lines)
    if size(whole) <= limit:
        return whole
    kept: list[str] = []
    room = limit - size(_rest(more, len(lines)))
    for line in lines:
        room -= size(line) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join([*kept, _rest(more, len(lines) - len(kept))])


def block(lines: Sequence[str], limit: int, *, more: str = "and {} more") -> str:
    """As `fitting`, in a code block: nothing in the lines is taken for markup or a mention."""
    room = limit - 2 * size(FENCE) - 2
    return f"{FENCE}\n{fitting([harmless(line) for line in lines], room, more=more)}\n{FENCE}"


def harmless(text: str) -> str:
    """Cannot end the code block it stands in."""
    return text.replace("`", "ˋ").replace("\r", " ").replace("\n", " ")


def joined(parts: Iterable[str], separator: str = " · ") -> str:
    """Without the empty ones."""
    return separator.join(part for part in parts if part)


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 call`, `2 calls`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def about(seconds: float) -> str:
    """A duration as a person says it."""
    if seconds < 90:  # noqa: PLR2004 # a minute and a half is still said in seconds
        return f"{max(round(seconds), 1)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{seconds / 3600:.1f} h"  # noqa: PLR2004 # likewise


def _rest(more: str, number: int) -> str:
    return f"{ELLIPSIS} {more.format(number)}"
