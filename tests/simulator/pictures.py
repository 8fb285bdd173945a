"""The smallest files that really are images, as bytes and as the data URIs that forms take."""

import base64
import struct
import zlib


def png(shade: int = 0) -> bytes:
    """One grey pixel; another shade is another file."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixel = zlib.compress(bytes([0, shade % 256]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


def gif(shade: int = 0) -> bytes:
    """One pixel of a palette of two."""
    screen = struct.pack("<HHBBB", 1, 1, 0x80, 0, 0)
    palette = bytes([shade % 256] * 3 + [255] * 3)
    image = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return b"GIF89a" + screen + palette + image + b"\x3b"


def data_uri(content: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
