"""Settings as a value: read once, passed down. `.env.example` is rendered from `VARIABLES`."""

from core.config.checks import SHORTEST_AUDIT_DAYS
from core.config.example import env_example
from core.config.reading import load_settings, settings_from
from core.config.settings import Settings
from core.config.urls import asyncpg_dsn, sqlalchemy_url
from core.config.variables import VARIABLES, Variable

__all__ = [
    "SHORTEST_AUDIT_DAYS",
    "VARIABLES",
    "Settings",
    "Variable",
    "asyncpg_dsn",
    "env_example",
    "load_settings",
    "settings_from",
    "sqlalchemy_url",
]
