"""Interactions that were started, what the bot answered, and the messages that belong to them."""

import asyncio
from dataclasses import dataclass, field

from bot.simulator.message_flags import EPHEMERAL
from bot.simulator.shapes import JsonObject, as_int, as_object
from bot.simulator.state import Channel, Message

TOKEN_SECONDS = 15 * 60
ANSWER_SECONDS = 3.0


@dataclass(slots=True, frozen=True)
class UploadedFile:
    """What somebody gave to a command or a modal."""

    filename: str
    content: bytes
    kind: str


@dataclass(slots=True)
class Interaction:
    """``type`` is Discord's: 2 command, 3 component, 4 autocomplete, 5 modal submit.

    ``source`` is the message a component is on, ``trigger`` the interaction whose modal is submitted, ``target`` what a
    menu command was used on; ``modal`` are the components of the modal that was the response. What ``is_direct`` came
    from a direct message, whose room stands in place of a guild.
    """

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
    trigger: "Interaction | None" = None
    target: JsonObject = field(default_factory=dict[str, object])
    modal: list[JsonObject] = field(default_factory=list[JsonObject])
    response_type: int | None = None
    response_data: JsonObject | None = None
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    original_id: int | None = None
    loading: bool = False
    ephemeral: bool = False
    messages: dict[int, Message] = field(default_factory=dict[int, Message])
    history: list[JsonObject] = field(default_factory=list[JsonObject])
    is_direct: bool = False

    def token_expired(self, now: float) -> bool:
        return now - self.created > TOKEN_SECONDS

    def too_late(self, now: float) -> bool:
        """An initial response is accepted for three seconds."""
        return now - self.created > ANSWER_SECONDS


class InteractionLedger:
    def __init__(self) -> None:
        self.by_id: dict[int, Interaction] = {}
        self.by_token: dict[str, Interaction] = {}
        self.files: dict[int, UploadedFile] = {}

    def clear(self) -> None:
        self.by_id.clear()
        self.by_token.clear()
        self.files.clear()

    def add(self, interaction: Interaction) -> None:
        self.by_id[interaction.id] = interaction
        self.by_token[interaction.token] = interaction

    def newest(self, channel: Channel, message: Message) -> Message | None:
        """A message as it is now, None if it was deleted: in its channel, or with the interaction that made it if it
        is for one person only."""
        if message.id in channel.messages or not message.flags & EPHEMERAL:
            return channel.messages.get(message.id)
        made_by = self.maker(message)
        return None if made_by is None else made_by.messages.get(message.id)

    def maker(self, message: Message) -> Interaction | None:
        told = as_object((message.interaction or {}).get("interaction_metadata")) or {}
        return self.by_id.get(as_int(told.get("id")) or 0)

    def renew(self, message: Message) -> None:
        """Every interaction that has to do with the message holds it as it is now."""
        for interaction in self.by_id.values():
            if message.id in interaction.messages:
                interaction.messages[message.id] = message
