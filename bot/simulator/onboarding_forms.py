"""Reading onboarding from a form (Discord docs: Guild > Modify Guild Onboarding; bounds: the published document).

A field that is absent or null stays as it is. Lists are replaced whole.
"""

import copy
from collections.abc import Iterable

from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.onboarding import listed, options_of
from bot.simulator.shapes import JsonObject
from bot.simulator.state import Guild, Onboarding
from bot.simulator.world import World

_PROMPTS, _OPTIONS, _TARGETS, _DEFAULTS = 15, 50, 50, 500
_PROMPT_TITLE, _OPTION_TITLE, _DESCRIPTION, _EMOJI_NAME = 100, 50, 100, 100


class _Names:
    """Hands an id back to what names it and is there; anything else gets a new one. Each id is given once."""

    def __init__(self, world: World, there: Iterable[object]) -> None:
        self._world = world
        self._there = {str(each) for each in there}

    def of(self, form: Form) -> str:
        asked = str(form.snowflake("id"))
        if asked not in self._there:
            return str(self._world.mint())
        self._there.remove(asked)
        return asked


def read_onboarding(form: Form, guild: Guild, world: World) -> Onboarding:
    """What onboarding would be; problems are noted on the form."""
    old = guild.onboarding
    wanted = copy.copy(old)
    wanted.set_up = True
    if form.data.get("enabled") is not None:
        wanted.enabled = form.flag("enabled", old.enabled)
    mode = form.choice("mode", old.mode, (0, 1))
    wanted.mode = old.mode if mode is None else mode
    defaults = form.snowflakes("default_channel_ids", most=_DEFAULTS)
    wanted.default_channel_ids = old.default_channel_ids if defaults is None else defaults
    prompts = form.forms("prompts", most=_PROMPTS)
    if prompts is not None:
        names = _Names(world, (prompt["id"] for prompt in old.prompts))
        inner = _Names(world, (option["id"] for option in options_of(old)))
        wanted.prompts = [_read_prompt(each, names, inner, guild) for each in prompts]
    return wanted


def require_known(guild: Guild, wanted: Onboarding) -> None:
    """Every channel (10003) and role (10011) named must be the guild's; @everyone is not one to be given."""
    channels = set(wanted.default_channel_ids) | listed(wanted, "channel_ids")
    if channels - guild.channels.keys():
        raise refuse(10003)
    if listed(wanted, "role_ids") - (guild.roles.keys() - {guild.id}):
        raise refuse(10011)


def _read_prompt(form: Form, names: _Names, inner: _Names, guild: Guild) -> JsonObject:
    for key in ("id", "title", "options"):
        form.require(key)
    options = form.forms("options", most=_OPTIONS)
    if options is not None and not options:
        form.bad_length("options", 1, _OPTIONS)
    return {
        "id": names.of(form),
        "type": form.choice("type", 0, (0, 1)) or 0,
        "title": form.text("title", "", least=1, most=_PROMPT_TITLE) or "",
        "options": [_read_option(each, inner, guild) for each in options or []],
        "single_select": form.flag("single_select", False),
        "required": form.flag("required", False),
        "in_onboarding": form.flag("in_onboarding", False),
    }


def _read_option(form: Form, names: _Names, guild: Guild) -> JsonObject:
    form.require("title")
    return {
        "id": names.of(form),
        "title": form.text("title", "", least=1, most=_OPTION_TITLE) or "",
        "description": form.text("description", "", most=_DESCRIPTION) or "",
        "emoji": read_emoji(form, guild),
        "role_ids": [str(each) for each in form.snowflakes("role_ids", most=_TARGETS) or []],
        "channel_ids": [str(each) for each in form.snowflakes("channel_ids", most=_TARGETS) or []],
    }


def read_emoji(form: Form, guild: Guild) -> JsonObject:
    """``emoji_id``, ``emoji_name`` and ``emoji_animated`` as the object that is answered.

    Of an emoji of the guild name and movement are its own, whatever was sent.
    """
    emoji_id = form.snowflake("emoji_id")
    name = form.text("emoji_name", most=_EMOJI_NAME)
    animated = form.flag("emoji_animated", False)
    known = None if emoji_id is None else guild.emojis.get(emoji_id)
    if known is not None:
        name, animated = known.name, known.animated
    return {"id": None if emoji_id is None else str(emoji_id), "name": name, "animated": animated}
