"""What newcomers are shown."""

from dataclasses import dataclass, field

from bot.simulator.shapes import JsonObject


@dataclass(slots=True)
class WelcomeScreen:
    """Shown while the guild has the feature WELCOME_SCREEN_ENABLED; channels in the shape they are answered in.

    There is none until it is ``set_up``.
    """

    set_up: bool = False
    description: str | None = None
    channels: list[JsonObject] = field(default_factory=list[JsonObject])
