"""Reading the audit log."""

from bot.simulator import audit, payloads, scheduled_events, webhooks
from bot.simulator.auto_moderation import telling
from bot.simulator.permissions import VIEW_AUDIT_LOG
from bot.simulator.routing import Answer, Call, Routes, ok
from bot.simulator.shapes import JsonObject
from bot.simulator.state import Guild

routes = Routes()

_RULES = (audit.AUTO_MODERATION_RULE_CREATE, audit.AUTO_MODERATION_RULE_UPDATE)


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
    rules = [
        telling.payload(rule)
        for rule in guild.auto_moderation.values()
        if any(entry["action_type"] in _RULES and entry["target_id"] == str(rule.id) for entry in found)
    ]
    targets = {entry["target_id"] for entry in found}
    hooks = [each for each in guild.webhooks.values() if str(each.id) in targets]
    events = [each for each in guild.scheduled_events.values() if str(each.id) in targets]
    empty = ("integrations", "threads")
    return ok(
        {"audit_log_entries": found, "users": users, "auto_moderation_rules": rules}
        | {"webhooks": [webhooks.payload(call.world, each) for each in hooks]}
        | {"guild_scheduled_events": [scheduled_events.payload(each) for each in events]}
        | {"application_commands": _commands(call, guild, found)}
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
