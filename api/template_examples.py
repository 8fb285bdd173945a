"""Examples of what is asked and answered about templates beside their documents."""

import uuid
from datetime import UTC, datetime

import msgspec

from api.schemas.active_versions import ActiveVersion, PutActiveVersion
from api.schemas.diffs import CreateDiff, Diff, DiffGuild, DiffVersion
from api.schemas.operations import (
    AddNode,
    AddVariable,
    MoveNode,
    RemoveNode,
    RemoveVariable,
    RenameKey,
    RenameVariable,
    SetFields,
    SetGuild,
    SetVariable,
)
from api.schemas.plans import FieldChange, PlanNode
from api.schemas.rollouts import CreatePlans, PlanRefusal, PlanRow, PlanTable
from api.schemas.templates import CopyTemplate, TemplateOrigin

_THEN = datetime(2026, 3, 1, 12, tzinfo=UTC)
_TEMPLATE, _JOB = (uuid.UUID(f"0195516f-2c00-7000-8000-{number:012d}") for number in (3, 6))

TEMPLATE_EXAMPLES: tuple[msgspec.Struct, ...] = (
    TemplateOrigin(template_id=_TEMPLATE, version=2, latest_version=3),
    CopyTemplate(version=2, name="Community, ours", note="Before we make it our own"),
    ActiveVersion(
        guild_id="197038439483310086",
        template_id=_TEMPLATE,
        version=2,
        values={"name": "Harbour"},
        since=_THEN,
        job_id=_JOB,
    ),
    CreateDiff(
        left=DiffVersion(template_id=_TEMPLATE, version=1), right=DiffGuild(guild_id="197038439483310086")
    ),
    Diff(
        is_equal=False,
        warnings=(),
        tree=(
            PlanNode(
                kind="role",
                action="edit",
                name="Staff",
                key="staff",
                id=None,
                type=None,
                changes=(FieldChange(field="color", before="#e67e22", after="#e74c3c"),),
                children=(),
            ),
        ),
    ),
    CreatePlans(guild_ids=("197038439483310086", "197038439483310099"), version=2),
    PlanTable(
        items=(
            PlanRow(
                guild_id="197038439483310086",
                plan_id=uuid.UUID("0195516f-2c00-7000-8000-000000000005"),
                hash="5f9c",
                calls=3,
                expected_seconds=0.75,
                deletes=0,
            ),
            PlanRow(
                guild_id="197038439483310099",
                problem=PlanRefusal(code="not_found", message="There is no guild 197038439483310099."),
            ),
        )
    ),
    SetFields(key="staff", fields={"color": "#e74c3c"}, unset=("hoist",)),
    SetGuild(fields={"name": "Harbour"}),
    AddNode(
        section="channels",
        node={"key": "mod-chat", "type": "text", "name": "mod-chat", "overwrites": "synced"},
        into="back-office",
    ),
    RemoveNode(key="mod-log"),
    MoveNode(key="mod-log", before="general"),
    RenameKey(key="staff", to="team"),
    AddVariable(variable={"name": "community", "description": "What it is called", "example": "Harbour"}),
    SetVariable(name="community", fields={"default": "Harbour"}, unset=("example",)),
    RenameVariable(name="community", to="name"),
    RemoveVariable(name="community"),
    PutActiveVersion(template_id=_TEMPLATE, version=2),
)
