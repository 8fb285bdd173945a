"""What stands against a plan: each blocker names the node, the rule, and what to do.

Only about what the steps do: what stays as it is stands against nothing. Every refusal that can be foreseen is
foreseen, because Discord bans who collects too many of them.
"""

from collections import Counter
from collections.abc import Callable, Iterator

from msgspec import UNSET

from core.discord.gates import through
from core.discord.gateway import RoleFields
from core.discord.permissions import ALL, Permission
from core.discord.types import VOICE_LIKE, BotPowers, Role, Snapshot
from core.templates.checks.course import Course
from core.templates.checks.fits import misfits
from core.templates.checks.newcomers import hidden_from_newcomers
from core.templates.checks.reach import channel_blockers, lacks, listed
from core.templates.checks.values import bad_values
from core.templates.goal.places import movable_roles
from core.templates.goal.target import Target
from core.templates.plan import (
    CreateChannel,
    CreateResource,
    CreateRole,
    DeleteChannel,
    DeleteResource,
    DeleteRole,
    EditChannel,
    EditGuild,
    EditResource,
    EditRole,
    Notice,
    OrderChannels,
    OrderRoles,
    PlanOptions,
    Ref,
    Step,
    ref_to,
)
from core.templates.resources.limits import resource_misfits
from core.templates.resources.powers import RESOURCE_STEPS, channel_needs, in_channels, permissions_for
from core.templates.resources.sections import WORDS
from core.templates.writes.sets import SILENT, Subject

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
    found = [*_destruction(target, options), *misfits(target, snapshot, steps), *target.resources.blockers]
    found += resource_misfits(
        steps,
        snapshot,
        is_community=target.settings.is_community,
        everyone_in=_everyone_in(target),
        keys=target.keys,
    )
    found += bad_values(steps, snapshot, target.keys)
    if steps:
        found += refusals(target, snapshot, powers, steps)
    return tuple(dict.fromkeys(found))


def refusals(target: Target, snapshot: Snapshot, powers: BotPowers, steps: tuple[Step, ...]) -> list[Notice]:
    """What the bot may not do when it would do it."""
    return _Check(target, snapshot, powers).blockers(steps)


def permission_for(step: Step) -> Permission:
    """What it takes in the server as a whole."""
    if isinstance(step, EditGuild) and step.fields.community is not UNSET:
        return ADMIN
    return permissions_for(step) if isinstance(step, RESOURCE_STEPS) else _MANAGE[type(step)]


def no_room_for_roles() -> Notice:
    """Of equal positions the older role is the higher one, so not every order fits below the bot's own role."""
    return Notice(
        code="role_order",
        message="The roles stay in the order that they are in: there are not enough places below the bot's highest "
        "role. Drag the bot's role to the top, then plan again.",
    )


def _destruction(target: Target, options: PlanOptions) -> Iterator[Notice]:
    count = target.dooms.count + target.resources.deletes
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
    counts = Counter({"channel": len(target.dooms.channels), "role": len(target.dooms.roles)})
    counts.update(WORDS[doomed.kind] for doomed in target.resources.doomed if not doomed.is_replaced)
    return " and ".join(f"{n} {what}{'s' if n > 1 else ''}" for what, n in counts.items() if n)


def _everyone_in(target: Target) -> Callable[[Ref], int]:
    """What every member may do in a channel when all is done."""
    everyone = Subject("role", target.everyone)
    base = target.of_everyone.permissions

    def bits(ref: Ref) -> int:
        channel = target.index.by_ref.get(ref)
        entry = channel.final.get(everyone, SILENT) if channel else SILENT
        held = base & ~entry.deny | entry.allow
        has_voice = channel is not None and channel.type in VOICE_LIKE
        return int(ALL) if base & ADMIN else through(held, held, has_voice=has_voice)

    return bits


class _Check:
    """May the bot do it?"""

    def __init__(self, target: Target, snapshot: Snapshot, powers: BotPowers) -> None:
        self._course = Course(snapshot, powers, target.index.present_sets, target.homes)
        self._in_channels = in_channels(snapshot)
        self._onboarding = snapshot.onboarding
        self._roles = {role.id: role for role in snapshot.roles}
        self._touchable = {target.everyone, *(role.id for role in movable_roles(target.ranked, powers))}
        self._names, self._keys = target.index.names, target.keys

    def blockers(self, steps: tuple[Step, ...]) -> list[Notice]:
        found: list[Notice] = []
        for step in steps:
            found += self._powers_for(step)
            found += self._blockers_of(step)
            self._course.play(step)
            found += self._finishes(step)
        return found

    def _powers_for(self, step: Step) -> Iterator[Notice]:
        if missing := int(permission_for(step)) & ~self._course.held():
            yield lacks(missing)

    def _blockers_of(self, step: Step) -> Iterator[Notice]:
        match step:
            case EditRole(role_id=role_id):
                yield from self._touches(self._roles[role_id])
                yield from self._keeps_managed(self._roles[role_id], step.fields)
                yield from self._grants(step, self._roles[role_id].name, self._roles[role_id].permissions)
            case DeleteRole(role_id=role_id):
                yield from self._touches(self._roles[role_id])
            case CreateRole(title=_):
                yield from self._grants(step, str(step.fields.name), 0)
            case CreateChannel() | EditChannel() | DeleteChannel():
                yield from channel_blockers(step, self._course, self._names, self._keys)
                if isinstance(step, EditChannel):
                    yield from hidden_from_newcomers(
                        step, self._course, self._onboarding, self._names, self._keys
                    )
            case CreateResource() | EditResource() | DeleteResource():
                yield from self._reaches(step)
            case _:
                pass

    def _finishes(self, step: Step) -> Iterator[Notice]:
        """A new forum's flags take a second call, for which the bot has to get into what it has just made."""
        if not isinstance(step, CreateChannel):
            return
        if True not in (step.fields.require_tag, step.fields.hide_downloads):
            return
        needed = Permission.VIEW_CHANNEL | Permission.MANAGE_CHANNELS
        if missing := Permission(int(needed) & ~self._course.held_in(ref_to(step.key))):
            yield Notice(
                code="channel_out_of_reach",
                message=f"In “{step.fields.name}” the bot would not have {listed(missing)}, which it needs there to "
                "set `require_tag` or `hide_downloads`: give its role an overwrite that allows it.",
                node=step.key,
            )

    def _reaches(self, step: CreateResource | EditResource | DeleteResource) -> Iterator[Notice]:
        for channel, needed in channel_needs(step, self._in_channels):
            if missing := int(needed) & ~self._course.held_in(channel):
                where = f"in “{self._names[channel]}”" if channel in self._names else "in its channel"
                yield Notice(
                    code="bot_lacks_permission",
                    message=f"{step.title} needs {listed(missing)} of the bot {where}: give it to the bot there.",
                    node=step.key if isinstance(step, CreateResource) else self._keys.get(step.resource_id),
                )

    def _touches(self, role: Role) -> Iterator[Notice]:
        if role.id not in self._touchable:
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

    def _grants(self, step: CreateRole | EditRole, name: str, present: int) -> Iterator[Notice]:
        granted = 0 if step.fields.permissions is UNSET else step.fields.permissions & ~present
        if missing := granted & ~self._course.held():
            yield Notice(
                code="cannot_grant",
                message=f"The role “{name}” is to get {listed(missing)}, which the bot does not have itself: give "
                "the bot these permissions.",
                node=step.key if isinstance(step, CreateRole) else self._keys.get(step.role_id),
            )
