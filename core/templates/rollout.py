"""One version for many guilds: a plan for each, and one table of them. Each is confirmed and applied by itself."""

import uuid
from collections.abc import Mapping, Sequence

import msgspec
from msgspec.structs import replace

from core.actor import Actor
from core.discord.types import Snowflake
from core.errors import GuildwrightError
from core.rights import Right
from core.templates.plan import PlanOptions
from core.templates.planning import PlanService
from core.templates.schemas import StoredPlan
from core.templates.versions import TemplateVersionService


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why a guild has no plan."""

    code: str
    message: str


class GuildPlan(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table."""

    guild_id: Snowflake
    outcome: StoredPlan | Refusal


class RolloutService:
    def __init__(self, versions: TemplateVersionService, plans: PlanService) -> None:
        self._versions = versions
        self._plans = plans

    async def plan(
        self,
        actor: Actor,
        template_id: uuid.UUID,
        guild_ids: Sequence[Snowflake],
        *,
        version: int | None = None,
        options: PlanOptions,
        mappings: Mapping[Snowflake, Mapping[str, Snowflake]],
        values: Mapping[Snowflake, Mapping[str, str]],
    ) -> tuple[GuildPlan, ...]:
        """In the order of the guilds, each of them once. The same version for all, also when it is not named; answers
        to questions and values of variables are each guild's own."""
        actor.require_scope(Right.PLANS_WRITE)
        number = (await self._versions.get(actor.unscoped(), template_id, version)).info.number
        return tuple(
            [
                GuildPlan(
                    guild_id=guild_id,
                    outcome=await self._outcome(
                        actor,
                        guild_id,
                        template_id,
                        number,
                        options=replace(options, mappings=dict(mappings.get(guild_id, {}))),
                        values=values.get(guild_id, {}),
                    ),
                )
                for guild_id in dict.fromkeys(guild_ids)
            ]
        )

    async def _outcome(
        self,
        actor: Actor,
        guild_id: Snowflake,
        template_id: uuid.UUID,
        number: int,
        *,
        options: PlanOptions,
        values: Mapping[str, str],
    ) -> StoredPlan | Refusal:
        try:
            return await self._plans.create(actor, guild_id, template_id, number, options, values=values)
        except GuildwrightError as error:
            return Refusal(code=error.error_code, message=error.message)
