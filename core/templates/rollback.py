"""What is true of going back to a snapshot only."""

from collections.abc import Mapping

from msgspec.structs import replace

from core.discord.types import Snowflake
from core.templates.plan import CreateChannel, Notice, Plan

_LOST = Notice(
    code="history_not_restored",
    message="Channels that were deleted since come back empty and with new ids: message history is not restored.",
)


def warned(plan: Plan) -> Plan:
    """Says what a rollback cannot bring back."""
    makes = any(isinstance(step, CreateChannel) and step.fields.type != "category" for step in plan.steps)
    return replace(plan, warnings=(*plan.warnings, _LOST)) if makes else plan


def changed_ids(
    captured: Mapping[str, Snowflake], ids: Mapping[str, Snowflake]
) -> dict[Snowflake, Snowflake]:
    """From the ids that the snapshot has to those of now, where they differ; both are by the document's keys."""
    return {old: ids[key] for key, old in captured.items() if ids.get(key, old) != old}
