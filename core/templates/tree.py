"""A plan as a tree to look at: the guild, its roles highest first, its channels by category.

It tells what will have changed in the end; how often something is written on the way is the steps' matter.
"""

from collections.abc import Collection, Iterable, Sequence

from core.discord.gateway import SettingsFields
from core.discord.types import Role, Snapshot, channel_rank, role_rank
from core.templates.goal.order import BUCKETS, merged
from core.templates.goal.places import Places
from core.templates.goal.target import Target, WantedChannel, WantedRole
from core.templates.plan import Action, Change, PlanNode, Ref
from core.templates.resources.shown import resource_tree
from core.templates.wording import field_changes, overwrite_changes, permissions_change
from core.templates.writes.sets import Subject

_LOST = Change(field="messages", before=None, after="message history is lost")
_PLACE = Change(field="position", before=None, after="moved among its neighbours")


def tree_of(
    target: Target, snapshot: Snapshot, role_order: Sequence[Ref], places: Places
) -> tuple[PlanNode, ...]:
    """`role_order` and `places.order` are what the order calls name."""
    return _Tree(target, snapshot, role_order, places).nodes()


class _Tree:
    def __init__(self, target: Target, snapshot: Snapshot, role_order: Sequence[Ref], places: Places) -> None:
        self._target = target
        self._snapshot = snapshot
        self._role_order = role_order
        self._places = places
        self._role_names = {role.id: role.name for role in snapshot.roles}
        self._role_names |= {role.ref: role.name for role in target.roles}
        self._channel_names = target.index.names
        self._dying = {role.id for role in target.doomed_roles}
        # Of every other channel there is nothing to say but that it is there.
        self._told = {*places.order, *(channel.ref for channel in target.changing)}

    def nodes(self) -> tuple[PlanNode, ...]:
        names = {**self._role_names, **self._channel_names}
        names |= {w.ref: f":{w.name}:" for w in self._target.resources.wanted if w.kind == "emoji"}
        rest = resource_tree(self._target.resources, self._snapshot, names)
        return (self._guild(), *self._roles(), *self._children(None), *rest)

    def _guild(self) -> PlanNode:
        settings = self._target.settings
        fields = SettingsFields(**{n: v for n, v in settings.changed.items() if n != "community"})
        changes = [*field_changes(fields, self._snapshot.settings, names=self._channel_names)]
        if settings.enables or settings.disables:
            words = ("no", "yes") if settings.enables else ("yes", "no")
            changes.append(Change(field="community", before=words[0], after=words[1]))
        return PlanNode(
            kind="guild",
            action="edit" if changes else "keep",
            name=self._snapshot.settings.name,
            id=self._snapshot.guild_id,
            changes=tuple(changes),
        )

    def _roles(self) -> Iterable[PlanNode]:
        named = {role.ref: role for role in self._target.roles}
        existing = {role.id: role for role in self._snapshot.roles}
        for ref in self._ranked():
            if ref in named:
                yield self._named_role(named[ref])
            else:
                action: Action = "delete" if ref in self._dying else "keep"
                yield PlanNode(kind="role", action=action, name=existing[ref].name, id=ref)

    def _ranked(self) -> list[Ref]:
        """Highest first, as they will be."""
        ordered = dict.fromkeys(reversed(self._role_order))
        standing = [role.id for role in self._target.ranked if role.id not in ordered]
        new = [role.ref for role in self._target.roles if role.role is None and role.ref not in ordered]
        return [*standing, *ordered, *new, self._target.everyone]

    def _named_role(self, role: WantedRole) -> PlanNode:
        if role.stays and not self._role_order:
            return PlanNode(kind="role", action="keep", name=role.name, key=role.key, id=role.ref)
        changes = [*field_changes(role.fields, role.role, without=("permissions",))]
        present = role.role.permissions if role.role else 0
        if role.permissions != present:
            changes.append(permissions_change(present, role.permissions))
        if self._is_displaced(role.role):
            changes.append(_PLACE)
        return PlanNode(
            kind="role",
            action=_action(role.role is None, changes),
            name=role.name,
            key=role.key,
            id=role.role.id if role.role else None,
            changes=tuple(changes),
        )

    def _is_displaced(self, role: Role | None) -> bool:
        """Whether an order call changes its place among those that it names."""
        if role is None or role.id not in self._role_order:
            return False
        before = [r.id for r in sorted(self._snapshot.roles, key=role_rank) if r.id in self._role_order]
        after = [ref for ref in self._role_order if ref in set(before)]
        return before.index(role.id) != after.index(role.id)

    def _children(self, parent: Ref | None) -> Iterable[PlanNode]:
        for bucket in BUCKETS:
            yield from map(self._channel, _displayed(self._target.index.siblings.get((parent, bucket), [])))

    def _channel(self, channel: WantedChannel) -> PlanNode:
        ref, children = channel.ref, ()
        if channel.type == "category":
            children = tuple(self._children(ref))
        if ref not in self._told:
            return PlanNode(
                kind="channel",
                action="keep",
                name=channel.name,
                key=channel.key,
                id=ref,
                type=channel.type,
                children=children,
            )
        changes = tuple(self._channel_changes(channel))
        return PlanNode(
            kind="channel",
            action=_channel_action(channel, changes),
            name=channel.name,
            key=channel.key,
            id=channel.channel.id if channel.channel else None,
            type=channel.type,
            changes=changes,
            children=children,
        )

    def _channel_changes(self, channel: WantedChannel) -> Iterable[Change]:
        if channel.is_doomed:
            yield from () if channel.type == "category" else (_LOST,)
            return
        if channel.channel is None:
            yield from field_changes(channel.fields, None, without=("type", "name"))
        else:
            yield from field_changes(channel.fields, channel.channel)
        if channel.moves:
            names = (self._channel_names.get(ref) if ref else None for ref in (channel.home, channel.parent))
            before, after = names
            yield Change(field="category", before=before, after=after)
        if channel.final != channel.present:
            stays = {
                s: b for s, b in channel.present.items() if s.ref not in self._dying or s in channel.final
            }
            yield from overwrite_changes(stays, channel.final, self._subject_name)
        if channel.ref in self._places.order and channel.channel and not channel.moves:
            yield _PLACE

    def _subject_name(self, subject: Subject) -> str:
        if subject.kind == "member":
            return f"member {subject.ref}"
        return f"@{self._role_names.get(subject.ref, subject.ref).removeprefix('@')}"


def _displayed(channels: list[WantedChannel]) -> list[WantedChannel]:
    """The document's order, in which others keep their places."""
    if None not in [channel.key for channel in channels]:
        return channels
    present = sorted(
        (c for c in channels if c.channel), key=lambda c: channel_rank(c.channel) if c.channel else (0, 0)
    )
    by_ref = {channel.ref: channel for channel in channels}
    order = merged([c.ref for c in channels if c.key is not None], [c.ref for c in present])
    return [by_ref[ref] for ref in order]


def _channel_action(channel: WantedChannel, changes: Collection[Change]) -> Action:
    if channel.is_doomed:
        return "delete"
    if channel.is_archived and channel.moves:
        return "archive"
    return _action(channel.channel is None, changes)


def _action(is_new: bool, changes: Collection[Change]) -> Action:
    if is_new:
        return "create"
    if not changes:
        return "keep"
    moves = all(change.field in ("category", "position") for change in changes)
    return "move" if moves else "edit"
