"""The road from a request to its settled job, as the points at which a process can die on it."""

from typing import Final, Literal

import msgspec

Program = Literal["api", "bot"]


class Point(msgspec.Struct, frozen=True):
    """Between two things: `after` is done for good, `before` has not begun."""

    program: Program
    after: str
    before: str

    @property
    def name(self) -> str:
        return f"{self.program}: {self.after} | {self.before}"


WRITTEN = Point("api", "job written", "commit")
COMMITTED = Point("api", "job committed", "ring")
RUNG = Point("api", "rung", "answer")
WOKEN = Point("bot", "permit taken", "claim")
CLAIMED = Point("bot", "claimed", "intend")
INTENDED = Point("bot", "intended", "call")
CALLED = Point("bot", "done at Discord", "answer read")
ANSWERED = Point("bot", "answer read", "record")
RECORDED = Point("bot", "recorded", "settle")
SETTLED = Point("bot", "settled", "next claim")

POINTS: Final[tuple[Point, ...]] = (
    WRITTEN,
    COMMITTED,
    RUNG,
    WOKEN,
    CLAIMED,
    INTENDED,
    CALLED,
    ANSWERED,
    RECORDED,
    SETTLED,
)

# What a mortal program says of itself.
HATCHERY: Final = "mortal: ready for a life"
BORN: Final = "mortal: born as "
DYING: Final = "mortal: dying at "
ENDED: Final = "mortal: ended with "
