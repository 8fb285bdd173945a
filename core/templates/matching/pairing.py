"""Pairing wanted nodes with existing objects, each at most once, and never by a guess."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

from core.discord.gateway import Made
from core.discord.types import Snowflake
from core.templates.plan import NEW, Candidate, Question


class Keyed(Protocol):
    @property
    def key(self) -> str: ...


class Existing(Protocol):
    @property
    def id(self) -> Snowflake: ...

    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Keyed)
T = TypeVar("T", bound=Existing)


class Pairing(Generic[N, T]):
    """`existing` is in display order; `found` grows by each round. What a question is about, nodes and objects, takes
    no part in later rounds."""

    def __init__(
        self, existing: Sequence[T], kind: Made, place_of: Callable[[T], str], *, noun: str | None = None
    ) -> None:
        self._free = {item.id: item for item in existing}
        self._kind: Made = kind
        self._noun = noun or kind
        self._place_of = place_of
        self._new: set[str] = set()
        self.found: dict[str, T] = {}
        self.asked: set[str] = set()
        self.questions: list[Question] = []

    def bind(
        self, nodes: Iterable[N], bindings: Mapping[str, Snowflake], fits: Callable[[N, T], bool]
    ) -> None:
        """A binding holds while its object exists and could still be the node. One to `NEW` says that the node is
        nothing that exists, unless a later call binds it."""
        free, found = self._free, self.found
        for node in nodes if bindings else ():
            key = node.key
            bound = bindings.get(key, "")
            item = free.get(bound)
            if item is None:
                if bound == NEW:
                    self._new.add(key)
            elif key not in found and fits(node, item):
                found[key] = free.pop(bound)

    def left_of(self, nodes: Iterable[N]) -> list[N]:
        """Those that may still be paired with something."""
        settled = self.found.keys() | self.asked | self._new
        return [node for node in nodes if node.key not in settled]

    def pair(
        self,
        nodes: Iterable[N],
        wanted: Callable[[N], Hashable],
        present: Callable[[T], Hashable],
    ) -> None:
        """A node and an object are paired where nobody else has their traits. Who shares them is asked about."""
        left = self.left_of(nodes)
        if not (left and self._free):
            return
        groups: dict[Hashable, list[T]] = {}
        for item in self._free.values():
            groups.setdefault(present(item), []).append(item)
        asking: dict[Hashable, list[N]] = {}
        for node in left:
            asking.setdefault(wanted(node), []).append(node)
        for trait, keyed in asking.items():
            candidates = groups.get(trait, [])
            if len(candidates) == len(keyed) == 1:
                self._take(keyed[0], candidates[0])
            elif candidates:
                self._ask(keyed, candidates)

    def _take(self, node: N, item: T) -> None:
        self.found[node.key] = self._free.pop(item.id)

    def _ask(self, nodes: list[N], candidates: list[T]) -> None:
        self.asked.update(node.key for node in nodes)
        for item in candidates:
            del self._free[item.id]
        self.questions.append(
            Question(
                kind=self._kind,
                nodes=tuple(node.key for node in nodes),
                candidates=tuple(
                    Candidate(id=item.id, name=item.name, place=self._place_of(item)) for item in candidates
                ),
                message=_question(self._noun, [node.key for node in nodes], candidates),
            )
        )


def _question(kind: str, keys: list[str], candidates: Sequence[Existing]) -> str:
    named, name = ", ".join(f"`{key}`" for key in keys), candidates[0].name
    there = f"There is a {kind} named “{name}” that {named} could be"
    if len(candidates) > 1:
        there = f"There are {len(candidates)} {kind}s named “{name}” that {named} could be"
    return f"{there}: say in `mappings`, by its key, the id of what it is, or `{NEW}` for none of them."
