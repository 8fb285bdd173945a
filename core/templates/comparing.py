"""Which two states somebody wants compared, looked up with what they may see."""

import uuid
from typing import TypeAlias

import msgspec

from core.actor import Actor
from core.discord.types import Snowflake
from core.guilds.service import GuildService
from core.templates.comparison import Comparison, Seen, Side, compare
from core.templates.document import Document
from core.templates.repository import BindingRepository
from core.templates.service import TemplateService


class OfVersion(msgspec.Struct, frozen=True, kw_only=True):
    """The newest one unless it is named."""

    template_id: uuid.UUID
    version: int | None = None


class OfGuild(msgspec.Struct, frozen=True, kw_only=True):
    """As it was last seen, or as it was in one of its snapshots."""

    guild_id: Snowflake
    snapshot_id: uuid.UUID | None = None


Wanted: TypeAlias = OfVersion | OfGuild | Document


class ComparisonService:
    def __init__(
        self, bindings: BindingRepository, *, templates: TemplateService, guilds: GuildService
    ) -> None:
        self._bindings = bindings
        self._templates = templates
        self._guilds = guilds

    async def compare(self, actor: Actor, left: Wanted, right: Wanted) -> Comparison:
        """What would change from left to right. Raises what reading either of them raises."""
        return compare(await self._side(actor, left, right), await self._side(actor, right, left))

    async def _side(self, actor: Actor, wanted: Wanted, other: Wanted) -> Side:
        match wanted:
            case OfVersion(template_id=template_id, version=number):
                return (await self._templates.version(actor, template_id, number)).document
            case OfGuild(guild_id=guild_id, snapshot_id=None):
                seen = (await self._guilds.view(actor, guild_id)).structure
            case OfGuild(guild_id=guild_id, snapshot_id=snapshot_id):
                seen = (await self._guilds.snapshot(actor, guild_id, snapshot_id)).content
            case Document():
                return wanted
        known: dict[str, Snowflake] = {}
        if isinstance(other, OfVersion):
            known = await self._bindings.of(guild_id, other.template_id)
        return Seen(snapshot=seen, known=known)
