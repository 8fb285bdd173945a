"""A guild's own emojis: how many there may be, who may use them, where they must exist, and telling of them.

Discord docs: Resources > Emoji.
"""

from collections.abc import Iterable

from bot.simulator import payloads
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.shapes import JsonObject, as_int, as_list, as_object
from bot.simulator.state import Emoji, Guild, Role
from bot.simulator.world import World

_SLOTS = (50, 100, 150, 250)  # by premium tier, still and animated ones apart
_MORE = 200
PREMIUM_SLOTS = 25
_HOLDERS = ("components", "component", "accessory", "options", "emoji")


def path(emoji_id: int) -> str:
    """Where its image is kept."""
    return f"emojis/{emoji_id}"


def slots(guild: Guild) -> int:
    """The feature MORE_EMOJI gives 200, unless the tier gives more already."""
    return max(_SLOTS[guild.premium_tier], _MORE if "MORE_EMOJI" in guild.features else 0)


def tell(world: World, guild: Guild) -> None:
    """The whole list, as Discord sends it whatever has changed."""
    listed = [payloads.emoji(each) for each in guild.emojis.values()]
    world.emit("GUILD_EMOJIS_UPDATE", guild, {"guild_id": str(guild.id), "emojis": listed})


def forget_role(world: World, guild: Guild, role_id: int) -> None:
    """A deleted role leaves the emojis that were limited to it; the one event Discord has for emojis tells of it."""
    held = [emoji for emoji in guild.emojis.values() if role_id in emoji.roles]
    for emoji in held:
        emoji.roles.remove(role_id)
    if held:
        tell(world, guild)


# Premium emojis (docs: Emoji > Premium Emoji)


def is_premium(guild: Guild, emoji: Emoji) -> bool:
    return any(_subscribed(guild.roles[each]) for each in emoji.roles if each in guild.roles)


def require_alike(guild: Guild, role_ids: Iterable[int]) -> None:
    """Subscription roles and others do not mix (50144); a role that does not exist is no role (50028).

    What Discord says to an unknown role is not documented; the code is the one for roles named in a body.
    """
    found = [guild.roles.get(role_id) for role_id in role_ids]
    known = [role for role in found if role is not None]
    if len(known) < len(found):
        raise refuse(50028)
    if len({_subscribed(role) for role in known}) > 1:
        raise refuse(50144)


def _subscribed(role: Role) -> bool:
    """A role of the guild's subscription integration: the tags name its listing beside the integration."""
    return role.tags is not None and "subscription_listing_id" in role.tags


# Emojis named elsewhere


def require_known(guild: Guild, emoji_ids: Iterable[int | None]) -> None:
    """Tags and default reactions of forums name emojis of their own guild (docs: Channel > Forum Tag Object)."""
    if any(each is not None and each not in guild.emojis for each in emoji_ids):
        raise refuse(10014)


def check_components(form: Form, world: World) -> None:
    """Components may show emojis of every guild the bot is in.

    The code is the one Discord sends for buttons, and for the options of selects too.
    """
    if form.errors.tree:
        return  # what is misshapen is not looked into
    usable = {each for guild in world.guilds.values() if world.bot_in(guild) for each in guild.emojis}
    for place in _unknown(form.data.get("components"), (*form.path, "components"), usable):
        form.errors.add(place, "BUTTON_COMPONENT_INVALID_EMOJI", "Invalid emoji")


def _unknown(node: object, place: tuple[str, ...], usable: set[int]) -> Iterable[tuple[str, ...]]:
    """Paths of the ids of custom emojis that cannot be used, and of names that are no emoji for sure: Discord knows
    those of Unicode, and none of them is all ASCII."""
    for index, each in enumerate(as_list(node) or ()):
        yield from _unknown(each, (*place, str(index)), usable)
    found: JsonObject = as_object(node) or {}
    if place[-1] == "emoji" and found.get("id") is not None and as_int(found["id"]) not in usable:
        yield (*place, "id")
    if place[-1] == "emoji" and found and found.get("id") is None and str(found.get("name")).isascii():
        yield (*place, "name")
    for key in _HOLDERS:
        if key in found:
            yield from _unknown(found[key], (*place, key), usable)
