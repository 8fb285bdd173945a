"""The version that a guild is meant to look like."""

from typing import Any

from litestar import Controller, Request, delete, get, put

from api.bodies import body_of
from api.deps import Asker, Unit
from api.guards import needs
from api.operations import operation
from api.params import GuildId
from api.schemas.active_versions import ActiveVersion, PutActiveVersion, active_version_of
from core.errors import Conflict, Forbidden, NotFound
from core.rights import Right


class ActiveVersionController(Controller):
    path = "/guilds/{guild_id:str}/active-version"
    tags = ("templates",)

    @get(
        "/",
        guards=[needs(Right.ACTIVE_VERSION_READ)],
        **operation("getActiveVersion", refuses=(NotFound, Forbidden)),
    )
    async def active(self, *, actor: Asker, unit: Unit, guild_id: GuildId) -> ActiveVersion:
        """The version that the guild is measured by. A job that has made the whole guild equal to a version makes it
        the active one."""
        return active_version_of(await unit.active_versions.get(actor, guild_id))

    @put(
        "/",
        guards=[needs(Right.ACTIVE_VERSION_WRITE)],
        **operation("putActiveVersion", body=PutActiveVersion, refuses=(NotFound, Forbidden, Conflict)),
    )
    async def put(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, guild_id: GuildId
    ) -> ActiveVersion:
        """Say what the guild is meant to look like. Nothing is applied."""
        wanted = await body_of(request, PutActiveVersion)
        return active_version_of(
            await unit.active_versions.put(
                actor, guild_id, wanted.template_id, wanted.version, values=wanted.values
            )
        )

    @delete(
        "/",
        guards=[needs(Right.ACTIVE_VERSION_WRITE)],
        **operation("deleteActiveVersion", refuses=(NotFound, Forbidden)),
    )
    async def delete(self, *, actor: Asker, unit: Unit, guild_id: GuildId) -> None:
        """Measure the guild by nothing any more."""
        await unit.active_versions.clear(actor, guild_id)
