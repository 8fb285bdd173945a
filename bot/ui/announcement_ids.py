"""The form and the buttons of announcements. Their whole meaning stands in their custom ids, within the 100 characters
that Discord allows, so that they still work after a restart. Anyone's program may send any text as one."""

from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias, cast, get_args
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from bot.announcement_forms import Options
from core.announcements.states import Repeats

Choice: TypeAlias = Literal["post", "rewrite", "approve", "reject"]
_PREFIX: Final = "gwa"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_YES_NO: Final = {"y": True, "n": False}
_REPEATS: Final[dict[str, Repeats]] = {"s": "send", "e": "edit_last"}
_MICROSECOND: Final = timedelta(microseconds=1)


class AnnouncementPress(Struct, frozen=True):
    """Which announcement a button belongs to, what it said when it was shown, and whose button it is."""

    choice: Choice
    announcement_id: UUID
    revision: int
    asker_id: str


class FormId(Struct, frozen=True, kw_only=True):
    """What was chosen before the form was opened. `seen` is when the announcement that it fills in was last changed;
    a new one has none of these."""

    options: Options
    announcement_id: UUID | None = None
    seen: datetime | None = None


def press_id(press: AnnouncementPress) -> str:
    """`gwa:approve:{announcement_id}:{revision}:{asker_id}`, 79 characters at a revision of ten digits."""
    return f"{_PREFIX}:{press.choice}:{press.announcement_id}:{press.revision}:{press.asker_id}"


def read_press(text: str | None) -> AnnouncementPress | None:
    """None for a custom id that is not one of ours."""
    parts = (text or "").split(":")
    if len(parts) != 5 or parts[0] != _PREFIX or parts[1] not in get_args(Choice):  # noqa: PLR2004 # as written above
        return None
    announcement_id, revision, asker_id = _uuid(parts[2]), _number(parts[3]), _number(parts[4])
    if announcement_id is None or revision is None or asker_id is None:
        return None
    return AnnouncementPress(cast(Choice, parts[1]), announcement_id, revision, parts[4])


def form_id(form: FormId) -> str:
    """`gwa:form:{channel_id}:{flags}:{announcement_id}:{seen}`, 85 characters."""
    options = form.options
    flags = (
        _letter(_YES_NO, options.crosspost)
        + _letter(_REPEATS, options.repeats)
        + _letter(_YES_NO, options.needs_approval)
    )
    channel_id = "" if isinstance(options.channel_id, UnsetType) else options.channel_id
    seen = "" if form.seen is None else (form.seen - _EPOCH) // _MICROSECOND
    return f"{_PREFIX}:form:{channel_id}:{flags}:{form.announcement_id or ''}:{seen}"


def read_form_id(text: str) -> FormId | None:
    """None for a custom id that is not one of ours."""
    parts = text.split(":")
    if len(parts) != 6 or parts[:2] != [_PREFIX, "form"] or len(parts[3]) != 3:  # noqa: PLR2004 # as written above
        return None
    _, _, channel_id, flags, announcement, seen = parts
    moment = _number(seen, digits=16)
    if (announcement and _uuid(announcement) is None) or (seen and moment is None):
        return None
    options = Options(
        channel_id=channel_id or UNSET,
        crosspost=_YES_NO.get(flags[0], UNSET),
        repeats=_REPEATS.get(flags[1], UNSET),
        needs_approval=_YES_NO.get(flags[2], UNSET),
    )
    return FormId(
        options=options,
        announcement_id=_uuid(announcement),
        seen=None if moment is None else _EPOCH + moment * _MICROSECOND,
    )


def _letter(letters: dict[str, bool] | dict[str, Repeats], value: object) -> str:
    return next((letter for letter, meant in letters.items() if meant == value), "-")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _number(text: str, *, digits: int = 19) -> int | None:
    """As many as 64 bits have; of microseconds fewer, or they are no moment."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None
