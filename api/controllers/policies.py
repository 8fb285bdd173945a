"""Rules that a guild keeps, and who sees and may do what in it."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get, put
from litestar.params import QueryParameter

from api.bodies import body_of
from api.deps import Asker, Unit
from api.etags import etag_of, seen_in
from api.guards import needs
from api.operations import operation
from api.params import SNOWFLAKE, GuildId
from api.schemas.policies import Policies, PutPolicies, Visibility, policies_of, rules_of, visibility_of
from core.errors import Conflict, Forbidden, NotFound, Stale
from core.policies.service import NEVER
from core.policies.service import Policies as CorePolicies
from core.rights import Right

RoleIds = Annotated[
    list[str] | None,
    QueryParameter(
        name="role_id",
        max_items=250,
        description="A role that this somebody has, by id; repeat it for several. With a plan also `$` and the key of "
        "a role that it makes. None: what everybody may do.",
    ),
]
MemberId = Annotated[
    str | None,
    QueryParameter(
        pattern=SNOWFLAKE,
        description="Whose own overwrites count as well. Without any `role_id` they have the roles that they were "
        "last seen with: those of now of who has access here or has ever logged in, those of the last capture with "
        "`members` of others. `roles_seen_at` tells when that was.",
    ),
]
OfPlan = Annotated[UUID | None, QueryParameter(description="Also what it will be when this plan is done.")]


class PolicyController(Controller):
    path = "/guilds/{guild_id:str}"
    tags = ("guilds",)

    @get(
        "/policies",
        guards=[needs(Right.POLICIES_READ)],
        **operation("getPolicies", refuses=(NotFound, Forbidden), tagged=True),
    )
    async def policies(self, *, actor: Asker, unit: Unit, guild_id: GuildId) -> Response[Policies]:
        """The guild's rules, and where it breaks them now."""
        return _tagged(await unit.policies.get(actor, guild_id))

    @put(
        "/policies",
        guards=[needs(Right.POLICIES_WRITE)],
        **operation(
            "putPolicies",
            body=PutPolicies,
            refuses=(NotFound, Forbidden, Stale),
            conditional=True,
            tagged=True,
        ),
    )
    async def put_policies(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, guild_id: GuildId
    ) -> Response[Policies]:
        """Replace the guild's rules. A plan that would newly break one cannot be applied; what breaks one by hand is
        written into the audit log, and told where the guild wants alerts."""
        rules = rules_of(await body_of(request, PutPolicies))
        seen = seen_in(request.headers.get("if-match"))
        return _tagged(await unit.policies.put(actor, guild_id, rules, seen=seen))

    @get(
        "/visibility",
        guards=[needs(Right.STRUCTURE_READ)],
        **operation("getVisibility", refuses=(NotFound, Forbidden, Conflict)),
    )
    async def visibility(
        self,
        *,
        actor: Asker,
        unit: Unit,
        guild_id: GuildId,
        role_ids: RoleIds = None,
        member_id: MemberId = None,
        plan_id: OfPlan = None,
    ) -> Visibility:
        """Who sees and may do what in each channel: now, and when a plan is done."""
        roles = tuple(dict.fromkeys(role_ids or ()))
        revision, found = await unit.plans.visibility(
            actor, guild_id, roles=roles, member=member_id, plan_id=plan_id
        )
        return visibility_of(
            found,
            guild_id=guild_id,
            revision=revision,
            member_id=member_id,
            plan_id=plan_id,
        )


def _tagged(policies: CorePolicies) -> Response[Policies]:
    return Response(policies_of(policies), headers={"ETag": etag_of(policies.updated_at or NEVER)})
