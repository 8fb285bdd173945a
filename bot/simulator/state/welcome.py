"""What newcomers are shown."""

from dataclasses import dataclass, field

from bot.simulator.shapes import JsonObject


@dataclass(slots=True)
class WelcomeScreen:
    """Shown while the guild has the feature WELCOME_SCREEN_ENABLED; channels in the shape they are answered in."""

    description: str | None = None
    channels: list[JsonObject] = field(default_factory=list[JsonObject])
