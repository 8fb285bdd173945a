"""From the sequence of writes to the steps of a plan, with what Discord does by itself predicted after each."""

from collections.abc import Mapping

from msgspec import UNSET
from msgspec.structs import replace

from core.discord.gateway import ChannelFields, RoleFields
from core.discord.types import Overwrite
from core.templates.goal.places import Places
from core.templates.goal.settings import GuildEdits
from core.templates.goal.target import Target, WantedChannel, WantedRole
from core.templates.plan import (
    CreateChannel,
    CreateRole,
    DeleteChannel,
    DeleteRole,
    EditChannel,
    EditGuild,
    EditRole,
    OrderChannels,
    OrderRoles,
    Ref,
    Step,
)
from core.templates.writes.doomed import without
from core.templates.writes.graph import Node
from core.templates.writes.safety import Sequence
from core.templates.writes.sets import SILENT, OverwriteSet, written

GUILD_FIRST, GUILD_LAST = "edit_guild:first", "edit_guild"
ROLE_ORDER, CHANNEL_ORDER = "order_roles", "order_channels"


class Walk:
    """Goes through the parts in order; `sets` are the overwrites that each existing channel has by then. `places`
    are those of channels and of roles; `others` are steps that are ready as they are."""

    def __init__(
        self,
        target: Target,
        sequence: Sequence,
        places: tuple[Places, Mapping[Ref, int]],
        guild: GuildEdits,
        others: Mapping[Node, Step],
    ) -> None:
        self._target = target
        self._sequence = sequence
        self._places, self._role_positions = places
        self._guild = guild
        self._others = others
        self._channels = target.index.by_ref
        self._roles: dict[Ref, WantedRole] = {r.ref: r for r in target.roles}
        self._dying = {role.id: role for role in target.doomed_roles}
        self._split = {part.removesuffix(":meet") for part in sequence.parts if part.endswith(":meet")}
        self._homes: dict[Ref, Ref | None] = dict(target.homes)
        self._met: dict[Ref, int] = {}
        self.sets = dict(target.index.present_sets)

    def steps(self) -> tuple[Step, ...]:
        steps = (self._step(part) for part in self._sequence.parts)
        return tuple(step for step in steps if step is not None)

    def _step(self, part: str) -> Step | None:
        if part in self._others:
            return self._others[part]
        what, _, rest = part.partition(":")
        match what:
            case "create_role" | "edit_role" | "delete_role":
                return self._role_step(what, part, rest)
            case "create_channel" | "edit_channel" | "delete_channel":
                return self._channel_step(what, part, rest)
            case _:
                return self._whole(part)

    def _role_step(self, what: str, part: str, rest: str) -> Step | None:
        if what == "create_role":
            return self._create_role(part, f"${rest}")
        if what == "delete_role":
            return DeleteRole(id=part, title=f"Delete the role “{self._dying[rest].name}”", role_id=rest)
        ref = rest.removesuffix(":meet")
        return self._edit_role(part, ref) if ref == rest else self._meet_role(part, ref)

    def _channel_step(self, what: str, part: str, rest: str) -> Step | None:
        if what == "create_channel":
            return self._create_channel(part, f"${rest}")
        if what == "delete_channel":
            return DeleteChannel(id=part, title=f"Delete {_shown(self._channels[rest])}", channel_id=rest)
        ref = rest.removesuffix(":meet")
        return self._edit_channel(part, ref) if ref == rest else self._meet_channel(part, ref)

    def _whole(self, part: str) -> Step | None:
        """Steps that are about no single object."""
        if part == CHANNEL_ORDER and not self._places.order:
            return None
        if part == ROLE_ORDER:
            return OrderRoles(id=part, title="Order the roles", positions=dict(self._role_positions))
        if part == CHANNEL_ORDER:
            return OrderChannels(id=part, title="Order the channels", positions=self._places.order)
        fields = self._guild.first if part == GUILD_FIRST else self._guild.last
        title = "Change what protects the server" if part == GUILD_FIRST else "Change the server's settings"
        return EditGuild(id=part, title=title, fields=fields)

    def _create_role(self, part: str, ref: Ref) -> Step:
        role = self._roles[ref]
        return CreateRole(id=part, title=f"Create the role “{role.name}”", key=ref[1:], fields=role.fields)

    def _meet_role(self, part: str, ref: Ref) -> Step:
        if ref in self._dying:
            name, permissions = self._dying[ref].name, 0
        else:
            wanted = self._roles[ref]
            name, permissions = wanted.name, wanted.permissions & _permissions(wanted)
        self._met[ref] = permissions
        return EditRole(
            id=part,
            title=f"Take permissions from the role “{name}”",
            role_id=ref,
            fields=RoleFields(permissions=permissions),
            written="meet",
        )

    def _edit_role(self, part: str, ref: Ref) -> Step | None:
        wanted = self._roles[ref]
        fields = wanted.fields
        if wanted.permissions != self._met.get(ref, _permissions(wanted)):
            fields = replace(fields, permissions=wanted.permissions)
        if fields == RoleFields():
            return None
        return EditRole(id=part, title=f"Edit the role “{wanted.name}”", role_id=ref, fields=fields)

    def _create_channel(self, part: str, ref: Ref) -> Step:
        channel = self._channels[ref]
        fields = replace(
            channel.fields,
            position=self._places.positions[ref],
            overwrites=self._born(channel),
            **({"parent_id": channel.parent} if channel.parent else {}),
        )
        return CreateChannel(id=part, title=f"Create {_shown(channel)}", key=ref[1:], fields=fields)

    def _born(self, channel: WantedChannel) -> tuple[Overwrite, ...]:
        """Discord makes a channel without overwrites synced with its category: an entry that says nothing tells it
        that none is meant."""
        overwrites = self._sequence.born[channel.ref]
        if overwrites or not channel.parent:
            return written(overwrites)
        return (Overwrite("role", self._target.everyone, *SILENT),)

    def _meet_channel(self, part: str, ref: Ref) -> Step | None:
        first = self._sequence.firsts[ref]
        if self.sets[ref] == first:
            return None
        self._write(ref, first)
        return EditChannel(
            id=part,
            title=f"Close {_shown(self._channels[ref])} meanwhile",
            channel_id=ref,
            fields=ChannelFields(overwrites=written(first)),
            written="meet",
        )

    def _edit_channel(self, part: str, ref: Ref) -> Step | None:
        channel, goal = self._channels[ref], self._sequence.goals[ref]
        fields = channel.fields
        if channel.moves:
            self._homes[ref] = channel.parent
            # What comes into an archive has no place of its own there.
            place = self._places.positions.get(ref, UNSET)
            fields = replace(fields, parent_id=channel.parent, position=place)
        if ref not in self._sequence.followers and self.sets[ref] != goal:
            fields = replace(fields, overwrites=written(goal))
            self._write(ref, goal)
        if fields == ChannelFields():
            return None
        final = not channel.is_doomed and not self._is_passing(channel, fields)
        return EditChannel(
            id=part,
            title=f"{_verb(channel, final=final)} {_shown(channel)}",
            channel_id=ref,
            fields=fields,
            written="final" if final else "meet",
        )

    def _is_passing(self, channel: WantedChannel, fields: ChannelFields) -> bool:
        """Whether all that is written goes with the roles that die, or is taken back by a later write."""
        goal, dying = self._sequence.goals[channel.ref], self._dying
        if without(goal, dying) != channel.final:
            return True
        is_only_sets = fields == ChannelFields(overwrites=fields.overwrites)
        return is_only_sets and goal != channel.present and without(channel.present, dying) == channel.final

    def _write(self, ref: Ref, new: OverwriteSet) -> None:
        """With the copies that Discord makes."""
        old = self.sets[ref]
        self.sets[ref] = new
        if self._channels[ref].type == "category":
            for child, home in self._homes.items():
                if home == ref and self.sets[child] == old:
                    self.sets[child] = new


def _permissions(role: WantedRole) -> int:
    return role.role.permissions if role.role else 0


def _verb(channel: WantedChannel, *, final: bool) -> str:
    if channel.is_archived and channel.moves:
        return "Archive"
    return "Edit" if final else "Close"


def _shown(channel: WantedChannel) -> str:
    if channel.type == "category":
        return f"the category “{channel.name}”"
    return f"the {channel.type} channel “{channel.name}”"
