"""What the gateway tells, heard in process: a session that nobody has connected to keeps its events."""

from typing import Any

import msgspec

from bot.simulator import Simulator
from bot.simulator.events import KNOWN_INTENTS
from bot.simulator.hub import Session


class Ear:
    """``take()`` gives what was dispatched since the last time, as (name, data), oldest first."""

    def __init__(self, simulator: Simulator, intents: int = KNOWN_INTENTS) -> None:
        bot_id = simulator.world.application.bot_id
        self._session = Session(f"ear-{intents}", intents, bot_id)
        simulator.world.hub.open(self._session)
        self._heard = 0

    def take(self) -> list[tuple[str, Any]]:
        frames = self._session.missed(self._heard)
        assert frames is not None, "more was told than is kept"
        self._heard = self._session.seq
        found = [msgspec.json.decode(frame) for frame in frames]
        return [(each["t"], each["d"]) for each in found if each["t"] != "GUILD_AUDIT_LOG_ENTRY_CREATE"]

    def names(self) -> list[str]:
        return [name for name, _ in self.take()]
