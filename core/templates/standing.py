"""What stands against a plan for whoever asks for it, and what is refused to them."""

from core.actor import Actor
from core.discord.types import Snapshot
from core.errors import Conflict, Invalid, Problem
from core.templates.checks.askers import bounded, powers_of, unbound
from core.templates.documents.document import Document
from core.templates.matching.unfit import unfit
from core.templates.plan import Plan, PlanOptions


def bounded_by(plan: Plan, guild: Snapshot, actor: Actor) -> Plan:
    """With what stands against this asker."""
    if actor.is_owner:
        return unbound(plan)
    user_id, own = actor.discord_user_id or "0", actor.standing_in(guild.guild_id)
    role_ids, bits = (own.role_ids, own.bits) if own else ((), 0)
    return bounded(plan, guild, actor.name, powers_of(guild, user_id, role_ids, bits))


def require_fitting(document: Document, snapshot: Snapshot, options: PlanOptions) -> None:
    """Raises `Invalid` for options that cannot be."""
    if problems := unfit(document, snapshot, options):
        raise Invalid(problems[0].message, problems=problems)


def require_unblocked(plan: Plan) -> None:
    if plan.blockers:
        reasons = " ".join(notice.message for notice in plan.blockers)
        raise Conflict(
            f"This plan cannot be applied: {reasons}", code="plan_blocked", problems=_problems(plan)
        )


def _problems(plan: Plan) -> tuple[Problem, ...]:
    """Pointers into the plan, which says of each blocker what node of the document it is about."""
    return tuple(
        Problem(pointer=f"/blockers/{index}", code=notice.code, message=notice.message)
        for index, notice in enumerate(plan.blockers)
    )


def no_members() -> Invalid:
    message = (
        "No members' roles were kept with this snapshot, or not any more: leave `members` out. Captures keep them with "
        "`members: true` where the guild's settings have `keep_member_roles`."
    )
    return Invalid(message, problems=(Problem(pointer="/members", code="no_members_kept", message=message),))
