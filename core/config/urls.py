"""Addresses of PostgreSQL, as those who connect want them."""

from core.errors import ConfigurationError


def sqlalchemy_url(database_url: str, *, named: str = "DATABASE_URL") -> str:
    """Any usual spelling of a PostgreSQL address, as asyncpg's dialect wants it."""
    scheme, separator, rest = database_url.partition("://")
    if not separator or scheme.split("+")[0] not in {"postgresql", "postgres"}:
        raise ConfigurationError(f"{named} must begin with postgresql:// (PostgreSQL is the only database).")
    return f"postgresql+asyncpg://{rest}"


def asyncpg_dsn(database_url: str) -> str:
    """The same address for asyncpg itself."""
    return sqlalchemy_url(database_url).replace("+asyncpg", "", 1)
