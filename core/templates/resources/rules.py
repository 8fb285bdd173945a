"""What must hold of resources inside a document, whatever guild it is applied to.

Discord documentation, Resources › Auto Moderation, Guild (Onboarding), Guild Scheduled Event, Webhook.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from core.templates.documents.channels import ForumChannel, MediaChannel
from core.templates.documents.document import Document
from core.templates.documents.findings import Findings, at, did_you_mean
from core.templates.documents.keys import emoji_key
from core.templates.resources.moderation import (
    BlockInteraction,
    BlockMessage,
    DocumentAutoModRule,
    ProfileTrigger,
    Timeout,
)
from core.templates.resources.nodes import (
    DocumentEmoji,
    DocumentEvent,
    DocumentRecurrence,
    DocumentSticker,
    DocumentWebhook,
    ExternalEvent,
    StageEvent,
    VoiceEvent,
)
from core.templates.resources.patterns import compiles
from core.templates.resources.sections import SECTIONS, WEBHOOK_HOMES, ResourceNode, moment_of, resource_nodes
from core.templates.resources.welcome import DocumentOnboarding

MAX_RULES: Mapping[str, int] = {
    "keyword": 6,
    "spam": 1,
    "keyword_preset": 1,
    "mention_spam": 1,
    "member_profile": 1,
}
MAX_EVENTS = 100
MAX_WEBHOOKS, MAX_GUILD_WEBHOOKS = 15, 1000
DEFAULT_CHANNELS = 7
_FORBIDDEN_IN_WEBHOOKS = ("clyde", "discord")
_ANY_CHANNEL = frozenset({"text", "announcement", "voice", "stage", "forum", "media", "category"})
_VISITED = _ANY_CHANNEL - {"category"}
_READABLE = frozenset({"text", "announcement"})


class ResourceRules:
    """`roles` are the keys of the document's roles with `everyone`, `channels` the types of its channels."""

    def __init__(
        self, document: Document, findings: Findings, roles: list[str], channels: Mapping[str, str]
    ) -> None:
        self._document = document
        self._findings = findings
        self._roles = roles
        self._role_keys = frozenset(roles)
        self._channels = channels
        self._emojis = [emoji.key for emoji in document.emojis or ()]
        self._emoji_keys = frozenset(self._emojis)

    def check(self) -> None:
        for kind, index, node in resource_nodes(self._document):
            self._check_node(node, at("", SECTIONS[kind], index))
        self._check_counts()
        if self._document.onboarding:
            self._check_onboarding(self._document.onboarding, "/onboarding")
        self._check_welcome()
        self._check_icons()

    def _check_icons(self) -> None:
        for index, role in enumerate(self._document.roles):
            if role.icon and role.unicode_emoji:
                message = "A role has one icon: say `icon` or `unicode_emoji`, and null for the other."
                self._findings.add(at("", "roles", index, "icon"), "two_icons", message)

    def _check_node(self, node: ResourceNode, pointer: str) -> None:
        match node:
            case DocumentEmoji():
                self._check_roles(node.roles or (), at(pointer, "roles"))
            case DocumentSticker():
                if len(node.description or "") == 1:
                    message = "A sticker's description is empty or has 2 to 100 characters."
                    self._findings.add(at(pointer, "description"), "length", message)
            case DocumentWebhook():
                self._check_webhook(node, pointer)
            case DocumentAutoModRule():
                self._check_rule(node, pointer)
            case StageEvent() | VoiceEvent() | ExternalEvent():
                self._check_event(node, pointer)

    def check_forum(self, channel: ForumChannel | MediaChannel, pointer: str) -> None:
        for index, tag in enumerate(channel.tags or ()):
            self._check_emoji(tag.emoji, at(pointer, "tags", index, "emoji"))
        self._check_emoji(channel.default_reaction or None, at(pointer, "default_reaction"))

    def _check_counts(self) -> None:
        rules: dict[str, int] = {}
        for index, rule in enumerate(self._document.automod or ()):
            trigger = str(rule.trigger.__struct_config__.tag)
            rules[trigger] = rules.get(trigger, 0) + 1
            if rules[trigger] > MAX_RULES[trigger]:
                message = f"A server has up to {MAX_RULES[trigger]} AutoMod rules of type {trigger}."
                self._findings.add(at("", "automod", index), "too_many", message)
        if len(self._document.events or ()) > MAX_EVENTS:
            self._findings.add(
                "/events", "too_many", f"A server has up to {MAX_EVENTS} events that are not over."
            )
        if len(self._document.webhooks or ()) > MAX_GUILD_WEBHOOKS:
            self._findings.add("/webhooks", "too_many", f"A server has up to {MAX_GUILD_WEBHOOKS} webhooks.")
        homes: dict[str, int] = {}
        for index, webhook in enumerate(self._document.webhooks or ()):
            homes[webhook.channel] = homes.get(webhook.channel, 0) + 1
            if homes[webhook.channel] > MAX_WEBHOOKS:
                message = f"A channel has up to {MAX_WEBHOOKS} webhooks."
                self._findings.add(at("", "webhooks", index, "channel"), "too_many", message)

    def _check_webhook(self, webhook: DocumentWebhook, pointer: str) -> None:
        self._check_channel(webhook.channel, WEBHOOK_HOMES, at(pointer, "channel"))
        if not webhook.name.strip():
            self._findings.add(at(pointer, "name"), "blank_name", "A webhook's name is more than blanks.")
        for word in _FORBIDDEN_IN_WEBHOOKS:
            if word in webhook.name.lower():
                message = f"Discord does not allow “{word}” in the name of a webhook."
                self._findings.add(at(pointer, "name"), "forbidden_name", message)

    def _check_rule(self, rule: DocumentAutoModRule, pointer: str) -> None:
        self._check_roles(rule.exempt_roles or (), at(pointer, "exempt_roles"))
        self._check_channels(rule.exempt_channels or (), _ANY_CHANNEL, at(pointer, "exempt_channels"))
        trigger = str(rule.trigger.__struct_config__.tag)
        for index, pattern in enumerate(getattr(rule.trigger, "patterns", ())):
            if not compiles(pattern):
                message = f"`{pattern[:64]}` is no regular expression of Rust's flavour, which AutoMod reads."
                self._findings.add(at(pointer, "trigger", "patterns", index), "bad_pattern", message)
        seen: set[str] = set()
        for index, action in enumerate(rule.actions):
            below, tag = at(pointer, "actions", index), str(action.__struct_config__.tag)
            if tag in seen:
                self._findings.add(below, "duplicate_action", f"`{tag}` stands twice: keep one of them.")
            seen.add(tag)
            if tag == "send_alert":
                self._check_channel(getattr(action, "channel", ""), _READABLE, at(below, "channel"))
            fits: dict[type, bool] = {
                Timeout: trigger in ("keyword", "mention_spam"),
                BlockInteraction: trigger == "member_profile",
                BlockMessage: not isinstance(rule.trigger, ProfileTrigger),
            }
            if not fits.get(type(action), True):
                message = f"A rule of type {trigger} has no action {tag}."
                self._findings.add(below, "action_does_not_fit", message)

    def _check_event(self, event: DocumentEvent, pointer: str) -> None:
        if isinstance(event, StageEvent | VoiceEvent):
            types = frozenset({"stage" if isinstance(event, StageEvent) else "voice"})
            self._check_channel(event.channel, types, at(pointer, "channel"))
        moments = [self._moment(event.starts_at, at(pointer, "starts_at"))]
        if event.ends_at:
            moments.append(self._moment(event.ends_at, at(pointer, "ends_at")))
        starts, ends = moments[0], moments[-1]
        if len(moments) > 1 and starts and ends and ends <= starts:
            self._findings.add(
                at(pointer, "ends_at"), "ends_too_early", "An event ends after it has started."
            )
        if event.recurrence:
            self._check_recurrence(event.recurrence, at(pointer, "recurrence"))

    def _check_recurrence(self, rule: DocumentRecurrence, pointer: str) -> None:
        """The combinations that Discord takes (Guild Scheduled Event › Recurrence Rule › System limitations)."""
        self._moment(rule.start, at(pointer, "start"))
        said = {n for n in ("weekdays", "nth_weekdays", "months", "month_days") if getattr(rule, n)}
        allowed: dict[str, tuple[set[str], ...]] = {
            "daily": (set[str](), {"weekdays"}),
            "weekly": (set[str](), {"weekdays"}),
            "monthly": (set[str](), {"nth_weekdays"}),
            "yearly": (set[str](), {"months", "month_days"}),
        }
        if said not in allowed[rule.frequency]:
            fitting = {"yearly": "`months` with `month_days`", "monthly": "`nth_weekdays`"}
            message = (
                f"What repeats {rule.frequency} can say {fitting.get(rule.frequency, '`weekdays`')} only."
            )
            self._findings.add(pointer, "recurrence", message)
        if rule.frequency == "weekly" and len(rule.weekdays) > 1:
            message = "What repeats weekly has one day: for several days say `frequency: daily`."
            self._findings.add(at(pointer, "weekdays"), "recurrence", message)
        if rule.frequency == "yearly" and (len(rule.months) > 1 or len(rule.month_days) > 1):
            message = "What repeats yearly has one month and one day."
            self._findings.add(at(pointer, "months"), "recurrence", message)
        if rule.interval > 1 and rule.frequency != "weekly":
            message = "Only what repeats weekly can have an interval of 2."
            self._findings.add(at(pointer, "interval"), "recurrence", message)

    def _moment(self, text: str, pointer: str) -> datetime | None:
        try:
            return moment_of(text)
        except ValueError as error:
            self._findings.add(pointer, "moment", f"There is no such moment: {error}.")
            return None

    def _check_onboarding(self, onboarding: DocumentOnboarding, pointer: str) -> None:
        channels = onboarding.default_channels
        self._check_channels(channels or (), _VISITED, at(pointer, "default_channels"))
        if onboarding.enabled is True and onboarding.mode == "default" and isinstance(channels, tuple):
            count = len(set(channels))
            if count < DEFAULT_CHANNELS:
                message = f"Enabled onboarding needs {DEFAULT_CHANNELS} default channels; these are {count}."
                self._findings.add(at(pointer, "default_channels"), "too_few", message)
        self._check_titles((p.title for p in onboarding.prompts or ()), at(pointer, "prompts"))
        for number, prompt in enumerate(onboarding.prompts or ()):
            below = at(pointer, "prompts", number, "options")
            self._check_titles((o.title for o in prompt.options), below)
            for place, option in enumerate(prompt.options):
                self._check_emoji(option.emoji, at(below, place, "emoji"))
                self._check_roles(option.roles, at(below, place, "roles"), everyone=False)
                self._check_channels(option.channels, _VISITED, at(below, place, "channels"))
                if not option.roles and not option.channels:
                    message = "An option gives at least one role or channel."
                    self._findings.add(at(below, place), "gives_nothing", message)

    def _check_titles(self, titles: Iterable[str], pointer: str) -> None:
        seen: set[str] = set()
        for index, title in enumerate(titles):
            if title in seen:
                message = f"The title “{title}” stands twice: titles tell which is which."
                self._findings.add(at(pointer, index, "title"), "duplicate_title", message)
            seen.add(title)

    def _check_welcome(self) -> None:
        screen = self._document.welcome_screen
        seen: set[str] = set()
        for index, channel in enumerate((screen.channels if screen else ()) or ()):
            pointer = at("", "welcome_screen", "channels", index)
            self._check_channel(channel.channel, _VISITED, at(pointer, "channel"))
            self._check_emoji(channel.emoji, at(pointer, "emoji"))
            if channel.channel in seen:
                message = f"`{channel.channel}` stands twice: keep one of them."
                self._findings.add(at(pointer, "channel"), "duplicate_channel", message)
            seen.add(channel.channel)

    def _check_emoji(self, emoji: str | None, pointer: str) -> None:
        key = emoji_key(emoji) if emoji else None
        if key is not None and key not in self._emoji_keys:
            message = f"No emoji has the key `{key}`.{did_you_mean(key, self._emojis)}"
            self._findings.add(pointer, "unknown_emoji", message)

    def _check_roles(self, keys: Collection[str], pointer: str, *, everyone: bool = True) -> None:
        for index, key in enumerate(keys):
            below = at(pointer, index)
            if key not in self._role_keys:
                message = f"No role has the key `{key}`.{did_you_mean(key, self._roles)}"
                self._findings.add(below, "unknown_role", message)
            elif key == self._roles[0] and not everyone:
                self._findings.add(below, "everyone", "Everybody has @everyone: name another role.")
        self._check_once(keys, pointer)

    def _check_channels(self, keys: Collection[str], types: frozenset[str], pointer: str) -> None:
        for index, key in enumerate(keys):
            self._check_channel(key, types, at(pointer, index))
        self._check_once(keys, pointer)

    def _check_once(self, keys: Collection[str], pointer: str) -> None:
        seen: set[str] = set()
        for index, key in enumerate(keys):
            if key in seen:
                self._findings.add(
                    at(pointer, index), "duplicate", f"`{key}` stands twice: keep one of them."
                )
            seen.add(key)

    def _check_channel(self, key: str, types: frozenset[str], pointer: str) -> None:
        if key not in self._channels:
            message = f"No channel has the key `{key}`.{did_you_mean(key, list(self._channels))}"
            self._findings.add(pointer, "unknown_channel", message)
        elif self._channels[key] not in types:
            message = f"`{key}` is of type {self._channels[key]}, which does not fit here: {', '.join(sorted(types))}."
            self._findings.add(pointer, "wrong_channel_type", message)
