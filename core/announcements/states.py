"""Whether an announcement may be posted as it stands: somebody else may have to agree to it first. Pure."""

from typing import Literal, TypeAlias

from core.actor import Actor, is_same_person

Repeats: TypeAlias = Literal["send", "edit_last"]
"""What posting it again does: `edit_last` writes into its last message, and sends one where that is gone."""

Decision: TypeAlias = Literal["approved", "rejected"]
ApprovalState: TypeAlias = Literal["not_needed", "waiting", "approved", "rejected"]


def approval_state(
    revision: int, decided: tuple[int, Decision] | None, *, is_required: bool
) -> ApprovalState:
    """`decided` is a revision and what was decided of it: of any other nothing was."""
    if not is_required:
        return "not_needed"
    if decided is None or decided[0] != revision:
        return "waiting"
    return decided[1]


def may_be_posted(state: ApprovalState) -> bool:
    return state in {"not_needed", "approved"}


def is_own(actor: Actor, author: Actor, changed_by: Actor) -> bool:
    """Whether the words are the actor's own, of which somebody else has to approve."""
    return is_same_person(author, actor) or is_same_person(changed_by, actor)
