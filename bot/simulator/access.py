"""What an actor may do in a guild: permissions, seeing, hierarchy, and what it may grant."""

from collections.abc import Iterable

from bot.simulator import permissions
from bot.simulator.errors import refuse
from bot.simulator.permissions import ADMINISTRATOR, MANAGE_ROLES, VIEW_CHANNEL
from bot.simulator.state import Channel, Guild, Member, Overwrite, Role


class Standing:
    """One member's powers at one moment."""

    def __init__(self, guild: Guild, member: Member, now: float) -> None:
        self.guild = guild
        self.member = member
        self._now = now
        self.permissions = permissions.at_present(guild, member, now)
        self.is_owner = member.user_id == guild.owner_id
        self.is_admin = bool(self.permissions & ADMINISTRATOR)

    def require(self, bits: int) -> None:
        """50013 unless every bit is held in the guild."""
        if self.permissions & bits != bits:
            raise refuse(50013)

    def within(self, channel: Channel) -> int:
        return permissions.in_channel(self.guild, self.member, channel, self._now)

    def require_view(self, channel: Channel) -> None:
        if not self.within(channel) & VIEW_CHANNEL:
            raise refuse(50001)

    def require_within(self, channel: Channel, bits: int) -> None:
        """50001 when the channel cannot be seen, 50013 when a bit is missing in it."""
        held = self.within(channel)
        if not held & VIEW_CHANNEL:
            raise refuse(50001)
        if held & bits != bits:
            raise refuse(50013)

    # Hierarchy (docs: Permissions > Permission Hierarchy)

    def outranks(self, role: Role) -> bool:
        return self.is_owner or permissions.rank(self.guild, role) < permissions.top_rank(
            self.guild, self.member
        )

    def require_above(self, role: Role) -> None:
        if not self.outranks(role):
            raise refuse(50013)

    def outranks_member(self, other: Member) -> bool:
        if other.user_id == self.guild.owner_id:
            return self.is_owner
        mine = permissions.top_rank(self.guild, self.member)
        return self.is_owner or permissions.top_rank(self.guild, other) < mine

    # Granting

    def require_grantable(self, before: int, after: int) -> None:
        """A role may be given only permissions the actor has; taking some away is always possible."""
        if not self.is_admin and after & ~before & ~self.permissions:
            raise refuse(50013)

    def require_overwritable(
        self, old: dict[int, Overwrite], new: Iterable[Overwrite], channel: Channel | None
    ) -> None:
        """Only permissions the actor has may newly be allowed or denied; MANAGE_ROLES needs Administrator."""
        if self.is_admin:
            return
        held = self.permissions | (0 if channel is None else self.within(channel))
        for overwrite in new:
            before = old.get(overwrite.id)
            allow, deny = (0, 0) if before is None else (before.allow, before.deny)
            added = overwrite.allow & ~allow | overwrite.deny & ~deny
            if added & MANAGE_ROLES or added & ~held:
                raise refuse(50013)
