"""The demo from the first process to the last word: start, tell, stay, stop."""

import asyncio
import signal
import time
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import msgspec
from rich.console import Console
from rich.status import Status

from api.demo import drawing
from api.demo.client import Client, Refused, Simulator, Source
from api.demo.processes import Parts, Run, group_of, new_token, start_api, start_bot, start_simulator
from api.demo.processes import migrate as migrate_database
from api.demo.story import Story, Untrue
from api.demo.world import lived_in_guild
from core.processes import OwnProcess, ProcessFailed, ProcessGroup

_STATUS_OF_SIGNAL = 128


class Show:
    """`status` is the spinner that turns until everything has started."""

    def __init__(self, terminal: Console, run: Run, status: Status) -> None:
        self._terminal = terminal
        self._files = run
        self._status = status
        self._begun = time.monotonic()
        self._is_over = False

    async def run(self, source: Source, *, stays: bool) -> int:
        """The exit status. A signal while it stays up is how it is meant to end; before, it is an interruption."""
        came: list[signal.Signals] = []
        telling = asyncio.create_task(self._tell_all(source, stays=stays))

        def stop(number: signal.Signals) -> None:
            came.append(number)
            telling.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop, number)
        with suppress(asyncio.CancelledError):
            return await telling
        return 0 if self._is_over else _STATUS_OF_SIGNAL + came[0]

    async def _tell_all(self, source: Source, *, stays: bool) -> int:
        async with group_of(self._files) as group:
            try:
                return await self._tell_with(group, source, stays=stays)
            except Refused as refused:
                self._status.stop()
                self._terminal.print(drawing.problem(refused.problem))
            except Untrue as untrue:
                self._explain(f"Not true: {untrue.claim}", untrue.differences, untrue.about)
            except ProcessFailed as failed:
                self._explain(str(failed), [], str(failed).partition(" ")[0])
            except httpx.HTTPError as error:
                self._explain(f"The API does not answer: {type(error).__name__} {error}", [], "api")
            except msgspec.MsgspecError as error:
                self._explain(f"The API answers something unexpected: {error}", [], "api")
        return 1

    async def _tell_with(self, group: ProcessGroup, source: Source, *, stays: bool) -> int:
        parts, guild_id, members = await self._start(group)
        async with _clients(parts) as (client, simulator):
            story = Story(self._terminal, client, simulator, guild_id)
            await _unless_one_ends(story.is_known(), members)
            self._status.stop()
            took = time.monotonic() - self._begun
            self._terminal.print(
                drawing.true(
                    f"PostgreSQL, Redis, a simulated Discord, the API and the bot, in [title]{took:.1f} s[/]."
                )
            )
            await _unless_one_ends(story.tell(source), members)
            took = time.monotonic() - self._begun
            self._terminal.print("", drawing.true(f"[good]Everything shown was true[/], in {took:.1f} s."))
        if stays:
            self._is_over = True
            story.heading("Have a look around")
            await self._stay(parts, guild_id, members)
        return 0

    async def _start(self, group: ProcessGroup) -> tuple[Parts, str, list[OwnProcess]]:
        owner, bot = new_token(), new_token()
        self._status.update("  Starting a simulated Discord, and migrating the database…")
        simulator, _ = await asyncio.gather(
            start_simulator(group, self._files, bot), migrate_database(group, self._files)
        )
        world = Simulator(simulator.url)
        guild_id = await world.create(lived_in_guild())
        await world.close()
        self._status.update("  Starting the API and the bot…")
        api, bot_process = await asyncio.gather(
            start_api(group, self._files, owner),
            start_bot(group, self._files, bot, simulator.url),
        )
        parts = Parts(api=api.url, simulator=simulator.url, token=owner)
        return parts, guild_id, [simulator.process, api.process, bot_process]

    async def _stay(self, parts: Parts, guild_id: str, members: list[OwnProcess]) -> None:
        self._terminal.print(drawing.addresses(parts, guild_id))
        self._terminal.print(drawing.said("\nCtrl-C stops everything."))
        await _unless_one_ends(asyncio.Event().wait(), members)

    def _explain(self, claim: str, differences: list[str], about: str | None) -> None:
        self._status.stop()
        self._terminal.print(drawing.untrue(claim, differences))
        if about is not None and (lines := self._files.tail(about)):
            self._terminal.print(drawing.log_tail(about, lines))


@asynccontextmanager
async def _clients(parts: Parts) -> AsyncGenerator[tuple[Client, Simulator]]:
    client, simulator = Client(parts.api, parts.token), Simulator(parts.simulator)
    try:
        yield client, simulator
    finally:
        await client.close()
        await simulator.close()


async def _unless_one_ends(doing: Coroutine[Any, Any, object], members: list[OwnProcess]) -> None:
    """Does it, or raises `ProcessFailed` as soon as a part that it needs has ended."""
    work = asyncio.ensure_future(doing)
    endings = {asyncio.ensure_future(member.wait()): member for member in members}
    try:
        done, _ = await asyncio.wait({work, *endings}, return_when=asyncio.FIRST_COMPLETED)
        if work in done:
            await work
            return
    finally:
        for task in (work, *endings):
            task.cancel()
        await asyncio.gather(work, *endings, return_exceptions=True)
    ended = next(member for task, member in endings.items() if task in done)
    raise ProcessFailed(f"{ended.name} ended with status {ended.returncode}.")
