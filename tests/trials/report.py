"""What trials have seen, for people."""

from collections import Counter

from core.templates.plan import Plan
from tests.trials.watching import Watch


class Report:
    def __init__(self) -> None:
        self.applied = 0
        self.blocked = 0
        self.calls = 0
        self.states = 0
        self.steps: Counter[str] = Counter()
        self.blockers: Counter[str] = Counter()

    def add(self, plan: Plan, watch: Watch) -> None:
        self.applied += 1
        self.calls += plan.calls
        self.states += len(watch.states)
        self.steps.update(step.id.partition(":")[0] for step in plan.steps)

    def block(self, plan: Plan, *codes: str) -> None:
        """For its blockers, or for what stands against judging it."""
        self.blocked += 1
        self.blockers.update(codes or {notice.code for notice in plan.blockers})

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in self.steps.most_common())
        refused = ", ".join(f"{count} {code}" for code, count in self.blockers.most_common())
        return (
            f"{self.applied} plans done, {self.calls} calls, {self.states} states looked at; "
            f"{self.blocked} plans blocked ({refused or 'none'}); {kinds}"
        )
