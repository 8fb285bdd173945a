"""A plan on a terminal: a tree of what is made, changed, moved and deleted, and what it comes to.

+ green, ~ yellow, ↕ blue, − red; what stays as it is is dim and folded. Neighbours that are made, deleted or kept
whole share a line.
"""

from collections.abc import Sequence
from itertools import groupby

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text
from rich.tree import Tree

from api.demo.answers import FieldChange, Plan, PlanNode
from api.demo.drawing import seconds_text
from api.demo.equality import nodes_of

_SIGNS = {"create": "+", "edit": "~", "move": "↕", "delete": "−", "keep": "·"}
_WORDS = {
    "create": "to create",
    "edit": "to change",
    "move": "to move",
    "delete": "to delete",
    "keep": "to keep",
}
_STYLES = {"create": "green", "edit": "yellow", "move": "blue", "delete": "red", "keep": "bright_black"}
_BEFORE_NAME = {"text": "#", "announcement": "#", "forum": "#", "media": "#", "voice": "♪ ", "stage": "♪ "}
_PLAIN = frozenset({"text", "voice", "category", None})
_OVERWRITES = "overwrites of "
_MOVES = frozenset({"category", "position"})
_MOST_CHANGES = 5
_LONGEST_VALUE = 60


def plan_tree(plan: Plan, name: str) -> RenderableType:
    """The whole plan; neighbours that are made, deleted or kept whole share a line."""
    tree = Tree(Text(name, "title"), guide_style="bright_black")
    guild = [node for node in plan.tree if node.kind == "guild"]
    roles = [node for node in plan.tree if node.kind == "role"]
    channels = [node for node in plan.tree if node.kind == "channel"]
    for node in guild:
        if node.action != "keep":
            _add_changed(tree, node, "Server settings")
    rest = [node for node in plan.tree if node.kind not in {"guild", "role", "channel"}]
    for title, nodes in (("Roles", roles), ("Channels", channels), ("Everything else", rest)):
        if nodes:
            _add_all(tree.add(Text(title, "bold")), nodes)
    return Padding(tree, (0, 0, 0, 2))


def plan_summary(plan: Plan) -> RenderableType:
    nodes = [node for node in nodes_of(plan.tree) if node.kind != "guild"]
    counts = {action: sum(node.action == action for node in nodes) for action in _SIGNS}
    line = Text("   ").join(
        Text(f"{_SIGNS[action]} {count} {_WORDS[action]}", _STYLES[action])
        for action, count in counts.items()
        if count
    )
    calls = Text(
        f"{plan.calls} calls to Discord, about {seconds_text(plan.expected_seconds)} at Discord's pace"
    )
    return Padding(Group(line, calls), (0, 0, 0, 2))


def _add_all(branch: Tree, nodes: Sequence[PlanNode]) -> None:
    for action, group in groupby(nodes, key=_as_one_of_many):
        if action is None:
            for node in group:
                _add_alone(branch, node)
        else:
            branch.add(_together(action, list(group)))


def _as_one_of_many(node: PlanNode) -> str | None:
    """The action of what is said with its name alone; None for what needs a line of its own."""
    return node.action if node.action in ("create", "delete", "keep") and not _is_open(node) else None


def _is_open(node: PlanNode) -> bool:
    """Whether there is something to see inside of a category."""
    return any(child.action != "keep" for child in node.children)


def _add_alone(branch: Tree, node: PlanNode) -> None:
    if node.action == "delete" and all(child.action == "delete" for child in node.children):
        branch.add(_together("delete", [node, *node.children]))
    else:
        _add_all(_add_changed(branch, node, _label(node)), node.children)


def _add_changed(branch: Tree, node: PlanNode, label: str) -> Tree:
    """The node, and below it what changes in it."""
    first = Text(f"{_SIGNS[node.action]} {label}", _STYLES[node.action], overflow="ellipsis", no_wrap=True)
    changes = node.changes if node.action in ("edit", "move") else ()
    for change in changes:
        if change.field in _MOVES:
            first.append(_move(change), _STYLES["move"])
    fields = [c for c in changes if c.field not in _MOVES and not c.field.startswith(_OVERWRITES)]
    lines = [_change(change) for change in fields[:_MOST_CHANGES]]
    if len(fields) > _MOST_CHANGES:
        lines.append(_line("and " + ", ".join(change.field for change in fields[_MOST_CHANGES:])))
    lines += _overwrites([c for c in changes if c.field.startswith(_OVERWRITES)])
    return branch.add(Group(first, *lines))


def _move(change: FieldChange) -> str:
    if change.field == "position":
        return "  ↕"
    return f"  ↕ from {change.before or 'outside of categories'}"


def _overwrites(changes: Sequence[FieldChange]) -> list[Text]:
    """A new one in full; what changes or are several by whose they are."""
    if len(changes) == 1 and changes[0].before is None:
        return [_change(changes[0])]
    names = ", ".join(change.field.removeprefix(_OVERWRITES) for change in changes)
    return [_line(f"{_OVERWRITES}{names}")] if changes else []


def _together(action: str, nodes: Sequence[PlanNode]) -> Text:
    style = _STYLES[action]
    names = [_label(node) for node in nodes]
    if action == "keep":
        counted = f"{len(nodes)} unchanged: " if len(nodes) > 1 else "unchanged: "
        return Text(f"{_SIGNS[action]} {counted}{', '.join(names)}", style)
    return Text(f"{_SIGNS[action]} {', '.join(names)}", style)


def _label(node: PlanNode) -> str:
    if node.kind != "channel":
        return node.name
    kind = "" if node.type in _PLAIN else f" ({node.type})"
    return f"{_BEFORE_NAME.get(node.type or '', '')}{node.name}{kind}"


def _change(change: FieldChange) -> Text:
    line = _line(f"{change.field}: ")
    if change.before is not None:
        line.append(f"{_short(change.before)} → ")
    return line.append("none" if change.after is None else _short(change.after), "default")


def _line(text: str) -> Text:
    """Below a node, cut where the terminal ends."""
    return Text(f"    {text}", "bright_black", overflow="ellipsis", no_wrap=True)


def _short(value: str) -> str:
    value = " ".join(value.split())
    return value if len(value) <= _LONGEST_VALUE else f"{value[: _LONGEST_VALUE - 1]}…"
