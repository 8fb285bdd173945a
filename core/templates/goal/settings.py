"""The guild's own settings: what changes, and in which of at most two calls.

Community needs its rules and updates channels to exist; announcement and stage channels need Community. What raises
protection comes before everything else, what lowers it and what points at channels after them.
"""

from collections.abc import Mapping
from typing import Any, get_args

import msgspec
from msgspec import UNSET

from core.discord.gateway import SettingsFields
from core.discord.images import GuildPicture, ImageHash, guild_picture
from core.discord.types import ContentFilter, Snapshot, Snowflake, VerificationLevel
from core.templates.documents.guild_settings import SUPPRESSIBLE, DocumentGuild
from core.templates.plan import Notice, Ref
from core.templates.resources.pictures import differs

_PLAIN = (
    "name",
    "description",
    "verification_level",
    "notifications",
    "content_filter",
    "locale",
    "afk_timeout",
    "boost_progress_bar",
)
COMMUNITY_POINTERS = ("rules_channel", "updates_channel", "safety_channel")
_POINTERS = ("afk_channel", "system_channel", *COMMUNITY_POINTERS)
_PROTECTION: Mapping[str, tuple[str, ...]] = {
    "verification_level": get_args(VerificationLevel),
    "content_filter": get_args(ContentFilter),
}


_PICTURES: Mapping[GuildPicture, str | None] = {
    "icon": None,
    "banner": "BANNER",
    "splash": "INVITE_SPLASH",
    "discovery_splash": "DISCOVERABLE",
}
COMMUNITY_PROTECTION: Mapping[str, str] = {"verification_level": "low", "content_filter": "all_members"}
"""The least that a Community server has."""


class WantedSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`changed` are fields of `SettingsFields`. `kept` are channels that a Community server must have."""

    changed: dict[str, Any]
    was_community: bool
    is_community: bool
    final: dict[str, Ref | None]
    kept: frozenset[Snowflake]
    raised: frozenset[str] = frozenset()

    @property
    def enables(self) -> bool:
        return self.is_community and not self.was_community

    @property
    def disables(self) -> bool:
        return self.was_community and not self.is_community

    @property
    def awaited(self) -> frozenset[Ref]:
        """New channels without which Community cannot be enabled."""
        refs = (self.final[name] for name in COMMUNITY_POINTERS)
        return frozenset(ref for ref in refs if ref and ref.startswith("$")) if self.enables else frozenset()


class GuildEdits(msgspec.Struct, frozen=True, kw_only=True):
    """`first` comes before everything else, or after the channels in `awaited` where it enables Community for those
    that need it; `last` before the deletes."""

    first: SettingsFields
    last: SettingsFields
    awaited: frozenset[Ref] = frozenset()


NO_EDITS = GuildEdits(first=SettingsFields(), last=SettingsFields())


def wanted_settings(
    said: DocumentGuild, snapshot: Snapshot, channels: Mapping[str, Ref], warnings: list[Notice]
) -> WantedSettings:
    """`channels` are the refs of the document's channels; a pointer to another one stays as it is."""
    was = "COMMUNITY" in snapshot.features
    will = was if said.community is UNSET else said.community
    changed = {**_plain_changes(said, snapshot), **_picture_changes(said, snapshot, warnings)}
    if was and will:
        _keep_protection(changed, snapshot, warnings)
    final: dict[str, Ref | None] = {}
    for name in _POINTERS:
        key, present = getattr(said, name), getattr(snapshot.settings, f"{name}_id")
        pointed = present if key is UNSET else channels.get(key, present) if key else None
        if name in COMMUNITY_POINTERS and not will:
            if key is not UNSET and key:
                warnings.append(_not_community(name))
            pointed = present
        final[name] = pointed
        if pointed != present:
            changed[f"{name}_id"] = pointed
    if will != was:
        changed["community"] = will
    return WantedSettings(
        changed=changed,
        was_community=was,
        is_community=will,
        final=final,
        kept=frozenset(ref for name in COMMUNITY_POINTERS if will and (ref := final[name])),
        raised=frozenset(
            name for name in _PROTECTION if name in changed and _is_raised(name, changed, snapshot)
        ),
    )


def guild_edits(wanted: WantedSettings, *, needs_community: bool, alone: bool) -> GuildEdits:
    """`needs_community`: something to be made does. `alone`: nothing else happens, so that one call is enough."""
    changed = wanted.changed
    if alone:
        return GuildEdits(first=SettingsFields(), last=SettingsFields(**changed))
    first = set(wanted.raised)
    awaited = frozenset[Ref]()
    if wanted.enables and (needs_community or not wanted.awaited):
        first |= {"community", *(f"{name}_id" for name in COMMUNITY_POINTERS)}
        awaited = wanted.awaited
    return GuildEdits(
        first=SettingsFields(**{name: value for name, value in changed.items() if name in first}),
        last=SettingsFields(**{name: value for name, value in changed.items() if name not in first}),
        awaited=awaited,
    )


def _plain_changes(said: DocumentGuild, snapshot: Snapshot) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for name in _PLAIN:
        wanted, present = getattr(said, name), getattr(snapshot.settings, name)
        if name == "name" and isinstance(wanted, str):
            # Blanks around it do not count.
            wanted, present = wanted.strip(), present.strip()
        if wanted is not UNSET and (wanted or None) != (present or None):
            changed[name] = wanted
    if said.suppress is not UNSET:
        present = snapshot.settings.system_channel_flags
        flags = sum(SUPPRESSIBLE[name] for name in set(said.suppress)) | present & ~sum(SUPPRESSIBLE.values())
        if flags != present:
            changed["system_channel_flags"] = flags
    return changed


def _picture_changes(
    said: DocumentGuild, snapshot: Snapshot, warnings: list[Notice]
) -> dict[str, ImageHash | None]:
    changed: dict[str, ImageHash | None] = {}
    for which, feature in _PICTURES.items():
        wanted, name = getattr(said, which), getattr(snapshot.settings, which)
        path = guild_picture(snapshot.guild_id, which, name) if name else None
        if wanted is UNSET or not differs(wanted, path, snapshot.images):
            continue
        if wanted is not None and feature is not None and feature not in snapshot.features:
            warnings.append(_no_feature(which, feature))
        else:
            changed[which] = wanted
    return changed


def _keep_protection(changed: dict[str, Any], snapshot: Snapshot, warnings: list[Notice]) -> None:
    """A Community server cannot go below what Community demands: what the document says beneath it is left out.

    Discord's support pages on enabling Community; templates made of other servers say such things.
    """
    for name, least in COMMUNITY_PROTECTION.items():
        rank, present = _PROTECTION[name].index, getattr(snapshot.settings, name)
        if name in changed and rank(changed[name]) < rank(least) <= rank(present):
            warnings.append(_protected(name, changed.pop(name), present))


def _is_raised(name: str, changed: Mapping[str, Any], snapshot: Snapshot) -> bool:
    levels = _PROTECTION[name]
    return levels.index(changed[name]) > levels.index(getattr(snapshot.settings, name))


def _no_feature(which: str, feature: str) -> Notice:
    return Notice(
        code="feature_missing",
        message=f"`guild.{which}` is left out: this server does not have the feature {feature}. Boost the server, or "
        "make it discoverable, to get it.",
    )


def _protected(name: str, wanted: str, present: str) -> Notice:
    return Notice(
        code="community_protection",
        message=f"`guild.{name}` stays {present}: a Community server must not have {wanted}. Say "
        "`guild.community: false` to leave Community.",
    )


def _not_community(name: str) -> Notice:
    return Notice(
        code="not_community",
        message=f"`guild.{name}` is left out: the server is no Community server. Say `guild.community: true` to make "
        "it one.",
    )
