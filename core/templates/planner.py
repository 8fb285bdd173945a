"""Plans of a guild as it is at this moment, held against everything that is asked of them there."""

from collections.abc import Mapping

from msgspec.structs import replace

from core.actor import Actor
from core.clock import Clock
from core.discord.types import Snapshot, Snowflake
from core.errors import Stale
from core.guilds.options_service import GuildOptionsService
from core.guilds.schemas import GuildView
from core.images.service import ImageService
from core.policies.service import PolicyService
from core.templates.diff import diff
from core.templates.documents.document import Document
from core.templates.expectation import paced
from core.templates.judged import judged
from core.templates.models import PlanModel
from core.templates.plan import Plan, PlanOptions
from core.templates.resources.uploads import not_ready, pictures_of
from core.templates.staleness import changes_since, told
from core.templates.standing import bounded_by, require_unblocked


class Planner:
    def __init__(
        self, policies: PolicyService, options: GuildOptionsService, images: ImageService, clock: Clock
    ) -> None:
        self._policies = policies
        self._options = options
        self._images = images
        self._clock = clock

    async def plan(
        self,
        actor: Actor,
        view: GuildView,
        document: Document,
        bindings: Mapping[str, Snowflake],
        options: PlanOptions,
    ) -> Plan:
        """With what stands against it: its asker, the guild's rules, pictures, and how much may be made by now."""
        rules = await self._policies.of(view.guild.id)
        plan = diff(document, view.structure, bindings, view.powers, options)
        plan = judged(bounded_by(plan, view.structure, actor), view.structure, rules)
        plan = await self._with_pictures(plan, view.structure)
        return paced(plan, view.pace, self._clock())

    async def require_fresh(self, actor: Actor, model: PlanModel, view: GuildView) -> None:
        """Raises `Stale` where it would be another plan now, `Conflict` where something stands against it."""
        options = await self.with_protected(model.guild_id, model.options)
        if view.guild.revision != model.guild_revision or options != model.options:
            now = diff(model.document, view.structure, model.bindings, view.powers, options)
            if now.hash != model.plan.hash:
                changes = changes_since(model.plan, now)
                raise Stale(told(changes), code="plan_stale", problems=changes)
        rules = await self._policies.of(model.guild_id)
        require_unblocked(judged(bounded_by(model.plan, view.structure, actor), view.structure, rules))

    async def with_protected(self, guild_id: Snowflake, options: PlanOptions) -> PlanOptions:
        """Beside what the asker protects, what the guild does at this moment."""
        own = (await self._options.of(guild_id)).protected_ids
        return replace(options, protected=tuple(dict.fromkeys((*options.protected, *own))))

    async def _with_pictures(self, plan: Plan, guild: Snapshot) -> Plan:
        """With what stands against its pictures and its dates."""
        held = await self._images.held(pictures_of(plan))
        found = not_ready(plan, held, guild, self._clock())
        return replace(plan, blockers=(*plan.blockers, *found)) if found else plan
