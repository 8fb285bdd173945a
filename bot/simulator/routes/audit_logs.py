"""Reading the audit log."""

from bot.simulator import audit, payloads
from bot.simulator.permissions import VIEW_AUDIT_LOG
from bot.simulator.routing import Answer, Call, Routes, ok
from bot.simulator.shapes import JsonObject
from bot.simulator.state import Guild

routes = Routes()


@routes.on("GET", "/guilds/{guild_id}/audit-logs")
def get_audit_log(call: Call) -> Answer:
    """Newest first; with ``after`` the oldest after it come first."""
    guild, standing = call.guild()
    standing.require(VIEW_AUDIT_LOG)
    limit = call.number("limit", 50, 1, 100)
    before, after = call.snowflake("before"), call.snowflake("after")
    found = [entry for entry in guild.audit_log if _asked(entry, call)]
    if after is not None:
        found = [entry for entry in found if _id(entry) > after][:limit]
    else:
        found = [entry for entry in reversed(found) if before is None or _id(entry) < before][:limit]
    people = {str(entry[key]) for entry in found for key in ("user_id", "target_id")}
    users = [payloads.user(user) for user in call.world.users.values() if str(user.id) in people]
    empty = ("integrations", "webhooks", "guild_scheduled_events", "threads")
    return ok(
        {
            "audit_log_entries": found,
            "users": users,
            "auto_moderation_rules": [],
            "application_commands": _commands(call, guild, found),
        }
        | {key: [] for key in empty}
    )


def _commands(call: Call, guild: Guild, entries: list[JsonObject]) -> list[JsonObject]:
    """The commands whose permissions were changed, if they still exist."""
    ids = {
        int(str(entry["target_id"]))
        for entry in entries
        if entry["action_type"] == audit.APPLICATION_COMMAND_PERMISSION_UPDATE
    }
    commands = (call.world.commands.by_id(guild.id, command_id) for command_id in ids)
    return [command for command in commands if command is not None]


def _asked(entry: JsonObject, call: Call) -> bool:
    for key in ("user_id", "target_id", "action_type"):
        if key in call.query and str(entry[key]) != call.query[key]:
            return False
    return True


def _id(entry: JsonObject) -> int:
    return int(str(entry["id"]))
