"""Bringing a database to the schema of this code: `python -m core.migrate`."""

import argparse
import asyncio
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from core.config import Settings, load_settings, sqlalchemy_url
from core.errors import EX_CONFIG, ConfigurationError, GuildwrightError
from core.privileges import grant, role_in

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
_LOCK = 0x6775696C64  # "guild": one upgrade at a time, however many processes start


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic without an ini file; a connection that is given is the one it uses."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


async def upgrade(database_url: str, *, application: str | None = None) -> None:
    """Runs the migrations that are missing, as the owner of the tables; `application` is the role that uses them, where
    that is another. Raises `ConfigurationError` for a database newer than the code, and for
    one that cannot be reached."""
    engine = create_async_engine(sqlalchemy_url(database_url), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            await connection.run_sync(_upgrade)
            if application is not None:
                await connection.run_sync(grant, application)
    except (OSError, SQLAlchemyError) as error:
        raise _unreachable(error) from error
    finally:
        await engine.dispose()


async def require_current(database_url: str) -> None:
    """Raises `ConfigurationError` unless the database is exactly at this code's newest migration."""
    engine = create_async_engine(sqlalchemy_url(database_url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            current = await connection.run_sync(_current)
    except (OSError, SQLAlchemyError) as error:
        raise _unreachable(error) from error
    finally:
        await engine.dispose()
    newest = ScriptDirectory.from_config(alembic_config()).get_current_head()
    if current != newest:
        raise ConfigurationError(
            f"The database is at migration {current or 'none'}, this code needs {newest}: run `just migrate`."
        )


def owner_url(settings: Settings) -> str:
    """As whom migrations run."""
    return settings.migration_database_url or settings.database_url or ""


def application_role(settings: Settings) -> str | None:
    """The role of DATABASE_URL, where migrations run as another one."""
    if settings.migration_database_url is None or settings.database_url is None:
        return None
    role = role_in(settings.database_url)
    return None if role == role_in(settings.migration_database_url) else role


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _unreachable(error: Exception) -> ConfigurationError:
    reason = str(getattr(error, "orig", None) or error).splitlines()[0]
    return ConfigurationError(
        f"PostgreSQL at DATABASE_URL cannot be used ({reason}): start it or mend DATABASE_URL, or unset it."
    )


def _upgrade(connection: Connection) -> None:
    config = alembic_config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    current = _current(connection)
    if current is not None and current not in known:
        raise ConfigurationError(
            f"The database is at migration {current}, which this version of Guildwright does not know: "
            "it is newer than the code. Update Guildwright."
        )
    command.upgrade(config, "head")


def main() -> int:
    argparse.ArgumentParser(prog="just migrate", description=__doc__).parse_args()
    try:
        settings = load_settings()
        if settings.database_url is None:
            raise ConfigurationError(
                "DATABASE_URL is not set; `just up` migrates the database it starts by itself."
            )
        asyncio.run(upgrade(owner_url(settings), application=application_role(settings)))
    except GuildwrightError as error:
        print(error.message, file=sys.stderr)
        return EX_CONFIG
    print("The database is at the newest migration.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
