"""A client that is closed sends no more heartbeats: none of its threads outlives it."""

import threading
import time
from collections.abc import Callable, Iterator

import aiohttp
import disnake
import pytest
from disnake.gateway import KeepAliveHandler

from bot.heartbeats import end_heartbeats

from .conftest import Discord, Running, ready, until

OFTEN = 20  # milliseconds


class Held:
    """Every heartbeat is held while it is about to be sent, as a busy machine may hold any thread."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.threads: set[KeepAliveHandler] = set()
        self.let_go = threading.Event()
        payload = KeepAliveHandler.get_payload

        def held(handler: KeepAliveHandler) -> object:
            if threading.current_thread() is handler:
                self.threads.add(handler)
                self.let_go.wait(5)
                time.sleep(0.05)
            return payload(handler)

        monkeypatch.setattr(KeepAliveHandler, "get_payload", held)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    found = Held(monkeypatch)
    yield found
    found.let_go.set()
    for thread in found.threads:
        thread.join(5)


async def beat_often(discord: Discord) -> None:
    url = f"{discord.base}/_sim/gateway"
    body = {"heartbeat_interval": OFTEN, "heartbeat_grace": 60_000, "sends": 1_000_000}
    async with aiohttp.ClientSession() as http, http.patch(url, json=body) as answer:
        assert answer.status == 200, await answer.text()


def beating() -> list[KeepAliveHandler]:
    return [thread for thread in threading.enumerate() if isinstance(thread, KeepAliveHandler)]


async def one_beat() -> None:
    now = time.perf_counter()
    await until(lambda: any(thread._last_send > now for thread in beating()))


async def test_a_heartbeat_about_to_be_sent_is_waited_for(
    discord: Discord, start: Callable[..., Running], held: Held
) -> None:
    await beat_often(discord)
    running = start()
    await ready(running)
    await until(lambda: held.threads)
    held.let_go.set()
    await running.bot.close()
    assert beating() == []


async def test_so_is_one_of_a_connection_that_was_lost(
    discord: Discord, start: Callable[..., Running], held: Held
) -> None:
    await beat_often(discord)
    running = start()
    await ready(running)
    await until(lambda: held.threads)
    await discord.fault("op7")
    await until(lambda: len(held.threads) == 2)
    held.let_go.set()
    await running.bot.close()
    assert beating() == []


async def test_one_that_was_never_told_to_stop_ends_too(
    discord: Discord, start: Callable[..., Running]
) -> None:
    """Who drops a connection otherwise than by reading its end leaves its thread beating."""
    running = start()
    await ready(running)
    [lost] = beating()
    running.bot.ws._keep_alive = None
    await running.bot.close()
    assert not lost.is_alive()


async def test_another_clients_heartbeats_go_on(discord: Discord, start: Callable[..., Running]) -> None:
    one, other = start(), start()
    await ready(one)
    await ready(other)
    await one.bot.close()
    assert len(beating()) == 1
    assert other.bot.ws.open


async def test_closing_between_two_heartbeats_leaves_none_however_often(
    discord: Discord, start: Callable[..., Running]
) -> None:
    await beat_often(discord)
    for round_ in range(20):
        running = start()
        await ready(running)
        await one_beat()
        await running.bot.close()
        assert beating() == [], f"round {round_}"


async def test_a_client_that_never_connected_has_none_to_wait_for() -> None:
    await end_heartbeats(disnake.Client())
