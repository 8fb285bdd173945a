"""Features a guild can switch itself, and what it must keep to be a Community guild.

Discord docs: Guild > Mutable Guild Features, Modify Guild; Help Center: Enabling Your Community Server, Server
Discovery.
"""

from bot.simulator import audit, payloads
from bot.simulator.access import Standing
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.guild_forms import TEXTUAL, read_channel
from bot.simulator.permissions import ADMINISTRATOR, VIEW_CHANNEL
from bot.simulator.routing import Call
from bot.simulator.shapes import as_int, as_text
from bot.simulator.snowflakes import born_at
from bot.simulator.state import TEXT, Channel, Guild, Overwrite

_MUTABLE = {"COMMUNITY", "DISCOVERABLE", "INVITES_DISABLED", "RAID_ALERTS_DISABLED"}
_ADMINISTRATORS_ONLY = {"COMMUNITY", "DISCOVERABLE"}
# What only Community guilds have goes with it.
_COMMUNITYS_OWN = {
    "NEWS",
    "DISCOVERABLE",
    "WELCOME_SCREEN_ENABLED",
    "MEMBER_VERIFICATION_GATE_ENABLED",
    "PREVIEW_ENABLED",
}
_REQUIRED = ("rules_channel_id", "public_updates_channel_id")
_CHANNELS = (*_REQUIRED, "safety_alerts_channel_id")
_PLACEHOLDER = 1
_MADE_NAMES = {"rules_channel_id": "rules", "public_updates_channel_id": "moderator-only"}
_CHANNEL_LIMIT = 500
_DISCOVERY_MEMBERS, _DISCOVERY_SECONDS = 1000, 8 * 7 * 86_400


def read_features(form: Form, guild: Guild, standing: Standing, now: float) -> None:
    """The list is the features wanted; those a guild cannot switch itself stay as they are."""
    listed = form.items("features", most=1521)
    had = set(guild.features) & _MUTABLE
    wanted = had if listed is None else {as_text(each) or "" for each in listed} & _MUTABLE
    if (wanted ^ had) & _ADMINISTRATORS_ONLY and not standing.permissions & ADMINISTRATOR:
        raise refuse(50013)
    kept = [each for each in guild.features if each not in _MUTABLE or each in wanted]
    guild.features = kept + sorted(wanted - had)
    if "COMMUNITY" in wanted - had and "NEWS" not in guild.features:
        guild.features.append("NEWS")
    if "COMMUNITY" in had - wanted:
        guild.features = [each for each in guild.features if each not in _COMMUNITYS_OWN]
        guild.rules_channel_id = guild.public_updates_channel_id = guild.safety_alerts_channel_id = None
    if "DISCOVERABLE" in wanted - had and not _discoverable(guild, now):
        form.bad(
            "features", "GUILD_DISCOVERY_REQUIREMENTS", "The discovery requirements of this guild are not met"
        )


def _discoverable(guild: Guild, now: float) -> bool:
    """Those of the discovery requirements that can be seen here; Discord does not document their error."""
    return (
        "COMMUNITY" in guild.features
        and len(guild.members) >= _DISCOVERY_MEMBERS
        and now - born_at(guild.id) >= _DISCOVERY_SECONDS
        and guild.mfa_level > 0
    )


def read_channels(form: Form, guild: Guild) -> None:
    """The three channels of Community guilds; ``"1"`` for a required one has it made (:func:`make_channels`)."""
    for key in _CHANNELS:
        makes = key in _REQUIRED and "COMMUNITY" in guild.features
        if makes and as_int(form.data.get(key)) == _PLACEHOLDER:
            setattr(guild, key, _PLACEHOLDER)
        else:
            setattr(guild, key, read_channel(form, key, guild, getattr(guild, key)))


def check(form: Form, guild: Guild) -> None:
    """What a Community guild must keep."""
    if "COMMUNITY" not in guild.features:
        return
    for key in _REQUIRED:
        if getattr(guild, key) is None:
            form.bad(key, "BASE_TYPE_REQUIRED", "This field is required")
    if guild.verification_level < 1:
        form.bad(
            "verification_level", "GUILD_COMMUNITY_VERIFICATION", "Community guilds need at least level 1"
        )
    if guild.explicit_content_filter != 2:  # noqa: PLR2004 - 2 is ALL_MEMBERS
        form.bad("explicit_content_filter", "GUILD_COMMUNITY_FILTER", "Community guilds need level 2")


def require_text_channels(guild: Guild) -> None:
    """50086; announcement channels count as text channels, since the one can be turned into the other."""
    for key in _CHANNELS:
        channel = guild.channels.get(getattr(guild, key) or 0)
        if channel is not None and channel.type not in TEXTUAL:
            raise refuse(50086)
    if len(guild.channels) + len(_placeholders(guild)) > _CHANNEL_LIMIT:
        raise refuse(30013)


def make_channels(call: Call, guild: Guild) -> None:
    """The channels asked for by placeholder, at the bottom.

    Discord documents neither placeholder nor channel: it is what its own clients send and get. The moderators' channel
    is hidden from @everyone.
    """
    for key in _placeholders(guild):
        bottom = max((channel.position for channel in guild.channels.values()), default=-1) + 1
        name = _MADE_NAMES[key]
        channel = Channel(id=call.world.mint(), guild_id=guild.id, type=TEXT, name=name, position=bottom)
        if key == "public_updates_channel_id":
            channel.overwrites = {guild.id: Overwrite(guild.id, 0, 0, VIEW_CHANNEL)}
        call.world.add_channel(guild, channel)
        setattr(guild, key, channel.id)
        body = payloads.channel(channel)
        call.world.emit("CHANNEL_CREATE", guild, body)
        made = audit.changes({}, body, ("name", "type", "permission_overwrites"))
        audit.record(call, guild, audit.CHANNEL_CREATE, channel.id, made)


def _placeholders(guild: Guild) -> list[str]:
    return [key for key in _REQUIRED if getattr(guild, key) == _PLACEHOLDER]
