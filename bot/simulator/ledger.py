"""Interactions that were started, what the bot answered, and the messages that belong to them."""

import asyncio
from dataclasses import dataclass, field

from bot.simulator.shapes import JsonObject
from bot.simulator.state import Message

TOKEN_SECONDS = 15 * 60
ANSWER_SECONDS = 3.0


@dataclass(slots=True)
class Interaction:
    """``type`` is Discord's: 2 command, 3 component, 4 autocomplete, 5 modal submit."""

    id: int
    token: str
    type: int
    guild_id: int
    channel_id: int
    user_id: int
    created: float
    data: JsonObject
    name: str = ""
    source: Message | None = None
    response_type: int | None = None
    response_data: JsonObject | None = None
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    original_id: int | None = None
    loading: bool = False
    ephemeral: bool = False
    messages: dict[int, Message] = field(default_factory=dict[int, Message])
    history: list[JsonObject] = field(default_factory=list[JsonObject])

    def token_expired(self, now: float) -> bool:
        return now - self.created > TOKEN_SECONDS

    def too_late(self, now: float) -> bool:
        """An initial response is accepted for three seconds."""
        return now - self.created > ANSWER_SECONDS


class InteractionLedger:
    def __init__(self) -> None:
        self.by_id: dict[int, Interaction] = {}
        self.by_token: dict[str, Interaction] = {}

    def clear(self) -> None:
        self.by_id.clear()
        self.by_token.clear()

    def add(self, interaction: Interaction) -> None:
        self.by_id[interaction.id] = interaction
        self.by_token[interaction.token] = interaction
