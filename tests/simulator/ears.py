"""A gateway session without a socket, which keeps what it was sent."""

from typing import Any

import msgspec

from bot.simulator import Simulator
from bot.simulator.events import KNOWN_INTENTS
from bot.simulator.hub import Session


class Ear:
    """Hears from now on what a session with these intents would get."""

    def __init__(self, simulator: Simulator, intents: int = KNOWN_INTENTS) -> None:
        world = simulator.world
        self._session = Session(f"ear-{world.mint()}", intents, world.application.bot_id)
        world.hub.open(self._session)

    def heard(self, name: str) -> list[Any]:
        """What came with each event of that name, oldest first."""
        frames = [msgspec.json.decode(frame) for _, frame in self._session.replay]
        return [frame["d"] for frame in frames if frame["t"] == name]

    def names(self) -> list[str]:
        return [msgspec.json.decode(frame)["t"] for _, frame in self._session.replay]
