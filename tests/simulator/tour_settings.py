"""Each route of emojis, pictures, settings and AutoMod once, for whoever compares the answers with the document."""

from typing import Any

from tests.simulator.calls import Rest
from tests.simulator.pictures import GIF, png, uri


async def tour_settings(rest: Rest, guild: str, made: dict[str, Any]) -> None:
    await _emojis(rest, guild, made)
    await _pictures(rest, guild)
    await _auto_moderation(rest, guild, made)


async def _emojis(rest: Rest, guild: str, made: dict[str, Any]) -> None:
    body = {"name": "anchor", "image": uri(png()), "roles": [made["roles"]["Crew"]]}
    emoji = await rest.ok("POST", f"{guild}/emojis", body)
    one = f"{guild}/emojis/{emoji['id']}"
    await rest.ok("GET", f"{guild}/emojis")
    await rest.ok("GET", one)
    await rest.ok("GET", f"{guild}/preview")
    await rest.ok("GET", guild)
    await rest.ok("PATCH", one, {"name": "buoy", "roles": None})
    await rest.ok("DELETE", one)


async def _pictures(rest: Rest, guild: str) -> None:
    role = await rest.ok("POST", f"{guild}/roles", {"name": "r", "icon": uri(png())})
    await rest.ok("DELETE", f"{guild}/roles/{role['id']}")
    await rest.ok("PATCH", guild, {"icon": uri(GIF)})
    await rest.ok("PATCH", "/users/@me", {"avatar": uri(png()), "banner": uri(GIF)})
    await rest.ok("PATCH", f"{guild}/members/@me", {"avatar": uri(png()), "bio": "b"})
    await rest.ok("PATCH", f"{guild}/widget", {"enabled": True, "channel_id": None})
    await rest.ok("GET", f"{guild}/widget")
    for path, key in ((guild, "icon"), ("/users/@me", "avatar")):
        await rest.ok("PATCH", path, {key: None})


async def _auto_moderation(rest: Rest, guild: str, made: dict[str, Any]) -> None:
    rules = f"{guild}/auto-moderation/rules"
    block = {"type": 1, "metadata": {"custom_message": "no"}}
    alert = {"type": 2, "metadata": {"channel_id": made["channels"]["rules"]}}
    timeout = {"type": 3, "metadata": {"duration_seconds": 60}}
    kinds: list[dict[str, Any]] = [
        {"trigger_type": 1, "trigger_metadata": {"keyword_filter": ["cat"], "regex_patterns": ["c.t"]}},
        {"trigger_type": 3},
        {"trigger_type": 4, "trigger_metadata": {"presets": [1]}},
        {
            "trigger_type": 5,
            "trigger_metadata": {"mention_total_limit": 3},
            "actions": [block, alert, timeout],
        },
        {
            "trigger_type": 6,
            "trigger_metadata": {"keyword_filter": ["cat"]},
            "event_type": 2,
            "actions": [{"type": 4}],
        },
    ]
    common = {
        "name": "r",
        "event_type": 1,
        "actions": [block, alert],
        "exempt_roles": [made["roles"]["Crew"]],
    }
    for kind in kinds:
        one = f"{rules}/{(await rest.ok('POST', rules, common | kind))['id']}"
        await rest.ok("PATCH", one, {"enabled": True})
        await rest.ok("GET", one)
    listed = await rest.ok("GET", rules)
    await rest.ok("GET", f"{guild}/audit-logs?limit=100")
    await rest.ok("DELETE", f"{rules}/{listed[-1]['id']}")
    await rest.refused("POST", rules, {"trigger_type": 1, "actions": [{"type": 9}]})
    await rest.refused("POST", rules, common | kinds[1])
