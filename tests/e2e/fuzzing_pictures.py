"""Loaded by Schemathesis, which can make up no pictures."""

import schemathesis
from hypothesis import strategies

from tests.simulator.pictures import GIF, JPEG, WEBP, png

PICTURES = {
    "image/avif": png(),
    "image/gif": GIF,
    "image/jpeg": JPEG,
    "image/png": png(),
    "image/webp": WEBP,
}
for _media, _picture in PICTURES.items():
    schemathesis.openapi.media_type(_media, strategies.just(_picture))
