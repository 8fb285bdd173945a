"""A client's head without a client: disnake's own reading of events, fed with what was overheard."""

import disnake

from bot.simulator import Simulator
from tests.simulator.overhearing import Frame
from tests.simulator.twins import Twins


class Head:
    """What an unmodified disnake remembers of the events it is shown."""

    def __init__(self, simulator: Simulator) -> None:
        self._client = disnake.Client(intents=disnake.Intents.all(), chunk_guilds_at_startup=False)
        self._twins = Twins(simulator, self._client)

    def read(self, frame: Frame) -> None:
        """Hand one event to disnake; what it cannot read, it raises."""
        state = self._client._connection
        if frame.t == "READY":
            state.user = disnake.ClientUser(state=state, data=frame.d["user"])
        elif (parse := state.parsers.get(str(frame.t))) is not None:
            parse(frame.d)

    def differences(self) -> list[str]:
        """Between what it remembers and what is there.

        Which message is the last one is left out: of one in a channel that the bot did not see then, it has not heard.
        """
        return [each for each in self._twins.differences() if not each.endswith("/last_message_id")]
