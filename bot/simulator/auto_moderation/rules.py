"""Reading a rule from a form (Discord docs: Auto Moderation > Create and Modify Auto Moderation Rule)."""

from collections.abc import Callable

from bot.simulator.access import Standing
from bot.simulator.auto_moderation.triggers import (
    BLOCK_INTERACTION,
    BLOCK_MESSAGE,
    SEND_ALERT,
    TIMEOUT,
    TRIGGERS,
    Trigger,
)
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.permissions import MODERATE_MEMBERS
from bot.simulator.shapes import JsonObject, as_int, as_object
from bot.simulator.state import CATEGORY, FORUM, MEDIA, AutoModerationRule, Guild

_TIMEOUT_SECONDS = 2_419_200
_NO_MESSAGES = (CATEGORY, FORUM, MEDIA)


def read_trigger_type(form: Form) -> int:
    """Of a new rule. Everything else depends on it, so it is settled at once."""
    form.require("trigger_type")
    kind = form.choice("trigger_type", None, tuple(TRIGGERS))
    if kind is None:
        form.settle()
    return kind or 0


def require_new(form: Form, trigger: Trigger) -> None:
    """What a new rule must say; metadata where its trigger has any."""
    for key in ("name", "event_type", "actions", *(["trigger_metadata"] if trigger.needs_metadata else [])):
        form.require(key)


def read_rule(form: Form, rule: AutoModerationRule) -> None:
    """Metadata and actions are taken whole. Ids of exempt roles and channels are kept as they are, known or not."""
    trigger = TRIGGERS[rule.trigger_type]
    if form.data.get("trigger_type") is not None:
        form.choice("trigger_type", None, (rule.trigger_type,))
    rule.name = form.text("name", rule.name, least=1, most=100) or rule.name
    rule.event_type = form.choice("event_type", rule.event_type, (trigger.event,)) or rule.event_type
    rule.enabled = form.flag("enabled", rule.enabled)
    metadata = form.form("trigger_metadata")
    if metadata is not None:
        rule.trigger_metadata = trigger.read(metadata)
    if (actions := form.forms("actions", most=5)) is not None:
        if not actions:
            form.bad_length("actions", 1, 5)
        rule.actions = [_read_action(each, trigger) for each in actions]
    if "exempt_roles" in form:
        rule.exempt_roles = form.snowflakes("exempt_roles", most=20) or []
    if "exempt_channels" in form:
        rule.exempt_channels = form.snowflakes("exempt_channels", most=50) or []


def require_actionable(rule: AutoModerationRule, guild: Guild, standing: Standing) -> None:
    """Alerts need a channel there is, and one with messages; what stops a member needs MODERATE_MEMBERS."""
    for action in rule.actions:
        if action["type"] in (TIMEOUT, BLOCK_INTERACTION):
            standing.require(MODERATE_MEMBERS)
        if action["type"] == SEND_ALERT:
            channel = guild.channels.get(alert_channel(action))
            if channel is None:
                raise refuse(10003)
            if channel.type in _NO_MESSAGES:
                raise refuse(50024)


def alert_channel(action: JsonObject) -> int:
    return as_int((as_object(action["metadata"]) or {}).get("channel_id")) or 0


def _read_action(form: Form, trigger: Trigger) -> JsonObject:
    form.require("type")
    kind = form.choice("type", None, trigger.actions)
    if kind in (SEND_ALERT, TIMEOUT):
        form.require("metadata")
    metadata = form.form("metadata")
    read = _METADATA.get(kind or 0)
    return {"type": kind, "metadata": read(metadata) if read is not None and metadata is not None else {}}


def _block(form: Form) -> JsonObject:
    """The prose has 150 characters, the published document 300: the stricter one counts."""
    message = form.text("custom_message", most=150)
    return {} if message is None else {"custom_message": message}


def _alert(form: Form) -> JsonObject:
    form.require("channel_id")
    return {"channel_id": str(form.snowflake("channel_id"))}


def _timeout(form: Form) -> JsonObject:
    form.require("duration_seconds")
    return {"duration_seconds": form.whole("duration_seconds", 0, least=0, most=_TIMEOUT_SECONDS)}


_METADATA: dict[int, Callable[[Form], JsonObject]] = {
    BLOCK_MESSAGE: _block,
    SEND_ALERT: _alert,
    TIMEOUT: _timeout,
}
