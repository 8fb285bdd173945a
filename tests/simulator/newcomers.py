"""A guild as newcomers need it, and every route of onboarding, welcome screen, native templates and voice regions."""

from typing import Any

from tests.simulator.calls import Control, Rest

VIEW, SEND = 1 << 10, 1 << 11

# Seven channels @everyone sees, in five of which everyone may write, and three more.
OPEN = [{"name": f"open-{number}"} for number in range(5)]
READ_ONLY: list[dict[str, Any]] = [
    {"name": f"read-{number}", "permission_overwrites": [{"role": "@everyone", "deny": str(SEND)}]}
    for number in range(2)
]
HIDDEN: dict[str, Any] = {
    "name": "hidden",
    "permission_overwrites": [
        {"role": "@everyone", "deny": str(VIEW)},
        {"role": "Crew", "allow": str(VIEW)},
    ],
}
SEVEN = [each["name"] for each in (*OPEN, *READ_ONLY)]
HARBOUR: dict[str, Any] = {
    "features": ["COMMUNITY"],
    "verification_level": 1,
    "explicit_content_filter": 2,
    "roles": [{"name": "Crew"}, {"name": "Mates"}],
    "channels": [*OPEN, *READ_ONLY, HIDDEN, {"name": "rules"}, {"name": "updates"}],
    "rules_channel": "rules",
    "public_updates_channel": "updates",
    "members": [{"username": "ada", "roles": ["Crew"]}],
}


def option(title: str = "Sailing", **fields: Any) -> dict[str, Any]:
    return {"title": title} | fields


def prompt(title: str = "Why are you here?", **fields: Any) -> dict[str, Any]:
    """One as a client sends it that has not been given an id."""
    return {"id": "0", "title": title, "options": [option()]} | fields


def seven(made: Any) -> list[str]:
    return [made["channels"][name] for name in SEVEN]


async def enabled(rest: Rest, made: Any, **fields: Any) -> Any:
    """Onboarding as it may be enabled, with whatever else is given."""
    body = {"enabled": True, "default_channel_ids": seven(made)} | fields
    return await rest.ok("PUT", f"/guilds/{made['id']}/onboarding", body)


async def tour(rest: Rest, sim: Control) -> None:
    made = await sim.guild(**HARBOUR)
    guild = f"/guilds/{made['id']}"
    roles, channels = [made["roles"]["Crew"]], [made["channels"]["hidden"]]
    body = {
        "enabled": True,
        "mode": 1,
        "default_channel_ids": seven(made),
        "prompts": [prompt(options=[option(role_ids=roles, channel_ids=channels, emoji_name="⛵")])],
    }
    await rest.ok("PUT", f"{guild}/onboarding", body)
    await rest.ok("GET", f"{guild}/onboarding")
    shown = [{"channel_id": channels[0], "description": "d", "emoji_name": "📜"}]
    await rest.ok(
        "PATCH", f"{guild}/welcome-screen", {"enabled": True, "description": "d", "welcome_channels": shown}
    )
    await rest.ok("GET", f"{guild}/welcome-screen")
    template = await rest.ok("POST", f"{guild}/templates", {"name": "t", "description": "d"})
    await rest.ok("GET", f"{guild}/templates")
    await rest.ok("GET", f"/guilds/templates/{template['code']}")
    await rest.ok("PUT", f"{guild}/templates/{template['code']}")
    await rest.ok("PATCH", f"{guild}/templates/{template['code']}", {"name": "u"})
    await rest.ok("DELETE", f"{guild}/templates/{template['code']}")
    await rest.ok("GET", "/voice/regions")
    await rest.ok("GET", f"{guild}/regions")
    await rest.ok("GET", f"{guild}/audit-logs")
