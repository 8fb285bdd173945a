"""How we speak to PostgreSQL: engines, the declarative base, column types, the base of all repositories."""

import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar, Generic, TypeVar, cast

import msgspec
from advanced_alchemy.base import CommonTableAttributes
from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from asyncpg.exceptions import InterfaceError as ConnectionIsClosed
from asyncpg.exceptions import InternalClientError
from sqlalchemy import (
    BigInteger,
    CursorResult,
    DateTime,
    LargeBinary,
    MetaData,
    UpdateBase,
    event,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, InternalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_scoped_session,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import QueuePool
from sqlalchemy.types import TypeDecorator, Uuid
from uuid_utils.compat import uuid7

from core.config import sqlalchemy_url

_KEYS_LOCK = 0x6B657973  # "keys"


def new_id() -> uuid.UUID:
    """UUID version 7: ordered by time of creation, which is what list cursors rely on (RFC 9562 §5.7)."""
    return uuid7()


def first_id_of(moment: datetime) -> uuid.UUID:
    """No id is smaller that was made at this moment or later."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)


class SnowflakeColumn(TypeDecorator[str]):
    """Discord's ids: strings in Python, bigint in the table."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else str(value)


class StructColumn(TypeDecorator[Any]):
    """A msgspec type kept as jsonb: `mapped_column(StructColumn(Payload))`."""

    impl = JSONB(none_as_null=True)
    cache_ok = True

    def __init__(self, struct: Any) -> None:
        super().__init__()
        self.struct = struct

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else msgspec.to_builtins(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else msgspec.convert(value, self.struct)


class SealedColumn(TypeDecorator[bytes]):
    """Bytes that `core.keyring` sealed. A rotation of keys finds these columns by their type; whoever writes one calls
    `hold_keys` before sealing, and before any row of such a column is locked.

    `replaces` is the column in which the same stood unsealed, of the rows that satisfy `where`: `core.sealing` takes it
    over with the `purpose`.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, purpose: str = "", *, replaces: str | None = None, where: str = "true") -> None:
        super().__init__()
        self.purpose = purpose
        self.replaces = replaces
        self.where = where


class Base(CommonTableAttributes, DeclarativeBase):
    """No surrogate columns by default: each table says what it has."""

    __abstract__ = True
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        uuid.UUID: Uuid(),
        dict[str, Any]: JSONB(none_as_null=True),
    }


class Identified(Base):
    """A row with a version-7 id and the time of its creation."""

    __abstract__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(
        server_default=func.clock_timestamp(), default=lambda: datetime.now(UTC)
    )


M = TypeVar("M", bound=Base)


class Repository(SQLAlchemyAsyncRepository[M], Generic[M]):
    """Advanced Alchemy's repository with the settings that measuring asked for: no exact totals by window
    function, no SELECT after an INSERT. Errors stay SQLAlchemy's: it would make an integrity error of every statement
    that failed, also where PostgreSQL went away under it."""

    def __init__(self, session: AsyncSession, statement: Any = None, **kwargs: Any) -> None:
        super().__init__(
            session=session,
            statement=_whole(self.model_type) if statement is None else statement,
            auto_refresh=False,
            count_with_window_function=False,
            wrap_exceptions=False,
            **kwargs,
        )

    async def _count(self, change: UpdateBase) -> int:
        """Makes a change; answers of how many rows. What the session has of them stays as it was."""
        done = await self.session.execute(change.execution_options(synchronize_session=False))
        return cast("CursorResult[Any]", done).rowcount


@cache
def _whole(model_type: type[Any]) -> Any:
    """Made once: a unit of work makes many repositories."""
    return select(model_type)


def is_away(error: BaseException) -> bool:
    """Whether PostgreSQL cannot be reached right now, as opposed to refusing what it was asked (SQLSTATE classes
    08, 53 and 57P are connection trouble, no resources, and starting up or shutting down). An internal error without an
    SQLSTATE is asyncpg's own: the connection broke while it was being made or used. Errors of asyncpg itself come out
    where it broke while SQLAlchemy set it up."""
    if isinstance(error, OSError | PoolTimeout | InterfaceError | ConnectionIsClosed | InternalClientError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = str(getattr(error.orig, "sqlstate", None) or "")
    is_clients_own = isinstance(error, InternalError) and not state
    return is_clients_own or error.connection_invalidated or state.startswith(("08", "53", "57P"))


def _encode(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _engine(database_url: str, **options: Any) -> AsyncEngine:
    engine = create_async_engine(
        sqlalchemy_url(database_url),
        json_serializer=_encode,
        json_deserializer=msgspec.json.decode,
        # A statement that fails is told with its error, and what it was about to write may be secret.
        hide_parameters=True,
        pool_size=20,
        max_overflow=20,
        **options,
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(connection: Any, record: object, proxy: object) -> None:
    """Instead of the pool's own ping, which costs each unit of work up to three round trips: a server that restarted
    has closed its end, and asyncpg has heard of that. The pool takes another connection then."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError("PostgreSQL has closed this connection.")


async def hold_keys(
    connection: AsyncConnection | AsyncSession | async_scoped_session[AsyncSession], *, alone: bool = False
) -> None:
    """Until this transaction ends no key is taken away (or, for a rotation, nothing is sealed by others)."""
    lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
    await connection.execute(select(lock(_KEYS_LOCK)))


class Engines:
    """Two pools: one for units of work, one for reads, which runs in AUTOCOMMIT and refuses to write.

    A create on a plain AUTOCOMMIT session survives `rollback()`; hence `default_transaction_read_only`.
    """

    def __init__(self, database_url: str) -> None:
        self.writing = _engine(database_url)
        self._single = self.writing.execution_options(isolation_level="AUTOCOMMIT")
        self.reading = _engine(
            database_url,
            isolation_level="AUTOCOMMIT",
            connect_args={"server_settings": {"default_transaction_read_only": "on"}},
        )

    @asynccontextmanager
    async def session(self, *, read_only: bool = False) -> AsyncGenerator[AsyncSession]:
        """A session that nobody but the unit of work commits."""
        async with AsyncSession(
            self.reading if read_only else self.writing, expire_on_commit=False
        ) as session:
            yield session

    @asynccontextmanager
    async def statement(self) -> AsyncGenerator[AsyncSession]:
        """A session of a single statement that may write and is its own transaction, which spares BEGIN and COMMIT."""
        async with AsyncSession(self._single, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[AsyncConnection]:
        """For the few things that are not a unit of work: health, migrations' state."""
        async with self.reading.connect() as connection:
            yield connection

    def in_use(self) -> dict[str, int]:
        """How many connections of each pool somebody holds."""
        pools = {"writing": self.writing.pool, "reading": self.reading.pool}
        return {name: pool.checkedout() for name, pool in pools.items() if isinstance(pool, QueuePool)}

    async def dispose(self) -> None:
        await self.writing.dispose()
        await self.reading.dispose()
