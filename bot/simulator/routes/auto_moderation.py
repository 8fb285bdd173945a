"""AutoMod rules: list, read, create, edit, delete (Discord docs: Resources > Auto Moderation)."""

import copy

from bot.simulator import audit, payloads
from bot.simulator.auto_moderation.rules import (
    read_rule,
    read_trigger_type,
    require_actionable,
    require_new,
)
from bot.simulator.auto_moderation.telling import payload, tell
from bot.simulator.auto_moderation.triggers import TRIGGERS
from bot.simulator.errors import Refusal, bad_field
from bot.simulator.permissions import MANAGE_GUILD
from bot.simulator.routing import DONE, Answer, Call, Routes, ok
from bot.simulator.shapes import words
from bot.simulator.state import AutoModerationRule, Guild

routes = Routes()

_ALL = "/guilds/{guild_id}/auto-moderation/rules"
_ONE = _ALL + "/{rule_id}"
_KEYS = words("name event_type trigger_type trigger_metadata actions enabled exempt_roles exempt_channels")
FEATURE = "AUTO_MODERATION"


@routes.on("GET", _ALL)
def list_rules(call: Call) -> Answer:
    guild, standing = call.guild()
    standing.require(MANAGE_GUILD)
    return ok([payload(rule) for rule in guild.auto_moderation.values()])


@routes.on("GET", _ONE)
def get_rule(call: Call) -> Answer:
    guild, standing = call.guild()
    standing.require(MANAGE_GUILD)
    return ok(payload(_found(call, guild)))


@routes.on("POST", _ALL)
def create_rule(call: Call) -> Answer:
    guild, standing = call.guild()
    standing.require(MANAGE_GUILD)
    form = call.form()
    kind = read_trigger_type(form)
    trigger = TRIGGERS[kind]
    rule = AutoModerationRule(
        id=call.world.mint(),
        guild_id=guild.id,
        creator_id=call.actor_id,
        name="",
        event_type=trigger.event,
        trigger_type=kind,
    )
    require_new(form, trigger)
    read_rule(form, rule)
    form.settle()
    require_actionable(rule, guild, standing)
    _require_room(guild, kind)
    guild.auto_moderation[rule.id] = rule
    body = payload(rule)
    tell(call.world, guild, "AUTO_MODERATION_RULE_CREATE", body)
    _mark(call, guild)
    made = audit.changes({}, body, _KEYS)
    audit.record(call, guild, audit.AUTO_MODERATION_RULE_CREATE, rule.id, made)
    return ok(body, rule_id=rule.id)


@routes.on("PATCH", _ONE)
def edit_rule(call: Call) -> Answer:
    """The trigger type cannot be changed."""
    guild, standing = call.guild()
    standing.require(MANAGE_GUILD)
    rule = _found(call, guild)
    form = call.form()
    edited = copy.copy(rule)
    read_rule(form, edited)
    form.settle()
    if "actions" in form:
        require_actionable(edited, guild, standing)
    before = payload(rule)
    guild.auto_moderation[rule.id] = edited
    body = payload(edited)
    if body != before:
        tell(call.world, guild, "AUTO_MODERATION_RULE_UPDATE", body)
    changed = audit.changes(before, body, _KEYS)
    audit.record(call, guild, audit.AUTO_MODERATION_RULE_UPDATE, rule.id, changed)
    return ok(body)


@routes.on("DELETE", _ONE)
def delete_rule(call: Call) -> Answer:
    guild, standing = call.guild()
    standing.require(MANAGE_GUILD)
    rule = _found(call, guild)
    del guild.auto_moderation[rule.id]
    body = payload(rule)
    tell(call.world, guild, "AUTO_MODERATION_RULE_DELETE", body)
    _mark(call, guild)
    gone = audit.changes(body, {}, _KEYS)
    audit.record(call, guild, audit.AUTO_MODERATION_RULE_DELETE, rule.id, gone)
    return DONE


def _found(call: Call, guild: Guild) -> AutoModerationRule:
    """Discord lists no JSON error code for a rule it does not know."""
    rule = guild.auto_moderation.get(call.id("rule_id"))
    if rule is None:
        raise Refusal(404, 0, "404: Not Found")
    return rule


def _require_room(guild: Guild, kind: int) -> None:
    """The complaint is about the body as a whole, as clients report it."""
    most = TRIGGERS[kind].most
    if sum(rule.trigger_type == kind for rule in guild.auto_moderation.values()) >= most:
        raise bad_field(
            "",
            "AUTO_MODERATION_MAX_RULES_OF_TYPE_EXCEEDED",
            f"Maximum number of rules with trigger type {kind} is {most}",
        )


def _mark(call: Call, guild: Guild) -> None:
    """The feature says that the guild has set up rules (docs: Guild > Guild Features)."""
    if bool(guild.auto_moderation) == (FEATURE in guild.features):
        return
    if guild.auto_moderation:
        guild.features = [*guild.features, FEATURE]
    else:
        guild.features = [each for each in guild.features if each != FEATURE]
    call.world.emit("GUILD_UPDATE", guild, payloads.guild(guild))
