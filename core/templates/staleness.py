"""What of a guild has changed since a plan was made, told from that plan and the one that would be made now."""

from collections.abc import Iterable, Iterator, Mapping

from core.errors import Problem
from core.templates.plan import Change, Plan, PlanNode

_SHOWN = 50
_IN_A_SENTENCE = 3


def changes_since(planned: Plan, now: Plan) -> tuple[Problem, ...]:
    """Pointers lead into the plan that is stale. Empty where the same objects differ in nothing that the document is
    about, and only what has to be done about them is another."""
    return tuple(_changes(planned, now))[:_SHOWN]


def told(problems: tuple[Problem, ...]) -> str:
    """The same as one sentence for people."""
    if not problems:
        return "The guild has changed since this plan was made. Make a new plan."
    first = " ".join(problem.message for problem in problems[:_IN_A_SENTENCE])
    more = len(problems) - _IN_A_SENTENCE
    rest = f" And {more} more." if more > 0 else ""
    return f"The guild has changed since this plan was made: {first}{rest} Make a new plan."


def _changes(planned: Plan, now: Plan) -> Iterator[Problem]:
    before, after = dict(_placed(planned.tree)), dict(_placed(now.tree))
    for identity, (pointer, node) in before.items():
        if node.id is None:
            continue
        if identity not in after:
            yield Problem(pointer=pointer, code="gone", message=f"The {_shown(node)} is gone.")
        else:
            yield from _edited(pointer, node, after[identity][1])
    for identity, (_, node) in after.items():
        if node.id is not None and identity not in before:
            yield Problem(pointer="/tree", code="new", message=f"The {_shown(node)} is new.")


def _placed(
    nodes: Iterable[PlanNode], way: str = "/tree"
) -> Iterator[tuple[tuple[str, str | None], tuple[str, PlanNode]]]:
    for index, node in enumerate(nodes):
        yield (node.kind, node.id or node.key), (f"{way}/{index}", node)
        yield from _placed(node.children, f"{way}/{index}/children")


def _edited(pointer: str, planned: PlanNode, now: PlanNode) -> Iterator[Problem]:
    was, present = _by_field(planned.changes), _by_field(now.changes)
    for field in {**was, **present}:
        # What a plan does not name is as the document wants it.
        old = was[field].before if field in was else present[field].after
        new = present[field].before if field in present else was[field].after
        if old != new:
            values = f"{field} of the {_shown(planned)} was {_said(old)} and is {_said(new)}."
            place = f"The {_shown(planned)} has another place among its neighbours."
            yield Problem(pointer=pointer, code="changed", message=place if field == "position" else values)
    if not (was or present) and planned.action != now.action:
        yield Problem(pointer=pointer, code="changed", message=f"The {_shown(planned)} has changed.")


def _by_field(changes: Iterable[Change]) -> Mapping[str, Change]:
    return {change.field: change for change in changes}


def _shown(node: PlanNode) -> str:
    kind = f"{node.type} channel" if node.type not in (None, "category") else (node.type or node.kind)
    return f"{kind} “{node.name}”"


def _said(value: str | None) -> str:
    return "nothing" if value is None else f"“{value}”"
