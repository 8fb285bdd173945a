"""What a document says beside settings, roles and channels, as if it existed: see `core.templates.imagined`.

The names of pictures are their content.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from core.discord.images import AssetPath, ImageHash
from core.discord.resources import (
    AutoModFields,
    AutoModRule,
    Emoji,
    EmojiFields,
    EventFields,
    Onboarding,
    Resource,
    ResourceFields,
    ScheduledEvent,
    Sticker,
    StickerFields,
    Webhook,
    WebhookFields,
    WelcomeScreen,
)
from core.discord.types import Snapshot, Snowflake
from core.templates.documents.document import Document
from core.templates.options import Scope
from core.templates.resources.match import ResourceMatches
from core.templates.resources.nodes import DocumentEmoji, DocumentSticker
from core.templates.resources.pictures import picture_of
from core.templates.resources.reception import reception_of
from core.templates.resources.wanted import wanted_resources

_UNSEEN = "sha256:" + "0" * 64
_PICTURES = ("image", "avatar")


def with_resources(document: Document, snapshot: Snapshot, ids: Mapping[str, Snowflake]) -> Snapshot:
    """`ids` are those of all nodes by key, `everyone` included."""
    empty = replace(
        snapshot,
        emojis=(),
        stickers=(),
        webhooks=(),
        automod_rules=(),
        scheduled_events=(),
        onboarding=Onboarding(),
        welcome_screen=WelcomeScreen(),
    )
    wants = wanted_resources(_with_pictures(document), empty, ResourceMatches(), ids.get, Scope(None))
    made: list[Resource] = []
    images: dict[AssetPath, ImageHash] = dict(snapshot.images)
    for wanted in wants.resources:
        if wanted.fields is not None:
            resource = _made(wanted.fields, ids[wanted.key])
            made.append(resource)
            shown = getattr(wanted.fields, "image", UNSET) or getattr(wanted.fields, "avatar", UNSET)
            path = picture_of(resource)
            if path is not None and isinstance(shown, str) and shown != _UNSEEN:
                images[path] = shown
    reception = reception_of(document, empty, ids.get, Scope(None))
    return replace(
        empty,
        emojis=tuple(each for each in made if isinstance(each, Emoji)),
        stickers=tuple(each for each in made if isinstance(each, Sticker)),
        webhooks=tuple(each for each in made if isinstance(each, Webhook)),
        automod_rules=tuple(each for each in made if isinstance(each, AutoModRule)),
        scheduled_events=tuple(each for each in made if isinstance(each, ScheduledEvent)),
        onboarding=reception.onboarding or Onboarding(),
        welcome_screen=reception.welcome_screen or WelcomeScreen(),
        images=images,
    )


def _with_pictures(document: Document) -> Document:
    """Emojis and stickers are made of pictures; of what these show nothing needs to be known."""
    return replace(
        document,
        emojis=_shown(document.emojis),
        stickers=_shown(document.stickers),
    )


def _shown(nodes: Any) -> Any:
    if nodes is UNSET:
        return UNSET
    return tuple(replace(node, image=_UNSEEN) if _is_unseen(node) else node for node in nodes)


def _is_unseen(node: DocumentEmoji | DocumentSticker) -> bool:
    return node.image is UNSET


def _made(fields: ResourceFields, id_: Snowflake) -> Resource:
    said = {
        name: value
        for name, value in msgspec.structs.asdict(fields).items()
        if value is not UNSET and name not in _PICTURES
    }
    match fields:
        case EmojiFields():
            return Emoji(id=id_, **said)
        case StickerFields():
            return Sticker(id=id_, format="png", **said)
        case WebhookFields(avatar=avatar):
            return Webhook(id=id_, avatar=avatar or None, **said)
        case AutoModFields():
            return AutoModRule(id=id_, **said)
        case EventFields(image=image):
            return ScheduledEvent(id=id_, image=image or None, **said)
