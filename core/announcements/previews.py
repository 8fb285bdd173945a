"""How an announcement would look if it were posted now. Writes nothing."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime

from core.actions.authority import denials
from core.actions.payloads import MessageCrosspost
from core.actions.scene import Denial, seen_scene
from core.actor import Actor
from core.announcements.checks import require_sound
from core.announcements.lookup import Timetable, visible
from core.announcements.remarks import remarks_of
from core.announcements.rendering import edit_of, names_in, rendered, send_of
from core.announcements.repository import AnnouncementRepository
from core.announcements.rows import draft_of, state_of
from core.announcements.schemas import AnnouncementDraft, Preview, Remark, VariableValue
from core.announcements.states import ApprovalState, approval_state, may_be_posted
from core.announcements.variables import NOTHING, Values, shown
from core.clock import Clock
from core.discord.types import Snowflake
from core.guilds.options_service import GuildOptionsService
from core.guilds.schemas import GuildView
from core.guilds.service import GuildService
from core.rights import Right

_ANY = "0"


class AnnouncementPreviewService:
    def __init__(
        self,
        announcements: AnnouncementRepository,
        *,
        guilds: GuildService,
        options: GuildOptionsService,
        timetable: Timetable,
        clock: Clock,
    ) -> None:
        self._announcements = announcements
        self._guilds = guilds
        self._options = options
        self._timetable = timetable
        self._clock = clock

    async def preview(
        self, actor: Actor, guild_id: Snowflake, draft: AnnouncementDraft, *, members: int | None = None
    ) -> Preview:
        """Of one that is not made yet. Raises `Invalid` as making it does. `members` is how many the guild has, for
        whoever knows."""
        actor.require(guild_id, Right.ANNOUNCEMENTS_READ)
        await self._guilds.known(actor, guild_id)
        require_sound(draft)
        all_wait = (await self._options.of(guild_id)).announcement_approval
        state = approval_state(1, None, is_required=all_wait or draft.needs_approval)
        return await self._preview(actor, guild_id, draft, state, members=members)

    async def preview_of(
        self, actor: Actor, announcement_id: uuid.UUID, *, members: int | None = None
    ) -> Preview:
        """As it stands."""
        model = await visible(self._announcements, actor, announcement_id)
        all_wait = (await self._options.of(model.guild_id)).announcement_approval
        state = state_of(model, all_wait=all_wait)
        next_at = await self._timetable.next_of(model.id)
        return await self._preview(
            actor, model.guild_id, draft_of(model), state, next_at=next_at, members=members
        )

    async def denials_of(self, actor: Actor, announcement_id: uuid.UUID) -> Sequence[Denial]:
        """What forbids the actor to post it, by the guild as it was last seen."""
        model = await visible(self._announcements, actor.unscoped(), announcement_id)
        return tuple(_denials(draft_of(model), await self._guilds.seen(model.guild_id), actor))

    async def _preview(
        self,
        actor: Actor,
        guild_id: Snowflake,
        draft: AnnouncementDraft,
        state: ApprovalState,
        *,
        members: int | None,
        next_at: datetime | None = None,
    ) -> Preview:
        view = await self._guilds.seen(guild_id)
        values = Values(
            guild_name=view.structure.settings.name,
            members=members,
            channel_id=draft.channel_id,
            channel_name=_channel_name(view, draft.channel_id),
            now=self._clock(),
            next=next_at,
        )
        message, names = rendered(draft.message, values), names_in(draft.message)
        warnings = [Remark(code=each.code, message=each.message) for each in _denials(draft, view, actor)]
        warnings += remarks_of(message, names, members=members is not None, next_time=next_at is not None)
        if not may_be_posted(state):
            what = "was rejected" if state == "rejected" else "waits to be approved"
            warnings.append(Remark(code="not_approved", message=f"It {what}, and is not posted before that."))
        return Preview(
            message=message,
            variables=tuple(VariableValue(name, shown(name, values)) for name in names),
            warnings=tuple(dict.fromkeys(warnings)),
            approval_state=state,
        )


def _denials(draft: AnnouncementDraft, view: GuildView, actor: Actor) -> Iterator[Denial]:
    scene = seen_scene(view, actor)
    found = [*denials(send_of(draft.channel_id, draft.message), scene)]
    if draft.repeats == "edit_last":
        found += denials(edit_of(draft.channel_id, _ANY, draft.message), scene)
    if draft.crosspost:
        found += denials(MessageCrosspost(channel_id=draft.channel_id, message_id=_ANY), scene)
    yield from dict.fromkeys(found)


def _channel_name(view: GuildView, channel_id: Snowflake) -> str:
    return next((each.name for each in view.structure.channels if each.id == channel_id), NOTHING)
