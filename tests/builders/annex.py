"""What a small Discord has beside settings, roles and channels, from Discord's documentation: Resources › Emoji,
Sticker, Webhook, Auto Moderation, Guild Scheduled Event, Guild (Onboarding, Welcome Screen).

As independent a witness as `world`: it knows the steps and nothing of how plans are made.
"""

from collections.abc import Callable, Iterator, Set
from typing import Any

from msgspec import UNSET
from msgspec.structs import asdict, replace

from core.discord.resources import (
    AutoModFields,
    AutoModRule,
    Emoji,
    EmojiFields,
    EventFields,
    Onboarding,
    ResourceFields,
    ScheduledEvent,
    Sticker,
    StickerFields,
    Webhook,
    WebhookFields,
    WelcomeScreen,
)
from core.discord.types import Snapshot
from core.templates.plan import (
    CreateResource,
    DeleteResource,
    EditResource,
    SetOnboarding,
    SetWelcomeScreen,
)

AnnexStep = CreateResource | EditResource | DeleteResource | SetOnboarding | SetWelcomeScreen
EMOJI_SLOTS, STICKER_SLOTS = (50, 100, 150, 250), (5, 15, 30, 60)
RULES = {"keyword": 6, "spam": 1, "keyword_preset": 1, "mention_spam": 1, "member_profile": 1}
MANAGE_GUILD, MANAGE_ROLES, MANAGE_WEBHOOKS = 1 << 5, 1 << 28, 1 << 29
MANAGE_EXPRESSIONS, MANAGE_EVENTS, MODERATE = 1 << 30, 1 << 33, 1 << 40
CREATE_EXPRESSIONS, CREATE_EVENTS = 1 << 43, 1 << 44
SEND = 1 << 10 | 1 << 11
_PARTS = {
    "emoji": "emojis",
    "sticker": "stickers",
    "webhook": "webhooks",
    "automod_rule": "automod_rules",
    "scheduled_event": "scheduled_events",
}
_MANAGES = {
    "emoji": MANAGE_EXPRESSIONS,
    "sticker": MANAGE_EXPRESSIONS,
    "webhook": MANAGE_WEBHOOKS,
    "automod_rule": MANAGE_GUILD,
    "scheduled_event": MANAGE_EVENTS,
}
_CREATES = {
    **_MANAGES,
    "emoji": CREATE_EXPRESSIONS,
    "sticker": CREATE_EXPRESSIONS,
    "scheduled_event": CREATE_EVENTS,
}


class Refused(AssertionError):
    """Discord would have answered 4xx."""


def bits_for(step: AnnexStep) -> int:
    """What the bot must have in the guild."""
    match step:
        case SetOnboarding():
            return MANAGE_GUILD | MANAGE_ROLES
        case SetWelcomeScreen():
            return MANAGE_GUILD
        case DeleteResource(kind=kind):
            return _MANAGES[kind]
        case CreateResource(fields=fields) | EditResource(fields=fields):
            kind = str(fields.__struct_config__.tag)
            timing_out = any(a.type == "timeout" for a in getattr(fields, "actions", None) or ())
            wanted = _CREATES if isinstance(step, CreateResource) else _MANAGES
            return wanted[kind] | (MODERATE if timing_out else 0)


class Annex:
    """Does resource steps to a snapshot. `id_of` gives the id of what a ref names, `mint` a new one, `everyone_in` what
    everybody may do in a channel."""

    def __init__(
        self, *, id_of: Callable[[str], str], mint: Callable[[], str], everyone_in: Callable[[str], int]
    ) -> None:
        self._id = id_of
        self._mint = mint
        self._everyone_in = everyone_in

    def do(self, step: AnnexStep, guild: Snapshot, created: dict[str, str]) -> Snapshot:
        """The guild afterwards; what is made is noted in `created`."""
        match step:
            case CreateResource(key=key, fields=fields):
                made, guild = self._create(fields, guild)
                created[key] = made
                return guild
            case EditResource(resource_id=resource_id, fields=fields):
                return self._edit(resource_id, fields, guild)
            case DeleteResource(kind=kind, resource_id=resource_id):
                there = _all(guild, kind)
                if resource_id not in there:
                    raise Refused(f"This is not there: {kind} {resource_id}")
                del there[resource_id]
                if kind == "emoji":
                    guild = _without_emoji(guild, resource_id)
                return _with(guild, kind, there)
            case SetOnboarding(onboarding=onboarding):
                return self._set_onboarding(onboarding, guild)
            case SetWelcomeScreen(screen=screen):
                return self._set_screen(screen, guild)

    def _create(self, fields: ResourceFields, guild: Snapshot) -> tuple[str, Snapshot]:
        kind, said, made = _kind(fields), self._said(fields, guild), self._mint()
        there, images = _all(guild, kind), dict(guild.images)
        image = said.pop("image", None) or said.pop("avatar", None)
        self._require_room(kind, said, guild)
        match fields:
            case EmojiFields() | StickerFields():
                if not image:
                    raise Refused("50035: without a picture")
                images[f"{kind}s/{made}"] = image
                there[made] = (
                    Emoji(id=made, **said) if kind == "emoji" else Sticker(id=made, format="png", **said)
                )
            case WebhookFields():
                name = _upload(images, "avatars", made, image)
                there[made] = Webhook(id=made, avatar=name, **said)
            case AutoModFields():
                there[made] = AutoModRule(id=made, **said)
            case EventFields():
                name = _upload(images, "guild-events", made, image)
                there[made] = _judged(ScheduledEvent(id=made, image=name, **said))
        return made, replace(_with(guild, kind, there), images=images)

    def _edit(self, resource_id: str, fields: ResourceFields, guild: Snapshot) -> Snapshot:
        kind, said = _kind(fields), self._said(fields, guild)
        there, images = _all(guild, kind), dict(guild.images)
        if resource_id not in there:
            raise Refused(f"This is not there: {kind} {resource_id}")
        if not said:
            raise Refused("an edit that says nothing")
        present = there[resource_id]
        if isinstance(fields, EmojiFields | StickerFields) and "image" in said:
            raise Refused("50035: its picture cannot be edited")
        if (
            isinstance(present, AutoModRule)
            and said.get("trigger", present.trigger).type != present.trigger.type
        ):
            raise Refused("50035: the type of a trigger cannot be edited")
        for name, folder in (("avatar", "avatars"), ("image", "guild-events")):
            if name in said:
                said[name] = _upload(images, folder, resource_id, said[name])
        if isinstance(present, Webhook) and said.get("channel_id", present.channel_id) != present.channel_id:
            self._require_room(kind, said, guild)
        edited = replace(present, **said)
        there[resource_id] = _judged(edited) if isinstance(edited, ScheduledEvent) else edited
        return replace(_with(guild, kind, there), images=images)

    def _said(self, fields: ResourceFields, guild: Snapshot) -> dict[str, Any]:
        said = {name: value for name, value in asdict(fields).items() if value is not UNSET}
        for name in ("role_ids", "exempt_role_ids"):
            if name in said:
                said[name] = tuple(self._role(ref, guild) for ref in said[name])
        if said.get("channel_id"):
            said["channel_id"] = self._channel(said["channel_id"], guild)
        if "exempt_channel_ids" in said:
            said["exempt_channel_ids"] = tuple(self._channel(c, guild) for c in said["exempt_channel_ids"])
        if "actions" in said:
            said["actions"] = tuple(
                replace(a, channel_id=self._channel(a.channel_id, guild)) if a.channel_id else a
                for a in said["actions"]
            )
        return said

    def _require_room(self, kind: str, said: dict[str, Any], guild: Snapshot) -> None:
        there = _all(guild, kind)
        full = {
            "emoji": len(there) >= EMOJI_SLOTS[guild.premium_tier],
            "sticker": len(there) >= STICKER_SLOTS[guild.premium_tier],
            "scheduled_event": len(there) >= 100,
            "webhook": sum(w.channel_id == said.get("channel_id") for w in guild.webhooks or ()) >= 15,
        }
        if kind == "automod_rule":
            trigger = said["trigger"].type
            full[kind] = sum(r.trigger.type == trigger for r in there.values()) >= RULES[trigger]
        if full[kind]:
            raise Refused(f"30000: no room for another {kind}")

    def _set_onboarding(self, said: Onboarding, guild: Snapshot) -> Snapshot:
        _require_community(guild)
        prompts = tuple(
            replace(
                prompt,
                id=prompt.id or self._mint(),
                options=tuple(
                    replace(
                        option,
                        id=option.id or self._mint(),
                        emoji=self._emoji(option.emoji, guild),
                        role_ids=tuple(self._role(r, guild) for r in option.role_ids),
                        channel_ids=tuple(self._channel(c, guild) for c in option.channel_ids),
                    )
                    for option in prompt.options
                ),
            )
            for prompt in said.prompts
        )
        channels = tuple(self._channel(c, guild) for c in said.default_channel_ids)
        set_ = replace(said, prompts=prompts, default_channel_ids=channels)
        if set_.enabled:
            shown = set(channels)
            if set_.mode == "advanced":
                shown |= {c for p in prompts for o in p.options for c in o.channel_ids}
            writable = sum(self._everyone_in(c) & SEND == SEND for c in shown)
            if len(shown) < 7 or writable < 5:
                raise Refused("350001: onboarding has too few channels")
        return replace(guild, onboarding=set_)

    def _set_screen(self, said: WelcomeScreen, guild: Snapshot) -> Snapshot:
        _require_community(guild)
        if len(said.channels) > 5:
            raise Refused("50035: up to 5 channels")
        channels = tuple(
            replace(c, channel_id=self._channel(c.channel_id, guild), emoji=self._emoji(c.emoji, guild))
            for c in said.channels
        )
        return replace(guild, welcome_screen=replace(said, channels=channels))

    def _emoji(self, emoji: str | None, guild: Snapshot) -> str | None:
        return None if emoji is None else emoji_in(self._id(emoji), guild)

    def _role(self, ref: str, guild: Snapshot) -> str:
        role_id = self._id(ref)
        if all(role.id != role_id for role in guild.roles):
            raise Refused(f"This is not there: role {role_id}")
        return role_id

    def _channel(self, ref: str, guild: Snapshot) -> str:
        channel_id = self._id(ref)
        if all(channel.id != channel_id for channel in guild.channels):
            raise Refused(f"This is not there: channel {channel_id}")
        return channel_id


def emoji_in(emoji: str, guild: Snapshot) -> str:
    """A custom emoji has to be one of the guild."""
    if emoji.isascii() and emoji.isdecimal() and all(e.id != emoji for e in guild.emojis or ()):
        raise Refused(f"This is not there: emoji {emoji}")
    return emoji


def without_channel(guild: Snapshot, channel_id: str) -> Snapshot:
    """A deleted channel takes its webhooks, and nothing points at it any more."""
    return _cleared(guild, channels={channel_id})


def without_role(guild: Snapshot, role_id: str) -> Snapshot:
    return _cleared(guild, roles={role_id})


def upload(images: dict[str, str], folder: str, of: str, image: str | None) -> str | None:
    return _upload(images, folder, of, image)


def _upload(images: dict[str, str], folder: str, of: str, image: str | None) -> str | None:
    """Discord's name for it is as long as its hash and says as little."""
    if image is None:
        return None
    name = image.removeprefix("sha256:")[:32][::-1]
    images[f"{folder}/{of}/{name}"] = image
    return name


def _judged(event: ScheduledEvent) -> ScheduledEvent:
    external = event.place == "external"
    if external != (event.channel_id is None) or external != (event.location is not None):
        raise Refused("50035: an event is in a channel or somewhere else")
    if external and event.ends_at is None:
        raise Refused("50035: an external event has an end")
    return event


def _require_community(guild: Snapshot) -> None:
    if "COMMUNITY" not in guild.features:
        raise Refused("only a Community server has that")


def _kind(fields: ResourceFields) -> str:
    return str(fields.__struct_config__.tag)


def _all(guild: Snapshot, kind: str) -> dict[str, Any]:
    return {resource.id: resource for resource in getattr(guild, _PARTS[kind]) or ()}


def _with(guild: Snapshot, kind: str, there: dict[str, Any]) -> Snapshot:
    return replace(guild, **{_PARTS[kind]: tuple(there.values())})


def _without_emoji(guild: Snapshot, emoji_id: str) -> Snapshot:
    channels = tuple(
        replace(
            c,
            default_reaction=None if c.default_reaction == emoji_id else c.default_reaction,
            tags=tuple(replace(t, emoji=None if t.emoji == emoji_id else t.emoji) for t in c.tags),
        )
        for c in guild.channels
    )
    return replace(guild, channels=channels)


def _cleared(guild: Snapshot, *, channels: Set[str] = frozenset(), roles: Set[str] = frozenset()) -> Snapshot:
    parts: dict[str, Any] = {}
    if guild.webhooks is not None:
        parts["webhooks"] = tuple(w for w in guild.webhooks if w.channel_id not in channels)
    if guild.automod_rules is not None:
        parts["automod_rules"] = tuple(
            replace(
                rule,
                exempt_role_ids=tuple(_others(rule.exempt_role_ids, roles)),
                exempt_channel_ids=tuple(_others(rule.exempt_channel_ids, channels)),
            )
            for rule in guild.automod_rules
        )
    if guild.emojis is not None:
        parts["emojis"] = tuple(replace(e, role_ids=tuple(_others(e.role_ids, roles))) for e in guild.emojis)
    if guild.welcome_screen is not None:
        kept = tuple(c for c in guild.welcome_screen.channels if c.channel_id not in channels)
        parts["welcome_screen"] = replace(guild.welcome_screen, channels=kept)
    if guild.onboarding is not None:
        parts["onboarding"] = replace(
            guild.onboarding,
            default_channel_ids=tuple(_others(guild.onboarding.default_channel_ids, channels)),
        )
    return replace(guild, **parts)


def _others(ids: tuple[str, ...], gone: Set[str]) -> Iterator[str]:
    return (id_ for id_ in ids if id_ not in gone)
