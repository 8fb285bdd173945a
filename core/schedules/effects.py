"""What a job has really done that may hold for a time, or has ended what does, by its recorded steps. Pure."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import msgspec

from core.actions.payloads import ChannelLock, ChannelOverwrite, Endable, MemberBan, RoleGrant
from core.actions.undo import Act, BanDone, GrantDone, LockDone, OverwriteDone, UndoPayload
from core.discord.types import Overwrite, Snowflake
from core.jobs.schemas import Job, JobStep

BEGINS: Final = MappingProxyType(
    {
        "role.grant": "grant",
        "member.ban": "ban",
        "channel.lock": "lock",
        "channel.overwrite": "overwrite",
    }
)
"""Kinds that can hold for a time, and how their steps are called."""
ENDS: Final = MappingProxyType(
    {
        "role.revoke": ("revoke", "role.grant"),
        "member.unban": ("unban", "member.ban"),
        "channel.unlock": ("unlock", "channel.lock"),
    }
)
"""Kinds that end them, how their steps are called, and which they end."""
LAYERS: Final = frozenset({"channel.lock", "channel.overwrite"})
"""Kinds that write an overwrite, one over the other (`layers`)."""
_PAYLOADS: Final = MappingProxyType(
    {
        "role.grant": RoleGrant,
        "member.ban": MemberBan,
        "channel.lock": ChannelLock,
        "channel.overwrite": ChannelOverwrite,
    }
)


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """`subject` is the member or the channel. What is not `is_new` was so before. `is_late` is of the job's last round:
    one that was asked for once more tells of its earlier rounds as well. Of an overwrite it is known `whose` it is,
    what stood there `before`, and `since` when it was written."""

    kind: str
    target: str
    subject: Snowflake
    is_new: bool
    is_late: bool
    whose: Snowflake | None = None
    before: Overwrite | None = None
    since: datetime | None = None


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
        case ChannelOverwrite():
            return OverwriteDone(
                channel_id=action.channel_id,
                target_kind=action.target_kind,
                target_id=action.target_id,
                allow=action.allow,
                deny=action.deny,
            )


def kind_of(act: Act) -> str:
    return str(act.__struct_config__.tag)


def subjects_of(act: Act) -> tuple[Snowflake, ...]:
    return (act.channel_id,) if isinstance(act, LockDone | OverwriteDone) else act.member_ids


def target_of(done: UndoPayload, subject: Snowflake) -> str:
    match done.act:
        case GrantDone(role_id=role_id):
            return _of_role(role_id, subject)
        case OverwriteDone(target_id=target_id):
            return _layer(subject, target_id, done.job_id)
        case _:
            return subject


def targets_of(done: UndoPayload) -> tuple[str, ...]:
    return tuple(target_of(done, subject) for subject in subjects_of(done.act))


def layers_on(channel_id: Snowflake, whose: Snowflake) -> str:
    """How the targets begin of all that was written to this overwrite as a whole: each is that of one job."""
    return f"{channel_id}:{whose}:"


def _of_role(role_id: Snowflake, member_id: Snowflake) -> str:
    return f"{role_id}:{member_id}"


def _layer(channel_id: Snowflake, whose: Snowflake, job_id: uuid.UUID) -> str:
    return f"{layers_on(channel_id, whose)}{job_id}"


def _target(job: Job, subject: Snowflake) -> str:
    if job.kind == "channel.overwrite":
        return _layer(subject, job.payload["target_id"], job.id)
    role_id = job.payload.get("role_id")
    return subject if role_id is None else _of_role(role_id, subject)


def _effects(job: Job, steps: Sequence[JobStep]) -> Iterator[Effect]:
    doing, kind = (BEGINS[job.kind], job.kind) if job.kind in BEGINS else ENDS[job.kind]
    began = job.started_at
    looks = [_overwrite(step) for step in steps if step.id.partition(":")[0] == "look"]
    before = looks[-1] if looks else None
    is_layer = kind in LAYERS
    for step in steps:
        verb, _, member_id = step.id.partition(":")
        if verb != doing or step.state not in {"done", "outcome_unknown"}:
            continue
        subject = member_id or _channel_of(job.payload)
        yield Effect(
            kind=kind,
            target=_target(job, subject),
            subject=subject,
            is_new=step.state == "outcome_unknown" or bool(step.outcome),
            is_late=began is None or step.finished_at is None or step.finished_at >= began,
            whose=job.payload.get("target_id", job.guild_id) if is_layer else None,
            before=before if is_layer else None,
            since=step.intended_at if is_layer else None,
        )


def _channel_of(payload: dict[str, Any]) -> Snowflake:
    return payload["channel_id"]


def _overwrite(step: JobStep) -> Overwrite | None:
    return None if step.outcome is None else msgspec.json.decode(step.outcome.encode(), type=Overwrite)
