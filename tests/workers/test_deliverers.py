"""Those who deliver: several at once, stopped, killed, without their database, and idle."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from core.config import Settings
from core.housekeeping.jobs import CLEAN_DELIVERIES
from core.housekeeping.retention import retention_of
from tests.fixtures.environment import child_environment
from tests.fixtures.keys import keyring
from tests.fixtures.patience import PATIENCE
from tests.workers.keeping import keep_house
from tests.workers.post import Post
from tests.workers.receiver import hang, slow, status
from workers.retry import MOST_DELIVERY_ATTEMPTS


async def test_two_deliverers_never_send_one_delivery_twice_nor_two_of_a_line_at_once(post: Post) -> None:
    made = [await post.callback(path=f"/{n}") for n in range(4)]
    post.receiver.always = slow(0.02, status(204))
    async with post.delivering(3):
        jobs = [str((await post.road.ask()).id) for _ in range(12)]
        for one in made:
            await post.settled(one.callback.id, *["delivered"] * 12)
    assert set(Counter(got.id for got in post.receiver.received).values()) == {1}
    assert max(post.receiver.most_at_once_of.values()) == 1
    for n in range(4):
        assert [g.event["data"]["job_id"] for g in post.receiver.received if g.target == f"/{n}"] == jobs


async def test_no_more_are_sent_at_once_than_there_are_slots(post: Post) -> None:
    made = [await post.callback(path=f"/{n}") for n in range(6)]
    post.receiver.always = slow(0.2, status(204))
    await post.road.ask()
    async with post.delivering(slots=2):
        for one in made:
            await post.settled(one.callback.id, "delivered")
    assert post.receiver.most_at_once == 2


async def test_who_stops_gives_back_what_it_was_sending(post: Post) -> None:
    made = await post.callback()
    post.receiver.answers = [hang]
    await post.road.ask()
    loop = asyncio.get_running_loop()
    async with post.delivering(seconds=PATIENCE):
        await post.receiver.until(1)
        began = loop.time()
    assert loop.time() - began < PATIENCE / 2
    (delivery,) = await post.deliveries(made.callback.id)
    assert (delivery.state, delivery.attempts) == ("pending", 0)
    async with post.delivering():
        await post.receiver.until(2)
    assert post.receiver.received[0].id == post.receiver.received[1].id


async def test_who_could_not_record_leaves_it_to_the_next_under_the_same_id(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the answer and the record the deliverer loses its database; the lease runs out."""
    made = await post.callback()
    await post.road.ask()

    async def away(*_: Any, **__: Any) -> None:
        raise OSError("the database is away")

    with monkeypatch.context() as patch:
        patch.setattr("core.callbacks.ledger.DeliveryLedger.settle", away)
        async with post.delivering(seconds=0.5, margin=0.5):
            await post.receiver.until(1)
            await asyncio.sleep(0.1)
    async with post.delivering():
        first, second = await post.receiver.until(2)
        (delivery,) = await post.settled(made.callback.id, "delivered")
    assert first.id == second.id
    assert delivery.attempts == 2


async def test_who_is_killed_before_it_could_record_is_followed_by_one_who_sends_it_again(
    post: Post, database_url: str, tmp_path: Path
) -> None:
    """kill -9 of a whole process while the receiver is answering."""
    made = await post.callback()
    await post.road.ask()
    environment = {
        **child_environment(),
        "DATABASE_URL": database_url,
        "GUILDWRIGHT_CALLBACK_ALLOW": "127.0.0.1",
        "GUILDWRIGHT_CALLBACK_TIMEOUT_SECONDS": "1",
        "GUILDWRIGHT_KEYS_FILE": str(keyring()._path),
    }

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "workers"], env=environment, cwd=tmp_path)

    process = await asyncio.to_thread(start)

    async def kill(writer: asyncio.StreamWriter) -> None:
        os.kill(process.pid, signal.SIGKILL)
        writer.write(status(204))

    post.receiver.answers = [kill]
    await post.receiver.until(1)
    assert await asyncio.to_thread(process.wait, PATIENCE) == -signal.SIGKILL
    await post.execute("UPDATE callback_deliveries SET lease_until = clock_timestamp() + interval '1 second'")
    process = await asyncio.to_thread(start)
    try:
        first, second = await post.receiver.until(2)
        (delivery,) = await post.settled(made.callback.id, "delivered")
    finally:
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, PATIENCE) == 0
    assert (first.id, first.body) == (second.id, second.body)
    assert second.verified_by(made.secret)
    assert delivery.attempts == 2


async def test_a_delivery_whose_every_attempt_was_cut_off_is_not_sent_for_ever(post: Post) -> None:
    made = await post.callback()
    await post.road.ask()
    await post.execute(f"UPDATE callback_deliveries SET attempts = {MOST_DELIVERY_ATTEMPTS}")
    async with post.delivering():
        (delivery,) = await post.settled(made.callback.id, "failed")
    assert "cut off" in str(delivery.last_error)
    assert post.receiver.received == []


async def test_a_lost_listening_connection_is_made_again(post: Post) -> None:
    await post.callback()
    async with post.delivering():
        await asyncio.sleep(0.3)
        await post.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid() AND datname = current_database()"
        )
        await post.road.ask()
        await post.receiver.until(1)


async def test_idle_it_asks_the_database_next_to_nothing(post: Post) -> None:
    made = await post.callback()
    statements: list[str] = []

    def count(*arguments: Any) -> None:
        statements.append(arguments[2])

    engines = [post.database.engines.writing, post.database.engines.reading]
    async with post.delivering():
        await post.road.ask()
        await post.settled(made.callback.id, "delivered")
        await asyncio.sleep(0.3)
        for engine in engines:
            event.listen(engine.sync_engine, "before_cursor_execute", count)
        await asyncio.sleep(4)
        for engine in engines:
            event.remove(engine.sync_engine, "before_cursor_execute", count)
    assert len(statements) <= 2, statements


async def test_it_goes_on_when_the_database_was_away(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0

    async def away(*_: Any, **__: Any) -> None:
        nonlocal calls
        calls += 1
        raise OSError("the database is away")

    await post.callback()
    with monkeypatch.context() as patch:
        patch.setattr("core.callbacks.ledger.DeliveryLedger.claim", away)
        async with post.delivering():
            await asyncio.sleep(0.2)
            patch.undo()
            await post.road.ask()
            await post.receiver.until(1)
    assert calls == 1


async def test_housekeeping_deletes_what_ended_long_ago(post: Post) -> None:
    made = await post.callback()
    await post.road.ask()
    async with post.delivering():
        await post.settled(made.callback.id, "delivered")
    retention = retention_of(Settings(delivery_retention_days=3))
    for days, left in ((2, 1), (2, 0)):
        await post.let_pass(timedelta(days=days))
        await keep_house(post.database, CLEAN_DELIVERIES, retention=retention)
        assert len(await post.deliveries(made.callback.id)) == left
