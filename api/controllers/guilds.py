"""Guilds: what they are, what they look like, and asking the bot to look again."""

from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.params import QueryParameter

from api.answers import Answer, accepted
from api.bodies import body_of
from api.deps import Asker, Once, Unit
from api.errors import InvalidParameter
from api.guards import needs
from api.locations import job_at
from api.operations import operation
from api.params import GuildId, Limit
from api.schemas.guilds import (
    Guild,
    GuildPage,
    GuildState,
    Reviewed,
    ReviewGuild,
    guild_of,
    reviewed_of,
)
from api.schemas.jobs import Job, job_of
from api.schemas.structure import Structure, structure_of
from core.discord.types import is_snowflake
from core.errors import Conflict, Forbidden, NotFound
from core.guilds.jobs import SYNC
from core.rights import Right

After = Annotated[str | None, QueryParameter(description="`next_cursor` of the page before.")]


class GuildController(Controller):
    path = "/guilds"
    tags = ("guilds",)

    @get("/", guards=[needs(Right.GUILDS_READ)], **operation("listGuilds"))
    async def guilds(
        self,
        *,
        actor: Asker,
        unit: Unit,
        in_state: Annotated[
            GuildState | None, QueryParameter(name="state", description="Only guilds in this state.")
        ] = None,
        limit: Limit = 50,
        cursor: After = None,
    ) -> GuildPage:
        """The guilds that the bot is or was in, by id."""
        if cursor is not None and not is_snowflake(cursor):
            raise InvalidParameter("cursor", "Give `next_cursor` of the page before.", code="format")
        page = await unit.guilds.list(actor, state=in_state, limit=limit, cursor=cursor)
        return GuildPage(items=tuple(map(guild_of, page.items)), next_cursor=page.next_cursor)

    @get("/{guild_id:str}", guards=[needs(Right.GUILDS_READ)], **operation("getGuild", refuses=(NotFound,)))
    async def guild(self, *, actor: Asker, unit: Unit, guild_id: GuildId) -> Guild:
        """One guild."""
        return guild_of(await unit.guilds.get(actor, guild_id))

    @get(
        "/{guild_id:str}/structure",
        guards=[needs(Right.STRUCTURE_READ)],
        **operation("getStructure", refuses=(NotFound, Forbidden)),
    )
    async def structure(self, *, actor: Asker, unit: Unit, guild_id: GuildId) -> Structure:
        """Settings, roles and channels as the bot last told of them."""
        return structure_of(await unit.guilds.view(actor, guild_id))

    @post(
        "/{guild_id:str}/approval",
        guards=[needs(Right.GUILDS_REVIEW)],
        **operation(
            "reviewGuild",
            body=ReviewGuild,
            statuses=(200,),
            refuses=(NotFound, Forbidden, Conflict),
            once=True,
        ),
    )
    async def review(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, once: Once, guild_id: GuildId
    ) -> Response[Reviewed]:
        """Decide whether anything may be done in a guild; for owners of this installation. `GET /guilds?state=pending`
        is the queue. A guild in which an owner is an administrator is approved when the bot joins it."""
        wanted = await body_of(request, ReviewGuild)

        async def decide() -> Answer[Reviewed]:
            decided = await unit.guild_reviews.decide(
                actor, guild_id, wanted.decision, reason=wanted.reason, leave=wanted.leave
            )
            return Answer(200, reviewed_of(decided))

        return await once(decide)

    @post(
        "/{guild_id:str}/sync",
        guards=[needs(SYNC.needed_right)],
        **operation(
            "syncGuild", statuses=(202, 200), refuses=(NotFound, Forbidden, Conflict), once=True, waits=True
        ),
    )
    async def sync(self, *, actor: Asker, unit: Unit, once: Once, guild_id: GuildId) -> Response[Job]:
        """Ask the bot to read the guild again."""

        async def ask() -> Answer[Job]:
            job = await unit.guild_syncs.request(actor, guild_id)
            return accepted(job_of(job), job_at(job.id))

        return await once(ask)
