"""A plan measured by the rules that its guild keeps."""

from collections.abc import Collection, Iterable

from msgspec.structs import replace

from core.discord.types import Snapshot
from core.policies.check import Violation, violations_in
from core.policies.rules import Rule
from core.templates.outcome import outcome_of
from core.templates.plan import Notice, Plan


def judged(plan: Plan, snapshot: Snapshot, rules: Collection[Rule]) -> Plan:
    """What the plan would newly break stands against it; what is broken already, and stays so, is a warning. The plan's
    hash is that of what it does, which this does not change."""
    if not rules:
        return plan
    before = {_identity(violation) for violation in violations_in(snapshot, rules)}
    after = violations_in(outcome_of(plan, snapshot), rules)
    new = [v for v in after if _identity(v) not in before]
    old = [v for v in after if _identity(v) in before]
    keys = {discord_id: key for key, discord_id in plan.matched.items()}
    return replace(
        plan,
        blockers=(*plan.blockers, *_notices(new, "breaks_policy", keys, "Change the document, or the rule.")),
        warnings=(*plan.warnings, *_notices(old, "policy_broken", keys, "The plan does not mend that.")),
    )


def _identity(violation: Violation) -> tuple[object, ...]:
    return violation.rule, violation.role_id, violation.member_id, violation.channel_id, violation.permissions


def _notices(
    violations: Iterable[Violation], code: str, keys: dict[str, str], remedy: str
) -> Iterable[Notice]:
    for violation in violations:
        ref = violation.channel_id or violation.role_id or ""
        node = ref[1:] if ref.startswith("$") else keys.get(ref)
        yield Notice(code=code, message=f"{violation.message} {remedy}", node=node)
