"""ETag and If-Match: a resource's tag is the time of its last change, to the microsecond."""

import re
from datetime import UTC, datetime, timedelta

from core.errors import Stale

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OURS = re.compile(r'"([0-9]{1,17})"')


def etag_of(updated_at: datetime) -> str:
    return f'"{(updated_at - _EPOCH) // timedelta(microseconds=1)}"'


def seen_in(if_match: str | None) -> datetime | None:
    """The change that the asker has seen; None where they do not care (`*`, or no header).

    Raises `Stale` for what cannot be a tag of ours: it matches nothing (RFC 9110 §13.1.1).
    """
    if if_match is None or if_match.strip() == "*":
        return None
    found = _OURS.fullmatch(if_match.strip())
    if found is None:
        raise Stale("If-Match names no version of this resource: read it again.", code="precondition_failed")
    return _EPOCH + timedelta(microseconds=int(found[1]))
