"""What can be asked for: one typed constant a kind, declared beside the domain that asks (law 3)."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, Generic, TypeVar

import msgspec

from core.jobs.states import Lane
from core.rights import Right, right_to_ask

P = TypeVar("P", bound=msgspec.Struct)
R = TypeVar("R", bound=msgspec.Struct)


class JobSpec(msgspec.Struct, Generic[P, R], frozen=True, kw_only=True, eq=False):
    """`payload` and `result` are structs tagged by `kind`. A `structural` job has its guild to itself; one that
    `leaves` ends with the bot not being in it, which is no reason against it then.

    `expires_after` is how long it may wait to be begun; past it the job fails with code `expired`.
    `right` is what the asker needs to have with us, where it is not `right_to_ask` of the kind. `bits` are what they
    need in the guild by Discord, checked when asked and again when claimed (law 8); `bot_bits` what
    the bot needs, which is what it asks for in its invitation. Of what `leaves` the guild a later claim may find that
    it is left, by its own doing. What is `about` a guild does nothing there: it is done whatever was decided of the
    guild, and is not called off with the rest. Of how a `quiet` one ended nobody is notified. What is of the background
    `lane` needs no gateway, and is done while the bot is away.
    """

    kind: str
    payload: type[P]
    result: type[R]
    bits: int
    right: str = ""
    bot_bits: int = 0
    lane: Lane = "bot"
    structural: bool = False
    leaves: bool = False
    about: bool = False
    quiet: bool = False
    priority: int = 0
    max_attempts: int = 5
    expires_after: timedelta | None = None

    @property
    def needed_right(self) -> str:
        return self.right or right_to_ask(self.kind)


AnySpec = JobSpec[Any, Any]


class Catalog:
    """Every spec by its kind. Raises `ValueError` for a kind that is declared twice."""

    def __init__(self, specs: Iterable[AnySpec]) -> None:
        self._specs: dict[str, AnySpec] = {}
        for spec in specs:
            if spec.kind in self._specs:
                raise ValueError(f"The job kind {spec.kind} is declared twice.")
            self._specs[spec.kind] = spec
        self.scopes = frozenset(
            (*map(str, Right), *(right_to_ask(spec.kind) for spec in self if not spec.right))
        )
        """All that a credential may be limited to: every right, and to ask for each kind that is asked for as a job."""

    def __getitem__(self, kind: str) -> AnySpec:
        return self._specs[kind]

    def __iter__(self) -> Iterator[AnySpec]:
        return iter(self._specs.values())

    def __contains__(self, kind: object) -> bool:
        return kind in self._specs
