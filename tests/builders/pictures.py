"""Small pictures of every kind that Discord takes."""

import msgspec

from tests.simulator.pictures import GIF, JPEG, WEBP, png

AVIF = b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avifmiaf" + bytes(20)
LOTTIE = msgspec.json.encode({"v": "5.7.0", "w": 320, "h": 320, "fr": 60, "ip": 0, "op": 60, "layers": []})
PICTURES = {
    "image/png": png(),
    "image/jpeg": JPEG,
    "image/gif": GIF,
    "image/webp": WEBP,
    "image/avif": AVIF,
    "application/json": LOTTIE,
}
