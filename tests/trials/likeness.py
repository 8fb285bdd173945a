"""What two guilds have in common if one is a copy of the other: everything but ids, and places only as an order.

Independent of how documents are made: a snapshot's own values, every id replaced by the place of what it names.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import to_builtins
from msgspec.structs import replace

from core.discord.resources import Onboarding
from core.discord.types import VOICE_LIKE, Channel, Role, Snapshot

_A_DAY = 1440
_LISTS = ("emojis", "stickers", "webhooks", "automod_rules", "scheduled_events")


def likeness(there: Snapshot) -> dict[str, Any]:
    """Roles of integrations, the bot's among them, and what overwrites say of those, cannot be copied to another guild:
    they are left out. So is what is for such a role alone, instead of being for everybody."""
    managed = {role.id for role in there.roles if role.managed}
    names = _names(there) | dict.fromkeys(_bound(there, managed))
    pictures = {path.rpartition("/")[2]: image for path, image in there.images.items()}
    told = Telling(names | pictures)
    return {
        "settings": told.of(there.settings),
        "everyone": there.everyone.permissions,
        "community": "COMMUNITY" in there.features,
        "roles": [told.of(role, "id", "position") for role in _ranked(there) if not role.managed],
        "channels": {
            names[channel.id]: told.of(_said(channel), "id", "position", "overwrites", "tags")
            | {"overwrites": sorted(map(str, map(told.of, _entries(channel, managed))))}
            | {"tags": [told.of(tag, "id") for tag in channel.tags]}
            for channel in there.channels
        },
        **{kind: _listed(there, kind, told, managed) for kind in _LISTS},
        "onboarding": told.of(_working(there.onboarding)),
        "welcome_screen": told.of(there.welcome_screen),
    }


def _said(channel: Channel) -> Channel:
    """Threads are archived after a day where nothing is said of it (Discord's default)."""
    return replace(channel, auto_archive=channel.auto_archive or _A_DAY)


def _working(onboarding: Onboarding | None) -> Onboarding | None:
    """Without options whose channels and roles are gone: Discord takes none that gives nothing."""
    if onboarding is None:
        return None
    kept = (
        replace(prompt, options=tuple(o for o in prompt.options if o.role_ids or o.channel_ids))
        for prompt in onboarding.prompts
    )
    return replace(onboarding, prompts=tuple(prompt for prompt in kept if prompt.options))


class Telling:
    """What has no name is told as it is; what is named None is told as nothing."""

    def __init__(self, names: Mapping[str, str | None]) -> None:
        self._names = names

    def of(self, value: Any, *without: str) -> Any:
        plain = to_builtins(value)
        return self._renamed({k: v for k, v in plain.items() if k not in without} if without else plain)

    def _renamed(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._renamed(each) for key, each in value.items() if not _is_own_id(key, value)}
        if isinstance(value, list | tuple):
            return [self._renamed(each) for each in value]
        return self._names.get(value, value) if isinstance(value, str) else value


def _is_own_id(key: str, owner: Mapping[str, Any]) -> bool:
    """An overwrite's id is not its own, but says whose it is."""
    return key == "id" and "kind" not in owner


def _names(there: Snapshot) -> dict[str, str]:
    names = {there.guild_id: "everyone"}
    for place, role in enumerate(role for role in _ranked(there) if not role.managed):
        names[role.id] = f"role {place}"
    tops = sorted((c for c in there.channels if c.parent_id is None), key=_place)
    for place, top in enumerate(tops):
        names[top.id] = f"channel {place}"
        children = sorted((c for c in there.channels if c.parent_id == top.id), key=_place)
        names |= {child.id: f"channel {place} {number}" for number, child in enumerate(children)}
    for emoji in there.emojis or ():
        names[emoji.id] = f"emoji {emoji.name} {there.images.get(f'emojis/{emoji.id}')}"
    return names


def _ranked(there: Snapshot) -> list[Role]:
    """@everyone apart, from the highest down."""
    others = (role for role in there.roles if role.id != there.guild_id)
    return sorted(others, key=lambda role: (-role.position, int(role.id)))


def _place(channel: Channel) -> tuple[Any, ...]:
    """Categories stand below what has none, voice channels below the others."""
    is_category = channel.type == "category"
    return is_category, channel.type in VOICE_LIKE, channel.position, int(channel.id)


def _entries(channel: Channel, managed: set[str]) -> Iterable[Any]:
    return (o for o in channel.overwrites if (o.allow or o.deny) and o.id not in managed)


def _bound(there: Snapshot, managed: set[str]) -> list[str]:
    """Emojis that only members with a role of an integration may use."""
    return [emoji.id for emoji in there.emojis or () if not managed.isdisjoint(emoji.role_ids)]


def _listed(there: Snapshot, kind: str, told: Telling, managed: set[str]) -> list[Any]:
    """In an order of their own: theirs is that in which they were made."""
    bound = _bound(there, managed)
    kept = (each for each in getattr(there, kind) or () if each.id not in bound)
    return sorted((told.of(each, "id") | _picture(there, each) for each in kept), key=str)


def _picture(there: Snapshot, resource: Any) -> dict[str, Any]:
    image = there.images.get(f"emojis/{resource.id}") or there.images.get(f"stickers/{resource.id}")
    return {"picture": image} if image else {}
