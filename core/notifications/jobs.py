"""What carries notices to people and channels. Nobody is notified of how it ended."""

from datetime import timedelta

import msgspec

from core.discord.permissions import Permission
from core.discord.types import Snowflake
from core.jobs.spec import JobSpec
from core.rights import Right


class NotifyPayload(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="notification.send"):
    """To a person, or to a channel of the job's guild: all notices that were written for it until it began."""

    user_id: Snowflake | None = None
    channel_id: Snowflake | None = None


class NotifyResult(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="notification.send"):
    """One message with so many notices; none where there was nothing to tell any more."""

    notices: int
    message_id: Snowflake | None = None


NOTIFY = JobSpec(
    kind="notification.send",
    payload=NotifyPayload,
    result=NotifyResult,
    bits=int(Permission.MANAGE_GUILD),
    bot_bits=int(Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES | Permission.READ_MESSAGE_HISTORY),
    right=Right.SYSTEM_WRITE,
    quiet=True,
    priority=-5,
    expires_after=timedelta(days=1),
)
