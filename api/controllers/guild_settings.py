"""How a guild is treated: drift, approval, what is protected, how long things are kept."""

from typing import Any

from litestar import Controller, Request, Response, get, patch

from api.bodies import body_of
from api.deps import Asker, Unit
from api.etags import etag_of, seen_in
from api.guards import needs
from api.media import MERGE_PATCH
from api.operations import operation
from api.params import GuildId
from api.schemas.guild_settings import EditGuildSettings, GuildSettings, changes_of, settings_of
from core.errors import Forbidden, NotFound, Stale
from core.guilds.options_service import StoredOptions
from core.rights import Right


class GuildSettingsController(Controller):
    path = "/guilds/{guild_id:str}/settings"
    tags = ("guilds",)

    @get(
        "/",
        guards=[needs(Right.SETTINGS_READ)],
        **operation("getGuildSettings", refuses=(NotFound, Forbidden), tagged=True),
    )
    async def settings(self, *, actor: Asker, unit: Unit, guild_id: GuildId) -> Response[GuildSettings]:
        """How Guildwright treats this guild."""
        return _tagged(await unit.guild_options.get(actor, guild_id))

    @patch(
        "/",
        guards=[needs(Right.SETTINGS_WRITE)],
        **operation(
            "editGuildSettings",
            body=EditGuildSettings,
            takes=MERGE_PATCH,
            refuses=(NotFound, Forbidden, Stale),
            conditional=True,
            tagged=True,
        ),
    )
    async def edit(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, guild_id: GuildId
    ) -> Response[GuildSettings]:
        """Change it: absent stays, null clears (RFC 7396). It acts at once."""
        changes = changes_of(await body_of(request, EditGuildSettings, media=MERGE_PATCH))
        seen = seen_in(request.headers.get("if-match"))
        return _tagged(await unit.guild_options.edit(actor, guild_id, changes, seen=seen))


def _tagged(stored: StoredOptions) -> Response[GuildSettings]:
    return Response(settings_of(stored), headers={"ETag": etag_of(stored.changed_at)})
