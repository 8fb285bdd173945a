"""The application behind the bot."""

from dataclasses import dataclass


@dataclass(slots=True)
class Application:
    """The one application, its bot and its owner. ``flags`` say which privileged intents its portal page allows."""

    id: int
    bot_id: int
    owner_id: int
    name: str = "Simulated"
    description: str = ""
    flags: int = 1 << 13 | 1 << 15 | 1 << 19
    bot_public: bool = True
