"""One version for many guilds."""

from typing import Any

from litestar import Controller, Request, Response, post

from api.answers import Answer
from api.bodies import body_of
from api.deps import Asker, Once, Unit
from api.guards import needs
from api.operations import operation
from api.params import TemplateId
from api.schemas.plan_options import options_of
from api.schemas.rollouts import CreatePlans, PlanTable, row_of
from core.errors import NotFound
from core.rights import Right


class RolloutController(Controller):
    path = "/templates/{template_id:uuid}/plans"
    tags = ("plans",)

    @post(
        "/",
        guards=[needs(Right.PLANS_WRITE)],
        **operation("createPlans", body=CreatePlans, statuses=(200,), refuses=(NotFound,), once=True),
    )
    async def create(
        self,
        *,
        request: Request[Any, Any, Any],
        actor: Asker,
        unit: Unit,
        once: Once,
        template_id: TemplateId,
    ) -> Response[PlanTable]:
        """See what it would take in up to 50 guilds: one plan each and one table. A guild that cannot be planned for
        keeps no other from its plan; each plan is applied by itself."""
        wanted = await body_of(request, CreatePlans)

        async def make() -> Answer[PlanTable]:
            table = await unit.rollouts.plan(
                actor,
                template_id,
                wanted.guild_ids,
                version=wanted.version,
                options=options_of(wanted),
                mappings=wanted.mappings,
                values=wanted.values,
            )
            return Answer(200, PlanTable(items=tuple(map(row_of, table))))

        return await once(make)
