"""Which two states somebody wants compared, looked up with what they may see."""

import uuid
from typing import TypeAlias

import msgspec

from core.actor import Actor
from core.discord.types import Snapshot, Snowflake
from core.guilds.service import GuildService
from core.guilds.snapshots import SnapshotService
from core.templates.comparison import Comparison, Seen, Side, compare
from core.templates.documents.document import Document
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
        self,
        bindings: BindingRepository,
        *,
        templates: TemplateService,
        guilds: GuildService,
        snapshots: SnapshotService,
    ) -> None:
        self._bindings = bindings
        self._templates = templates
        self._guilds = guilds
        self._snapshots = snapshots

    async def compare(self, actor: Actor, left: Wanted, right: Wanted) -> Comparison:
        """What would change from left to right. Raises what reading either of them raises."""
        return compare(await self._side(actor, left, right), await self._side(actor, right, left))

    async def _side(self, actor: Actor, wanted: Wanted, other: Wanted) -> Side:
        match wanted:
            case OfVersion():
                version = await self._templates.version(actor, wanted.template_id, wanted.version)
                return version.document
            case OfGuild():
                known: dict[str, Snowflake] = {}
                if isinstance(other, OfVersion):
                    known = await self._bindings.of(wanted.guild_id, other.template_id)
                return Seen(snapshot=await self._seen(actor, wanted), known=known)
            case Document():
                return wanted

    async def _seen(self, actor: Actor, wanted: OfGuild) -> Snapshot:
        if wanted.snapshot_id is None:
            return (await self._guilds.view(actor, wanted.guild_id)).structure
        return (await self._snapshots.get(actor, wanted.guild_id, wanted.snapshot_id)).content
