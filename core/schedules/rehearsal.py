"""Finding out, before a schedule is kept, whether what it wants could be done right now by its owner."""

from collections.abc import Sequence

from msgspec.structs import replace

from core.actions.authority import denials
from core.actions.payloads import Action, OnChannels, OnMembers, OnMessages
from core.actions.scene import Denial, Party, Scene, asker_party, bot_party
from core.actor import Actor
from core.discord.types import Member
from core.errors import Conflict, Invalid, NotFound, Problem
from core.guilds.service import GuildService
from core.jobs.errors import GuildBusy
from core.schedules.asking import Asking, Savepoint
from core.schedules.owners import Owners
from core.schedules.payloads import SchedulePayload

_PAYLOAD = "/payload"
_OF_THE_GUILD = frozenset({"guild_state"})
"""Conflicts that are none of the payload's."""


class Rehearsal:
    def __init__(self, *, owners: Owners, asking: Asking, guilds: GuildService, savepoint: Savepoint) -> None:
        self._owners = owners
        self._asking = asking
        self._guilds = guilds
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
            raise _would_fail(error.error_code, error.message) from error
        if isinstance(payload, OnMessages | OnMembers | OnChannels):
            for denial in await self._denials(actor, guild_id, payload):
                raise _would_fail(denial.code, denial.message)

    async def _denials(self, actor: Actor, guild_id: str, action: Action) -> Sequence[Denial]:
        """By the guild as it was last seen; what is about single members only the bot knows."""
        view = await self._guilds.seen(guild_id)
        bot = Member(user_id=view.powers.user_id, role_ids=view.powers.role_ids)
        parties: list[Party] = [bot_party(bot)]
        standing = actor.standing_in(guild_id)
        if not actor.is_owner and standing is not None and actor.discord_user_id is not None:
            member = Member(user_id=actor.discord_user_id, role_ids=standing.role_ids)
            parties.append(asker_party(actor.name, member))
        return tuple(denials(action, Scene(guild=view.structure, parties=tuple(parties))))


def _inside(problem: Problem) -> Problem:
    """Pointers count from the schedule. Those of an action already do: it stands under `payload` there and here."""
    if problem.pointer.startswith(_PAYLOAD):
        return problem
    return replace(problem, pointer=f"{_PAYLOAD}{problem.pointer}")


def _would_fail(code: str, message: str) -> Invalid:
    said = f"It would fail: {message}"
    return Invalid(said, problems=(Problem(pointer=_PAYLOAD, code=code, message=said),))
