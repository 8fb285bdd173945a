"""Pairing wanted nodes with existing objects, each at most once."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

from core.discord.types import Snowflake
from core.templates.plan import Notice


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
    """`existing` is in display order, and so are the nodes of every call; `found` grows by each round."""

    def __init__(self, existing: Sequence[T], kind: str, warnings: list[Notice]) -> None:
        self._free = {item.id: item for item in existing}
        self._kind = kind
        self._warnings = warnings
        self.found: dict[str, T] = {}

    def bind(
        self, nodes: Iterable[N], bindings: Mapping[str, Snowflake], fits: Callable[[N, T], bool]
    ) -> None:
        """A binding holds while its object exists and could still be the node."""
        for node in nodes:
            item = self._free.get(bindings.get(node.key, ""))
            if item is not None and fits(node, item):
                self._take(node, item)

    def pair(
        self,
        nodes: Iterable[N],
        wanted: Callable[[N], Hashable],
        present: Callable[[T], Hashable],
    ) -> None:
        """Nodes and objects with equal traits are paired in display order."""
        groups: dict[Hashable, list[T]] = {}
        for item in self._free.values():
            groups.setdefault(present(item), []).append(item)
        asking: dict[Hashable, list[N]] = {}
        for node in nodes:
            if node.key not in self.found:
                asking.setdefault(wanted(node), []).append(node)
        for trait, keyed in asking.items():
            candidates = groups.get(trait, [])
            if candidates and (len(candidates) > 1 or len(keyed) > 1):
                self._warn(keyed, candidates)
            for node, item in zip(keyed, candidates, strict=False):
                self._take(node, item)

    def _take(self, node: N, item: T) -> None:
        self.found[node.key] = self._free.pop(item.id)

    def _warn(self, nodes: list[N], candidates: list[T]) -> None:
        named = ", ".join(f"`{node.key}`" for node in nodes)
        self._warnings.append(
            Notice(
                code="ambiguous",
                message=f"{len(candidates)} {self._kind}s named “{candidates[0].name}” could be {named}: "
                "they are taken in the order in which they are shown. Give them different names to be sure.",
                node=nodes[0].key,
            )
        )
