"""What may become of a guild that the bot is in. Pure.

    pending ──▶ approved ◀──▶ suspended
       │           ▲
       ├──▶ rejected
       └──▶ banned (from every state; only an approval lifts it)

Whether the bot is there is a matter of its own: a guild that it has `left` comes back as what was decided of it.
"""

from typing import Final, Literal, TypeAlias, get_args

Decision: TypeAlias = Literal["approved", "rejected", "suspended", "banned"]
Review: TypeAlias = Literal["pending", "approved", "rejected", "suspended", "banned"]

NEXT: Final[dict[Review, tuple[Decision, ...]]] = {
    "pending": ("approved", "rejected", "banned"),
    "approved": ("suspended", "banned"),
    "rejected": ("approved", "banned"),
    "suspended": ("approved", "banned"),
    "banned": ("approved",),
}
CLOSED: Final[frozenset[Review]] = frozenset(get_args(Review)) - {"approved"}
"""In these nothing is done for anybody there."""


def can_become(review: Review, decision: Decision) -> bool:
    return decision in NEXT[review]
