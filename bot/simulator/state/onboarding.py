"""What newcomers are asked."""

from dataclasses import dataclass, field

from bot.simulator.shapes import JsonObject


@dataclass(slots=True)
class Onboarding:
    """``mode`` 0 counts default channels only, 1 also those of prompts (kept as they are answered).

    ``set_up`` tells whether anybody ever wrote it.
    """

    set_up: bool = False
    enabled: bool = False
    mode: int = 0
    default_channel_ids: list[int] = field(default_factory=list[int])
    prompts: list[JsonObject] = field(default_factory=list[JsonObject])
