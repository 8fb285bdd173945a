"""Settings as a value: read once, passed down. `.env.example` is rendered from `VARIABLES`."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from dotenv import dotenv_values
from platformdirs import user_data_path

from core.addresses import allowance_of, networks_of
from core.errors import ConfigurationError

DISCORD_API = "https://discord.com/api/v10"
_TOKEN_LENGTH = 24
SHORTEST_AUDIT_DAYS = 30
"""What is younger no statement removes, whoever says it: a trigger sees to it."""
_LAST_PORT = 65535
_ENDLESS = 1_000_000
_LONGEST_SESSION = 400  # days; browsers keep no cookie longer (RFC 6265bis)
_ORIGIN = re.compile(r"https?://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")


class Variable(msgspec.Struct, frozen=True):
    """One environment variable: the setting it fills, what it means, and whether its value may be shown."""

    name: str
    field: str
    meaning: str
    secret: bool = False


VARIABLES = (
    Variable(
        "DATABASE_URL",
        "database_url",
        "PostgreSQL 15 or newer, as postgresql://user:password@host/name. Unset: one is started for you.",
        True,
    ),
    Variable(
        "GUILDWRIGHT_MIGRATION_DATABASE_URL",
        "migration_database_url",
        "The same database as the role that owns its tables, for migrations alone: then the role of DATABASE_URL, "
        "which needs no rights of its own, cannot alter the audit log.",
        True,
    ),
    Variable(
        "REDIS_URL",
        "redis_url",
        "Redis 6.2 or newer, or Valkey, as redis://host:6379/0. Unset: one is started for you.",
        True,
    ),
    Variable("DISCORD_TOKEN", "discord_token", "The bot's token, from the Developer Portal, page Bot.", True),
    Variable(
        "DISCORD_API_BASE",
        "discord_api_base",
        "Where Discord's REST API is; only the simulator is anywhere else.",
    ),
    Variable(
        "DISCORD_CLIENT_ID",
        "discord_client_id",
        "The application's id, from the Developer Portal, page OAuth2: for people to log in with Discord.",
    ),
    Variable(
        "DISCORD_CLIENT_SECRET", "discord_client_credential", "Its client secret, from the same page.", True
    ),
    Variable(
        "GUILDWRIGHT_OWNER_IDS",
        "owner_ids",
        "Discord ids of people who own this installation, with commas between.",
    ),
    Variable(
        "GUILDWRIGHT_SESSION_IDLE_DAYS",
        "session_idle_days",
        "After how long without a request a browser has to log in again.",
    ),
    Variable("GUILDWRIGHT_SESSION_DAYS", "session_days", "After how long it has to anyhow."),
    Variable(
        "GUILDWRIGHT_OWNER_TOKEN",
        "owner_token",
        "API token of the owner, 24 characters or more. Unset: one is made at first start and printed once.",
        True,
    ),
    Variable("GUILDWRIGHT_DATA_DIR", "data_dir", "Folder of the servers we start ourselves."),
    Variable(
        "GUILDWRIGHT_KEYS_FILE",
        "keys_file",
        "The installation's keys, made at the first start: back it up apart from the database. Unset: keys.json in the "
        "data folder.",
    ),
    Variable("GUILDWRIGHT_HOST", "host", "Address the API listens on."),
    Variable("GUILDWRIGHT_PORT", "port", "Port the API listens on."),
    Variable(
        "GUILDWRIGHT_PUBLIC_URL",
        "public_url",
        "The API's address as browsers see it; the OAuth2 redirect URI is made of it. Unset: http://host:port.",
    ),
    Variable(
        "GUILDWRIGHT_MESSAGE_CONTENT",
        "message_content",
        "true to ask for the Message Content intent; without it the bot cannot read what members write.",
    ),
    Variable("GUILDWRIGHT_JOB_SLOTS", "job_slots", "How many jobs one worker runs at once."),
    Variable(
        "GUILDWRIGHT_LEASE_SECONDS",
        "lease_seconds",
        "How long a worker holds a job without a heartbeat before another may take it.",
    ),
    Variable(
        "GUILDWRIGHT_JOB_RETENTION_DAYS",
        "job_retention_days",
        "How long ended jobs and their steps are kept.",
    ),
    Variable(
        "GUILDWRIGHT_LEFT_GUILD_RETENTION_DAYS",
        "left_guild_retention_days",
        "How long what is known of a guild is kept after the bot has left it; a guild that comes back finds it.",
    ),
    Variable(
        "GUILDWRIGHT_CALLBACK_ALLOW",
        "callback_allow",
        "Hosts, addresses and networks that callbacks may call though they are not public: hooks.lan, 10.0.0.0/8.",
    ),
    Variable(
        "GUILDWRIGHT_CALLBACKS_PER_GUILD", "callbacks_per_guild", "How many callbacks a guild may have."
    ),
    Variable("GUILDWRIGHT_CALLBACK_SLOTS", "callback_slots", "How many deliveries are sent at once."),
    Variable(
        "GUILDWRIGHT_CALLBACK_TIMEOUT_SECONDS",
        "callback_timeout_seconds",
        "How long a receiver may take in all: looking up its address, connecting, answering.",
    ),
    Variable(
        "GUILDWRIGHT_CALLBACK_OVERLAP_HOURS",
        "callback_overlap_hours",
        "How long a callback's replaced secret goes on signing beside the new one.",
    ),
    Variable(
        "GUILDWRIGHT_CALLBACK_DISABLE_FAILURES",
        "callback_disable_failures",
        "After how many failed attempts in a row a callback is disabled; a delivery has 8 of them, in about a day.",
    ),
    Variable(
        "GUILDWRIGHT_CALLBACK_DISABLE_HOURS",
        "callback_disable_hours",
        "How long ago the first of them must have been.",
    ),
    Variable(
        "GUILDWRIGHT_DELIVERY_RETENTION_DAYS",
        "delivery_retention_days",
        "How long deliveries that have ended are kept, and can be sent again.",
    ),
    Variable(
        "GUILDWRIGHT_IMAGES_MEBIBYTES",
        "images_mebibytes",
        "How many MiB all stored pictures together may have; what nothing names is removed after 30 days.",
    ),
    Variable(
        "GUILDWRIGHT_AUDIT_RETENTION_DAYS",
        "audit_retention_days",
        "How long entries of the audit log are kept, 30 days or more.",
    ),
    Variable(
        "GUILDWRIGHT_CORS_ORIGINS",
        "cors_origins",
        "Origins whose pages may call the API: https://panel.example, http://localhost:5173; * is all, but no cookies.",
    ),
    Variable(
        "GUILDWRIGHT_TRUSTED_PROXIES",
        "trusted_proxies",
        "Addresses and networks of proxies before the API; only of them Forwarded and X-Forwarded-For are believed.",
    ),
    Variable(
        "GUILDWRIGHT_REQUESTS_PER_MINUTE",
        "requests_per_minute",
        "How often one API token or session may ask; 0, here and in the next three, is without limit.",
    ),
    Variable(
        "GUILDWRIGHT_JOBS_PER_MINUTE",
        "jobs_per_minute",
        "How many jobs one account may ask for, with all its tokens.",
    ),
    Variable(
        "GUILDWRIGHT_ADDRESS_REQUESTS_PER_MINUTE",
        "address_requests_per_minute",
        "How often one address (of IPv6: one network of 64 bits) may ask, whoever it is.",
    ),
    Variable(
        "GUILDWRIGHT_LOGINS_PER_MINUTE",
        "logins_per_minute",
        "How often one address may ask for what is under /api/v1/auth.",
    ),
    Variable(
        "GUILDWRIGHT_METRICS_ADDRESS",
        "metrics_address",
        "Address on which GUILDWRIGHT_METRICS_PORT listens: whoever reaches it needs no credential.",
    ),
    Variable(
        "GUILDWRIGHT_METRICS_PORT",
        "metrics_port",
        "Port on which /metrics is served alone; 0 is none, and an owner's token reads it at the API's own.",
    ),
    Variable("GUILDWRIGHT_LOG_LEVEL", "log_level", "debug, info, warning or error."),
    Variable("GUILDWRIGHT_LOG_FORMAT", "log_format", "text, or json for one object a line."),
)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every setting with its default. The `repr` shows no secret."""

    database_url: str | None = None
    migration_database_url: str | None = None
    redis_url: str | None = None
    discord_token: str | None = None
    discord_api_base: str = DISCORD_API
    discord_client_id: str | None = None
    discord_client_credential: str | None = None
    owner_ids: str = ""
    session_idle_days: float = 7.0
    session_days: float = 30.0
    owner_token: str | None = None
    data_dir: Path = msgspec.field(default_factory=lambda: user_data_path("guildwright"))
    keys_file: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8420
    public_url: str | None = None
    message_content: bool = False
    job_slots: int = 10
    lease_seconds: float = 45.0
    job_retention_days: int = 90
    left_guild_retention_days: int = 90
    callback_allow: str = ""
    callbacks_per_guild: int = 20
    callback_slots: int = 40
    callback_timeout_seconds: float = 10.0
    callback_overlap_hours: float = 24.0
    callback_disable_failures: int = 8
    callback_disable_hours: float = 12.0
    delivery_retention_days: int = 30
    images_mebibytes: int = 2048
    audit_retention_days: int = 730
    cors_origins: str = ""
    trusted_proxies: str = ""
    requests_per_minute: int = 600
    jobs_per_minute: int = 120
    address_requests_per_minute: int = 1200
    logins_per_minute: int = 20
    metrics_address: str = "127.0.0.1"
    metrics_port: int = 0
    log_level: str = "info"
    log_format: str = "text"

    def __repr__(self) -> str:
        hidden = {variable.field for variable in VARIABLES if variable.secret}
        shown = {
            f: "***" if f in hidden and getattr(self, f) else getattr(self, f) for f in self.__struct_fields__
        }
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in shown.items())})"

    @property
    def keys_path(self) -> Path:
        return self.keys_file or self.data_dir / "keys.json"

    @property
    def owners(self) -> frozenset[str]:
        """Discord ids of people who own the installation."""
        return frozenset(self.owner_ids.replace(",", " ").split())

    @property
    def image_capacity(self) -> int:
        """What all stored pictures together may have, in bytes."""
        return self.images_mebibytes * 1024**2

    @property
    def allowed_origins(self) -> frozenset[str]:
        """In the form in which browsers send them."""
        return frozenset(filter(None, (part.strip().lower() for part in self.cors_origins.split(","))))

    @property
    def origin(self) -> str:
        """The API's own address as browsers see it, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


def settings_from(environ: Mapping[str, str]) -> Settings:
    """Empty values count as unset. Raises `ConfigurationError` naming the variable."""
    given: dict[str, Any] = {}
    for variable in VARIABLES:
        value = environ.get(variable.name, "").strip()
        if value:
            given[variable.field] = _converted(variable, value)
    settings = Settings(**given)
    _check(settings)
    return settings


def load_settings(dotenv: Path | None = Path(".env")) -> Settings:
    """From the environment; what it does not set comes from the `.env` file, where there is one."""
    file = (
        {k: v for k, v in dotenv_values(dotenv).items() if v is not None}
        if dotenv and dotenv.is_file()
        else {}
    )
    return settings_from({**file, **os.environ})


def sqlalchemy_url(database_url: str, *, named: str = "DATABASE_URL") -> str:
    """Any usual spelling of a PostgreSQL address, as asyncpg's dialect wants it."""
    scheme, separator, rest = database_url.partition("://")
    if not separator or scheme.split("+")[0] not in {"postgresql", "postgres"}:
        raise ConfigurationError(f"{named} must begin with postgresql:// (PostgreSQL is the only database).")
    return f"postgresql+asyncpg://{rest}"


def asyncpg_dsn(database_url: str) -> str:
    """The same address for asyncpg itself."""
    return sqlalchemy_url(database_url).replace("+asyncpg", "", 1)


def env_example() -> str:
    """The text of `.env.example`: every variable with its meaning and default, commented out."""
    defaults = Settings(data_dir=Path("~/.local/share/guildwright"))
    lines = ["# Every setting, with its default. Copy to .env and uncomment what you change."]
    for variable in VARIABLES:
        default: object = getattr(defaults, variable.field)
        if isinstance(default, bool):
            default = str(default).lower()
        lines += ["", f"# {variable.meaning}", f"# {variable.name}={'' if default is None else default}"]
    return "\n".join(lines) + "\n"


def _converted(variable: Variable, value: str) -> Any:
    kinds = msgspec.structs.fields(Settings)
    wanted = next(field.type for field in kinds if field.name == variable.field)
    if wanted in (Path, Path | None):
        return Path(value).expanduser()
    try:
        return msgspec.convert(value.lower() if wanted is bool else value, wanted, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{variable.name} is not usable: {error}.") from None


def _check(settings: Settings) -> None:
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
