"""What drift asks of the bot."""

import uuid

import msgspec

from core.discord.permissions import Permission
from core.discord.types import Snowflake
from core.drift.concession import LeftField
from core.jobs.spec import JobSpec
from core.rights import Right
from core.templates.jobs import APPLY


class DriftRevertPayload(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="drift.revert"):
    """Puts nodes back to what a version says of them, and the guild's own settings where `guild` says so, but for the
    fields that are `left`. Nothing is deleted."""

    template_id: uuid.UUID
    version: int
    nodes: tuple[str, ...] = ()
    guild: bool = False
    left: tuple[LeftField, ...] = ()


class DriftRevertResult(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="drift.revert"):
    """`created` maps the document's keys to the ids of what was made again."""

    created: dict[str, Snowflake]
    calls: int


DRIFT_REVERT = JobSpec(
    kind="drift.revert",
    payload=DriftRevertPayload,
    result=DriftRevertResult,
    bits=int(Permission.ADMINISTRATOR),
    right=Right.PLANS_APPLY,
    bot_bits=APPLY.bot_bits,
    structural=True,
)
