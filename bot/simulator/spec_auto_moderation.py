"""The AutoMod rules of a spec: names and keys become ids, then they are read as REST reads them."""

from collections.abc import Callable

from bot.simulator.auto_moderation.rules import read_rule, read_trigger_type, require_new
from bot.simulator.auto_moderation.triggers import TRIGGERS
from bot.simulator.casting import Cast
from bot.simulator.forms import Form
from bot.simulator.shapes import JsonObject, as_list, as_object
from bot.simulator.spec_channels import ChannelSpecs
from bot.simulator.state import AutoModerationRule, Guild
from bot.simulator.world import World


def read_auto_moderation(spec: Form, world: World, guild: Guild, cast: Cast, channels: ChannelSpecs) -> None:
    """The guild's owner has made them; with them the guild has the feature AUTO_MODERATION."""
    for form in spec.forms("auto_moderation", most=10) or []:

        def channel(name: object, form: Form = form) -> str | None:
            found = channels.named.get(str(name))
            if found is None:
                form.bad("channel_id", "SPEC_UNKNOWN", f"No channel {name!r} in this spec")
            return None if found is None else str(found.id)

        def role(name: object, form: Form = form) -> str | None:
            found = cast.role(form, "exempt_roles", str(name))
            return None if found is None else str(found.id)

        named = Form(_with_ids(form.data, role, channel), form.errors, form.path)
        kind = read_trigger_type(named)
        trigger = TRIGGERS[kind]
        rule = AutoModerationRule(world.mint(), guild.id, guild.owner_id, "", trigger.event, kind)
        require_new(named, trigger)
        read_rule(named, rule)
        guild.auto_moderation[rule.id] = rule
    if guild.auto_moderation and "AUTO_MODERATION" not in guild.features:
        guild.features.append("AUTO_MODERATION")


_Named = Callable[[object], str | None]


def _with_ids(rule: JsonObject, role: _Named, channel: _Named) -> JsonObject:
    changed: JsonObject = {}
    for key, named in (("exempt_roles", role), ("exempt_channels", channel)):
        if rule.get(key) is not None:
            changed[key] = [found for each in as_list(rule[key]) or [] if (found := named(each))]
    actions = [as_object(each) or {} for each in as_list(rule.get("actions")) or []]
    changed["actions"] = [_with_channel(each, channel) for each in actions]
    return rule | changed


def _with_channel(action: JsonObject, channel: _Named) -> JsonObject:
    metadata = as_object(action.get("metadata"))
    if metadata is None or "channel_id" not in metadata:
        return action
    return action | {"metadata": metadata | {"channel_id": channel(metadata["channel_id"])}}
