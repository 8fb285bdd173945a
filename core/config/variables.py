"""The environment variables that make settings."""

import msgspec


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
