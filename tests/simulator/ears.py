"""Hearing what the simulator tells: as a gateway session without a socket, or as a disnake client's events."""

from typing import Any

import disnake
import msgspec

from bot.simulator import Simulator
from bot.simulator.events import KNOWN_INTENTS
from bot.simulator.hub import Session


class Ear:
    """Hears from now on what a session with these intents would get."""

    def __init__(self, simulator: Simulator, intents: int = KNOWN_INTENTS) -> None:
        world = simulator.world
        application = world.application
        self._session = Session(
            f"ear-{world.mint()}", intents, application.bot_id, world.clock, world.gateway
        )
        world.hub.open(self._session)
        self._taken = 0

    def heard(self, name: str) -> list[Any]:
        """What came with each event of that name so far, oldest first."""
        return [data for event, data in self._since(0) if event == name]

    def take(self, *names: str) -> list[tuple[str, Any]]:
        """Name and data of everything since the last time, or only of the events named."""
        since, self._taken = self._taken, self._session.seq
        return [each for each in self._since(since) if not names or each[0] in names]

    def happened(self) -> list[tuple[str, Any]]:
        """The same without the audit log's entries."""
        return [each for each in self.take() if each[0] != "GUILD_AUDIT_LOG_ENTRY_CREATE"]

    def names(self) -> list[str]:
        """Those of :meth:`happened`."""
        return [name for name, _ in self.happened()]

    def _since(self, seq: int) -> list[tuple[str, Any]]:
        frames = self._session.missed(seq)
        assert frames is not None, "more was told than is kept"
        found = [msgspec.json.decode(frame) for frame in frames]
        return [(each["t"], each["d"]) for each in found]


def keeping(bot: disnake.Client, name: str) -> list[Any]:
    """What the client hears of one event, ``on_…``: its argument, or all of them where there are several."""
    heard: list[Any] = []

    async def handler(*found: Any) -> None:
        heard.append(found[0] if len(found) == 1 else found)

    handler.__name__ = name
    bot.event(handler)
    return heard
