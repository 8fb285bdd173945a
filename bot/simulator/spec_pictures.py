"""The pictures of a spec; they are kept once the whole spec was read without an error."""

import base64

from bot.simulator.forms import Form
from bot.simulator.images import Image, Images, read_image

# One grey dot.
DOT = Image(
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNoaGj4DwAFhAKAjM1mJgAAAABJRU5ErkJggg=="
    ),
    "image/png",
)


class SpecPictures:
    def __init__(self) -> None:
        self._hashed: list[tuple[Image, str, bool]] = []
        self._whole: dict[str, Image] = {}

    def read(self, form: Form, key: str, folder: str, *, still: bool = True) -> str | None:
        """The hash of a picture that goes into a folder, if the form has one; ``still`` as for ``Images.keep``."""
        image = read_image(form, key)
        if image is None:
            return None
        self._hashed.append((image, folder, still))
        return image.digest if still else image.hash

    def put(self, image: Image, path: str) -> None:
        self._whole[path] = image

    def keep(self, images: Images) -> None:
        for image, folder, still in self._hashed:
            images.keep(image, folder, still=still)
        for path, image in self._whole.items():
            images.keep_as(image, path)
