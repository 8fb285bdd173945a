"""A guild to manage webhooks in, with people who may and may not, and the bot's way to make one there."""

from typing import Any

from tests.simulator.calls import Rest

SPEC: dict[str, Any] = {
    "roles": [{"name": "Smith", "key": "smith", "permissions": ["MANAGE_WEBHOOKS"]}, {"name": "Crew"}],
    "channels": [
        {"name": "Deck", "type": "category"},
        {"name": "log"},
        {"name": "den", "permission_overwrites": [{"role": "Smith", "deny": ["MANAGE_WEBHOOKS"]}]},
        {"name": "hold", "permission_overwrites": [{"role": "@everyone", "deny": ["VIEW_CHANNEL"]}]},
        {"name": "Bridge", "type": "voice"},
    ],
    "members": [
        {"username": "ada", "roles": ["Smith"]},
        {"username": "grace"},
        {"username": "robot", "bot": True, "roles": ["Smith"]},
    ],
}


async def hook(rest: Rest, made: Any, channel: str = "log", **body: Any) -> Any:
    path = f"/channels/{made['channels'][channel]}/webhooks"
    return await rest.ok("POST", path, {"name": "Gulls"} | body)
