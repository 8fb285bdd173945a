"""Finding out, before a schedule is kept, whether what it wants could be done right now by its owner."""

from collections.abc import Sequence

from msgspec.structs import replace

from core.actions.authority import denials
from core.actions.payloads import OnChannels, OnMembers, OnMessages
from core.actions.scene import Denial, seen_scene
from core.actor import Actor
from core.announcements.jobs import AnnouncementPost
from core.announcements.previews import AnnouncementPreviewService
from core.errors import Conflict, Invalid, NotFound, Problem
from core.guilds.service import GuildService
from core.jobs.errors import GuildBusy
from core.schedules.asking import Asking, Savepoint
from core.schedules.owners import Owners
from core.schedules.payloads import ApplyScheduled, SchedulePayload

_PAYLOAD = "/payload"
_OF_THE_GUILD = frozenset({"guild_state"})
"""Conflicts that are none of the payload's."""
_PASSING = frozenset({"not_approved", "being_posted"})
"""What may be otherwise by the time of the first run."""


class Rehearsal:
    def __init__(
        self,
        *,
        owners: Owners,
        asking: Asking,
        guilds: GuildService,
        announcements: AnnouncementPreviewService,
        savepoint: Savepoint,
    ) -> None:
        self._owners = owners
        self._asking = asking
        self._guilds = guilds
        self._announcements = announcements
        self._savepoint = savepoint

    async def rehearse(self, owner: Actor, guild_id: str, payload: SchedulePayload) -> None:
        """Asks for it, and takes that back. Raises `Invalid` with the fields of the payload, and `Forbidden` where the
        owner may not. A guild that is busy now is no reason against a schedule."""
        actor = await self._owners.asker(owner)
        try:
            async with self._savepoint(keep=False):
                await self._asking.ask(actor, guild_id, payload)
        except GuildBusy:
            return
        except Invalid as refused:
            problems = tuple(map(_inside, refused.problems))
            raise Invalid(refused.message, code=refused.error_code, problems=problems) from refused
        except (Conflict, NotFound) as error:
            if error.error_code in _OF_THE_GUILD:
                raise
            if error.error_code not in _PASSING:
                field = _named_in(payload) if isinstance(error, NotFound) else None
                raise _would_fail(
                    Denial(code=error.error_code, message=error.message, field=field)
                ) from error
        if found := await self._denials(actor, guild_id, payload):
            raise _would_fail(*found)

    async def _denials(self, actor: Actor, guild_id: str, payload: SchedulePayload) -> Sequence[Denial]:
        """By the guild as it was last seen; what is about single members only the bot knows."""
        if isinstance(payload, AnnouncementPost):
            found = await self._announcements.denials_of(actor, payload.announcement_id)
            return [replace(each, field=_named_in(payload)) for each in found]
        if isinstance(payload, OnMessages | OnMembers | OnChannels):
            return tuple(denials(payload, seen_scene(await self._guilds.seen(guild_id), actor)))
        return ()


def _named_in(payload: SchedulePayload) -> str | None:
    """The field that names what there has to be."""
    match payload:
        case ApplyScheduled():
            return "template_id"
        case AnnouncementPost():
            return "announcement_id"
        case _:
            return None


def _inside(problem: Problem) -> Problem:
    """Pointers count from the schedule. Those of an action already do: it stands under `payload` there and here."""
    if problem.pointer.startswith(_PAYLOAD):
        return problem
    return replace(problem, pointer=f"{_PAYLOAD}{problem.pointer}")


def _would_fail(*denials: Denial) -> Invalid:
    problems = tuple(
        Problem(
            pointer=_PAYLOAD if each.field is None else f"{_PAYLOAD}/{each.field}",
            code=each.code,
            message=f"It would fail: {each.message}",
        )
        for each in denials
    )
    return Invalid(problems[0].message, problems=problems)
