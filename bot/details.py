"""What the bot's heartbeat says of its connection to Discord."""

import math

from bot.client import GuildwrightBot
from core.jobs.processes import BotDetails, Shard

_BELIEVABLE_SECONDS = 10.0


def details_of(bot: GuildwrightBot) -> BotDetails:
    """This program has one shard; Discord numbers from 0, also where nobody asked for shards."""
    live = bot.connection.live
    shard = Shard(
        id=bot.shard_id or 0,
        connected=live,
        latency_ms=_milliseconds(bot.latency) if live else None,
        guilds=len(bot.guilds),
    )
    return BotDetails(
        connected=live,
        application_id=str(bot.application_id) if bot.application_id else None,
        shards=(shard,),
    )


def _milliseconds(latency: float) -> float | None:
    """disnake measures from the beat before where the answer came at once: None for what cannot be."""
    believable = math.isfinite(latency) and 0 <= latency < _BELIEVABLE_SECONDS
    return round(latency * 1000, 1) if believable else None
