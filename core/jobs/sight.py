"""Who sees which jobs: those they asked for, and all of guilds in which they may."""

import uuid

import msgspec

from core.actor import Actor
from core.jobs.models import JobModel
from core.rights import Right


class JobSight(msgspec.Struct, frozen=True, kw_only=True):
    """`everywhere` leaves nothing out. Otherwise what the account or the Discord user asked for, as far as it is in
    one of `bound_to` (None is any), and all of the guilds `whole_guilds`."""

    everywhere: bool = False
    account_id: uuid.UUID | None = None
    discord_user_id: str | None = None
    whole_guilds: tuple[str, ...] = ()
    bound_to: tuple[str, ...] | None = None


def sight_of(actor: Actor) -> JobSight:
    if actor.is_everywhere:
        return JobSight(everywhere=True)
    return JobSight(
        account_id=actor.account_id,
        discord_user_id=actor.discord_user_id,
        whole_guilds=(actor.guild_ids or ()) if actor.is_owner else actor.guilds_with(Right.JOBS_READ),
        bound_to=actor.guild_ids,
    )


def sees(actor: Actor, model: JobModel, *, others: Right) -> bool:
    """Whether the actor may know of it: `others` is the right over jobs in its guild that are not the actor's."""
    if actor.is_everywhere:
        return True
    if model.guild_id is None:
        return is_askers(model, actor)
    if not actor.reaches(model.guild_id):
        return False
    return is_askers(model, actor) or actor.unscoped().may(model.guild_id, others)


def is_askers(model: JobModel, actor: Actor) -> bool:
    if actor.account_id is not None and model.account_id == actor.account_id:
        return True
    asker = model.actor.discord_user_id
    return asker is not None and asker == actor.discord_user_id
