"""Which two states somebody wants compared, looked up with what they may see."""

import uuid
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from core.actor import Actor
from core.discord.types import Snapshot, Snowflake
from core.errors import Invalid
from core.guilds.service import GuildService
from core.guilds.snapshots import SnapshotService
from core.rights import Right
from core.templates.active import ActiveVersionService
from core.templates.comparison import Comparison, Seen, Side, compare
from core.templates.documents.document import Document
from core.templates.documents.parse import Draft, resolved
from core.templates.documents.variables import values_for
from core.templates.repository import BindingRepository
from core.templates.versions import TemplateVersionService


class OfVersion(msgspec.Struct, frozen=True, kw_only=True):
    """The newest one unless it is named."""

    template_id: uuid.UUID
    version: int | None = None
    values: dict[str, str] = {}


class OfDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A document that is stored nowhere."""

    draft: Draft
    values: dict[str, str] = {}


class OfGuild(msgspec.Struct, frozen=True, kw_only=True):
    """As it was last seen, or as it was in one of its snapshots."""

    guild_id: Snowflake
    snapshot_id: uuid.UUID | None = None


Wanted: TypeAlias = OfVersion | OfGuild | OfDraft


class ComparisonService:
    def __init__(
        self,
        bindings: BindingRepository,
        *,
        versions: TemplateVersionService,
        active: ActiveVersionService,
        guilds: GuildService,
        snapshots: SnapshotService,
    ) -> None:
        self._bindings = bindings
        self._versions = versions
        self._active = active
        self._guilds = guilds
        self._snapshots = snapshots

    async def compare(self, actor: Actor, left: Wanted, right: Wanted) -> Comparison:
        """What would change from left to right. Variables of a document are as given; else as the guild on the other
        side keeps them for the template, or as they were given to the other document; else their defaults. Raises what
        reading either of them raises, and `Invalid` with pointers such as `/left/values/name`."""
        actor.require_scope(Right.TEMPLATES_READ)
        pairs = {"left": (left, right), "right": (right, left)}
        sides: dict[str, Side] = {}
        # Guilds first: nothing of what they keep is used for somebody who may not know of them.
        for name in sorted(pairs, key=lambda name: not isinstance(pairs[name][0], OfGuild)):
            sides[name] = await self._side(actor, *pairs[name], name)
        return compare(sides["left"], sides["right"])

    async def _side(self, actor: Actor, wanted: Wanted, other: Wanted, name: str) -> Side:
        match wanted:
            case OfGuild():
                known: dict[str, Snowflake] = {}
                if isinstance(other, OfVersion):
                    known = await self._bindings.of(wanted.guild_id, other.template_id)
                return Seen(snapshot=await self._seen(actor, wanted), known=known)
            case OfVersion():
                version = await self._versions.get(actor, wanted.template_id, wanted.version)
                return _filled(version.draft, wanted.values, await self._kept(wanted, other), name)
            case OfDraft():
                return _filled(wanted.draft, wanted.values, await self._kept(wanted, other), name)

    async def _kept(self, wanted: OfVersion | OfDraft, other: Wanted) -> dict[str, str]:
        if not isinstance(other, OfGuild):
            return other.values
        active = await self._active.of(other.guild_id)
        is_of_template = isinstance(wanted, OfVersion) and active and active.template_id == wanted.template_id
        return active.values if active and is_of_template else {}

    async def _seen(self, actor: Actor, wanted: OfGuild) -> Snapshot:
        if wanted.snapshot_id is None:
            return (await self._guilds.view(actor, wanted.guild_id)).structure
        return (await self._snapshots.get(actor, wanted.guild_id, wanted.snapshot_id)).content


def _filled(draft: Draft, given: dict[str, str], kept: dict[str, str], side: str) -> Document:
    try:
        return resolved(draft, values_for(draft.variables, given, kept))
    except Invalid as invalid:
        problems = tuple(
            replace(problem, pointer=f"/{side}{problem.pointer}") for problem in invalid.problems
        )
        raise Invalid(invalid.message, code=invalid.error_code, problems=problems) from None
