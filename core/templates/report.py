"""What became of a plan that was not done to its end, step by step, and what is tighter meanwhile."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Literal

import msgspec
from msgspec import UNSET

from core.discord.permissions import names_of
from core.discord.types import Overwrite, Snowflake
from core.jobs.schemas import JobStep
from core.templates.plan import EditChannel, EditRole, Plan, Step, nodes_in


class StepOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """`left` is what was not tried or came to nothing: a retry does it. `error` tells why a step failed."""

    id: str
    title: str
    state: Literal["done", "failed", "left"]
    error: str | None = None


class Tightened(msgspec.Struct, frozen=True, kw_only=True):
    """A role or channel that was closed on the way and not opened again: somebody misses `permissions` there that they
    had before and were to have after."""

    kind: Literal["role", "channel"]
    id: Snowflake
    name: str
    permissions: tuple[str, ...]


def outcomes(steps: Iterable[JobStep], left: Plan) -> tuple[StepOutcome, ...]:
    """`steps` are those recorded, `left` is the plan made anew on what they left."""
    said = [
        StepOutcome(
            id=step.id,
            title=step.title,
            state="done" if step.state == "done" else "failed",
            error=step.error,
        )
        for step in steps
        if step.state in {"done", "failed"}
    ]
    known = {each.id for each in said}
    rest = (StepOutcome(id=s.id, title=s.title, state="left") for s in left.steps if s.id not in known)
    return (*said, *rest)


def tightened(plan: Plan, done: Collection[str]) -> tuple[Tightened, ...]:
    """`plan` as it was confirmed, `done` the ids of the steps that were."""
    names = {node.id: node.name for node in nodes_in(plan.tree)}
    return tuple(_tightened(plan.steps, done, names))


def _tightened(
    steps: Iterable[Step], done: Collection[str], names: Mapping[Snowflake | None, str]
) -> Iterator[Tightened]:
    written: dict[Snowflake, EditRole | EditChannel] = {}
    for step in steps:
        if not isinstance(step, EditRole | EditChannel):
            continue
        about = step.role_id if isinstance(step, EditRole) else step.channel_id
        if step.written == "meet" and step.id in done:
            written[about] = step
        elif step.written == "final" and step.id not in done and about in written:
            missing = names_of(_missing(written[about], step))
            if missing:
                yield Tightened(
                    kind="role" if isinstance(step, EditRole) else "channel",
                    id=about,
                    name=names.get(about, about),
                    permissions=tuple(missing),
                )


def _missing(meet: EditRole | EditChannel, final: EditRole | EditChannel) -> int:
    """The bits that the last write gives and the first one does not."""
    if isinstance(meet, EditRole) and isinstance(final, EditRole):
        return _bits(final.fields.permissions) & ~_bits(meet.fields.permissions)
    if not (isinstance(meet, EditChannel) and isinstance(final, EditChannel)):
        return 0
    if meet.fields.overwrites is UNSET or final.fields.overwrites is UNSET:
        return 0
    closed = {(o.kind, o.id): o for o in meet.fields.overwrites}
    opened = {(o.kind, o.id): o for o in final.fields.overwrites}
    missing = 0
    for subject in closed.keys() | opened.keys():
        first, last = closed.get(subject), opened.get(subject)
        missing |= _allowed(last) & ~_allowed(first) | _denied(first) & ~_denied(last)
    return missing


def _bits(permissions: object) -> int:
    return permissions if isinstance(permissions, int) else 0


def _allowed(overwrite: Overwrite | None) -> int:
    return 0 if overwrite is None else overwrite.allow


def _denied(overwrite: Overwrite | None) -> int:
    return 0 if overwrite is None else overwrite.deny
