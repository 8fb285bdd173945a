"""What stands against a plan: each blocker names the node, the rule, and what to do.

Only about what the steps do: what stays as it is stands against nothing. Every refusal that can be foreseen is
foreseen, because Discord bans who collects too many of them.
"""

from collections.abc import Iterator

from msgspec import UNSET

from core.discord.gateway import RoleFields
from core.discord.permissions import Permission, names_of
from core.discord.types import BotPowers, Role, Snapshot
from core.templates.course import EVERY_BIT, Course
from core.templates.dooms import is_below
from core.templates.fits import misfits
from core.templates.plan import (
    CreateChannel,
    CreateRole,
    DeleteChannel,
    DeleteRole,
    EditChannel,
    EditGuild,
    EditRole,
    Notice,
    OrderChannels,
    OrderRoles,
    PlanOptions,
    Ref,
    Step,
)
from core.templates.sets import SILENT, OverwriteSet, set_of
from core.templates.target import Target

ADMIN = Permission.ADMINISTRATOR
_MANAGE = {
    EditGuild: Permission.MANAGE_GUILD,
    CreateRole: Permission.MANAGE_ROLES,
    EditRole: Permission.MANAGE_ROLES,
    DeleteRole: Permission.MANAGE_ROLES,
    OrderRoles: Permission.MANAGE_ROLES,
    CreateChannel: Permission.MANAGE_CHANNELS,
    EditChannel: Permission.MANAGE_CHANNELS,
    DeleteChannel: Permission.MANAGE_CHANNELS,
    OrderChannels: Permission.MANAGE_CHANNELS,
}


def blockers_of(
    target: Target, snapshot: Snapshot, powers: BotPowers, options: PlanOptions, steps: tuple[Step, ...]
) -> tuple[Notice, ...]:
    """Each once, in the order in which they would be met."""
    found = [*_destruction(target, options), *misfits(target, snapshot, steps)]
    found += _Check(target, snapshot, powers).blockers(steps)
    return tuple(dict.fromkeys(found))


def no_room_for_roles() -> Notice:
    """The roles cannot be put into the wanted order below the bot's own."""
    return Notice(
        code="bot_role_too_low",
        message="There is no room to order the roles below the bot's highest role: drag the bot's role up.",
    )


def _destruction(target: Target, options: PlanOptions) -> Iterator[Notice]:
    count = target.dooms.count
    if count and not options.confirm_destructive:
        yield Notice(
            code="destructive",
            message=f"This deletes {_counted(target)}. Plan again with `confirm_destructive: true` if that is meant.",
        )
    if count > options.max_deletes:
        yield Notice(
            code="too_many_deletes",
            message=f"This deletes {_counted(target)}, and `max_deletes` is {options.max_deletes}: raise it if that "
            "is meant.",
        )


def _counted(target: Target) -> str:
    channels, roles = len(target.dooms.channels), len(target.dooms.roles)
    parts = [(channels, "channel"), (roles, "role")]
    return " and ".join(f"{n} {what}{'s' if n > 1 else ''}" for n, what in parts if n)


class _Check:
    """May the bot do it?"""

    def __init__(self, target: Target, snapshot: Snapshot, powers: BotPowers) -> None:
        self._course = Course(snapshot, powers)
        self._snapshot = snapshot
        self._powers = powers
        self._roles = {role.id: role for role in snapshot.roles}
        self._keys = {ref: key for key, ref in target.refs.items()}
        self._names = {channel.ref: channel.name for channel in target.channels}

    def blockers(self, steps: tuple[Step, ...]) -> list[Notice]:
        found: list[Notice] = []
        for step in steps:
            found += self._powers_for(step)
            found += self._blockers_of(step)
            self._course.play(step)
        return found

    def _powers_for(self, step: Step) -> Iterator[Notice]:
        bit = _MANAGE[type(step)]
        if isinstance(step, EditGuild) and step.fields.community is not UNSET:
            bit = ADMIN
        if bit & ~self._course.held():
            yield _lacks(bit)

    def _blockers_of(self, step: Step) -> Iterator[Notice]:
        match step:
            case EditRole(role_id=role_id):
                yield from self._touches(self._roles[role_id])
                yield from self._keeps_managed(self._roles[role_id], step.fields)
                yield from self._grants(
                    self._roles[role_id].name, step.fields, self._roles[role_id].permissions
                )
            case DeleteRole(role_id=role_id):
                yield from self._touches(self._roles[role_id])
            case CreateRole(title=_):
                yield from self._grants(str(step.fields.name), step.fields, 0)
            case CreateChannel() | EditChannel() | DeleteChannel():
                yield from self._channel(step)
            case _:
                pass

    def _touches(self, role: Role) -> Iterator[Notice]:
        if not is_below(role, self._powers, self._snapshot):
            yield Notice(
                code="bot_role_too_low",
                message=f"The role “{role.name}” is not below the bot's highest role: drag the bot's role above "
                f"“{role.name}”.",
                node=self._keys.get(role.id),
            )

    def _keeps_managed(self, role: Role, fields: RoleFields) -> Iterator[Notice]:
        others = [
            n for n in fields.__struct_fields__ if n != "permissions" and getattr(fields, n) is not UNSET
        ]
        if role.managed and others:
            yield Notice(
                code="managed_role",
                message=f"The role “{role.name}” belongs to an integration: only its permissions and its place can "
                f"be changed, not {', '.join(others)}. Make the document say what the server has.",
                node=self._keys.get(role.id),
            )

    def _grants(self, name: str, fields: RoleFields, present: int) -> Iterator[Notice]:
        granted = 0 if fields.permissions is UNSET else fields.permissions & ~present
        if missing := granted & ~self._course.held():
            yield Notice(
                code="cannot_grant",
                message=f"The role “{name}” is to get {_listed(missing)}, which the bot does not have itself: give "
                "the bot these permissions.",
            )

    def _channel(self, step: CreateChannel | EditChannel | DeleteChannel) -> Iterator[Notice]:
        if self._course.held() == EVERY_BIT:
            return
        if not isinstance(step, CreateChannel):
            yield from self._reaches(step.channel_id, _needed_in(step))
        if not isinstance(step, DeleteChannel):
            if step.fields.parent_id is not UNSET and step.fields.parent_id is not None:
                yield from self._reaches(
                    step.fields.parent_id, Permission.VIEW_CHANNEL | Permission.MANAGE_CHANNELS
                )
            yield from self._overwrites(step)

    def _overwrites(self, step: CreateChannel | EditChannel) -> Iterator[Notice]:
        if step.fields.overwrites is UNSET:
            return
        held, present = self._course.held(), OverwriteSet()
        if isinstance(step, EditChannel):
            held |= self._course.held_in(step.channel_id)
            present = self._course.sets[step.channel_id]
        written = 0
        for subject, bits in set_of(step.fields.overwrites, {o.id for o in step.fields.overwrites}).items():
            before = present.get(subject, SILENT)
            written |= bits.allow & ~before.allow | bits.deny & ~before.deny
        if written & Permission.MANAGE_ROLES:
            yield _needs_admin(step.title)
        if missing := written & ~Permission.MANAGE_ROLES & ~held:
            yield Notice(
                code="cannot_grant",
                message=f"{step.title}: its overwrites have {_listed(missing)}, which the bot does not have itself: "
                "give the bot these permissions.",
            )

    def _reaches(self, channel: Ref, needed: int) -> Iterator[Notice]:
        if missing := needed & ~self._course.held_in(channel):
            yield Notice(
                code="channel_out_of_reach",
                message=f"In “{self._names[channel]}” the bot does not have {_listed(missing)} when it needs it: "
                "give it the permission there, or make it an administrator.",
                node=self._keys.get(channel),
            )


def _needed_in(step: EditChannel | DeleteChannel) -> int:
    needed = Permission.VIEW_CHANNEL | Permission.MANAGE_CHANNELS
    writes = isinstance(step, EditChannel) and step.fields.overwrites is not UNSET
    return needed | Permission.MANAGE_ROLES if writes else needed


def _lacks(bit: Permission) -> Notice:
    return Notice(
        code="bot_lacks_permission",
        message=f"The bot does not have {_listed(bit)}: give its role that permission.",
    )


def _needs_admin(title: str) -> Notice:
    return Notice(
        code="cannot_grant",
        message=f"{title}: Discord lets only administrators write manage_roles into overwrites: make the bot an "
        "administrator, or leave that permission out.",
    )


def _listed(bits: int) -> str:
    return ", ".join(names_of(bits)) or f"the permission bits {bits:#x}"
