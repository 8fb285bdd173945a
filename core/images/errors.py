from core.errors import Conflict, Invalid


class NotAnImage(Invalid):
    """The bytes are none of the kinds of picture that Discord takes."""

    code = "not_an_image"


class StoreFull(Conflict):
    """All pictures together have as many bytes as this installation may keep."""

    code = "image_store_full"
