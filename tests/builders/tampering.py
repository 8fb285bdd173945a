"""What somebody changes in a guild by hand: one field at a time, and what is to be said of it."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from core.discord.permissions import Permission, names_of
from core.discord.types import Channel, Overwrite, Snapshot, normalised
from tests.builders.guilds import MEMBERS, Chooser, pick, some_bits


class Tampering(NamedTuple):
    """The guild afterwards, and the one field: `old` is what stood there before, `new` what stands there now."""

    guild: Snapshot
    kind: str
    id: str
    field: str
    old: str | None
    new: str | None


_TEXT = ("text", "announcement", "forum")
_CHANNEL: Mapping[str, tuple[str, tuple[str, ...], tuple[Any, ...]]] = {
    "name": ("name", (*_TEXT, "voice", "stage", "category"), ("raided", "ours")),
    "topic": ("topic", _TEXT, ("Nothing", "All of it")),
    "nsfw": ("age-restricted", (*_TEXT, "voice", "stage"), (True, False)),
    "slowmode": ("slowmode", ("text", "forum", "voice", "stage"), (5, 60)),
    "thread_slowmode": ("thread slowmode", _TEXT, (5, 60)),
    "user_limit": ("user limit", ("voice", "stage"), (5, 60)),
    "bitrate": ("bitrate", ("voice", "stage"), (8000, 32000)),
}
_ROLE: Mapping[str, tuple[str, tuple[Any, ...]]] = {
    "name": ("name", ("raided", "ours")),
    "color": ("color", (0x123456, 0xFF0000)),
    "hoist": ("hoist", (True, False)),
    "mentionable": ("mentionable", (True, False)),
}
_GUILD: Mapping[str, tuple[str, tuple[Any, ...]]] = {
    "name": ("name", ("Raided", "Ours")),
    "notifications": ("notifications", ("all_messages", "only_mentions")),
    "afk_timeout": ("afk timeout", (60, 900)),
    "boost_progress_bar": ("boost progress bar", (True, False)),
}


def tampered(choose: Chooser, guild: Snapshot) -> Tampering | None:
    """None where what was chosen is so already."""
    makers = (_in_channel, _in_channel, _overwrite, _overwrite, _in_role, _permissions, _in_settings)
    return pick(choose, makers)(choose, guild)


def _in_channel(choose: Chooser, guild: Snapshot) -> Tampering | None:
    if not guild.channels:
        return None
    channel = pick(choose, guild.channels)
    possible = [name for name, (_, types, _) in _CHANNEL.items() if channel.type in types]
    name = pick(choose, possible)
    field, _, values = _CHANNEL[name]
    value = pick(choose, values)
    if getattr(channel, name) == value:
        return None
    after = _with_channel(guild, replace(channel, **{name: value}))
    return Tampering(
        after, "channel", channel.id, field, _said(name, getattr(channel, name)), _said(name, value)
    )


def _in_role(choose: Chooser, guild: Snapshot) -> Tampering | None:
    roles = [role for role in guild.roles if role.id != guild.guild_id and not role.managed]
    if not roles:
        return None
    role = pick(choose, roles)
    name = pick(choose, tuple(_ROLE))
    field, values = _ROLE[name]
    value = pick(choose, values)
    if getattr(role, name) == value:
        return None
    after = _with_role(guild, replace(role, **{name: value}))
    return Tampering(after, "role", role.id, field, _said(name, getattr(role, name)), _said(name, value))


def _permissions(choose: Chooser, guild: Snapshot) -> Tampering | None:
    role = pick(choose, [role for role in guild.roles if not role.managed])
    flipped = int(pick(choose, (Permission.SPEAK, Permission.ADMINISTRATOR, Permission.BAN_MEMBERS)))
    given = not role.permissions & flipped
    after = _with_role(guild, replace(role, permissions=role.permissions ^ flipped))
    (word,) = names_of(flipped)
    signs = ("−", "+") if given else ("+", "−")
    return Tampering(after, "role", role.id, "permissions", *(f"{sign}{word}" for sign in signs))


def _in_settings(choose: Chooser, guild: Snapshot) -> Tampering | None:
    name = pick(choose, tuple(_GUILD))
    field, values = _GUILD[name]
    value = pick(choose, values)
    before = getattr(guild.settings, name)
    if before == value:
        return None
    after = replace(guild, settings=replace(guild.settings, **{name: value}))
    return Tampering(after, "guild", guild.guild_id, field, _said(name, before), _said(name, value))


def _overwrite(choose: Chooser, guild: Snapshot) -> Tampering | None:
    """Not of a category whose channels are synced with it: Discord would change these, too."""
    if not guild.channels:
        return None
    channel = pick(choose, guild.channels)
    mine = normalised(channel.overwrites)
    if any(each.parent_id == channel.id and normalised(each.overwrites) == mine for each in guild.channels):
        return None
    roles = [role.id for role in guild.roles]
    who = pick(choose, [*(("role", id_) for id_ in roles), *(("member", id_) for id_ in MEMBERS)])
    denied = some_bits(choose)
    allowed = some_bits(choose) & ~denied
    before = next((each for each in channel.overwrites if (each.kind, each.id) == who), None)
    old, new = _bits_said(before), _words(allowed, denied)
    if old == new:
        return None
    others = tuple(each for each in channel.overwrites if (each.kind, each.id) != who)
    put = (*others, Overwrite("role" if who[0] == "role" else "member", who[1], allowed, denied))
    names = {role.id: f"@{role.name.removeprefix('@')}" for role in guild.roles}
    field = f"overwrites of {names[who[1]] if who[0] == 'role' else f'member {who[1]}'}"
    after = _with_channel(guild, replace(channel, overwrites=put))
    return Tampering(after, "channel", channel.id, field, old, new)


def _with_channel(guild: Snapshot, channel: Channel) -> Snapshot:
    return replace(guild, channels=_put(guild.channels, channel))


def _with_role(guild: Snapshot, role: Any) -> Snapshot:
    return replace(guild, roles=_put(guild.roles, role))


def _put(things: Iterable[Any], thing: Any) -> tuple[Any, ...]:
    return tuple(thing if each.id == thing.id else each for each in things)


def _said(name: str, value: Any) -> str | None:
    if name == "color":
        return f"#{value:06x}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value in (None, "") else str(value)


def _bits_said(overwrite: Overwrite | None) -> str | None:
    return None if overwrite is None else _words(overwrite.allow, overwrite.deny)


def _words(allow: int, deny: int) -> str | None:
    return " ".join([*(f"+{n}" for n in names_of(allow)), *(f"−{n}" for n in names_of(deny))]) or None
