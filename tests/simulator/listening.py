"""A gateway session without a connection: what it would be sent waits in its replay buffer."""

import json
from typing import Any

import disnake

from bot.simulator import Simulator
from bot.simulator.hub import Session

EVERYTHING = disnake.Intents.all().value


class Ear:
    """``take()`` gives (event, data) of everything since the last time, or only the events named."""

    def __init__(self, simulator: Simulator, intents: int = EVERYTHING) -> None:
        self._session = Session(f"ear-{intents}", intents, simulator.world.application.bot_id)
        simulator.world.hub.open(self._session)
        self._read = 0

    def take(self, *names: str) -> list[tuple[str, Any]]:
        frames = [json.loads(frame) for number, frame in self._session.replay if number > self._read]
        self._read = self._session.seq
        return [(frame["t"], frame["d"]) for frame in frames if not names or frame["t"] in names]

    def names(self) -> list[str]:
        """The events since the last time, but for those of the audit log."""
        return [name for name, _ in self.take() if name != "GUILD_AUDIT_LOG_ENTRY_CREATE"]
