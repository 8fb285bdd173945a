"""Guilds: what they are, what they look like, and asking the bot to look again."""

from typing import Annotated

from litestar import Controller, Response, get, post
from litestar.params import Parameter

from api.answers import Answer, accepted
from api.errors import InvalidParameter
from api.guards import signed_in
from api.idempotency import Once
from api.locations import job_at
from api.operations import operation
from api.paging import Limit
from api.schemas.guilds import Guild, GuildPage, GuildState, guild_of
from api.schemas.jobs import Job, job_of
from api.schemas.structure import Structure, structure_of
from core.actor import Actor
from core.discord.types import is_snowflake
from core.errors import Conflict, Forbidden, NotFound
from core.uow import UnitOfWork


class GuildController(Controller):
    path = "/guilds"
    tags = ("guilds",)
    guards = (signed_in,)

    @get("/", **operation("listGuilds"))
    async def guilds(
        self,
        actor: Actor,
        unit: UnitOfWork,
        state: GuildState | None = None,
        limit: Limit = 50,
        cursor: Annotated[str | None, Parameter(description="`next_cursor` of the page before.")] = None,
    ) -> GuildPage:
        """The guilds that the bot is or was in, by id."""
        if cursor is not None and not is_snowflake(cursor):
            raise InvalidParameter("cursor", "Give `next_cursor` of the page before.", code="format")
        page = await unit.guilds.list(actor, state=state, limit=limit, cursor=cursor)
        return GuildPage(items=tuple(map(guild_of, page.items)), next_cursor=page.next_cursor)

    @get("/{guild_id:str}", **operation("getGuild", refuses=(NotFound,)))
    async def guild(self, actor: Actor, unit: UnitOfWork, guild_id: str) -> Guild:
        """One guild."""
        return guild_of(await unit.guilds.get(actor, guild_id))

    @get("/{guild_id:str}/structure", **operation("getStructure", refuses=(NotFound, Forbidden)))
    async def structure(self, actor: Actor, unit: UnitOfWork, guild_id: str) -> Structure:
        """Settings, roles and channels as the bot last told of them."""
        return structure_of(await unit.guilds.view(actor, guild_id))

    @post(
        "/{guild_id:str}/sync",
        **operation(
            "syncGuild", statuses=(202, 200), refuses=(NotFound, Forbidden, Conflict), once=True, waits=True
        ),
    )
    async def sync(self, actor: Actor, unit: UnitOfWork, once: Once, guild_id: str) -> Response[Job]:
        """Ask the bot to read the guild again."""

        async def ask() -> Answer[Job]:
            job = await unit.guilds.request_sync(actor, guild_id)
            return accepted(job_of(job), job_at(job.id))

        return await once(ask)
