"""A tour of every route of webhooks, followers and crossposts, for the comparison with the published document."""

import base64
from typing import Any

from tests.simulator.calls import Rest

PNG = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"gull").decode()


async def manage(rest: Rest, guild: str, channel: str, other: str) -> None:
    made = await rest.ok("POST", f"{channel}/webhooks", {"name": "Gulls", "avatar": PNG})
    path = f"/webhooks/{made['id']}"
    await rest.ok("GET", f"{channel}/webhooks")
    await rest.ok("GET", f"{guild}/webhooks")
    await rest.ok("GET", path)
    await rest.ok("PATCH", path, {"name": "Terns", "avatar": None, "channel_id": other})
    await rest.ok("GET", f"{path}/{made['token']}")
    await rest.ok("PATCH", f"{path}/{made['token']}", {"name": "Auks", "avatar": PNG})
    await rest.ok("DELETE", f"{path}/{made['token']}")
    made = await rest.ok("POST", f"{channel}/webhooks", {"name": "Gulls"})
    await rest.ok("DELETE", f"/webhooks/{made['id']}")


async def speak(rest: Rest, channel: str, embed: dict[str, Any], row: dict[str, Any]) -> None:
    made = await rest.ok("POST", f"{channel}/webhooks", {"name": "Gulls"})
    path = f"/webhooks/{made['id']}/{made['token']}"
    await rest.ok("POST", path, {"content": "quietly"})
    body = {
        "content": "<@1>",
        "username": "Mew",
        "avatar_url": "https://example.org/a.png",
        "embeds": [embed],
    }
    message = await rest.ok("POST", f"{path}?wait=true", body | {"components": [row]})
    await rest.ok("GET", f"{path}/messages/{message['id']}")
    await rest.ok("GET", f"{channel}/messages/{message['id']}")
    await rest.ok("PATCH", f"{path}/messages/{message['id']}", {"content": "edited"})
    await rest.ok("DELETE", f"{path}/messages/{message['id']}")


async def publish(rest: Rest, guild: str, channel_id: str) -> None:
    news = await rest.ok("POST", f"{guild}/channels", {"name": "news", "type": 5})
    source = f"/channels/{news['id']}"
    await rest.ok("POST", f"{source}/followers", {"webhook_channel_id": channel_id})
    message = await rest.ok("POST", f"{source}/messages", {"content": "land in sight"})
    await rest.ok("POST", f"{source}/messages/{message['id']}/crosspost")
    await rest.ok("PATCH", f"{source}/messages/{message['id']}", {"content": "no, a cloud"})
    await rest.ok("DELETE", f"{source}/messages/{message['id']}")
    await rest.ok("GET", f"/channels/{channel_id}/messages")
    await rest.ok("GET", f"/channels/{channel_id}/webhooks")
    await rest.ok("GET", f"{guild}/audit-logs?limit=100")
