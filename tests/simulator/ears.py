"""Hearing what the simulator tells: as a gateway session without a socket, or as a disnake client's events."""

from typing import Any

import disnake
import msgspec

from bot.simulator import Simulator
from bot.simulator.hub import Session


def listen(simulator: Simulator, intents: int) -> Session:
    """A session of the bot that hears from now on."""
    session = Session("ear", intents, simulator.world.application.bot_id)
    simulator.world.hub.open(session)
    return session


def told(session: Session, name: str) -> list[Any]:
    """The data of all events of that name so far."""
    frames = [msgspec.json.decode(frame) for _, frame in session.replay]
    return [frame["d"] for frame in frames if frame["t"] == name]


def keeping(bot: disnake.Client, name: str) -> list[Any]:
    """What the client hears of one event, ``on_…``: its argument, or all of them where there are several."""
    heard: list[Any] = []

    async def handler(*found: Any) -> None:
        heard.append(found[0] if len(found) == 1 else found)

    handler.__name__ = name
    bot.event(handler)
    return heard
