"""Who is told that a job has ended. Pure."""

import uuid
from collections.abc import Iterable
from typing import Final

import msgspec

from core.discord.types import Snowflake
from core.jobs.schemas import Job
from core.jobs.states import JobState
from core.notifications.choices import NotificationChoices

ENDED_BADLY: Final[frozenset[JobState]] = frozenset({"failed", "partial", "dead"})
TOLD: Final[frozenset[JobState]] = frozenset({"succeeded", *ENDED_BADLY})
"""Of a cancelled job whoever cancelled it knows."""


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
    channel_id: Snowflake | None = None,
) -> tuple[Recipient, ...]:
    """Each once. `channel_id` is where the job's guild wants to be told of what ended badly there."""
    if job.state not in TOLD:
        return ()
    people = {Recipient(user_id=each.user_id) for each in listeners if _wants(each, job, guild_owner_id)}
    if channel_id is not None and job.guild_id is not None and job.state in ENDED_BADLY:
        people.add(Recipient(guild_id=job.guild_id, channel_id=channel_id))
    return tuple(sorted(people, key=lambda each: each.name))


def _wants(listener: Listener, job: Job, guild_owner_id: Snowflake | None) -> bool:
    asked = listener.account_id == job.actor.account_id or listener.user_id == job.actor.discord_user_id
    failed = job.state in ENDED_BADLY
    if asked and (
        listener.choices.job_results == "all" or (listener.choices.job_results == "failed" and failed)
    ):
        return True
    return failed and listener.choices.guild_failures and listener.user_id == guild_owner_id
