"""Width and height of PNG, GIF and JPEG files, from their headers."""

import struct

_PNG, _GIFS, _JPEG = b"\x89PNG\r\n\x1a\n", (b"GIF87a", b"GIF89a"), b"\xff\xd8"
_MARKER, _FILL, _SCAN = 0xFF, 0xFF, 0xDA
# Start-of-frame markers: all of C0 to CF that are not tables or extensions.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Markers without a length: restarts, start of image, TEM.
_BARE = frozenset(range(0xD0, 0xD9)) | {0x01}
_FRAME_BYTES, _PNG_BYTES, _GIF_BYTES = 9, 24, 10


def size_of(content: bytes) -> tuple[int, int] | None:
    """(width, height), or None when the file is no such image or ends too early."""
    if content.startswith(_PNG) and len(content) >= _PNG_BYTES:
        width, height = struct.unpack_from(">II", content, 16)
        return width, height
    if content.startswith(_GIFS) and len(content) >= _GIF_BYTES:
        width, height = struct.unpack_from("<HH", content, 6)
        return width, height
    return _jpeg(content) if content.startswith(_JPEG) else None


def _jpeg(content: bytes) -> tuple[int, int] | None:
    """Walk the segments to the frame header, which comes before the first scan."""
    at = 2
    while at + _FRAME_BYTES <= len(content) and content[at] == _MARKER:
        marker = content[at + 1]
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            return width, height
        if marker == _SCAN:
            return None
        if marker == _FILL:
            at += 1
        elif marker in _BARE:
            at += 2
        else:
            at += 2 + int(struct.unpack_from(">H", content, at + 2)[0])
    return None
