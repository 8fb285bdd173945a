"""What templates ask of the bot."""

import uuid

import msgspec

from core.actions.results import MemberOutcome
from core.discord.permissions import Permission
from core.discord.types import Snowflake
from core.jobs.spec import JobSpec
from core.rights import Right
from core.templates.report import StepOutcome, Tightened


class ApplyPayload(msgspec.Struct, frozen=True, tag_field="kind", tag="template.apply"):
    """The plan to apply, confirmed by whoever asks."""

    plan_id: uuid.UUID


class RestoreMembersPayload(msgspec.Struct, frozen=True, tag_field="kind", tag="template.restore_members"):
    """`id_map` has the roles of the snapshot that are others now, and which."""

    snapshot_id: uuid.UUID
    id_map: dict[Snowflake, Snowflake] = {}


class RestoreMembersResult(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="template.restore_members"
):
    """How many members got their roles back, had them, or are no members any more; and who could not be given them."""

    restored: int
    unchanged: int
    absent: int
    failed: tuple[MemberOutcome, ...] = ()


class ApplyResult(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="template.apply"):
    """`created` maps the document's keys to the ids of what was made; `snapshot_id` is the guild as it was before.
    `calls` counts the steps of all attempts. `is_equal` tells that planning again found nothing left to do.

    After a rollback `id_map` has the ids that are in its snapshot and are others now, and `members_job_id` is the job
    that gives members their roles back, where that was wanted. `outcomes` and `tightened` are of
    what was not done to its end.
    """

    created: dict[str, Snowflake]
    snapshot_id: uuid.UUID | None
    calls: int
    is_equal: bool
    id_map: dict[Snowflake, Snowflake] = {}
    members_job_id: uuid.UUID | None = None
    outcomes: tuple[StepOutcome, ...] = ()
    tightened: tuple[Tightened, ...] = ()


APPLY = JobSpec(
    kind="template.apply",
    payload=ApplyPayload,
    result=ApplyResult,
    bits=int(Permission.ADMINISTRATOR),
    right=Right.PLANS_APPLY,
    bot_bits=int(
        Permission.MANAGE_ROLES
        | Permission.MANAGE_CHANNELS
        | Permission.MANAGE_GUILD
        | Permission.VIEW_AUDIT_LOG
        | Permission.VIEW_CHANNEL
        | Permission.CONNECT
    ),
    structural=True,
)
RESTORE_MEMBERS = JobSpec(
    kind="template.restore_members",
    payload=RestoreMembersPayload,
    result=RestoreMembersResult,
    bits=int(Permission.ADMINISTRATOR),
    right=Right.PLANS_APPLY,
    bot_bits=int(Permission.MANAGE_ROLES),
)
