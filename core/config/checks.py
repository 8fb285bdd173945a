"""Settings that cannot work are refused, each in one sentence that names its variable."""

import re
from urllib.parse import urlsplit

from core.addresses import allowance_of, networks_of
from core.config.settings import Settings
from core.config.urls import sqlalchemy_url
from core.errors import ConfigurationError

_TOKEN_LENGTH = 24
SHORTEST_AUDIT_DAYS = 30
"""What is younger no statement removes, whoever says it: a trigger sees to it."""
_LAST_PORT = 65535
_ENDLESS = 1_000_000
_LONGEST_SESSION = 400  # days; browsers keep no cookie longer (RFC 6265bis)
_ORIGIN = re.compile(r"https?://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")


def check(settings: Settings) -> None:
    """Raises `ConfigurationError` naming the variable."""
    _check_servers(settings)
    if settings.owner_token is not None and len(settings.owner_token) < _TOKEN_LENGTH:
        raise ConfigurationError("GUILDWRIGHT_OWNER_TOKEN is too short: take 24 characters or more.")
    if settings.log_level not in {"debug", "info", "warning", "error"}:
        raise ConfigurationError("GUILDWRIGHT_LOG_LEVEL must be debug, info, warning or error.")
    if settings.log_format not in {"text", "json"}:
        raise ConfigurationError("GUILDWRIGHT_LOG_FORMAT must be text or json.")
    if not 1 <= settings.port <= _LAST_PORT:
        raise ConfigurationError("GUILDWRIGHT_PORT must be a port, 1 to 65535.")
    if not 0 <= settings.images_mebibytes < _ENDLESS:
        raise ConfigurationError("GUILDWRIGHT_IMAGES_MEBIBYTES must be a number, 0 or more.")
    if not SHORTEST_AUDIT_DAYS <= settings.audit_retention_days < _ENDLESS:
        raise ConfigurationError(
            f"GUILDWRIGHT_AUDIT_RETENTION_DAYS must be {SHORTEST_AUDIT_DAYS} or more: PostgreSQL itself refuses to "
            "delete younger entries."
        )
    if not 0 <= settings.left_guild_retention_days < _ENDLESS:
        raise ConfigurationError("GUILDWRIGHT_LEFT_GUILD_RETENTION_DAYS must be a number, 0 or more.")
    if settings.job_slots < 1 or settings.lease_seconds < 1:
        raise ConfigurationError("GUILDWRIGHT_JOB_SLOTS and GUILDWRIGHT_LEASE_SECONDS must be 1 or more.")
    _check_people(settings)
    _check_door(settings)
    _check_callbacks(settings)


def _check_servers(settings: Settings) -> None:
    if settings.database_url:
        _require_port("DATABASE_URL", sqlalchemy_url(settings.database_url))
    if settings.migration_database_url:
        named = "GUILDWRIGHT_MIGRATION_DATABASE_URL"
        _require_port(named, sqlalchemy_url(settings.migration_database_url, named=named))
        if settings.database_url is None:
            raise ConfigurationError(
                f"{named} needs DATABASE_URL beside it: the same database as another role."
            )
    if settings.redis_url:
        if not settings.redis_url.startswith(("redis://", "rediss://", "unix://")):
            raise ConfigurationError("REDIS_URL must begin with redis://, rediss:// or unix://.")
        _require_port("REDIS_URL", settings.redis_url)


def _require_port(name: str, url: str) -> None:
    """What is wrong is not quoted: there is a password in it."""
    try:
        _ = urlsplit(url).port
    except ValueError:
        raise ConfigurationError(
            f"{name} is no address: behind the host a port may stand, which is a number up to {_LAST_PORT}; in a "
            "password `/`, `?`, `#`, `@` and `[` are written as %2F, %3F, %23, %40 and %5B."
        ) from None


def _check_people(settings: Settings) -> None:
    if not all(id_.isdecimal() for id_ in settings.owners):
        raise ConfigurationError(
            "GUILDWRIGHT_OWNER_IDS must be Discord ids, which are numbers: 80351110224678912, 104018231801589760."
        )
    client_id = settings.discord_client_id
    if client_id is not None and not client_id.isdecimal():
        raise ConfigurationError("DISCORD_CLIENT_ID must be the application's id, which is a number.")
    if client_id is not None and settings.discord_client_credential is None:
        raise ConfigurationError(
            "DISCORD_CLIENT_ID needs DISCORD_CLIENT_SECRET beside it, from the same page."
        )
    for name, days in (
        ("GUILDWRIGHT_SESSION_IDLE_DAYS", settings.session_idle_days),
        ("GUILDWRIGHT_SESSION_DAYS", settings.session_days),
    ):
        if not 0 < days <= _LONGEST_SESSION:
            raise ConfigurationError(f"{name} must be more than 0 and at most {_LONGEST_SESSION}.")


def _check_door(settings: Settings) -> None:
    rates = {
        "GUILDWRIGHT_REQUESTS_PER_MINUTE": settings.requests_per_minute,
        "GUILDWRIGHT_JOBS_PER_MINUTE": settings.jobs_per_minute,
        "GUILDWRIGHT_ADDRESS_REQUESTS_PER_MINUTE": settings.address_requests_per_minute,
        "GUILDWRIGHT_LOGINS_PER_MINUTE": settings.logins_per_minute,
    }
    for name, rate in rates.items():
        if not 0 <= rate < _ENDLESS:
            raise ConfigurationError(f"{name} must be a number, 0 or more.")
    if not 0 <= settings.metrics_port <= _LAST_PORT or settings.metrics_port == settings.port:
        raise ConfigurationError(
            "GUILDWRIGHT_METRICS_PORT must be 0 or a port, and another one than GUILDWRIGHT_PORT."
        )
    for origin in settings.allowed_origins:
        if origin != "*" and not _ORIGIN.fullmatch(origin):
            raise ConfigurationError(
                f"GUILDWRIGHT_CORS_ORIGINS: `{origin}` is no origin; one is https://host or https://host:port."
            )
    try:
        networks_of(settings.trusted_proxies)
    except ValueError as error:
        raise ConfigurationError(f"GUILDWRIGHT_TRUSTED_PROXIES is not usable: {error}.") from None


def _check_callbacks(settings: Settings) -> None:
    try:
        allowance_of(settings.callback_allow)
    except ValueError as error:
        raise ConfigurationError(f"GUILDWRIGHT_CALLBACK_ALLOW is not usable: {error}.") from None
    least = {
        "GUILDWRIGHT_CALLBACKS_PER_GUILD": (settings.callbacks_per_guild, 0),
        "GUILDWRIGHT_CALLBACK_SLOTS": (settings.callback_slots, 1),
        "GUILDWRIGHT_CALLBACK_TIMEOUT_SECONDS": (settings.callback_timeout_seconds, 1),
        "GUILDWRIGHT_CALLBACK_OVERLAP_HOURS": (settings.callback_overlap_hours, 0),
        "GUILDWRIGHT_CALLBACK_DISABLE_FAILURES": (settings.callback_disable_failures, 1),
        "GUILDWRIGHT_CALLBACK_DISABLE_HOURS": (settings.callback_disable_hours, 0),
        "GUILDWRIGHT_DELIVERY_RETENTION_DAYS": (settings.delivery_retention_days, 0),
    }
    for name, (value, limit) in least.items():
        if not limit <= value < _ENDLESS:
            raise ConfigurationError(f"{name} must be a number, {limit} or more.")
