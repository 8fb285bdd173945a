"""What a guild has beside settings, roles and channels, in a document's words.

What was not read, nothing is said of. Pictures are named by content; one whose content is not known is left out.
"""

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from msgspec import UNSET, UnsetType

from core.discord.images import AssetPath, GuildPicture, ImageHash, guild_picture, role_icon
from core.discord.resources import (
    AutoModRule,
    Emoji,
    OnboardingOption,
    OnboardingPrompt,
    Resource,
    ScheduledEvent,
    Sticker,
    Webhook,
)
from core.discord.types import Role, Snapshot, Snowflake
from core.templates.naming import Losses, Namer
from core.templates.resources.match import existing
from core.templates.resources.moderation import DocumentAutoModRule
from core.templates.resources.nodes import (
    DocumentEmoji,
    DocumentEvent,
    DocumentSticker,
    DocumentWebhook,
    ExternalEvent,
    StageEvent,
    VoiceEvent,
)
from core.templates.resources.parts import said_actions, said_recurrence, said_trigger
from core.templates.resources.pictures import picture_of
from core.templates.resources.sections import SECTIONS, WORDS, emoji_in_document, moment_text
from core.templates.resources.welcome import (
    DocumentOnboarding,
    DocumentOption,
    DocumentPrompt,
    DocumentWelcomeChannel,
    DocumentWelcomeScreen,
)

_KEY_WORDS = {"automod_rule": "rule", "scheduled_event": "event"}


class ResourceCapture:
    """`roles` and `channels` are the keys of the document, by id; `keys` those of resources, and `emojis` among them
    those of emojis."""

    def __init__(
        self,
        snapshot: Snapshot,
        namer: Namer,
        losses: Losses,
        *,
        roles: Mapping[Snowflake, str],
        channels: Mapping[Snowflake, str],
    ) -> None:
        self._snapshot = snapshot
        self._losses = losses
        self._roles = roles
        self._channels = channels
        self._there = {kind: existing(snapshot, kind) for kind in SECTIONS}
        self.keys = {
            resource.id: namer.key_for(resource.id, resource.name, _KEY_WORDS.get(kind, kind))
            for kind, found in self._there.items()
            for resource in found or ()
        }
        self.emojis = {
            emoji.id: self.keys[emoji.id] for emoji in snapshot.emojis or () if self._is_usable(emoji)
        }

    def sections(self) -> dict[str, Any]:
        """The parts of a document that are about resources."""
        said: dict[str, Any] = {}
        for kind, section in SECTIONS.items():
            found = self._there[kind]
            if found is not None:
                nodes = (self._node(resource) for resource in found)
                said[section] = tuple(node for node in nodes if node)
        self.keys = {id_: key for id_, key in self.keys.items() if key not in self._left_out}
        return said | self._reception()

    def guild_pictures(self) -> dict[str, ImageHash | None]:
        """Of those whose content is known."""
        names = {which: getattr(self._snapshot.settings, which) for which in get_args(GuildPicture)}
        pictures = {
            which: self._picture(
                guild_picture(self._snapshot.guild_id, which, name) if name else None, f"guild.{which}"
            )
            for which, name in names.items()
        }
        return {which: image for which, image in pictures.items() if image is not UNSET}

    def role_icon(self, role: Role, key: str) -> ImageHash | None | UnsetType:
        path = role_icon(role.id, role.icon) if role.icon else None
        return self._picture(path, f"{key}.icon", key, code="role_icon")

    def _picture(
        self, path: AssetPath | None, of: str, node: str | None = None, *, code: str = "picture_unknown"
    ) -> ImageHash | None | UnsetType:
        if path is None:
            return None
        if path not in self._snapshot.images:
            message = f"What the picture `{of}` shows is not known; the document leaves it out."
            self._losses.note(code, message, node)
            return UNSET
        return self._snapshot.images[path]

    def _own_picture(self, resource: Resource, field: str) -> Any:
        key = self.keys[resource.id]
        return self._picture(picture_of(resource), f"{key}.{field}", key)

    @property
    def _left_out(self) -> set[str]:
        return {notice.node for notice in self._losses.notices if notice.code == "left_out" and notice.node}

    def _node(
        self, resource: Resource
    ) -> DocumentEmoji | DocumentSticker | DocumentWebhook | DocumentAutoModRule | DocumentEvent | None:
        match resource:
            case Emoji():
                if resource.id not in self.emojis:
                    return self._leave_out(resource, "the roles that may use it are gone")
                return DocumentEmoji(
                    key=self.keys[resource.id],
                    name=resource.name,
                    image=self._own_picture(resource, "image"),
                    roles=_named(resource.role_ids, self._roles),
                )
            case Sticker():
                return DocumentSticker(
                    key=self.keys[resource.id],
                    name=resource.name,
                    description=resource.description or None,
                    tags=resource.tags or UNSET,
                    image=self._own_picture(resource, "image"),
                )
            case Webhook():
                return self._webhook(resource)
            case AutoModRule():
                return self._rule(resource)
            case ScheduledEvent():
                return self._event(resource)

    def _is_usable(self, emoji: Emoji) -> bool:
        """One whose roles are all gone must not become everybody's."""
        if emoji.managed:
            return False
        return not emoji.role_ids or any(role_id in self._roles for role_id in emoji.role_ids)

    def _leave_out(self, resource: Resource, why: str) -> None:
        key = self.keys[resource.id]
        word = next(word for kind, word in WORDS.items() if resource in (self._there[kind] or ()))
        self._losses.note("left_out", f"The {word} `{key}` is left out: {why}.", key)

    def _webhook(self, webhook: Webhook) -> DocumentWebhook | None:
        if webhook.channel_id not in self._channels:
            return self._leave_out(webhook, "its channel is gone")
        return DocumentWebhook(
            key=self.keys[webhook.id],
            name=webhook.name,
            channel=self._channels[webhook.channel_id],
            avatar=self._own_picture(webhook, "avatar"),
        )

    def _rule(self, rule: AutoModRule) -> DocumentAutoModRule | None:
        actions = said_actions(rule.actions, self._channels)
        if not actions:
            return self._leave_out(rule, "the channel of its alert is gone")
        return DocumentAutoModRule(
            key=self.keys[rule.id],
            name=rule.name,
            trigger=said_trigger(rule.trigger),
            actions=actions,
            enabled=rule.enabled,
            exempt_roles=_named(rule.exempt_role_ids, self._roles),
            exempt_channels=_named(rule.exempt_channel_ids, self._channels),
        )

    def _event(self, event: ScheduledEvent) -> DocumentEvent | None:
        said: dict[str, Any] = {
            "key": self.keys[event.id],
            "name": event.name,
            "starts_at": moment_text(event.starts_at),
            "description": event.description or None,
            "recurrence": said_recurrence(event.recurrence) if event.recurrence else None,
            "ends_at": moment_text(event.ends_at) if event.ends_at else None,
        }
        if event.place == "external":
            if event.ends_at is None or not event.location:
                return self._leave_out(event, "Discord did not say where it is and when it ends")
            image = self._own_picture(event, "image")
            return ExternalEvent(location=event.location, image=image, **said)
        channel = self._channels.get(event.channel_id or "")
        if channel is None:
            return self._leave_out(event, "its channel is gone")
        struct = StageEvent if event.place == "stage" else VoiceEvent
        return struct(channel=channel, image=self._own_picture(event, "image"), **said)

    def _reception(self) -> dict[str, Any]:
        said: dict[str, Any] = {}
        onboarding, screen = self._snapshot.onboarding, self._snapshot.welcome_screen
        if onboarding is not None:
            said["onboarding"] = DocumentOnboarding(
                enabled=onboarding.enabled,
                mode=onboarding.mode,
                default_channels=_named(onboarding.default_channel_ids, self._channels),
                prompts=tuple(p for prompt in onboarding.prompts if (p := self._prompt(prompt)).options),
            )
        if screen is not None:
            said["welcome_screen"] = DocumentWelcomeScreen(
                enabled=screen.enabled,
                description=screen.description or None,
                channels=tuple(
                    DocumentWelcomeChannel(
                        channel=self._channels[c.channel_id],
                        description=c.description,
                        emoji=emoji_in_document(c.emoji, self.emojis),
                    )
                    for c in screen.channels
                    if c.channel_id in self._channels
                ),
            )
        return said

    def _prompt(self, prompt: OnboardingPrompt) -> DocumentPrompt:
        return DocumentPrompt(
            title=prompt.title,
            type=prompt.type,
            single_select=prompt.single_select,
            required=prompt.required,
            in_onboarding=prompt.in_onboarding,
            options=tuple(o for option in prompt.options if (o := self._option(option)).roles or o.channels),
        )

    def _option(self, option: OnboardingOption) -> DocumentOption:
        return DocumentOption(
            title=option.title,
            description=option.description or None,
            emoji=emoji_in_document(option.emoji, self.emojis),
            roles=_named(option.role_ids, self._roles),
            channels=_named(option.channel_ids, self._channels),
        )


def _named(ids: Iterable[Snowflake], keys: Mapping[Snowflake, str]) -> tuple[str, ...]:
    """Without what is gone."""
    return tuple(dict.fromkeys(keys[id_] for id_ in ids if id_ in keys))
