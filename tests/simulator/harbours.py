"""Two guilds the bot is in, so that news of one can be followed in the other."""

from typing import Any

from tests.simulator.calls import Control, Rest

SOURCE: dict[str, Any] = {
    "name": "Lighthouse",
    "features": ["NEWS"],
    "roles": [{"name": "Keeper", "permissions": ["MANAGE_MESSAGES"]}],
    "channels": [{"name": "news", "type": "announcement"}, {"name": "chat"}],
    "members": [{"username": "ada"}, {"username": "kay", "roles": ["Keeper"]}],
}
TARGET: dict[str, Any] = {
    "features": ["NEWS"],
    "roles": [{"name": "Smith", "permissions": ["MANAGE_WEBHOOKS"]}],
    "channels": [
        {"name": "log"},
        {"name": "Deck", "type": "category"},
        {"name": "bulletin", "type": "announcement"},
        {"name": "full", "webhooks": [{"name": f"Gull {number}"} for number in range(15)]},
    ],
    "members": [{"username": "grace", "roles": ["Smith"]}, {"username": "kay"}],
}
IS_CROSSPOST = 1 << 1


class Harbours:
    """The two, and the paths of the one's news and the other's log."""

    def __init__(self, source: Any, target: Any) -> None:
        self.source, self.target = source, target
        self.news = f"/channels/{source['channels']['news']}"
        self.log = f"/channels/{target['channels']['log']}"

    def into(self, channel: str) -> dict[str, str]:
        """The body that follows the news into a channel of the target."""
        return {"webhook_channel_id": self.target["channels"][channel]}


async def two_harbours(sim: Control) -> Harbours:
    return Harbours(await sim.guild(**SOURCE), await sim.guild(**TARGET))


async def announced(rest: Rest, two: Harbours, **body: Any) -> str:
    """The path of a new message of the bot among the news."""
    sent = await rest.ok("POST", f"{two.news}/messages", {"content": "land in sight"} | body)
    return f"{two.news}/messages/{sent['id']}"


async def arrived(rest: Rest, two: Harbours) -> list[Any]:
    """The copies in the log, oldest first."""
    listed = await rest.ok("GET", f"{two.log}/messages")
    return [each for each in reversed(listed) if each["flags"] & IS_CROSSPOST]
