"""The welcome screen as it is answered (Discord docs: Resources > Guild > Welcome Screen Object)."""

from bot.simulator.shapes import JsonObject
from bot.simulator.state import WelcomeScreen

ENABLED = "WELCOME_SCREEN_ENABLED"  # the guild's feature


def payload(found: WelcomeScreen) -> JsonObject:
    return {"description": found.description, "welcome_channels": found.channels}
