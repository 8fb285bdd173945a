"""A category with children that are synced with it and others that are not, and how their sets are read."""

from typing import Any

from tests.simulator.calls import Control, Rest

VIEW, SEND, CONNECT, MANAGE_ROLES = 1 << 10, 1 << 11, 1 << 20, 1 << 28

FAMILY: dict[str, Any] = {
    "roles": [{"name": "Crew"}, {"name": "Mates"}],
    "channels": [
        {"name": "Deck", "type": 4, "permission_overwrites": [{"role": "Crew", "allow": str(VIEW)}]},
        {"name": "synced", "parent": "Deck", "synced": True},
        {"name": "voice", "type": 2, "parent": "Deck", "synced": True},
        {
            "name": "nearly",
            "parent": "Deck",
            "permission_overwrites": [{"role": "Crew", "allow": str(VIEW)}, {"role": "Mates"}],
        },
        {"name": "own", "parent": "Deck", "permission_overwrites": [{"role": "Mates", "deny": str(VIEW)}]},
        {"name": "Hold", "type": 4},
        {"name": "elsewhere"},
    ],
    "members": [{"username": "ada", "roles": ["Crew"]}],
}


def bits(channel: Any) -> dict[str, tuple[int, int, int]]:
    return {
        each["id"]: (each["type"], int(each["allow"]), int(each["deny"]))
        for each in channel["permission_overwrites"]
    }


async def sets(sim: Control, guild_id: str) -> dict[str, dict[str, tuple[int, int, int]]]:
    return {each["name"]: bits(each) for each in (await sim.dump(guild_id))["channels"]}


async def logged(rest: Rest, guild_id: str) -> list[Any]:
    found = (await rest.ok("GET", f"/guilds/{guild_id}/audit-logs?limit=100"))["audit_log_entries"]
    return list(reversed(found))
