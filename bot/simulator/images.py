"""Images: data URIs read from forms, kept as bytes under a content hash, served where Discord's CDN has them.

Discord docs: Reference > Image Data and Reference > CDN Formatting. Nothing is converted: whatever extension is asked
for, the bytes that were uploaded come back, with the type they have.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from bot.simulator.forms import Form

_DATA_URI = re.compile(r"data:([a-z]+/[a-z]+);base64,(.*)", re.DOTALL)
# How a file of each kind begins; the type a data URI claims counts for nothing.
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_WEBP = re.compile(rb"RIFF....WEBP", re.DOTALL)
_AVIF = re.compile(rb"....ftypavi[fs]", re.DOTALL)
_KILO = 1024
_URI_LENGTH = 1 << 30  # the size of the image is what is limited
SMALL = 256 * _KILO  # emojis and role icons
LARGE = 10 * 1024 * _KILO  # everything else (docs: Reference > Uploading Files)


@dataclass(slots=True, frozen=True)
class Image:
    content: bytes
    kind: str

    @property
    def animated(self) -> bool:
        return self.kind == "image/gif"

    @property
    def digest(self) -> str:
        """32 hexadecimal digits."""
        return hashlib.md5(self.content, usedforsecurity=False).hexdigest()

    @property
    def hash(self) -> str:
        """As Discord's: the digest, with ``a_`` before it where the image moves."""
        return f"a_{self.digest}" if self.animated else self.digest


class Images:
    """What was uploaded, by its CDN path without extension: ``icons/{guild id}/{hash}``, ``emojis/{emoji id}`` …"""

    def __init__(self) -> None:
        self._kept: dict[str, Image] = {}

    def clear(self) -> None:
        self._kept.clear()

    def keep(self, image: Image | None, folder: str, *, still: bool = False) -> str | None:
        """Put it under ``folder`` by its hash, which is returned; None stays None.

        ``still``: where Discord has no moving form of it, the hash does not speak of one either.
        """
        if image is None:
            return None
        name = image.digest if still else image.hash
        self._kept[f"{folder}/{name}"] = image
        return name

    def keep_as(self, image: Image, path: str) -> None:
        """Put it under a whole path, as for emojis, which are found by id alone."""
        self._kept[path] = image

    def find(self, path: str) -> Image | None:
        return self._kept.get(path)

    def drop(self, path: str) -> None:
        self._kept.pop(path, None)


def kind_of(content: bytes) -> str | None:
    """The media type the first bytes tell."""
    for beginning, kind in _BEGINNINGS:
        if content.startswith(beginning):
            return kind
    if _WEBP.match(content):
        return "image/webp"
    return "image/avif" if _AVIF.match(content) else None


def read_image(form: Form, key: str, *, most: int | None = None) -> Image | None:
    """The image of a data URI, or None when absent, null or wrong (noted on the form); ``most`` in bytes."""
    content = decoded_uri(form, key)
    if content is None:
        return None
    kind = kind_of(content)
    if kind is None:
        form.bad(key, "BASE_TYPE_INVALID_IMAGE", "Invalid image data")
        return None
    if most is not None and len(content) > most:
        limit = f"File cannot be larger than {most / _KILO:.1f} kb."
        form.bad(key, "BINARY_TYPE_MAX_SIZE", limit)
        return None
    return Image(content, kind)


def decoded_uri(form: Form, key: str) -> bytes | None:
    """What a data URI holds, or None when absent, null or wrong (noted on the form)."""
    uri = form.text(key, most=_URI_LENGTH)
    if uri is None:
        return None
    found = _DATA_URI.fullmatch(uri)
    content = None if found is None else _decoded(found[2])
    if content is None:
        form.bad(key, "BASE_TYPE_INVALID_IMAGE", "Invalid image data")
    return content


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
