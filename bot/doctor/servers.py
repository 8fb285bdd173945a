"""PostgreSQL and Redis: those that are given, or the programs with which we would start our own."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bot.doctor.findings import Finding, misset, note, right, wrong
from core.config import Settings, sqlalchemy_url
from core.embedded import ServerUnavailable
from core.embedded.binaries import postgres_programs, redis_program
from core.migrate import alembic_config
from core.privileges import may_alter_audit
from workers.wire import AWAY, connect, disconnect

_OLDEST_POSTGRES = 15
_OLDEST_REDIS = (6, 2)
_PATIENCE_SECONDS = 5.0
_PER_MAJOR = 10_000


async def server_findings(settings: Settings) -> tuple[Finding, ...]:
    postgres = (
        await _postgres(settings.database_url, has_owner=settings.migration_database_url is not None)
        if settings.database_url
        else (_own("DATABASE_URL", "PostgreSQL", postgres_programs, settings),)
    )
    redis = (
        await _redis(settings.redis_url)
        if settings.redis_url
        else _own("REDIS_URL", "Redis", redis_program, settings)
    )
    return (*postgres, redis)


def _own(variable: str, name: str, programs: Callable[[], Path], settings: Settings) -> Finding:
    try:
        programs()
    except ServerUnavailable as error:
        return misset(f"{variable} is not set, and: {error}")
    return right(f"{variable} is not set: `just up` starts a {name} of its own, in {settings.data_dir}.")


async def _postgres(database_url: str, *, has_owner: bool) -> tuple[Finding, ...]:
    engine = create_async_engine(sqlalchemy_url(database_url), poolclass=NullPool)
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS), engine.connect() as connection:
            version = int(await connection.scalar(text("SHOW server_version_num")) or 0)
            revision = await connection.run_sync(_revision)
            may_alter = await connection.run_sync(may_alter_audit)
    except (OSError, TimeoutError, SQLAlchemyError) as error:
        return (
            misset(f"PostgreSQL at DATABASE_URL cannot be used ({_reason(error)}): {_mend('DATABASE_URL')}."),
        )
    finally:
        await engine.dispose()
    audit = () if may_alter is None else (_audit(may_alter=may_alter, has_owner=has_owner),)
    return (_postgres_version(version // _PER_MAJOR), _schema(revision), *audit)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _postgres_version(version: int) -> Finding:
    if version < _OLDEST_POSTGRES:
        return misset(f"PostgreSQL is version {version}, and {_OLDEST_POSTGRES} or newer is needed.")
    return right(f"PostgreSQL answers, version {version}.")


def _schema(revision: str | None) -> Finding:
    scripts = ScriptDirectory.from_config(alembic_config())
    newest = scripts.get_current_head()
    if revision == newest:
        return right(f"The database is at the newest migration, {revision}.")
    known = {script.revision for script in scripts.walk_revisions()}
    if revision is not None and revision not in known:
        return wrong(
            f"The database is at migration {revision}, which is newer than this code: update Guildwright."
        )
    state = f"at migration {revision}" if revision else "empty"
    return note(
        f"The database is {state}: `just up` brings it to {newest}, or do so now with `just migrate`."
    )


def _audit(*, may_alter: bool, has_owner: bool) -> Finding:
    if not may_alter:
        return right("The role of DATABASE_URL cannot alter the audit log.")
    if has_owner:
        return wrong(
            "The role of DATABASE_URL may alter the audit log although GUILDWRIGHT_MIGRATION_DATABASE_URL is set: let "
            "it own nothing, be no superuser and no member of the owner's role, and run `just migrate`."
        )
    return note(
        "The role of DATABASE_URL owns the tables, so whoever gets hold of it can alter the audit log: make a role "
        "without rights for DATABASE_URL and put the present address into GUILDWRIGHT_MIGRATION_DATABASE_URL."
    )


async def _redis(url: str) -> Finding:
    redis = connect(url)
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            info: dict[str, Any] = await cast("Any", redis).info("server")
    except (*AWAY, TimeoutError) as error:
        return misset(f"Redis at REDIS_URL cannot be used ({_reason(error)}): {_mend('REDIS_URL')}.")
    finally:
        await disconnect(redis)
    return redis_version(str(info.get("redis_version", "0")), info.get("valkey_version"))


def redis_version(redis: str, valkey: str | None) -> Finding:
    """Valkey calls itself a Redis 7.2 for the sake of old clients."""
    if valkey is not None:
        return right(f"Valkey answers, version {valkey}.")
    numbers = tuple(int(part) for part in redis.split(".")[:2] if part.isdigit())
    if numbers < _OLDEST_REDIS:
        return misset(f"Redis is version {redis}, and 6.2 or newer is needed.")
    return right(f"Redis answers, version {redis}.")


def _mend(variable: str) -> str:
    return f"start it, or mend {variable}, or unset it to have one started"


def _reason(error: BaseException) -> str:
    cause = getattr(error, "orig", None) or error
    return (str(cause) or type(cause).__name__).splitlines()[0].rstrip(".")
