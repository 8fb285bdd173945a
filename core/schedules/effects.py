"""What a job has really done that may hold for a time, or has ended what does, by its recorded steps. Pure."""

from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Any, Final

import msgspec

from core.actions.payloads import ChannelLock, Endable, MemberBan, RoleGrant
from core.actions.undo import Act, BanDone, GrantDone, LockDone
from core.discord.types import Overwrite, Snowflake
from core.jobs.schemas import Job, JobStep

BEGINS: Final = MappingProxyType({"role.grant": "grant", "member.ban": "ban", "channel.lock": "lock"})
"""Kinds that can hold for a time, and how their steps are called."""
ENDS: Final = MappingProxyType(
    {
        "role.revoke": ("revoke", "role.grant"),
        "member.unban": ("unban", "member.ban"),
        "channel.unlock": ("unlock", "channel.lock"),
    }
)
"""Kinds that end them, how their steps are called, and which they end."""
_PAYLOADS: Final = MappingProxyType(
    {"role.grant": RoleGrant, "member.ban": MemberBan, "channel.lock": ChannelLock}
)


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """`subject` is the member or the channel. What is not `is_new` was so before. `is_late` is of the job's last round:
    one that was asked for once more tells of its earlier rounds as well."""

    kind: str
    target: str
    subject: Snowflake
    is_new: bool
    is_late: bool
    before: Overwrite | None = None


def action_of(job: Job) -> Endable | None:
    kind = _PAYLOADS.get(job.kind)
    return None if kind is None else msgspec.convert(job.payload, kind)


def effects_of(job: Job, steps: Sequence[JobStep]) -> tuple[Effect, ...]:
    """What may have been done counts as done: it is looked at before it is taken back."""
    return tuple(_effects(job, steps))


def act_of(action: Endable, effects: Sequence[Effect]) -> Act:
    ids = tuple(effect.subject for effect in effects)
    match action:
        case RoleGrant(role_id=role_id):
            return GrantDone(role_id=role_id, member_ids=ids)
        case MemberBan():
            return BanDone(member_ids=ids)
        case ChannelLock(channel_id=channel_id):
            return LockDone(channel_id=channel_id)


def kind_of(act: Act) -> str:
    return str(act.__struct_config__.tag)


def subjects_of(act: Act) -> tuple[Snowflake, ...]:
    return (act.channel_id,) if isinstance(act, LockDone) else act.member_ids


def target_of(act: Act, subject: Snowflake) -> str:
    return _target(subject, act.role_id if isinstance(act, GrantDone) else None)


def targets_of(act: Act) -> tuple[str, ...]:
    return tuple(target_of(act, subject) for subject in subjects_of(act))


def _target(subject: Snowflake, role_id: Snowflake | None) -> str:
    return subject if role_id is None else f"{role_id}:{subject}"


def _effects(job: Job, steps: Sequence[JobStep]) -> Iterator[Effect]:
    doing, kind = (BEGINS[job.kind], job.kind) if job.kind in BEGINS else ENDS[job.kind]
    began = job.started_at
    before = next((_overwrite(step) for step in steps if step.id == "look"), None)
    for step in steps:
        verb, _, member_id = step.id.partition(":")
        if verb != doing or step.state not in {"done", "outcome_unknown"}:
            continue
        subject = member_id or _channel_of(job.payload)
        yield Effect(
            kind=kind,
            target=_target(subject, job.payload.get("role_id")),
            subject=subject,
            is_new=step.state == "outcome_unknown" or step.outcome is not None,
            is_late=began is None or step.finished_at is None or step.finished_at >= began,
            before=before if kind == "channel.lock" else None,
        )


def _channel_of(payload: dict[str, Any]) -> Snowflake:
    return payload["channel_id"]


def _overwrite(step: JobStep) -> Overwrite | None:
    return None if step.outcome is None else msgspec.json.decode(step.outcome.encode(), type=Overwrite)
