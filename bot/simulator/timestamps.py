"""ISO 8601 timestamps in forms."""

from datetime import UTC, datetime

from bot.simulator.forms import Form


def read_timestamp(form: Form, key: str, default: str | None = None) -> str | None:
    """As Discord writes it back: in UTC with a numeric zone. A time without a zone is in UTC."""
    text = form.text(key)
    if text is None:
        return default if key not in form else None
    try:
        found = datetime.fromisoformat(text)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        form.bad(key, "DATE_TIME_TYPE_PARSE", f"Could not parse {text}. Should be ISO8601.")
        return default
    return found.isoformat()


def seconds(stamp: str) -> float:
    return datetime.fromisoformat(stamp).timestamp()
