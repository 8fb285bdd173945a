"""The end of what was done for a time, as HTTP shows it. Nobody asks for it: it comes of itself."""

import uuid
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from api.schemas.values import Permissions, Snowflake


class GrantDone(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="role.grant"):
    """The members who may have got the role by the job."""

    role_id: Snowflake
    member_ids: tuple[Snowflake, ...]


class BanDone(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="member.ban"):
    """The users whom the job may have banned."""

    member_ids: tuple[Snowflake, ...]


class LockDone(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="channel.lock"):
    """The channel that the job has locked."""

    channel_id: Snowflake


class OverwriteDone(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="channel.overwrite"):
    """The overwrite that the job has written, and what it says."""

    channel_id: Snowflake
    target_kind: Literal["role", "member"]
    target_id: Snowflake
    allow: Permissions
    deny: Permissions


ActDone: TypeAlias = GrantDone | BanDone | LockDone | OverwriteDone


class UndoPayload(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="action.undo"):
    """Take back what a job has done for a time, where it is still as that left it."""

    job_id: Annotated[uuid.UUID, Meta(description="The job that did it.")]
    act: ActDone


class UndoOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one member or the channel. What is `left` needed no undoing, or somebody has decided otherwise
    since: `code` is `already`, `changed`, `prolonged` by a later job, or says that it is gone (`unknown_member`,
    `unknown_role`, `unknown_channel`)."""

    target_id: Annotated[Snowflake, Meta(description="The member or the channel.")]
    state: Literal["undone", "left", "failed"]
    code: str | None = None
    message: str | None = None


class UndoResult(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="action.undo"):
    """What was taken back, and what was left."""

    outcomes: tuple[UndoOutcome, ...]
