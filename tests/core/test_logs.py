"""Logs: one line each, in the form that a setting says, and without secrets."""

import json
import logging
from typing import Any

import pytest

from core.config import VARIABLES, Settings
from core.logs import formatter_of, secrets_of

SECRETS: dict[str, Any] = {
    "database_url": "postgresql://app:dbpass%2Fword@db.example/x",
    "migration_database_url": "postgresql://top:ownerpass@db.example/x",
    "redis_url": "rediss://:redispass@cache.example",
    "discord_token": "MTIz.bot.token",
    "discord_client_credential": "client-credential",
    "owner_token": "the-owner-of-everything",
}
HIDDEN = (
    *SECRETS.values(),
    "dbpass%2Fword",
    "dbpass/word",
    "ownerpass",
    "redispass",
)
SHAPES = {
    "a token of ours": ("Authorization: gwt_abcdefghijkl said", "abcdefghijkl"),
    "a header": ("{'Authorization': 'Bearer abc.def-ghi_jkl'}", "def-ghi"),
    "another bot's token": ("Bot MTIzNDU2Nzg5MDEyMzQ1.Gabcde.xyz_-123 was refused", "xyz_-123"),
    "a signing secret": ("secret=whsec_c2VjcmV0c2VjcmV0", "c2VjcmV0"),
    "a webhook": ("POST https://discord.com/api/v10/webhooks/123/abcDEF_-123456789", "abcDEF"),
    "an interaction": ("POST /interactions/123/aW50ZXJhY3Rpb24tdG9rZW4/callback", "aW50ZXJhY3Rpb24"),
    "an answer of Discord": ('{"id": "1", "token": "abcdefgh12345"}', "abcdefgh12345"),
    "a mapping's repr": ("{'refresh_token': 'abcdefgh12345'}", "abcdefgh12345"),
    "a login's return": ("GET /auth/discord/callback?code=abcdef12&state=ghijkl34", "abcdef12"),
    "its state": ("GET /auth/discord/callback?code=abcdef12&state=ghijkl34", "ghijkl34"),
    "a cookie": ("cookie: __Host-guildwright=abcdefgh12345; a=b", "abcdefgh12345"),
    "a row": ("DETAIL:  Failing row contains (1, https://a.example/(b), null).\nnext", "a.example"),
    "some address": ("cannot reach amqp://user:pass-word@host/x", "pass-word"),
}


def record(message: str, *args: object, error: Exception | None = None) -> logging.LogRecord:
    info = None if error is None else (type(error), error, error.__traceback__)
    return logging.LogRecord("core.test", logging.WARNING, __file__, 1, message, args, info)


def fail(message: str) -> None:
    raise ValueError(message)


@pytest.fixture(params=["text", "json"])
def formatter(request: pytest.FixtureRequest) -> logging.Formatter:
    return formatter_of(Settings(**SECRETS, log_format=request.param))


def test_every_secret_setting_is_known_here() -> None:
    assert {variable.field for variable in VARIABLES if variable.secret} == set(SECRETS)
    assert set(HIDDEN) <= secrets_of(Settings(**SECRETS))


@pytest.mark.parametrize("secret", HIDDEN)
def test_no_secret_setting_is_written_whoever_logs_it(formatter: logging.Formatter, secret: str) -> None:
    assert secret not in formatter.format(record("it is %s, and %r", secret, [secret]))
    with pytest.raises(ValueError, match="not usable") as failed:
        fail(f"not usable: {secret}")
    assert secret not in formatter.format(record("failed", error=failed.value))


@pytest.mark.parametrize("what", SHAPES)
def test_what_looks_like_a_secret_is_not_written_either(formatter: logging.Formatter, what: str) -> None:
    text, secret = SHAPES[what]
    written = formatter.format(record("%s", text))
    assert secret not in written
    assert "***" in written


@pytest.mark.parametrize(
    "text",
    [
        "Bot reconnected in 3 s; Basic information follows",
        "job 0195516f-2c00-7000-8000-000000000003 state=queued kind=message.send",
        "203.0.113.7 GET /api/v1/webhooks/123 200 4 ms",
        'Discord says {"code": 50013, "message": "Missing Permissions"}',
        "http://127.0.0.1:8420/schema",
    ],
)
def test_what_is_no_secret_is_written(formatter: logging.Formatter, text: str) -> None:
    assert text in formatter.format(record("%s", text)).replace('\\"', '"')


def test_json_is_one_object_a_line() -> None:
    formatter = formatter_of(Settings(log_format="json"))
    with pytest.raises(ValueError, match="two") as failed:
        fail("two\nlines")
    line = formatter.format(record("it failed: %d", 3, error=failed.value))
    assert "\n" not in line
    said = json.loads(line)
    assert (said["level"], said["logger"], said["message"]) == ("warning", "core.test", "it failed: 3")
    assert said["exception"].endswith("ValueError: two\nlines")
    assert said["time"].endswith("+00:00")


def test_a_repr_of_settings_shows_no_secret() -> None:
    shown = repr(Settings(**SECRETS))
    assert not [secret for secret in HIDDEN if secret in shown]
