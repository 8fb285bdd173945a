"""PostgreSQL that cannot be reached is told from PostgreSQL that refuses."""

import asyncpg
import pytest
from asyncpg.exceptions import InternalClientError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InternalError

from core.db import is_away
from core.uow import Database


def _as_raised(cause: Exception) -> InternalError:
    """As SQLAlchemy's dialect passes it on: with the cause's SQLSTATE, where it has one."""
    return InternalError("SELECT 1", {}, cause)


@pytest.mark.parametrize(
    ("cause", "away"),
    [
        (InternalClientError("cannot switch to state 11; another operation (2) is in progress"), True),
        (asyncpg.InternalServerError("the server's own"), False),
    ],
)
def test_what_breaks_in_the_client_is_the_connection(cause: Exception, away: bool) -> None:
    assert is_away(_as_raised(cause)) == away


@pytest.mark.parametrize(
    "cause", [asyncpg.InterfaceError("connection is closed"), InternalClientError("cut")]
)
def test_what_breaks_while_a_connection_is_set_up_is_an_absence(cause: Exception) -> None:
    assert is_away(cause)


async def test_what_postgresql_refuses_is_no_absence(database: Database) -> None:
    with pytest.raises(DBAPIError) as refused:
        async with database.engines.connection() as connection:
            await connection.execute(text("SELECT 1 / 0"))
    assert not is_away(refused.value)


async def test_a_connection_that_is_cut_is_an_absence(database: Database) -> None:
    with pytest.raises(DBAPIError) as cut:
        async with database.engines.connection() as connection:
            await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert is_away(cut.value)
