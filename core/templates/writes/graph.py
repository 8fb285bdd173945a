"""Ordering writes: which must be done in two parts, and in which sequence everything is done.

An edge `a → b` says: what `a` takes away is gone before `b` gives. A write in two parts first takes, then gives: its
first part needs nothing before it and its second part nothing after it, so it is on no cycle any more.

Sets of writes are numbers with one bit for each, because every write of a channel may wait for every write of a role:
hundreds of thousands of edges are then as many numbers as there are writes.
"""

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TypeAlias

Node: TypeAlias = str
Nodes: TypeAlias = int
"""A set of nodes of one graph: one bit for each."""
Edges: TypeAlias = dict[Node, set[Node]]


def add_edge(edges: Edges, before: Node, after: Node) -> None:
    if before != after:
        edges.setdefault(before, set()).add(after)


class Graph:
    """Knows of each node what is before it."""

    def __init__(self, edges: Mapping[Node, Iterable[Node]] | None = None) -> None:
        self._numbers: dict[Node, int] = {}
        self.before: list[Nodes] = []
        for node, others in (edges or {}).items():
            for other in others:
                self.add(node, other)

    def number(self, node: Node) -> int:
        """Its place in `before`, and that of its bit."""
        number = self._numbers.setdefault(node, len(self.before))
        if number == len(self.before):
            self.before.append(0)
        return number

    def bit(self, node: Node) -> Nodes:
        return 1 << self.number(node)

    def among(self, nodes: Iterable[Node]) -> Nodes:
        bits = 0
        for node in nodes:
            bits |= self.bit(node)
        return bits

    def add(self, before: Node, after: Node) -> None:
        self.add_all(self.bit(before), after)

    def add_all(self, before: Nodes, after: Node) -> None:
        """All of these come before the one; nothing comes before itself."""
        number = self.number(after)
        self.before[number] |= before & ~(1 << number)

    def named(self, nodes: Nodes) -> set[Node]:
        return {node for node, number in self._numbers.items() if nodes >> number & 1}

    def in_parts(self, split: Collection[Node], first_part: Callable[[Node], Node]) -> "Graph":
        """With the first parts of what is split: edges lead from first parts to last ones."""
        halved, parted = self.among(split), Graph()
        size = len(self.before)
        parted._numbers = self._numbers | {first_part(node): self.number(node) + size for node in split}
        parted.before = [before & ~halved | (before & halved) << size for before in self.before]
        parted.before += [0] * size
        for node in split:
            parted.add(first_part(node), node)
        return parted


def minimal_splits(graph: Graph, splittable: Collection[Node], forced: Collection[Node]) -> set[Node]:
    """An inclusion-minimal set of writes to do in two parts, beside the forced ones, so that no cycle is left."""
    left_out = graph.among(forced)
    cyclic = graph.named(_cyclic(graph.before, left_out))
    chosen = sorted(node for node in cyclic if node in splittable)
    left_out |= graph.among(chosen)
    for node in chosen:
        left_out ^= graph.bit(node)
        if comes_back(graph.number(node), graph.before, left_out):
            left_out ^= graph.bit(node)
    return {*graph.named(left_out), *forced}


def comes_back(node: int, before: list[Nodes], without: Nodes) -> bool:
    """Whether a way leads from the node to itself."""
    known, ahead = without, before[node] & ~without
    while ahead and not ahead >> node & 1:
        here = ahead.bit_length() - 1
        known |= 1 << here
        ahead = (ahead | before[here]) & ~known
    return bool(ahead)


def _cyclic(before: list[Nodes], without: Nodes) -> Nodes:
    """Every node that is on a cycle or between two, found by taking away ends until none is left."""
    left = _trimmed(before, (1 << len(before)) - 1 & ~without)
    return _trimmed(_turned(before, left), left) if left else left


def _trimmed(before: list[Nodes], left: Nodes) -> Nodes:
    """Takes away, again and again, nodes before which nothing is left."""
    waiting: dict[int, list[int]] = {}
    asked = list(numbers_in(left))
    while asked:
        node = asked.pop()
        if awaited := before[node] & left:
            waiting.setdefault(awaited.bit_length() - 1, []).append(node)
        else:
            left ^= 1 << node
            asked += waiting.pop(node, ())
    return left


def _turned(before: list[Nodes], nodes: Nodes) -> list[Nodes]:
    """The other way round, between these nodes."""
    after = [0] * len(before)
    for node in numbers_in(nodes):
        for other in numbers_in(before[node] & nodes):
            after[other] |= 1 << node
    return after


def numbers_in(bits: int) -> Iterator[int]:
    """The places of its bits, lowest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def in_sequence(ranks: Mapping[Node, tuple[int, ...]], graph: Graph) -> list[Node]:
    """All nodes, each after those with an edge to it, and otherwise by rank."""
    left = graph.among(ranks)
    waiting: dict[int, list[Node]] = {}
    ready: list[tuple[tuple[int, ...], Node]] = []
    sequence: list[Node] = []

    def ask(node: Node) -> None:
        """Each node waits for one of those before it at a time."""
        if awaited := graph.before[graph.number(node)] & left:
            waiting.setdefault(awaited.bit_length() - 1, []).append(node)
        else:
            heapq.heappush(ready, (ranks[node], node))

    for node in ranks:
        ask(node)
    while ready:
        _, node = heapq.heappop(ready)
        sequence.append(node)
        left ^= graph.bit(node)
        for other in waiting.pop(graph.number(node), ()):
            ask(other)
    if left:
        raise ValueError(f"The writes wait for each other: {sorted(graph.named(left))}")
    return sequence
