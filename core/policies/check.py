"""Where a guild breaks its own rules. Pure: it sees roles and overwrites, and no list of members.

Somebody may have any roles together. A bit counts with its gates (VIEW_CHANNEL; SEND_MESSAGES for parts of a message;
CONNECT in voice channels), and the gate may come from another role: so a role breaks a rule by giving a bit where
anybody whom the rule is about gets through the gate.
"""

from collections.abc import Iterable, Iterator

import msgspec

from core.discord.effective import channel_permissions
from core.discord.gates import through
from core.discord.permissions import ALL, Permission, bits_of, names_of
from core.discord.types import VOICE_LIKE, Channel, Member, Role, Snapshot, Snowflake
from core.policies.rules import Always, Never, Only, Rule, channels_named, names_role

_NOBODY = "0"
_ADMIN = int(Permission.ADMINISTRATOR)


class Violation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who breaks which rule where. `channel_id` None: in the server as a whole. What a plan makes has no id but `$` and
    its key."""

    rule: str
    message: str
    permissions: tuple[str, ...]
    role_id: Snowflake | None = None
    member_id: Snowflake | None = None
    channel_id: Snowflake | None = None


def violations_in(snapshot: Snapshot, rules: Iterable[Rule]) -> tuple[Violation, ...]:
    """In the order of the rules, then of the snapshot's channels and roles."""
    return tuple(violation for rule in rules for violation in _Judge(snapshot, rule).violations())


class _Judge:
    def __init__(self, snapshot: Snapshot, rule: Rule) -> None:
        self._snapshot = snapshot
        self._rule = rule
        self._bits = int(bits_of(rule.permissions))
        self._everyone = snapshot.guild_id
        self._named = [r for r in snapshot.roles if self._names(r)]
        ids = {role.id for role in self._named}
        self._judged = (
            [role for role in snapshot.roles if role.id not in ids] if isinstance(rule, Only) else self._named
        )
        self._admins = [role for role in self._judged if self._is_admin(role)]
        self._judged = [role for role in self._judged if not self._is_admin(role)]

    def violations(self) -> Iterator[Violation]:
        yield from self._administrators()
        if self._is_admin(self._snapshot.everyone):
            return
        if not self._rule.channels:
            yield from self._in_guild()
        for channel in self._channels():
            yield from self._in_channel(channel)

    def _administrators(self) -> Iterator[Violation]:
        """Above every overwrite: against a rule where it names them, or where everybody is one."""
        for role in self._admins:
            if isinstance(self._rule, Never) or (isinstance(self._rule, Only) and role.id == self._everyone):
                yield self._violation(self._bits, role=role)

    def _names(self, role: Role) -> bool:
        return any(names_role(pattern, role, self._everyone) for pattern in self._rule.roles)

    def _is_admin(self, role: Role) -> bool:
        return bool(role.permissions & _ADMIN)

    def _channels(self) -> list[Channel]:
        if self._rule.channels:
            return channels_named(self._rule.channels, self._snapshot)
        return [c for c in self._snapshot.channels if c.type != "category"]

    def _in_guild(self) -> Iterator[Violation]:
        for role in self._judged:
            held = role.permissions | self._snapshot.everyone.permissions
            if isinstance(self._rule, Only | Never):
                # What everybody has is said once, of everybody.
                held = role.permissions if role.id != self._everyone else held
            broken = self._bits & ~held if isinstance(self._rule, Always) else self._bits & held
            if broken:
                yield self._violation(broken, role=role)

    def _in_channel(self, channel: Channel) -> Iterator[Violation]:
        if isinstance(self._rule, Always):
            for role in self._judged:
                if missing := self._bits & ~int(self._effective(channel, role)):
                    yield self._violation(missing, role=role, channel=channel)
            return
        felt = {role.id: self._ungated(channel, role) for role in self._judged}
        open_gates = 0
        for bits in felt.values():
            open_gates |= bits
        base, has_voice = felt.get(self._everyone, 0), channel.type in VOICE_LIKE
        for role in self._judged:
            bits = felt[role.id] if role.id == self._everyone else felt[role.id] & ~base
            if broken := through(bits, open_gates, has_voice=has_voice) & self._bits:
                yield self._violation(broken, role=role, channel=channel)
        yield from self._members(channel, open_gates)

    def _members(self, channel: Channel, open_gates: int) -> Iterator[Violation]:
        """Overwrites of single members; which roles they have is not known here."""
        if isinstance(self._rule, Never) and not any(role.id == self._everyone for role in self._named):
            return
        for overwrite in channel.overwrites:
            if overwrite.kind == "member":
                bits = overwrite.allow
                counting = through(bits, open_gates | bits, has_voice=channel.type in VOICE_LIKE)
                if broken := counting & self._bits:
                    yield self._violation(broken, member=overwrite.id, channel=channel)

    def _effective(self, channel: Channel, role: Role) -> Permission:
        roles = () if role.id == self._everyone else (role.id,)
        return channel_permissions(self._snapshot, Member(user_id=_NOBODY, role_ids=roles), channel)

    def _ungated(self, channel: Channel, role: Role) -> int:
        """What somebody with just this role has there, before VIEW_CHANNEL and the others gate it."""
        overwrites = {o.id: o for o in channel.overwrites if o.kind == "role"}
        bits = self._snapshot.everyone.permissions | role.permissions
        for each in (self._everyone, role.id) if role.id != self._everyone else (self._everyone,):
            if overwrite := overwrites.get(each):
                bits = bits & ~overwrite.deny | overwrite.allow
        return bits & int(ALL)

    def _violation(
        self,
        bits: int,
        *,
        role: Role | None = None,
        member: Snowflake | None = None,
        channel: Channel | None = None,
    ) -> Violation:
        who = f"member {member}" if role is None else f"@{role.name.removeprefix('@')}"
        where = f" in “{channel.name}”" if channel else ""
        names = names_of(bits)
        verb = "does not have" if isinstance(self._rule, Always) else "has"
        return Violation(
            rule=self._rule.name,
            message=f"The rule “{self._rule.name}” is broken: {who} {verb} {', '.join(names)}{where}.",
            permissions=names,
            role_id=role.id if role else None,
            member_id=member,
            channel_id=channel.id if channel else None,
        )
