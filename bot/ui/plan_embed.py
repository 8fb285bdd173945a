"""A plan as one message: what stands in the way, what would change, and what it costs."""

from collections.abc import Iterable, Iterator, Sequence

import disnake

from bot.ui.text import (
    DESCRIPTION,
    EMBEDS,
    TITLE,
    about,
    block,
    clipped,
    counted,
    fitting,
    joined,
    size,
)
from core.discord.markdown import plain
from core.templates.plan import Action, Change, Notice, Plan, PlanNode

SYMBOLS: dict[Action, str] = {
    "create": "+",
    "edit": "~",
    "delete": "\N{MINUS SIGN}",
    "move": "↕",
    "archive": "⇣",
    "keep": " ",
}
SAID: dict[Action, str] = {
    "create": "to create",
    "edit": "to edit",
    "move": "to move",
    "archive": "to archive",
    "delete": "to delete",
}
KINDS = {
    "guild": "guild",
    "role": "@",
    "category": "▾ ",
    "text": "#",
    "announcement": "#",
    "forum": "#",
    "media": "#",
    "voice": "♪ ",
    "stage": "♪ ",
}
BLOCKED, CAREFUL, READY, NOTHING = 0xD83C3E, 0xE2A03F, 0x3BA55C, 0x80848E
NOTICES_ROOM = 2600
NOTICE_ROOM = 400
NAME_ROOM = 100
VALUE_ROOM = 120
_NOTHING_TO_DO = "Nothing to do: the guild already is as the document wants it."


def plan_embeds(plan: Plan, *, guild_name: str) -> list[disnake.Embed]:
    """One embed with verdict and notices, and one with the changes if there are any; together within the limits
    of one message however large the plan is."""
    verdict = disnake.Embed(
        title=clipped(f"Plan for {guild_name}", TITLE),
        description=_verdict(plan),
        color=_color(plan),
    )
    verdict.set_footer(text=f"Plan {plan.hash[:12]}")
    lines = list(_tree_lines(plan.tree))
    if not lines:
        return [verdict]
    room = min(DESCRIPTION, EMBEDS - _length(verdict))
    return [
        verdict,
        disnake.Embed(description=block(lines, room, more="and {} more lines"), color=_color(plan)),
    ]


def counts(tree: Iterable[PlanNode]) -> dict[Action, int]:
    """How many nodes each action concerns."""
    found: dict[Action, int] = dict.fromkeys(SAID, 0)
    for node in _nodes(tree):
        if node.action in found:
            found[node.action] += 1
    return found


def _verdict(plan: Plan) -> str:
    parts = [
        _notices("⛔", "blocker", plan.blockers),
        _notices("⚠️", "warning", plan.warnings),
        _NOTHING_TO_DO if plan.is_empty else _summary(plan),
    ]
    return joined(parts, "\n\n")


def _summary(plan: Plan) -> str:
    found = counts(plan.tree)
    changes = joined(f"{SYMBOLS[action]} {found[action]} {SAID[action]}" for action in SAID if found[action])
    cost = f"{counted(plan.calls, 'Discord call')}, about {about(plan.expected_seconds)}."
    return joined([changes, cost], "\n")


def _notices(sign: str, word: str, notices: Sequence[Notice]) -> str:
    if not notices:
        return ""
    lines = [
        clipped(f"{sign} {_about_node(notice)}{plain(notice.message)}", NOTICE_ROOM) for notice in notices
    ]
    heading = f"**{counted(len(notices), word)}**"
    return f"{heading}\n{fitting(lines, NOTICES_ROOM // 2)}"


def _about_node(notice: Notice) -> str:
    return f"`{clipped(notice.node, NAME_ROOM).replace('`', 'ˋ')}`: " if notice.node else ""


def _color(plan: Plan) -> int:
    if plan.blockers:
        return BLOCKED
    if plan.is_empty:
        return NOTHING
    return CAREFUL if plan.warnings or counts(plan.tree)["delete"] else READY


def _tree_lines(nodes: Iterable[PlanNode], depth: int = 0) -> Iterator[str]:
    for node in nodes:
        below = list(_tree_lines(node.children, depth + 1))
        if node.action == "keep" and not node.changes and not below:
            continue
        indent = "  " * depth
        yield f"{SYMBOLS[node.action]} {indent}{_called(node)}{_lost(node)}"
        # What is created or deleted is so as a whole; its fields say nothing new.
        if node.action in {"edit", "move", "archive", "keep"}:
            yield from (f"    {indent}{_changed(change)}" for change in node.changes)
        yield from below


def _called(node: PlanNode) -> str:
    sign = KINDS.get(node.type or node.kind, KINDS.get(node.kind, ""))
    if node.kind == "guild":
        return sign
    return f"{sign}{clipped(node.name, NAME_ROOM)}"


def _lost(node: PlanNode) -> str:
    """What goes with it for good."""
    if node.action != "delete":
        return ""
    return "".join(f": {change.after}" for change in node.changes if change.before is None and change.after)


def _changed(change: Change) -> str:
    return f"{change.field}: {_value(change.before)} → {_value(change.after)}"


def _value(value: str | None) -> str:
    return "none" if value is None else clipped(value, VALUE_ROOM)


def _nodes(tree: Iterable[PlanNode]) -> Iterator[PlanNode]:
    for node in tree:
        yield node
        yield from _nodes(node.children)


def _length(embed: disnake.Embed) -> int:
    # `len(embed)` counts code points, and emoji are longer than that.
    return size(embed.title or "") + size(embed.description or "") + size(embed.footer.text or "")
