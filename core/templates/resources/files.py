"""What Discord takes as a picture of which kind: its size, its type, and what the server must have for it.

Discord documentation, Resources › Emoji, Sticker, Guild (Modify Guild, features ANIMATED_ICON and ANIMATED_BANNER);
support pages on role icons. Sizes are bytes.
"""

from collections.abc import Iterator, Mapping

from core.discord.images import Held, ImageHash, MediaType
from core.discord.resources import EmojiFields, StickerFields
from core.discord.types import Snapshot
from core.templates.plan import (
    CreateResource,
    CreateRole,
    EditGuild,
    EditResource,
    EditRole,
    Notice,
    Plan,
    Step,
)

_KIBIBYTE = 1024
MAX_EMOJI, MAX_STICKER, MAX_ROLE_ICON = 256 * _KIBIBYTE, 512 * _KIBIBYTE, 256 * _KIBIBYTE
_STICKERS: frozenset[MediaType] = frozenset({"image/png", "image/gif", "application/json"})
_LOTTIE: MediaType = "application/json"
_LOTTIE_SERVERS = frozenset({"VERIFIED", "PARTNERED"})
_MOVING = {"icon": "ANIMATED_ICON", "banner": "ANIMATED_BANNER"}


def unfit_files(plan: Plan, held: Mapping[ImageHash, Held], snapshot: Snapshot) -> Iterator[Notice]:
    """Of the pictures that we hold."""
    for step in plan.steps:
        match step:
            case CreateResource(fields=EmojiFields(image=str(image))) if image in held:
                yield from _emoji(step, held[image])
            case CreateResource(fields=StickerFields(image=str(image))) if image in held:
                yield from _sticker(step, held[image], snapshot)
            case CreateRole() | EditRole():
                if step.fields.icon and step.fields.icon in held:
                    yield from _role_icon(step, held[step.fields.icon])
            case EditGuild():
                yield from _guild(step, held, snapshot)
            case CreateResource() | EditResource():
                yield from _others(step, held)
            case _:
                pass


def _emoji(step: CreateResource, file: Held) -> Iterator[Notice]:
    yield from _large(step, file, MAX_EMOJI, "an emoji")
    yield from _drawn(step, file)


def _sticker(step: CreateResource, file: Held, snapshot: Snapshot) -> Iterator[Notice]:
    yield from _large(step, file, MAX_STICKER, "a sticker")
    if file.media_type not in _STICKERS:
        said = f"is a file of type {file.media_type}, and stickers are PNG, APNG, GIF or Lottie files: convert it"
        yield _notice(step, "wrong_type", said)
    elif file.media_type == _LOTTIE and not snapshot.features & _LOTTIE_SERVERS:
        said = "is a Lottie file, which only verified and partnered servers can have: take a PNG or a GIF"
        yield _notice(step, "wrong_type", said)


def _role_icon(step: CreateRole | EditRole, file: Held) -> Iterator[Notice]:
    yield from _large(step, file, MAX_ROLE_ICON, "a role's icon")
    yield from _drawn(step, file)


def _guild(step: EditGuild, held: Mapping[ImageHash, Held], snapshot: Snapshot) -> Iterator[Notice]:
    for name in ("icon", "banner", "splash", "discovery_splash"):
        image = getattr(step.fields, name) or None
        if image is None or image not in held:
            continue
        yield from _drawn(step, held[image], f"`guild.{name}` ")
        feature = _MOVING.get(name)
        if held[image].media_type != "image/gif" or (feature and feature in snapshot.features):
            continue
        said = f"`guild.{name}` moves, and this server can have only still ones: take a PNG"
        yield _notice(step, "wrong_type", said)


def _others(step: CreateResource | EditResource, held: Mapping[ImageHash, Held]) -> Iterator[Notice]:
    image: object = getattr(step.fields, "avatar", None) or getattr(step.fields, "image", None)
    if isinstance(image, str) and image in held:
        yield from _drawn(step, held[image])


def _large(step: Step, file: Held, most: int, what: str) -> Iterator[Notice]:
    if file.size > most:
        said = (
            f"is a file of {-(-file.size // _KIBIBYTE)} KiB, and Discord takes {most // _KIBIBYTE} KiB for {what}: "
            "make it smaller"
        )
        yield _notice(step, "file_too_large", said)


def _drawn(step: Step, file: Held, which: str = "") -> Iterator[Notice]:
    if file.media_type == _LOTTIE:
        yield _notice(step, "wrong_type", f"{which}is a Lottie file, which only stickers can be: take a PNG")


def _notice(step: Step, code: str, said: str) -> Notice:
    return Notice(
        code=code,
        message=f"“{step.title}”: its picture {said}, upload that, then plan again.",
        node=getattr(step, "key", None),
    )
