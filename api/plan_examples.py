"""Examples of plans."""

import msgspec

from api.example_values import CATEGORY, GUILD, PLAN, ROLE, SNAPSHOT, TEMPLATE, THEN
from api.schemas.plan_options import PlanArchive, PlanExtras
from api.schemas.plans import ApplyPlan, CreatePlan, CreateRollback, FieldChange, Plan, PlanNode
from api.schemas.steps import ChannelWrite, CreateChannel, OverwriteWrite

_PLAN_SHOWN = Plan(
    id=PLAN,
    guild_id=GUILD,
    guild_revision=12,
    template_id=TEMPLATE,
    version=1,
    values={},
    snapshot_id=None,
    mode="merge",
    extras=PlanExtras(),
    archive=PlanArchive(),
    confirm_destructive=False,
    max_deletes=750,
    mappings={},
    only=None,
    protected=(),
    hash="8c0f0f2b7f7f4a55",
    is_empty=False,
    calls=1,
    expected_seconds=0.4,
    blockers=(),
    warnings=(),
    questions=(),
    tree=(
        PlanNode(
            kind="channel",
            action="create",
            name="mod-log",
            key="mod-log",
            id=None,
            type="text",
            changes=(FieldChange(field="topic", before=None, after="What was done, and by whom"),),
            children=(),
        ),
    ),
    steps=(
        CreateChannel(
            id="create_channel:mod-log",
            title="Create #mod-log",
            key="mod-log",
            fields=ChannelWrite(
                type="text",
                name="mod-log",
                parent_id=CATEGORY,
                overwrites=(OverwriteWrite(kind="role", id=GUILD, allow=(), deny=("view_channel",)),),
            ),
        ),
    ),
    matched={"back-office": CATEGORY, "staff": ROLE},
    job_id=None,
    created_at=THEN,
)

PLAN_EXAMPLES: tuple[msgspec.Struct, ...] = (
    CreatePlan(template_id=TEMPLATE),
    CreateRollback(snapshot_id=SNAPSHOT),
    _PLAN_SHOWN,
    ApplyPlan(hash=_PLAN_SHOWN.hash),
)
