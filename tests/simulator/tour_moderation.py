"""Every route of moderation once, with success."""

from typing import Any

from tests.simulator.calls import Control, Rest


async def moderate(rest: Rest, sim: Control, guild: str, channel: str) -> None:
    names = ("eve", "mallory", "trudy")
    people = {name: await sim("POST", f"{guild}/members", {"user": name}) for name in names}
    ids: dict[str, Any] = {name: person["user"]["id"] for name, person in people.items()}
    await rest.ok("GET", f"{guild}/roles/member-counts")
    await rest.ok("DELETE", f"{guild}/members/{ids['eve']}")
    ban = f"{guild}/bans/{ids['eve']}"
    await rest.ok("PUT", ban, {"delete_message_seconds": 60})
    await rest.ok("PUT", ban, {"delete_message_days": 1})
    await rest.ok("GET", ban)
    await rest.ok("DELETE", ban)
    both = [ids["mallory"], ids["trudy"], ids["mallory"][:-1]]
    await rest.ok("POST", f"{guild}/bulk-ban", {"user_ids": both, "delete_message_seconds": 0})
    await rest.ok("GET", f"{guild}/bans?limit=1&after=0")
    sent = [await rest.ok("POST", f"{channel}/messages", {"content": text}) for text in "ab"]
    await rest.ok("POST", f"{channel}/messages/bulk-delete", {"messages": [each["id"] for each in sent]})
    elsewhere = await sim.guild(name="Elsewhere")
    await rest.ok("DELETE", f"/users/@me/guilds/{elsewhere['id']}")
