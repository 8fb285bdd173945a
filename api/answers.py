"""What is answered to a request that made something."""

from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class Answer(msgspec.Struct, Generic[T], frozen=True):
    """`location` is the path of what was made."""

    status: int
    content: T
    location: str | None = None


def created(content: T, location: str) -> Answer[T]:
    return Answer(201, content, location)


def accepted(content: T, location: str) -> Answer[T]:
    """It will be done; `location` tells how far it is."""
    return Answer(202, content, location)
