"""Whether a picture is the one that is wanted. Discord names pictures; what is in them is known of some only."""

from collections.abc import Mapping

from core.discord.images import (
    AssetPath,
    ImageHash,
    emoji_image,
    event_image,
    sticker_image,
    webhook_avatar,
)
from core.discord.resources import Emoji, Resource, ScheduledEvent, Sticker, Webhook


def picture_of(resource: Resource) -> AssetPath | None:
    """Where Discord keeps it; None for what has none."""
    match resource:
        case Emoji(id=id_):
            return emoji_image(id_)
        case Sticker(id=id_):
            return sticker_image(id_)
        case Webhook(id=id_, avatar=str(avatar)):
            return webhook_avatar(id_, avatar)
        case ScheduledEvent(id=id_, image=str(image)):
            return event_image(id_, image)
        case _:
            return None


def differs(wanted: ImageHash | None, path: AssetPath | None, images: Mapping[AssetPath, ImageHash]) -> bool:
    """Of what can be written again: unknown content is different."""
    return path is not None if wanted is None else path is None or images.get(path) != wanted


def is_known_to_differ(wanted: ImageHash, path: AssetPath, images: Mapping[AssetPath, ImageHash]) -> bool:
    """Of what would have to be made anew: unknown content is left alone."""
    return images.get(path, wanted) != wanted
