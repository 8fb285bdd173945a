"""Plans as HTTP shows them."""

import uuid
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from api.schemas.plan_options import (
    Mappings,
    MaxDeletes,
    Mode,
    PlanArchive,
    PlanChoices,
    PlanExtras,
    PlanSelection,
    archive_of,
    extras_of,
    selection_of,
)
from api.schemas.steps import PlanStep, step_of
from api.schemas.templates import Notice, Values, notice_of
from api.schemas.values import Snowflake, Time
from core.discord.types import ChannelType
from core.templates import plan as core
from core.templates.schemas import StoredPlan

Action: TypeAlias = Literal["keep", "create", "edit", "move", "archive", "delete"]


class CreatePlan(PlanChoices, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`merge` leaves alone what the document does not name; `exact` does with it as `extras` say."""

    template_id: uuid.UUID
    version: Annotated[int, Meta(ge=1, description="The newest one if it is left out.")] | None = None
    mappings: Mappings = msgspec.field(default_factory=dict)
    values: Values = msgspec.field(default_factory=dict)


class CreateRollback(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan back to a snapshot; it is applied like any other."""

    snapshot_id: uuid.UUID
    max_deletes: MaxDeletes = 750
    mappings: Mappings = {}
    members: Annotated[
        bool, Meta(description="Whether members get back the roles that the snapshot keeps of them.")
    ] = False


class ApplyPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`hash` is the plan's as you saw it: another one is refused."""

    hash: str | None = None


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """Something in the guild that could be meant."""

    id: Snowflake
    name: str
    place: Annotated[str, Meta(description="Where a person finds it, in words.")]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Which of the candidates is which node? Make the plan again with the answer in `mappings`; until then it says
    nothing about these nodes and cannot be applied."""

    kind: Literal["role", "channel", "emoji", "sticker", "webhook", "automod_rule", "scheduled_event"]
    nodes: Annotated[tuple[str, ...], Meta(description="Keys of the document.")]
    candidates: tuple[Candidate, ...]
    message: str


class FieldChange(msgspec.Struct, frozen=True, kw_only=True):
    """One field as people read it."""

    field: str
    before: str | None
    after: str | None


class PlanNode(msgspec.Struct, frozen=True, kw_only=True):
    """`key` is null for what the document does not name, `id` for what does not exist yet; `type` is a channel's."""

    kind: Literal[
        "guild",
        "role",
        "channel",
        "emoji",
        "sticker",
        "webhook",
        "automod_rule",
        "scheduled_event",
        "onboarding",
        "welcome_screen",
    ]
    action: Action
    name: str
    key: str | None
    id: Snowflake | None
    type: ChannelType | None
    changes: tuple[FieldChange, ...]
    children: tuple["PlanNode", ...]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes to make a guild equal to a document or a snapshot. Equal plans have equal hashes; one with
    blockers cannot be applied; one without steps says that nothing is to be done."""

    id: uuid.UUID
    guild_id: Snowflake
    guild_revision: int
    template_id: uuid.UUID | None
    version: int | None
    values: Annotated[dict[str, str], Meta(description="Of the document's variables.")]
    snapshot_id: Annotated[uuid.UUID | None, Meta(description="Of a rollback.")]
    mode: Mode
    extras: PlanExtras
    archive: PlanArchive
    confirm_destructive: bool
    max_deletes: int
    mappings: dict[str, str]
    only: PlanSelection | None
    protected: Annotated[
        tuple[Snowflake, ...], Meta(description="Those that the guild protected then are among them.")
    ]
    hash: str
    is_empty: bool
    calls: Annotated[int, Meta(description="How many calls to Discord it takes.")]
    expected_seconds: float
    blockers: tuple[Notice, ...]
    warnings: tuple[Notice, ...]
    questions: tuple[Question, ...]
    tree: Annotated[
        tuple[PlanNode, ...], Meta(description="The whole guild to look at, what is kept included.")
    ]
    steps: Annotated[tuple[PlanStep, ...], Meta(description="In the order to do them.")]
    matched: Annotated[
        dict[str, Snowflake], Meta(description="Keys of the document and the ids they have here.")
    ]
    job_id: Annotated[uuid.UUID | None, Meta(description="The job that applies it, once one was asked for.")]
    created_at: Time


def plan_of(stored: StoredPlan) -> Plan:
    plan, options = stored.plan, stored.options
    return Plan(
        id=stored.id,
        guild_id=stored.guild_id,
        guild_revision=stored.guild_revision,
        template_id=stored.template_id,
        version=stored.version,
        values=stored.values,
        snapshot_id=stored.snapshot_id,
        mode=options.mode,
        extras=extras_of(options),
        archive=archive_of(options),
        confirm_destructive=options.confirm_destructive,
        max_deletes=options.max_deletes,
        mappings=options.mappings,
        only=selection_of(options),
        protected=options.protected,
        hash=plan.hash,
        is_empty=plan.is_empty,
        calls=plan.calls,
        expected_seconds=plan.expected_seconds,
        blockers=tuple(map(notice_of, plan.blockers)),
        warnings=tuple(map(notice_of, plan.warnings)),
        questions=tuple(map(question_of, plan.questions)),
        tree=tuple(map(node_of, plan.tree)),
        steps=tuple(map(step_of, plan.steps)),
        matched=plan.matched,
        job_id=stored.job_id,
        created_at=stored.created_at,
    )


def question_of(question: core.Question) -> Question:
    return Question(
        kind=question.kind,
        nodes=question.nodes,
        candidates=tuple(Candidate(id=c.id, name=c.name, place=c.place) for c in question.candidates),
        message=question.message,
    )


def node_of(node: core.PlanNode) -> PlanNode:
    return PlanNode(
        kind=node.kind,
        action=node.action,
        name=node.name,
        key=node.key,
        id=node.id,
        type=None if node.type is None else msgspec.convert(node.type, ChannelType),
        changes=tuple(FieldChange(field=c.field, before=c.before, after=c.after) for c in node.changes),
        children=tuple(map(node_of, node.children)),
    )
