"""What is wrong with an overwrite by what is known of its guild. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from core.actions.overwrite_authority import meaningless
from core.actions.overwriting import newly_said, standing_in, wanted
from core.actions.payloads import ChannelOverwrite
from core.discord.channel_bits import counting_in
from core.discord.permissions import BY_NAME
from core.discord.types import Snapshot, Snowflake, made_at
from core.errors import Problem

_RECENT = timedelta(minutes=1)
"""What was made about when the guild was last seen may have been made after it was."""


def known_problems(action: ChannelOverwrite, guild: Snapshot, seen_at: datetime) -> Iterator[Problem]:
    """By the guild as it was seen then. What may be newer than that is left to the bot, and so are members."""
    then = wanted(action)
    channel = next((each for each in guild.channels if each.id == action.channel_id), None)
    if channel is None and not _is_newer(action.channel_id, seen_at):
        message = f"There is no channel {action.channel_id} in this guild."
        yield Problem(pointer="/channel_id", code="unknown_channel", message=message)
    roles = (role.id for role in guild.roles)
    if then.kind == "role" and then.id not in roles and not _is_newer(then.id, seen_at):
        message = f"There is no role {then.id} in this guild."
        yield Problem(pointer="/target_id", code="unknown_role", message=message)
    if channel is None:
        return
    idle = newly_said(standing_in(channel, then), then) & ~counting_in(channel.type)
    for field, names in (("allow", action.allow), ("deny", action.deny)):
        for index, name in enumerate(names):
            if bit := BY_NAME[name] & idle:
                yield Problem(
                    pointer=f"/{field}/{index}", code="meaningless", message=meaningless(bit, channel)
                )


def _is_newer(id_: Snowflake, seen_at: datetime) -> bool:
    return made_at(id_) > seen_at - _RECENT
