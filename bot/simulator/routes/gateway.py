"""Where the gateway is: on the address the caller already uses (Discord docs: Gateway > Get Gateway Bot)."""

from collections import Counter
from itertools import count

from bot.simulator.routing import Answer, Call, Routes, ok

routes = Routes()


@routes.on("GET", "/gateway", keyed=True)
def get_gateway(call: Call) -> Answer:
    """For everybody."""
    return ok({"url": f"ws://{call.origin}"})


@routes.on("GET", "/gateway/bot")
def get_bot_gateway(call: Call) -> Answer:
    limit = call.world.starts.limit(call.world.gateway)
    return ok({"url": f"ws://{call.origin}", "shards": _shards(call), "session_start_limit": limit})


def _shards(call: Call) -> int:
    """The fewest with which none has more guilds than a shard may handle; ids of one millisecond stay together."""
    births = [guild.id >> 22 for guild in call.world.joined_guilds()]
    most = max(call.world.gateway.guilds_per_shard, *Counter(births).values(), 0)
    return next(
        number
        for number in count(1)
        if max(Counter(birth % number for birth in births).values(), default=0) <= most
    )
