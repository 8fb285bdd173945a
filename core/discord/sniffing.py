"""What bytes are, by what stands in them: a header or a file's name is anybody's word."""

from typing import Any

import msgspec

from core.discord.images import MediaType

_SIGNATURES: tuple[tuple[bytes, MediaType], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_AVIF_BRANDS = frozenset({b"avif", b"avis"})


class _Lottie(msgspec.Struct):
    """What every animation has (Lottie specification, Composition › Animation)."""

    w: float
    h: float
    fr: float
    ip: float
    op: float
    layers: list[dict[str, Any]]


def media_type_of(content: bytes) -> MediaType | None:
    """None for what Discord takes for no picture at all. An animated PNG is a PNG."""
    for signature, media_type in _SIGNATURES:
        if content.startswith(signature):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if _is_avif(content):
        return "image/avif"
    return "application/json" if _is_lottie(content) else None


def _is_avif(content: bytes) -> bool:
    """By the brands of the file type box (ISO/IEC 14496-12 §4.3; AV1 Image File Format §6)."""
    if content[4:8] != b"ftyp":
        return False
    box = content[: min(int.from_bytes(content[:4]), 256)]
    brands = {box[8:12], *(box[at : at + 4] for at in range(16, len(box), 4))}
    return bool(brands & _AVIF_BRANDS)


def _is_lottie(content: bytes) -> bool:
    if content.lstrip()[:1] != b"{":
        return False
    try:
        msgspec.json.decode(content, type=_Lottie)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True
