"""How writes are ordered, judged by looking at every edge and every way."""

from collections.abc import Mapping

import pytest

from core.templates.writes.graph import Graph, in_sequence, minimal_splits
from core.templates.writes.holdings import Holdings, Moment, each_of, most_given
from tests.builders.guilds import Thrown, chance
from tests.fixtures.size import SEED, sized

NODES = "abcdefg"


def drawn(choose: Thrown) -> dict[str, set[str]]:
    """Edges between a few nodes."""
    percent = choose.below(40)
    return {a: {b for b in NODES if b != a and chance(choose, percent)} for a in NODES}


def on_a_cycle(edges: Mapping[str, set[str]], split: set[str]) -> bool:
    """A node that is written twice gives way: nothing has to be done before its first part, nothing after its last."""
    left = set(NODES) - split
    while ends := {node for node in left if not edges[node] & left}:
        left -= ends
    return bool(left)


def test_what_is_split_is_inclusion_minimal() -> None:
    edges = {"a": {"b"}, "b": {"a", "c"}, "c": {"b", "d"}, "d": set[str]()}
    assert minimal_splits(Graph(edges), {"a", "b", "c", "d"}, ()) == {"b"}


def test_nothing_is_split_without_a_cycle() -> None:
    graph = Graph({"a": {"b"}, "b": {"c"}, "c": set[str]()})
    assert minimal_splits(graph, {"a", "b", "c"}, ()) == set()


def test_splits_of_random_graphs_leave_no_cycle_and_each_is_needed() -> None:
    for seed in range(SEED, SEED + sized(small=300, soak=3000)):
        choose = Thrown(seed)
        edges = drawn(choose)
        forced = {node for node in NODES if chance(choose, 10)}
        split = minimal_splits(Graph(edges), set(NODES), forced)
        assert forced <= split, seed
        assert not on_a_cycle(edges, split), seed
        for node in split - forced:
            assert on_a_cycle(edges, split - {node}), (seed, node)


def test_the_sequence_follows_the_ranks_where_the_edges_leave_it_free() -> None:
    ranks = {"late": (2, 0), "early": (1, 0), "bound": (0, 0)}
    assert in_sequence(ranks, Graph({"late": ["bound"]})) == ["early", "late", "bound"]


def test_each_of_a_random_sequence_is_the_first_that_may_come() -> None:
    for seed in range(SEED, SEED + sized(small=300, soak=3000)):
        choose = Thrown(seed)
        edges = {a: {b for b in others if b > a} for a, others in drawn(choose).items()}
        ranks = {node: (choose.below(3), choose.below(3)) for node in NODES}
        left = set(NODES)
        for node in in_sequence(ranks, Graph(edges)):
            free = [n for n in left if not any(n in edges[other] for other in left)]
            assert node == min(free, key=lambda n: (ranks[n], n)), seed
            left.discard(node)
        assert not left


def test_what_waits_for_each_other_is_told() -> None:
    with pytest.raises(ValueError, match="'a', 'b'"):
        in_sequence({"a": (0,), "b": (0,), "c": (0,)}, Graph({"a": ["b"], "b": ["a"], "c": ["a"]}))


def test_of_what_is_written_twice_the_first_part_keeps_others_waiting_and_the_last_one_waits() -> None:
    graph = Graph({"a": ["b"], "b": ["a", "c"]}).in_parts({"b"}, lambda node: f"{node}:meet")
    ranks = {"c": (0,), "a": (1,), "b": (2,), "b:meet": (3,)}
    assert in_sequence(ranks, graph) == ["b:meet", "c", "a", "b"]


def moments(choose: Thrown) -> list[Moment]:
    """Of three roles, each time one of which is given something or loses something."""
    held, everyone = [choose.below(8) for _ in range(3)], choose.below(8)
    line = [Moment(-1, Holdings.of(everyone, held))]
    for start in range(choose.below(12)):
        role, bits = choose.below(4), choose.below(8)
        if role == len(held):
            everyone = bits
            line.append(Moment(start, Holdings.of(everyone, held)))
            continue
        had, held[role] = held[role], bits
        falls = not bits & ~had
        rises = not falls and not had & ~bits
        line.append(Moment(start, Holdings.of(everyone, held), falls, rises))
    return line


def gives_at_least(one: Holdings, other: Holdings) -> bool:
    """To everybody."""
    each = list(each_of(7))
    return one.everyone == other.everyone and all(not other.having(b) & ~one.having(b) for b in each)


def test_for_every_moment_of_a_state_there_is_one_that_gives_as_much_to_each_role() -> None:
    for seed in range(SEED, SEED + sized(small=300, soak=3000)):
        choose = Thrown(seed)
        line, until = moments(choose), choose.below(14)
        starts = sorted({-1, *(choose.below(12) for _ in range(3))})
        states = [(start, f"from {start}") for start in starts]
        found = list(most_given(states, line, until))
        for (start, state), end in zip(states, [*starts[1:], 99], strict=True):
            during = range(start, min(end, until))
            for place, moment in enumerate(line):
                following = line[place + 1].start if place + 1 < len(line) else 99
                if moment.start < during.stop and following > during.start and during:
                    assert any(
                        name == state and gives_at_least(most.holdings, moment.holdings)
                        for name, most in found
                    ), (seed, state, moment.start)


def test_nothing_is_looked_at_twice_where_roles_only_lose() -> None:
    held = [Holdings.of(0, (bits,)) for bits in (7, 3, 1, 0)]
    line = [Moment(start, each, falls=start >= 0) for start, each in enumerate(held, -1)]
    assert [moment.start for _, moment in most_given([(-1, "shut"), (1, "open")], line)] == [-1, 1]
