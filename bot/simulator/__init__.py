"""The other end of Discord's wire, on loopback: REST v10, gateway v10, and a control surface under ``/_sim``.

Sealed: it imports nothing of the product and no Discord library. What it answers is judged by Discord's published
OpenAPI document and by a strict client, never by the code that is tested against it.
"""

from bot.simulator.app import Simulator, build, create_app
from bot.simulator.server import serving

__all__ = ["Simulator", "build", "create_app", "serving"]
