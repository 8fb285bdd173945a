"""The guild as it will be when a plan is done: its steps played through on the snapshot, permissions and all.

What the plan makes has its `Ref` for an id, so that one can see through it before it exists.
"""

from collections.abc import Iterable, Mapping

from msgspec import UNSET
from msgspec.structs import replace

from core.discord.types import Channel, Overwrite, Role, Snapshot, normalised
from core.templates.plan import (
    CreateChannel,
    CreateRole,
    DeleteChannel,
    DeleteRole,
    EditChannel,
    EditRole,
    OrderRoles,
    Plan,
    Ref,
    Step,
    ref_to,
)


def outcome_of(plan: Plan, snapshot: Snapshot) -> Snapshot:
    """Roles, channels and who may do what in them; settings stay as they are."""
    outcome = _Outcome(snapshot)
    for step in plan.steps:
        outcome.play(step)
    return outcome.snapshot()


class _Outcome:
    def __init__(self, snapshot: Snapshot) -> None:
        self._before = snapshot
        self._roles: dict[Ref, Role] = {role.id: role for role in snapshot.roles}
        self._channels: dict[Ref, Channel] = {channel.id: channel for channel in snapshot.channels}

    def snapshot(self) -> Snapshot:
        living = self._roles.keys()
        return replace(
            self._before,
            roles=tuple(self._roles.values()),
            channels=tuple(
                replace(c, overwrites=tuple(o for o in c.overwrites if o.kind == "member" or o.id in living))
                for c in self._channels.values()
            ),
        )

    def play(self, step: Step) -> None:
        match step:
            case CreateRole(key=key, fields=fields):
                self._roles[ref_to(key)] = Role(
                    id=ref_to(key),
                    name=fields.name or "",
                    permissions=fields.permissions or 0,
                )
            case EditRole(role_id=role_id, fields=fields):
                said = {"name": fields.name, "permissions": fields.permissions}
                self._roles[role_id] = replace(self._roles[role_id], **_said(said))
            case DeleteRole(role_id=role_id):
                self._roles.pop(role_id, None)
            case OrderRoles(positions=positions):
                for ref, place in positions.items():
                    self._roles[ref] = replace(self._roles[ref], position=place)
            case CreateChannel() | EditChannel() | DeleteChannel():
                self._play_channel(step)
            case _:
                pass

    def _play_channel(self, step: CreateChannel | EditChannel | DeleteChannel) -> None:
        match step:
            case CreateChannel(key=key, fields=fields):
                ref = ref_to(key)
                parent = fields.parent_id or None
                born = fields.overwrites if fields.overwrites is not UNSET else ()
                if not born and parent in self._channels:
                    born = self._channels[parent].overwrites
                self._channels[ref] = Channel(
                    id=ref,
                    type=fields.type or "text",
                    name=fields.name or "",
                    parent_id=parent,
                    overwrites=normalised(born),
                )
            case EditChannel(channel_id=channel_id, fields=fields):
                channel = self._channels[channel_id]
                said = {"name": fields.name, "type": fields.type, "parent_id": fields.parent_id}
                self._channels[channel_id] = replace(channel, **_said(said))
                if fields.overwrites is not UNSET:
                    self._write(channel, normalised(fields.overwrites))
            case DeleteChannel(channel_id=channel_id):
                self._channels.pop(channel_id, None)
                for child in list(self._children(channel_id)):
                    self._channels[child.id] = replace(child, parent_id=None)

    def _write(self, channel: Channel, new: tuple[Overwrite, ...]) -> None:
        """With the copies that Discord makes for synced children (Permissions › Permission Syncing)."""
        old = normalised(channel.overwrites)
        self._channels[channel.id] = replace(self._channels[channel.id], overwrites=new)
        if channel.type == "category":
            for child in list(self._children(channel.id)):
                if normalised(child.overwrites) == old:
                    self._channels[child.id] = replace(child, overwrites=new)

    def _children(self, category: Ref) -> Iterable[Channel]:
        return (channel for channel in self._channels.values() if channel.parent_id == category)


def _said(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not UNSET}
