"""Ordering writes: which must be done in two parts, and in which sequence everything is done.

An edge `a → b` says: what `a` takes away is gone before `b` gives. A write in two parts first takes, then gives: its
first part needs nothing before it and its second part nothing after it, so it is on no cycle any more.
"""

import heapq
from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias

Node: TypeAlias = str
Edges: TypeAlias = dict[Node, set[Node]]


def add_edge(edges: Edges, before: Node, after: Node) -> None:
    if before != after:
        edges.setdefault(before, set()).add(after)


def minimal_splits(
    edges: Mapping[Node, Collection[Node]], splittable: Collection[Node], forced: Collection[Node]
) -> set[Node]:
    """An inclusion-minimal set of writes to do in two parts, beside the forced ones, so that no cycle is left."""
    chosen = {n for n in _cyclic(edges, set(forced)) if n in splittable} - set(forced)
    left_out = {*chosen, *forced}
    for node in sorted(chosen):
        left_out.discard(node)
        if _comes_back(node, edges, left_out):
            left_out.add(node)
    return left_out


def _comes_back(node: Node, edges: Mapping[Node, Collection[Node]], without: Collection[Node]) -> bool:
    """Whether a way leads from the node to itself."""
    seen: set[Node] = set()
    ahead = list(edges.get(node, ()))
    while ahead:
        here = ahead.pop()
        if here == node:
            return True
        if here not in seen and here not in without:
            seen.add(here)
            ahead += edges.get(here, ())
    return False


def _cyclic(edges: Mapping[Node, Collection[Node]], without: Collection[Node]) -> set[Node]:
    """Every node that is on a cycle or between two, found by taking away ends until none is left."""
    nodes = {n for n in edges if n not in without}
    heads = _trim(nodes, {n: {m for m in edges[n] if m in nodes} for n in nodes})
    backwards: dict[Node, set[Node]] = {n: set() for n in heads}
    for node in heads:
        for other in edges[node]:
            if other in heads:
                backwards[other].add(node)
    return _trim(heads, backwards)


def _trim(nodes: Collection[Node], forward: Mapping[Node, set[Node]]) -> set[Node]:
    """Takes away, again and again, nodes from which no edge leads to a node that is left."""
    counts = {n: len(forward[n]) for n in nodes}
    sources: dict[Node, list[Node]] = {n: [] for n in nodes}
    for node in nodes:
        for other in forward[node]:
            sources[other].append(node)
    left = set(nodes)
    ends = [n for n in nodes if not counts[n]]
    while ends:
        node = ends.pop()
        left.discard(node)
        for other in sources[node]:
            counts[other] -= 1
            if not counts[other]:
                ends.append(other)
    return left


def in_sequence(ranks: Mapping[Node, tuple[int, ...]], edges: Mapping[Node, Iterable[Node]]) -> list[Node]:
    """All nodes, each after those with an edge to it, and otherwise by rank."""
    waiting = dict.fromkeys(ranks, 0)
    followers: dict[Node, list[Node]] = {node: [] for node in ranks}
    for node, others in edges.items():
        if node in ranks:
            for other in others:
                if other in ranks:
                    followers[node].append(other)
                    waiting[other] += 1
    ready = [(ranks[node], node) for node in ranks if not waiting[node]]
    heapq.heapify(ready)
    sequence: list[Node] = []
    while ready:
        _, node = heapq.heappop(ready)
        sequence.append(node)
        for other in followers[node]:
            waiting[other] -= 1
            if not waiting[other]:
                heapq.heappush(ready, (ranks[other], other))
    if len(sequence) < len(ranks):
        raise ValueError(f"The writes wait for each other: {sorted(set(ranks) - set(sequence))}")
    return sequence
