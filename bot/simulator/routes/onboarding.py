"""Onboarding of newcomers (Discord docs: Guild > Get Guild Onboarding, Modify Guild Onboarding)."""

from bot.simulator import audit, payloads
from bot.simulator.onboarding import mark_roles, payload, require_met
from bot.simulator.onboarding_forms import read_onboarding, require_known
from bot.simulator.permissions import MANAGE_GUILD, MANAGE_ROLES
from bot.simulator.routing import Answer, Call, Routes, ok
from bot.simulator.shapes import JsonObject, words
from bot.simulator.state import Guild, Onboarding

routes = Routes()

_KEYS = words("default_channel_ids enabled mode")
_PROMPT_KEYS = words("title type options single_select required in_onboarding")


@routes.on("GET", "/guilds/{guild_id}/onboarding")
def get_onboarding(call: Call) -> Answer:
    """Also of a guild that never set any up: it is empty and not enabled then."""
    guild, _ = call.guild()
    return ok(payload(guild, guild.onboarding))


@routes.on("PUT", "/guilds/{guild_id}/onboarding")
def put_onboarding(call: Call) -> Answer:
    """No event of its own is documented; a role that options begin or cease to give has its flags updated."""
    guild, standing = call.guild()
    standing.require(MANAGE_GUILD | MANAGE_ROLES)
    form = call.form()
    wanted = read_onboarding(form, guild, call.world)
    form.settle()
    require_known(guild, wanted)
    require_met(guild, wanted)
    old, guild.onboarding = guild.onboarding, wanted
    for role in mark_roles(guild):
        call.world.emit("GUILD_ROLE_UPDATE", guild, {"guild_id": str(guild.id), "role": payloads.role(role)})
    _log_prompts(call, guild, old)
    _log_whole(call, guild, old)
    return ok(payload(guild, wanted))


def _log_prompts(call: Call, guild: Guild, old: Onboarding) -> None:
    """One entry for each prompt that was made, changed or removed; the order of prompts is no change of any."""
    before: dict[object, JsonObject] = {each["id"]: each for each in old.prompts}
    after: dict[object, JsonObject] = {each["id"]: each for each in guild.onboarding.prompts}
    for prompt_id in before | after:
        was, now = before.get(prompt_id), after.get(prompt_id)
        if was is None:
            action = audit.ONBOARDING_PROMPT_CREATE
        elif now is None:
            action = audit.ONBOARDING_PROMPT_DELETE
        else:
            action = audit.ONBOARDING_PROMPT_UPDATE
        changed = audit.changes(was or {}, now or {}, _PROMPT_KEYS)
        audit.record(call, guild, action, int(str(prompt_id)), changed)


def _log_whole(call: Call, guild: Guild, old: Onboarding) -> None:
    was = payload(guild, old) if old.set_up else {}
    action = audit.ONBOARDING_UPDATE if old.set_up else audit.ONBOARDING_CREATE
    changed = audit.changes(was, payload(guild, guild.onboarding), _KEYS)
    audit.record(call, guild, action, guild.id, changed)
