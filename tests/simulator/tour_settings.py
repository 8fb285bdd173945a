"""Each route of emojis, pictures, settings and AutoMod once, for whoever compares the answers with the document."""

from typing import Any

from tests.simulator.calls import Rest
from tests.simulator.pictures import GIF, png, uri


async def tour_settings(rest: Rest, guild: str, made: dict[str, Any]) -> None:
    await _emojis(rest, guild, made)
    await _pictures(rest, guild)
    await _stickers(rest, guild, made)
    await _scheduled_events(rest, guild)
    await _auto_moderation(rest, guild, made)


async def _stickers(rest: Rest, guild: str, made: dict[str, Any]) -> None:
    for file in (png(), GIF):
        sticker = (await rest.sticker(made["id"], file, description="It waves")).json()
    one = f"{guild}/stickers/{sticker['id']}"
    for path in (f"{guild}/stickers", one, f"/stickers/{sticker['id']}", f"{guild}/preview", guild):
        await rest.ok("GET", path)
    await rest.ok("PATCH", one, {"name": "Nod", "description": None})
    await rest.ok("DELETE", one)


async def _scheduled_events(rest: Rest, guild: str) -> None:
    events = f"{guild}/scheduled-events"
    voice = await rest.ok("POST", f"{guild}/channels", {"name": "v", "type": 2})
    stage = await rest.ok("POST", f"{guild}/channels", {"name": "s", "type": 13})
    common = {"name": "Regatta", "privacy_level": 2, "scheduled_start_time": "2099-07-01T12:00:00Z"}
    rule = {"start": "2099-07-01T12:00:00Z", "frequency": 2, "interval": 2, "by_weekday": [2]}
    for kind in (
        {"entity_type": 1, "channel_id": stage["id"], "recurrence_rule": rule},
        {"entity_type": 2, "channel_id": voice["id"], "image": uri(png())},
        {
            "entity_type": 3,
            "entity_metadata": {"location": "Quay 3"},
            "scheduled_end_time": "2099-07-01T16:00:00+02:00",
        },
    ):
        event = await rest.ok("POST", events, common | kind)
        await rest.ok("GET", f"{events}?with_user_count=true")
        await rest.ok("GET", f"{events}/{event['id']}")
        await rest.ok("PATCH", f"{events}/{event['id']}", {"status": 2, "description": "d"})
        await rest.ok("GET", f"{guild}/audit-logs?limit=100")
    await rest.ok("DELETE", f"{events}/{event['id']}")


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
