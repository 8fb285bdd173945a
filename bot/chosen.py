"""What people meant by what they typed, or chose from a list."""

from uuid import UUID

from core.actor import Actor
from core.discord.types import Snowflake
from core.errors import Conflict, NotFound
from core.paging import Paging
from core.templates.schemas import AwaitedPlan, Template
from core.uow import UnitOfWork

# Far more than people choose among; the newest come first.
MOST_TEMPLATES = 1000


def id_of(text: str, what: str) -> UUID:
    try:
        return UUID(text.strip())
    except ValueError:
        raise NotFound(f"“{text}” is no {what}'s id: choose one from the list while you type.") from None


async def usable(unit: UnitOfWork, actor: Actor) -> list[Template]:
    """Those that the actor may see, newest first."""
    found: list[Template] = []
    paging = Paging(limit=200)
    while len(found) < MOST_TEMPLATES:
        page = await unit.templates.list(actor, paging)
        found.extend(page.items)
        if page.next_cursor is None:
            break
        paging = Paging(limit=200, cursor=UUID(page.next_cursor))
    return found


async def find(unit: UnitOfWork, actor: Actor, text: str) -> Template:
    """By the id that a completion stands for, or by a name that was typed out."""
    try:
        return await unit.templates.get(actor, UUID(text))
    except ValueError:
        wanted = text.strip().casefold()
    named = [each for each in await usable(unit, actor) if each.name.casefold() == wanted]
    if not named:
        raise NotFound(f"There is no template “{text}” that you may see.")
    if len(named) > 1:
        raise Conflict(
            f"{len(named)} templates are called “{text}”: choose one from the list while you type."
        )
    return named[0]


async def awaiting_one(unit: UnitOfWork, actor: Actor, guild_id: Snowflake, text: str | None) -> AwaitedPlan:
    """The plan that waits for approval and was meant; the only one where nothing was typed."""
    found = list(await unit.plan_approvals.waiting(actor, guild_id))
    if text is not None:
        plan_id = id_of(text, "plan")
        found = [each for each in found if each.stored.id == plan_id]
    if not found:
        raise NotFound(
            "No such plan waits for approval here." if text else "No plan waits for approval here."
        )
    if len(found) > 1:
        raise Conflict(f"{len(found)} plans wait for approval: choose one from the list while you type.")
    return found[0]
