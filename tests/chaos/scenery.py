"""The guilds before the storm: enough in them for every job to have something of its own."""

from typing import Any

import httpx

from tests.chaos.wishes import Things
from tests.simulator.calls import Control

LOCKED = ["SEND_MESSAGES", "SEND_MESSAGES_IN_THREADS", "CREATE_PUBLIC_THREADS", "CREATE_PRIVATE_THREADS"]
_TALK = 4


class Discord:
    """The bot's own hands before it comes."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bot {token}"}

    async def __call__(self, method: str, path: str, body: object = None) -> Any:
        answer = await self._http.request(method, f"/api/v10{path}", json=body, headers=self._headers)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def audit_log(self, guild_id: str) -> list[dict[str, Any]]:
        """The whole of it, newest first."""
        found: list[dict[str, Any]] = []
        path = f"/guilds/{guild_id}/audit-logs?limit=100"
        while page := (await self("GET", path + (f"&before={found[-1]['id']}" if found else "")))[
            "audit_log_entries"
        ]:
            found += page
        return found


async def furnish(sim: Control, discord: Discord, *, jobs: int, name: str) -> Things:
    """A guild for about so many jobs."""
    some = max(3, jobs // 12)
    made = await sim.guild(**_spec(name, some))
    channels, members, roles = made["channels"], made["members"], made["roles"]
    talk = tuple(channels[f"talk-{n}"] for n in range(_TALK))
    pools: dict[str, list[Any]] = {
        "members": [members[f"{name}-m{n}"] for n in range(some * 14)],
        "badged": [members[f"{name}-b{n}"] for n in range(some * 5)],
        "message.edit": [await _sent(discord, talk[n % _TALK], f"to edit {n}") for n in range(some * 2)],
        "message.delete": [await _sent(discord, talk[n % _TALK], f"to delete {n}") for n in range(some * 2)],
        "message.crosspost": [await _sent(discord, channels["news"], f"news {n}") for n in range(some)],
        "message.purge": [await _filled(discord, channels[f"lane-{n}"], 1 + n % 5) for n in range(some)],
        "member.unban": [await _banned(discord, made["id"], members[f"{name}-x{n}"]) for n in range(some)],
        "channel.lock": [{"channel_id": channels[f"hall-{n}"]} for n in range(some)],
        "channel.unlock": [{"channel_id": channels[f"locked-{n}"]} for n in range(some)],
        "channel.overwrite": [
            {
                "channel_id": channels[f"nook-{n}"],
                "target_kind": "role",
                "target_id": roles["Prize"],
                "allow": ["view_channel"],
                "deny": ["send_messages"],
            }
            for n in range(some)
        ],
        "channel.follow": [
            {"channel_id": channels[f"ear-{n}"], "source_channel_id": channels["paper"]} for n in range(some)
        ],
        "channel.unfollow": [
            await _followed(discord, channels["paper"], channels[f"heard-{n}"]) for n in range(some)
        ],
    }
    return Things(
        guild_id=made["id"],
        talk=talk,
        news=channels["news"],
        prize=roles["Prize"],
        badge=roles["Badge"],
        stranger="1",
        above=members[f"{name}-above"],
        pools=pools,
    )


def _spec(name: str, some: int) -> dict[str, Any]:
    locked = [{"role": "@everyone", "deny": LOCKED}]
    return {
        "name": name,
        "owner": f"{name}-owner",
        "features": ["COMMUNITY"],
        "roles": [{"name": "Prize"}, {"name": "Badge"}, {"name": "Above"}],
        "bot_role_position": 3,
        "channels": [
            *({"name": f"talk-{n}"} for n in range(_TALK)),
            {"name": "news", "type": "announcement"},
            {"name": "paper", "type": "announcement"},
            *(
                {"name": f"{kind}-{n}"}
                for kind in ("lane", "hall", "nook", "ear", "heard")
                for n in range(some)
            ),
            *({"name": f"locked-{n}", "permission_overwrites": locked} for n in range(some)),
        ],
        "members": [
            *({"username": f"{name}-m{n}"} for n in range(some * 14)),
            *({"username": f"{name}-b{n}", "roles": ["Badge"]} for n in range(some * 5)),
            *({"username": f"{name}-x{n}"} for n in range(some)),
            {"username": f"{name}-above", "roles": ["Above"]},
        ],
    }


async def _sent(discord: Discord, channel_id: str, content: str) -> dict[str, Any]:
    message = await discord("POST", f"/channels/{channel_id}/messages", {"content": content})
    return {"channel_id": channel_id, "message_id": message["id"]}


async def _filled(discord: Discord, channel_id: str, messages: int) -> dict[str, Any]:
    for n in range(messages):
        await _sent(discord, channel_id, f"to purge {n}")
    return {"channel_id": channel_id}


async def _banned(discord: Discord, guild_id: str, user_id: str) -> dict[str, Any]:
    await discord("PUT", f"/guilds/{guild_id}/bans/{user_id}", {})
    return {"member_ids": [user_id]}


async def _followed(discord: Discord, source_id: str, channel_id: str) -> dict[str, Any]:
    made = await discord("POST", f"/channels/{source_id}/followers", {"webhook_channel_id": channel_id})
    return {"channel_id": channel_id, "webhook_id": made["webhook_id"]}
