"""Who is told that a job has ended. Pure."""

import uuid
from collections.abc import Collection, Iterable
from typing import Final

import msgspec

from core.discord.types import Snowflake
from core.jobs.schemas import Job
from core.jobs.states import JobState
from core.notifications.choices import NotificationChoices

ENDED_BADLY: Final[frozenset[JobState]] = frozenset({"failed", "partial", "dead"})
TOLD: Final[frozenset[JobState]] = frozenset({"succeeded", *ENDED_BADLY})
"""Of a cancelled job whoever cancelled it knows."""

MOST_ADMINS: Final = 20
"""So many administrators of a guild are told of one job by direct message: the guild's owner first, then those who have
been at Discord for longest. A guild with more of them names a channel (`notify_channel_id`), which is told of all that
its administrators are, however many are written to."""


class Listener(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who has chosen, and can be written to."""

    account_id: uuid.UUID
    user_id: Snowflake
    choices: NotificationChoices


class Recipient(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A person, or a channel of a guild."""

    user_id: Snowflake | None = None
    guild_id: Snowflake | None = None
    channel_id: Snowflake | None = None

    @property
    def name(self) -> str:
        """The same for the same recipient, and for no other."""
        return f"user {self.user_id}" if self.user_id is not None else f"channel {self.channel_id}"


def who_is_told(
    job: Job,
    listeners: Iterable[Listener],
    *,
    guild_owner_id: Snowflake | None = None,
    admin_ids: Collection[Snowflake] = (),
    channel_id: Snowflake | None = None,
) -> tuple[Recipient, ...]:
    """Each once, also who asked in a guild that they administer. The guild's owner is an administrator whether or not
    they are among `admin_ids`; `channel_id` is where the guild wants to be told of what ended badly there."""
    if job.state not in TOLD:
        return ()
    listeners = tuple(listeners)
    told = [each.user_id for each in listeners if _asked_and_wants(each, job)]
    if job.state in ENDED_BADLY:
        admins = {*admin_ids, guild_owner_id}
        wanting = (
            each.user_id for each in listeners if each.choices.guild_failures and each.user_id in admins
        )
        told += sorted(set(wanting), key=lambda each: (each != guild_owner_id, int(each)))[:MOST_ADMINS]
    people = {Recipient(user_id=each) for each in told}
    if channel_id is not None and job.guild_id is not None and job.state in ENDED_BADLY:
        people.add(Recipient(guild_id=job.guild_id, channel_id=channel_id))
    return tuple(sorted(people, key=lambda each: each.name))


def _asked_and_wants(listener: Listener, job: Job) -> bool:
    asked = listener.account_id == job.actor.account_id or listener.user_id == job.actor.discord_user_id
    wanted = listener.choices.job_results
    return asked and (wanted == "all" or (wanted == "failed" and job.state in ENDED_BADLY))
