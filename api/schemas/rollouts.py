"""Plans of one version for many guilds, as HTTP shows them."""

import uuid
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from api.schemas.plan_options import Mappings, PlanChoices
from api.schemas.plans import Question, question_of
from api.schemas.templates import Notice, Values, notice_of
from api.schemas.values import Snowflake
from core.templates import rollout as core
from core.templates.plan import deletes_of
from core.templates.schemas import StoredPlan

GuildIds: TypeAlias = Annotated[tuple[Snowflake, ...], Meta(min_length=1, max_length=50)]

GuildMappings: TypeAlias = Annotated[dict[Snowflake, Mappings], Meta(max_length=50, description="By guild.")]
GuildValues: TypeAlias = Annotated[dict[Snowflake, Values], Meta(max_length=50, description="By guild.")]


class CreatePlans(PlanChoices, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same version for all these guilds; what is chosen is as for one plan, each guild by itself."""

    guild_ids: GuildIds
    version: Annotated[int, Meta(ge=1, description="The newest one if it is left out.")] | None = None
    mappings: Annotated[dict[Snowflake, Mappings], Meta(max_length=50, description="By guild.")] = (
        msgspec.field(default_factory=dict)
    )
    values: Annotated[dict[Snowflake, Values], Meta(max_length=50, description="By guild.")] = msgspec.field(
        default_factory=dict
    )


class PlanRefusal(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    message: str


class PlanRow(msgspec.Struct, frozen=True, kw_only=True):
    """One guild: its plan in numbers, or the problem that stands in the way of one. The plan is applied like any
    other."""

    guild_id: Snowflake
    plan_id: uuid.UUID | None = None
    hash: str | None = None
    calls: int | None = None
    expected_seconds: float | None = None
    deletes: int | None = None
    blockers: tuple[Notice, ...] = ()
    warnings: tuple[Notice, ...] = ()
    questions: tuple[Question, ...] = ()
    problem: PlanRefusal | None = None


class PlanTable(msgspec.Struct, frozen=True):
    """In the order of the guilds that were asked for."""

    items: tuple[PlanRow, ...]


def row_of(line: core.GuildPlan) -> PlanRow:
    if isinstance(line.outcome, StoredPlan):
        return _planned(line.outcome)
    refusal = PlanRefusal(code=line.outcome.code, message=line.outcome.message)
    return PlanRow(guild_id=line.guild_id, problem=refusal)


def _planned(stored: StoredPlan) -> PlanRow:
    plan = stored.plan
    return PlanRow(
        guild_id=stored.guild_id,
        plan_id=stored.id,
        hash=plan.hash,
        calls=plan.calls,
        expected_seconds=plan.expected_seconds,
        deletes=len(deletes_of(plan)),
        blockers=tuple(map(notice_of, plan.blockers)),
        warnings=tuple(map(notice_of, plan.warnings)),
        questions=tuple(map(question_of, plan.questions)),
    )
