"""Small real images, and the data URIs they are sent as."""

import base64
import struct
import zlib


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(shade: int = 128) -> bytes:
    """One pixel; another shade is another image."""
    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (_chunk(b"IHDR", head), _chunk(b"IDAT", zlib.compress(bytes((0, shade % 256)))), _chunk(b"IEND", b""))
    )


GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
JPEG = b"\xff\xd8\xff\xe0" + bytes(60)
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8L" + bytes(18)


def gif(shade: int = 0) -> bytes:
    """One pixel of a palette of two."""
    screen = struct.pack("<HHBBB", 1, 1, 0x80, 0, 0)
    palette = bytes([shade % 256] * 3 + [255] * 3)
    image = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return b"GIF89a" + screen + palette + image + b"\x3b"


def uri(content: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
