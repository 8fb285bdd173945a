"""One way of writing logs for all our processes: one line each, on standard error, without secrets.

What a library writes is its own affair, and at `debug` disnake writes whole answers of Discord. So a secret is not left
out where it is logged, but where it would be written.
"""

import json
import logging
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from urllib.parse import unquote, urlsplit

from core.config import VARIABLES, Settings

HIDDEN: Final = "***"
_SHORTEST = 6  # what is shorter stands in the middle of words
_SHAPES: Final = tuple(
    re.compile(shape)
    for shape in (
        r"(?P<before>\b(?:gwt|gws)_)[\w.~-]{8,}",
        r"(?P<before>\bwhsec_)[\w+/=-]{8,}",
        r"(?P<before>\bBearer )[\w.~+/=-]{8,}",
        r"(?P<before>\bBasic )[\w+/]{20,}=*",
        r"(?P<before>\bBot )[\w-]{16,}\.[\w-]+\.[\w-]+",
        r"(?P<before>/(?:webhooks|interactions)/\d+/)[\w.~-]{8,}",
        r"(?P<before>://[^\s/:@]*:)[^\s/@]+(?=@)",
        r"(?P<before>[?&](?:code|state)=)[^&;\s\"']+",
        r"(?P<before>\b(?:code_verifier|access_token|refresh_token|client_secret)=)[^&;\s\"']+",
        r"""(?ix)(?P<before>["'](?:token|access_token|refresh_token|client_secret|secret|authorization|cookie|
            set-cookie|x-csrf-token|csrf_token)["']\s*[:,]\s*b?["'])[^"']{6,}""",
        r"(?s)(?P<before>\bFailing row contains )\(.*?\)(?=\.?\n|\.?$)",  # PostgreSQL's own words
        r"(?P<before>__Host-[\w-]+=)[^;\s\"']+",
    )
)


def write_logs(settings: Settings) -> None:
    """Libraries that talk a lot are heard from warnings on, but at the level `debug`."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter_of(settings))
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler])
    if settings.log_level != "debug":
        for talkative in ("arq", "disnake", "httpx", "sqlalchemy", "alembic", "uvicorn.access"):
            logging.getLogger(talkative).setLevel(logging.WARNING)
    # At `debug` it writes every row that it reads.
    if settings.log_level == "debug":
        logging.getLogger("sqlalchemy").setLevel(logging.INFO)


def formatter_of(settings: Settings) -> logging.Formatter:
    """As GUILDWRIGHT_LOG_FORMAT says."""
    secrets = secrets_of(settings)
    return _Lines(secrets) if settings.log_format == "text" else _Objects(secrets)


def secrets_of(settings: Settings) -> frozenset[str]:
    """What must never be written: the secret settings, and of addresses the password."""
    values = [str(getattr(settings, v.field)) for v in VARIABLES if v.secret and getattr(settings, v.field)]
    passwords = [urlsplit(value).password for value in values if "://" in value]
    known = [*values, *filter(None, passwords), *(unquote(password) for password in passwords if password)]
    return frozenset(secret for secret in known if len(secret) >= _SHORTEST)


def without(secrets: Iterable[str], text: str) -> str:
    """The same text with neither these secrets nor anything that looks like one of ours or of Discord's."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    for shape in _SHAPES:
        text = shape.sub(rf"\g<before>{HIDDEN}", text)
    return text


class _Lines(logging.Formatter):
    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")
        self._secrets = sorted(secrets, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        return without(self._secrets, super().format(record))


class _Objects(logging.Formatter):
    """JSON, for whoever collects logs by machine."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = sorted(secrets, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without(self._secrets, record.getMessage()),
        }
        if record.exc_info:
            said["exception"] = without(self._secrets, self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=False)
