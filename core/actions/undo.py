"""Taking back what was done for a time: what is asked for, by us alone, and what is told of it.

It restores what was before an act that its asker had every right to, and so needs nobody's rights once more: it is
bound to what that act is recorded to have done, and to nothing else.
"""

import uuid
from typing import Final, Literal, TypeAlias

import msgspec
from msgspec.structs import replace

from core.actor import SYSTEM, Actor
from core.discord.permissions import Permission
from core.discord.types import Snowflake
from core.jobs.spec import JobSpec
from core.rights import Right

UndoState = Literal["undone", "left", "failed"]


class GrantDone(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="role.grant"):
    role_id: Snowflake
    member_ids: tuple[Snowflake, ...]


class BanDone(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="member.ban"):
    member_ids: tuple[Snowflake, ...]


class LockDone(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="channel.lock"):
    channel_id: Snowflake


class OverwriteDone(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="channel.overwrite"):
    """What was written."""

    channel_id: Snowflake
    target_kind: Literal["role", "member"]
    target_id: Snowflake
    allow: tuple[str, ...]
    deny: tuple[str, ...]


Act: TypeAlias = GrantDone | BanDone | LockDone | OverwriteDone


class UndoPayload(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="action.undo"):
    """`job_id` is the job that did it, and the schedule that takes it back has the same id: each names the other."""

    job_id: uuid.UUID
    act: Act


class UndoOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """Of a member or a channel. What is `left` needs no undoing, or somebody has decided otherwise since; `code` and
    `message` tell which."""

    target_id: Snowflake
    state: UndoState
    code: str | None = None
    message: str | None = None


class Undone(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="action.undo"):
    """In the order in which it was done."""

    outcomes: tuple[UndoOutcome, ...]


UNDO: Final = JobSpec(
    kind="action.undo",
    payload=UndoPayload,
    result=Undone,
    bits=0,
    bot_bits=int(
        Permission.VIEW_CHANNEL | Permission.MANAGE_ROLES | Permission.BAN_MEMBERS | Permission.VIEW_AUDIT_LOG
    ),
    right=Right.SYSTEM_WRITE,
    priority=1,
)


def on_behalf_of(asker: Actor) -> Actor:
    """Us, naming whose act it is that ends."""
    return replace(SYSTEM, via="schedule", name=f"{SYSTEM.name} for {asker.name}")
