"""Where the gateway is: on the address the caller already uses."""

from bot.simulator.routing import Answer, Call, Routes, ok

routes = Routes()


@routes.on("GET", "/gateway")
def get_gateway(call: Call) -> Answer:
    return ok({"url": f"ws://{call.origin}"})


@routes.on("GET", "/gateway/bot")
def get_bot_gateway(call: Call) -> Answer:
    limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
    return ok({"url": f"ws://{call.origin}", "shards": 1, "session_start_limit": limit})
