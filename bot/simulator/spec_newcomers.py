"""What newcomers meet, in a spec. Nothing is enforced; roles and channels are named as elsewhere in it::

"onboarding": {
  "enabled": false, "mode": 0, "default_channels": ["log"],
  "prompts": [{"title": "Why are you here?", "type": 0, "single_select": false, "required": false,
               "in_onboarding": true,
               "options": [{"title": "To sail", "description": "", "roles": ["Crew"], "channels": ["log"],
                            "emoji_name": "⛵"}]}]
},
"welcome_screen": {
  "enabled": true, "description": null,
  "channels": [{"channel": "log", "description": "Read this", "emoji_name": null}]
}
"""

from bot.simulator.casting import Cast
from bot.simulator.forms import Form
from bot.simulator.onboarding import mark_roles
from bot.simulator.onboarding_forms import read_emoji
from bot.simulator.shapes import JsonObject, as_text
from bot.simulator.state import Channel, Guild, Onboarding, WelcomeScreen
from bot.simulator.welcome import ENABLED
from bot.simulator.world import World

_MANY = 500


def read_newcomers(spec: Form, guild: Guild, cast: Cast, channels: dict[str, Channel], world: World) -> None:
    """Fills onboarding and welcome screen of the guild, its roles' flags and its features."""
    reader = _Reader(cast, channels, world, guild)
    onboarding, screen = spec.form("onboarding"), spec.form("welcome_screen")
    if onboarding is not None:
        guild.onboarding = reader.onboarding(onboarding)
        mark_roles(guild)
    if screen is not None:
        guild.welcome_screen = reader.screen(screen)
        if screen.flag("enabled", False) and ENABLED not in guild.features:
            guild.features.append(ENABLED)


class _Reader:
    def __init__(self, cast: Cast, channels: dict[str, Channel], world: World, guild: Guild) -> None:
        self._cast = cast
        self._channels = channels
        self._world = world
        self._guild = guild

    def onboarding(self, form: Form) -> Onboarding:
        return Onboarding(
            set_up=True,
            enabled=form.flag("enabled", False),
            mode=form.whole("mode", 0),
            default_channel_ids=self._channel_ids(form, "default_channels"),
            prompts=[self._prompt(each) for each in form.forms("prompts", most=_MANY) or []],
        )

    def _prompt(self, form: Form) -> JsonObject:
        form.require("title")
        return {
            "id": str(self._world.mint()),
            "type": form.whole("type", 0),
            "title": form.text("title", "") or "",
            "options": [self._option(each) for each in form.forms("options", most=_MANY) or []],
            "single_select": form.flag("single_select", False),
            "required": form.flag("required", False),
            "in_onboarding": form.flag("in_onboarding", True),
        }

    def _option(self, form: Form) -> JsonObject:
        form.require("title")
        names = [as_text(each) or "" for each in form.items("roles", most=_MANY) or []]
        roles = [self._cast.role(form, "roles", name) for name in names]
        return {
            "id": str(self._world.mint()),
            "title": form.text("title", "") or "",
            "description": form.text("description", "") or "",
            "emoji": read_emoji(form, self._guild),
            "role_ids": [str(role.id) for role in roles if role is not None],
            "channel_ids": [str(each) for each in self._channel_ids(form, "channels")],
        }

    def screen(self, form: Form) -> WelcomeScreen:
        return WelcomeScreen(
            set_up=True,
            description=form.text("description"),
            channels=[self._shown(each) for each in form.forms("channels", most=_MANY) or []],
        )

    def _shown(self, form: Form) -> JsonObject:
        form.require("channel")
        emoji = read_emoji(form, self._guild)
        return {
            "channel_id": str(self._channel_id(form, "channel", form.text("channel", "") or "")),
            "description": form.text("description", "") or "",
            "emoji_id": emoji["id"],
            "emoji_name": emoji["name"],
        }

    def _channel_ids(self, form: Form, key: str) -> list[int]:
        names = [as_text(each) or "" for each in form.items(key, most=_MANY) or []]
        return [self._channel_id(form, key, name) for name in names]

    def _channel_id(self, form: Form, key: str, name: str) -> int:
        """0 for an unknown one, which is noted on the form."""
        channel = self._channels.get(name)
        if channel is None:
            form.bad(key, "SPEC_UNKNOWN", f"No channel {name!r} in this spec")
            return 0
        return channel.id
