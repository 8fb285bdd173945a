"""Who may use a command where.

Discord docs: Interactions > Application Commands > Permissions; the order in which they count is the flowchart of the
change log's "Upcoming Application Command Permission Changes": the channel, then the person, then what the command asks
for by default. What is set for the command overrides what is set for the whole application.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bot.simulator import permissions
from bot.simulator.permissions import ADMINISTRATOR, USE_APPLICATION_COMMANDS
from bot.simulator.shapes import JsonObject, as_int, as_list
from bot.simulator.state import Channel, Guild, Member

ROLE, USER, CHANNEL = 1, 2, 3
_THREADS = (10, 11, 12)
_IN_GUILD = 0
Level: TypeAlias = Mapping[tuple[int, int], bool]


@dataclass(slots=True, frozen=True)
class Access:
    """What is set in one guild: for one command, and for the application as a whole."""

    guild: Guild
    command: Level
    application: Level

    def allows_channel(self, channel: Channel) -> bool:
        """A thread is as the channel it is in."""
        channel_id = channel.parent_id if channel.type in _THREADS else channel.id
        for level in (self.command, self.application):
            for wanted in (channel_id or channel.id, self.guild.id - 1):
                if (wanted, CHANNEL) in level:
                    return level[wanted, CHANNEL]
        return True

    def allows_person(self, member: Member, command: JsonObject, held: int) -> bool:
        """What is set for the command decides; for the application it can only forbid."""
        decided = self._for(member, self.command)
        if decided is not None:
            return decided
        return self._for(member, self.application) is not False and _by_default(command, held)

    def _for(self, member: Member, level: Level) -> bool | None:
        """The member's own, else any of their roles', else everyone's; None if nothing is set."""
        own = level.get((member.user_id, USER))
        if own is not None:
            return own
        roles = [level[role_id, ROLE] for role_id in member.roles if (role_id, ROLE) in level]
        if roles:
            return any(roles)
        return level.get((self.guild.id, ROLE))


def _by_default(command: JsonObject, held: int) -> bool:
    """``default_member_permissions``: null is everybody, "0" administrators only."""
    asked = command.get("default_member_permissions")
    if asked is None:
        return True
    needed = as_int(asked) or ADMINISTRATOR
    return held & needed == needed


def may_use(access: Access, member: Member, channel: Channel, command: JsonObject, now: float) -> bool:
    """Whether Discord's client would show the command to this person here. Administrators may use every command.

    Age-restricted commands are only in age-restricted channels, and none where its ``contexts`` leave guilds out.
    """
    contexts = as_list(command.get("contexts"))
    if contexts is not None and _IN_GUILD not in contexts:
        return False
    if command.get("nsfw") and not channel.nsfw:
        return False
    held = permissions.in_channel(access.guild, member, channel, now)
    if held & ADMINISTRATOR:
        return True
    if not held & USE_APPLICATION_COMMANDS:
        return False
    return access.allows_channel(channel) and access.allows_person(member, command, held)
