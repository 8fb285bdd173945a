"""Who is in a voice channel."""

from dataclasses import dataclass


@dataclass(slots=True, frozen=True)
class VoiceState:
    """The bot's, in one guild; it lasts as long as the gateway session it came from."""

    session_id: str
    channel_id: int | None
    self_mute: bool
    self_deaf: bool
