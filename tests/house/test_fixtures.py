"""What the shared fixtures promise."""

import socket

import asyncpg
import pytest
from redis import Redis

from core.config import asyncpg_dsn


async def rows(database_url: str, statement: str) -> object:
    connection = await asyncpg.connect(asyncpg_dsn(database_url))
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


@pytest.mark.parametrize("turn", [1, 2])
async def test_each_test_has_an_empty_migrated_database(database_url: str, turn: int) -> None:
    assert await rows(database_url, "SELECT to_regclass('mark') IS NULL"), f"turn {turn} sees another's table"
    assert await rows(database_url, "SELECT to_regclass('alembic_version') IS NOT NULL")
    await rows(database_url, "CREATE TABLE mark ()")


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_an_empty_redis(redis_url: str, turn: int) -> None:
    with Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("turn", turn)


def test_a_free_port_can_be_listened_on(free_port: int) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", free_port))
