"""How to name what lives in a world: one source for each path parameter, and one for each kind of id in a body.

A route with a path parameter that has no source fails by name; that is the one thing a new resource adds here.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from random import Random

from bot.simulator.shapes import words
from bot.simulator.state import ANNOUNCEMENT, CATEGORY, FORUM, MEDIA, STAGE, TEXT, VOICE, Channel, Guild
from bot.simulator.world import World

NOBODY = 123_456_789


@dataclass(slots=True)
class Spot:
    """Where a call is about to be made; ``chosen`` are the path's parameters so far, from left to right."""

    world: World
    guild: Guild
    template: str
    chosen: dict[str, str] = field(default_factory=dict[str, str])
    is_peopled: bool = True

    @property
    def channel(self) -> Channel | None:
        raw = self.chosen.get("channel_id", "")
        return self.guild.channels.get(int(raw)) if raw.isdigit() else None

    @property
    def scope(self) -> int | None:
        """Whose commands: a guild's, or everybody's."""
        return self.guild.id if "guild_id" in self.chosen else None


# Where a path goes on like this, channels of these types are what it is meant for.
_MEANT: dict[str, tuple[int, ...]] = {
    "/crosspost": (ANNOUNCEMENT,),
    "/followers": (ANNOUNCEMENT,),
    "/messages": (TEXT, VOICE, STAGE, ANNOUNCEMENT),
    "/typing": (TEXT, VOICE, STAGE, ANNOUNCEMENT),
    "/webhooks": (TEXT, VOICE, STAGE, ANNOUNCEMENT, FORUM, MEDIA),
}


def _channels(spot: Spot) -> Iterable[int]:
    """All of them, but rather those the call is meant for."""
    kinds = next((kinds for part, kinds in _MEANT.items() if part in spot.template), ())
    fitting = [key for key, each in spot.guild.channels.items() if each.type in kinds]
    if "{message_id}" in spot.template:
        fitting = [key for key in fitting if spot.guild.channels[key].messages]
    return [*spot.guild.channels, *fitting * 3]


def _overwrites(spot: Spot) -> Iterable[int]:
    held = () if spot.channel is None else spot.channel.overwrites
    return [*held, *spot.guild.roles, *spot.guild.members]


def _messages(spot: Spot) -> Iterable[int]:
    if (token := spot.chosen.get("webhook_token")) is not None:
        interaction = spot.world.interactions.by_token.get(token)
        if interaction is not None:
            return list(interaction.messages)
        webhook_id = int(spot.chosen["webhook_id"])
        found = (message for channel in spot.guild.channels.values() for message in channel.messages.values())
        return [message.id for message in found if message.webhook_id == webhook_id]
    if spot.channel is None:
        return ()
    own = [
        key for key, each in spot.channel.messages.items() if each.author_id == spot.world.application.bot_id
    ]
    return [*spot.channel.messages, *own * 3]


def _webhook_tokens(spot: Spot) -> Iterable[str]:
    """Of a webhook its own; of the application those of its interactions."""
    webhook = spot.guild.webhooks.get(int(spot.chosen["webhook_id"]))
    if webhook is not None:
        return [webhook.token or "none"]
    answered = [each for each in spot.world.interactions.by_id.values() if each.response_type is not None]
    shown = [each for each in answered if each.original_id in each.messages]
    return [each.token for each in (shown if "@original" in spot.template else answered)]


def _open_interactions(spot: Spot) -> Iterable[int]:
    return [key for key, each in spot.world.interactions.by_id.items() if each.response_type is None]


def _commands(spot: Spot) -> Iterable[int]:
    """Where permissions are asked for: those a guild's members can use, and the application, which means them all."""
    commands = spot.world.commands
    if not spot.template.endswith("/permissions"):
        return commands.of(spot.scope)
    held = [key for key, level in commands.permissions.get(spot.guild.id, {}).items() if level]
    return [*commands.of(None), *commands.of(spot.guild.id), *held * 3, spot.world.application.id]


def _webhooks(spot: Spot) -> Iterable[int]:
    """The application is one only by an interaction's token, and only such a one has an original response."""
    application = [spot.world.application.id]
    if "@original" in spot.template:
        return application
    return [*spot.guild.webhooks, *(application if "{webhook_token}" in spot.template else ())]


def _users(spot: Spot) -> Iterable[int]:
    """Members twice, since most calls are about them; the banned too. Of bans rather who is banned."""
    if "/bans/" in spot.template:
        return [*spot.guild.members, *list(spot.guild.bans) * 4]
    return [*spot.world.users, *spot.guild.bans, *spot.guild.members]


SOURCES: dict[str, Callable[[Spot], Iterable[int | str]]] = {
    "guild_id": lambda spot: [spot.guild.id],
    "channel_id": _channels,
    "role_id": lambda spot: spot.guild.roles,
    "overwrite_id": _overwrites,
    "user_id": _users,
    "message_id": _messages,
    "application_id": lambda spot: [spot.world.application.id],
    "command_id": _commands,
    "interaction_id": _open_interactions,
    "interaction_token": lambda spot: [
        each.token
        for key, each in spot.world.interactions.by_id.items()
        if str(key) == spot.chosen["interaction_id"]
    ],
    "webhook_id": _webhooks,
    "webhook_token": _webhook_tokens,
    "emoji_id": lambda spot: spot.guild.emojis,
    "sticker_id": lambda spot: spot.guild.stickers,
    "guild_scheduled_event_id": lambda spot: spot.guild.scheduled_events,
    "rule_id": lambda spot: spot.guild.auto_moderation,
    "code": lambda spot: [] if spot.guild.template is None else [spot.guild.template.code],
}


def parameters(template: str) -> list[str]:
    return [part[1:-1] for part in template.split("/") if part.startswith("{")]


def without_source(templates: Iterable[str]) -> list[str]:
    """Sentences about path parameters that nothing here can name."""
    return sorted(
        f"{template}: path parameter {name!r} has no source in tests/simulator/naming.py"
        for template in templates
        for name in parameters(template)
        if name not in SOURCES
    )


def named(spot: Spot, chance: Random) -> str:
    """The path with living ids, the newest rather often, and once in a while with one of nobody's.

    ``spot.is_peopled`` tells afterwards whether there was something to name at all.
    """
    for name in parameters(spot.template):
        if name not in SOURCES:
            raise LookupError(without_source([spot.template])[0])
        living = [str(each) for each in SOURCES[name](spot)]
        spot.is_peopled = spot.is_peopled and bool(living)
        if not living or chance.randint(0, 39) == 0:
            spot.chosen[name] = str(NOBODY)
        else:
            spot.chosen[name] = living[-1] if chance.randint(0, 3) == 0 else chance.choice(living)
    return spot.template.format(**spot.chosen)


# The last name of a property's path that means something, and what it names.
_BODY: dict[str, tuple[str, ...]] = {
    "category": words("parent_id"),
    "role": words("role_id roles role_ids exempt_roles mention_roles include_roles"),
    "channel": words(
        "channel_id channel_ids exempt_channels afk_channel_id system_channel_id rules_channel_id widget_channel_id "
        "public_updates_channel_id safety_alerts_channel_id default_channel_ids webhook_channel_id target_channel_id"
    ),
    "user": words("user_id user_ids users owner_id target_id recipient_id recipients target_user_id"),
    "message": words("message_id messages message_ids before after around"),
    "emoji": words("emoji_id"),
    "guild": words("guild_id"),
}
_KINDS = {name: kind for kind, names in _BODY.items() for name in names}


def living(spot: Spot, path: tuple[str, ...]) -> Sequence[int]:
    """Ids that a body's property may name; empty where its name says nothing."""
    guild = spot.guild
    kind = _KINDS.get(path[-1] if path else "") or _by_place(spot, path)
    if kind == "message":
        return [*_whole(_messages(spot)), *([] if "channel_id" in spot.chosen else guild.members)]
    found: dict[str, Iterable[int]] = {
        "category": (key for key, each in guild.channels.items() if each.type == CATEGORY),
        "role": guild.roles,
        "channel": guild.channels,
        "user": guild.members,
        "emoji": guild.emojis,
        "guild": [guild.id],
        "overwrite": [*guild.roles, *guild.members],
        "command": spot.world.commands.of(spot.scope),
        "tag": [] if spot.channel is None else [tag.id for tag in spot.channel.available_tags],
    }
    return list(found.get(kind, ()))


def _whole(found: Iterable[int | str]) -> list[int]:
    return [int(each) for each in found]


def _by_place(spot: Spot, path: tuple[str, ...]) -> str:
    """What a bare ``id`` means, by what it lies in, or by the route whose list it stands in."""
    if "permission_overwrites" in path or "permissions" in path:
        return "overwrite"
    if "available_tags" in path:
        return "tag"
    ends = {"/channels": "channel", "/roles": "role", "/commands": "command"}
    return next((kind for end, kind in ends.items() if len(path) == 1 and spot.template.endswith(end)), "")
