"""What is answered to a request that made something."""

from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class Answer(msgspec.Struct, Generic[T], frozen=True):
    """`location` is the path of what was made. What `shows_secret` is kept for repetitions only sealed."""

    status: int
    content: T
    location: str | None = None
    shows_secret: bool = False


def created(content: T, location: str, *, shows_secret: bool = False) -> Answer[T]:
    return Answer(201, content, location, shows_secret)


def accepted(content: T, location: str) -> Answer[T]:
    """It will be done; `location` tells how far it is."""
    return Answer(202, content, location)
