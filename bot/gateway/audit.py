"""Who changed what, as the audit log tells."""

from datetime import datetime
from typing import Any

import disnake

from bot.gateway.live import Live
from bot.limits import MethodRoute
from core.discord.audit import AuditEntry
from core.discord.types import Snowflake

PAGE = 100
_PAGES = 10
_MEMBER_ROLE_UPDATE = 25


class AuditCalls(Live):
    """Implements `core.discord.audit.AuditGateway`."""

    async def read_audit(self, guild_id: Snowflake, since: datetime) -> tuple[AuditEntry, ...]:
        log = await self._calls.send(
            MethodRoute("GET", "/guilds/{guild_id}/audit-logs", guild_id=guild_id),
            doing="read the audit log",
            guild_id=guild_id,
            params={"limit": str(PAGE)},
        )
        names = {str(user["id"]): str(user["username"]) for user in log["users"]}
        entries = (entry_of(entry, names) for entry in log["audit_log_entries"])
        return tuple(entry for entry in entries if entry.at >= since)

    async def given_by_others(
        self, guild_id: Snowflake, role_id: Snowflake, since: datetime
    ) -> frozenset[Snowflake]:
        oldest, me = disnake.utils.time_snowflake(since), str(self._client.user.id)
        given: set[Snowflake] = set()
        params = {"limit": str(PAGE), "action_type": str(_MEMBER_ROLE_UPDATE)}
        for _ in range(_PAGES):
            log = await self._calls.send(
                MethodRoute("GET", "/guilds/{guild_id}/audit-logs", guild_id=guild_id),
                doing="read the audit log",
                guild_id=guild_id,
                params=params,
            )
            entries = log["audit_log_entries"]
            recent = [entry for entry in entries if int(entry["id"]) >= oldest]
            given |= {str(e["target_id"]) for e in recent if e["user_id"] != me and role_id in _added(e)}
            if len(recent) < PAGE:
                break
            params["before"] = str(recent[-1]["id"])
        return frozenset(given)


def _added(entry: dict[str, Any]) -> set[Snowflake]:
    changes = (change for change in entry.get("changes") or () if change["key"] == "$add")
    return {str(role["id"]) for change in changes for role in change.get("new_value") or ()}


def entry_of(entry: dict[str, Any], names: dict[str, str]) -> AuditEntry:
    """An entry as Discord writes it (docs: Audit Log > Audit Log Entry Structure); `names` are users' by id."""
    user_id, target_id = entry.get("user_id"), entry.get("target_id")
    return AuditEntry(
        id=str(entry["id"]),
        at=disnake.utils.snowflake_time(int(entry["id"])),
        action=int(entry["action_type"]),
        target_id=None if target_id is None else str(target_id),
        user_id=None if user_id is None else str(user_id),
        user_name=names.get(str(user_id)),
        changed=frozenset(str(change["key"]) for change in entry.get("changes") or ()),
        subject=_subject(entry.get("options") or {}),
        reason=entry.get("reason"),
    )


def _subject(options: dict[str, Any]) -> str | None:
    match options:
        case {"role_name": name}:
            return f"@{str(name).removeprefix('@')}"
        case {"type": "1", "id": member_id}:
            return f"member {member_id}"
        case _:
            return None
