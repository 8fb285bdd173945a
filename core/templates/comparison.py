"""Two states of a guild held against each other, each a guild, a snapshot of one, or a document.

What would have to change on the left so that it is as the right says: the tree of a plan, without its steps. No bot's
powers bound it, and no guild's boosts.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec
from msgspec.structs import replace

from core.discord.permissions import Permission
from core.discord.types import BotPowers, Role, Snapshot, Snowflake
from core.templates.capture import document_of
from core.templates.diff import diff
from core.templates.documents.document import Document
from core.templates.imagined import imagined
from core.templates.options import DELETED
from core.templates.plan import Notice, PlanNode, PlanOptions

_ALL = PlanOptions(mode="exact", extras=DELETED, confirm_destructive=True)
_FEATURES = frozenset({"ROLE_ICONS", "ENHANCED_ROLE_COLORS", "BANNER", "INVITE_SPLASH", "ANIMATED_ICON"})
_HIGHEST_TIER = 3
_NOBODYS = str(2**63 - 1)
"""An id that nothing has: Discord's grow with time."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A guild at some moment; `known` are keys by which a document calls what is in it."""

    snapshot: Snapshot
    known: dict[str, Snowflake] = {}


Side = Seen | Document


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """`warnings` tell what could not be compared."""

    tree: tuple[PlanNode, ...]
    warnings: tuple[Notice, ...]

    @property
    def is_equal(self) -> bool:
        """Whether nothing would change."""
        return all(node.action == "keep" for node in _flat(self.tree))


def compare(left: Side, right: Side, *, options: PlanOptions = _ALL, unbounded: bool = True) -> Comparison:
    """From left to right; `options` say what becomes of what the right does not name. `unbounded`: as if the guild had
    all that boosts bring.

    Nodes are the same by key, by the ids that a guild and its snapshots share, and else by name as in a plan. What a
    document does not say is equal to everything on its left, and as new on its right."""
    base, keys = _base(left)
    document, bindings = _wanted(right, keys, base)
    bot = _bot_above(base)
    beneath = replace(base, roles=(bot, *base.roles))
    plan = diff(document, _boosted(beneath) if unbounded else beneath, bindings, _powers(bot), options)
    real = not isinstance(left, Document)
    tree = tuple(_shown(node, real=real) for node in plan.tree if node.id != bot.id)
    unsure = (Notice(code="ambiguous", message=question.message) for question in plan.questions)
    return Comparison(tree=tree, warnings=(*plan.warnings, *unsure))


def _base(left: Side) -> tuple[Snapshot, Mapping[str, Snowflake]]:
    if isinstance(left, Document):
        made = imagined(left)
        return made.snapshot, made.bindings
    return left.snapshot, left.known or document_of(left.snapshot).bindings


def _wanted(
    right: Side, keys: Mapping[str, Snowflake], base: Snapshot
) -> tuple[Document, Mapping[str, Snowflake]]:
    if isinstance(right, Document):
        return right, keys
    captured = document_of(right.snapshot, known=right.known)
    shared = right.snapshot.guild_id == base.guild_id
    return captured.document, captured.bindings if shared else keys


def _bot_above(base: Snapshot) -> Role:
    """A role above all others, so that every role can be compared."""
    return Role(
        id=_NOBODYS,
        name="",
        permissions=int(Permission.ADMINISTRATOR),
        managed=True,
        position=1 + max(role.position for role in base.roles),
    )


def _boosted(base: Snapshot) -> Snapshot:
    return replace(base, features=base.features | _FEATURES, premium_tier=_HIGHEST_TIER)


def _powers(bot: Role) -> BotPowers:
    return BotPowers(user_id=bot.id, permissions=bot.permissions, top_role_id=bot.id, role_ids=(bot.id,))


def _shown(node: PlanNode, *, real: bool) -> PlanNode:
    """Without ids that are nobody's."""
    children = tuple(_shown(child, real=real) for child in node.children)
    return replace(node, id=node.id if real else None, children=children)


def _flat(nodes: Iterable[PlanNode]) -> Iterator[PlanNode]:
    for node in nodes:
        yield node
        yield from _flat(node.children)
