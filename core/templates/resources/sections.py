"""Where the resources of each kind stand in a document, and what Discord's words for their parts are."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Literal, TypeAlias, get_args

from msgspec import UNSET, UnsetType

from core.discord.resources import DETAILS, Detail, ResourceKind
from core.templates.documents.channels import Category
from core.templates.documents.document import Document
from core.templates.documents.keys import emoji_text
from core.templates.resources.moderation import DocumentAutoModRule
from core.templates.resources.nodes import (
    DocumentEmoji,
    DocumentEvent,
    DocumentSticker,
    DocumentWebhook,
    ExternalEvent,
    Frequency,
    StageEvent,
    VoiceEvent,
    Weekday,
)

ResourceNode: TypeAlias = (
    DocumentEmoji | DocumentSticker | DocumentWebhook | DocumentAutoModRule | DocumentEvent
)

Section: TypeAlias = Literal["emojis", "stickers", "webhooks", "automod", "events"]
SECTIONS: Mapping[ResourceKind, Section] = {
    "emoji": "emojis",
    "sticker": "stickers",
    "webhook": "webhooks",
    "automod_rule": "automod",
    "scheduled_event": "events",
}
WORDS: Mapping[ResourceKind, str] = {
    "emoji": "emoji",
    "sticker": "sticker",
    "webhook": "webhook",
    "automod_rule": "AutoMod rule",
    "scheduled_event": "event",
}
"""What people call one of them."""

WEBHOOK_HOMES = frozenset({"text", "announcement", "voice", "stage", "forum", "media"})
FREQUENCIES = get_args(Frequency)
WEEKDAYS = get_args(Weekday)


def nodes_in(document: Document, kind: ResourceKind) -> tuple[ResourceNode, ...] | UnsetType:
    """UNSET where the document says nothing about that kind."""
    return getattr(document, SECTIONS[kind])


def resource_nodes(document: Document) -> Iterator[tuple[ResourceKind, int, ResourceNode]]:
    """Every resource of the document with its place in its list."""
    for kind in SECTIONS:
        nodes = nodes_in(document, kind)
        if nodes is not UNSET:
            for index, node in enumerate(nodes):
                yield kind, index, node


def kind_of(node: ResourceNode) -> ResourceKind:
    match node:
        case DocumentEmoji():
            return "emoji"
        case DocumentSticker():
            return "sticker"
        case DocumentWebhook():
            return "webhook"
        case DocumentAutoModRule():
            return "automod_rule"
        case StageEvent() | VoiceEvent() | ExternalEvent():
            return "scheduled_event"


def moment_of(text: str) -> datetime:
    """Raises `ValueError` for a day or an hour that there is not."""
    return datetime.fromisoformat(text)


def moment_text(moment: datetime) -> str:
    """In UTC, to the second where it has no finer parts."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def emoji_in_document(emoji: str | None, keys: Mapping[str, str]) -> str | None:
    """A stored emoji as documents write it; `keys` are those of the document's emojis, by id."""
    return emoji_text(keys[emoji]) if emoji and emoji in keys else emoji or None


def details_for(document: Document, features: Collection[str]) -> tuple[Detail, ...]:
    """With what decides whether the plan can be done: where overwrites are written, what onboarding shows newcomers."""
    found = details_in(document)
    if "onboarding" in found or "COMMUNITY" not in features or not _speaks_of_overwrites(document):
        return found
    return (*found, "onboarding")


def _speaks_of_overwrites(document: Document) -> bool:
    tops = document.channels
    children = (child for top in tops if isinstance(top, Category) for child in top.channels)
    return any(channel.overwrites is not UNSET for channel in (*tops, *children))


def details_in(document: Document) -> tuple[Detail, ...]:
    """What has to be asked for, because the document speaks of it and the gateway does not tell."""
    said: dict[Detail, object] = {
        "scheduled_events": document.events,
        "webhooks": document.webhooks,
        "automod_rules": document.automod,
        "onboarding": document.onboarding,
        "welcome_screen": document.welcome_screen,
    }
    return tuple(detail for detail in DETAILS if said[detail] is not UNSET)
