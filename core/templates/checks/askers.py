"""Law 8: a plan does no more than its asker could do by hand (Discord documentation, Topics › Permissions › Permission
Hierarchy).

Played through step by step as for the bot. What stands against one asker does not stand against another: its codes
begin with `asker_`, and it is looked at again for whoever applies the plan, when they ask and when the job is claimed.
"""

from collections.abc import Collection, Iterator

from msgspec import UNSET
from msgspec.structs import replace

from core.discord.permissions import Permission
from core.discord.resources import Onboarding
from core.discord.types import BotPowers, Snapshot, Snowflake, role_rank
from core.templates.checks.course import Course
from core.templates.checks.preflight import permission_for
from core.templates.checks.reach import listed, needed_in, newly_written
from core.templates.goal.dooms import all_below
from core.templates.plan import (
    CreateChannel,
    CreateResource,
    CreateRole,
    DeleteChannel,
    DeleteResource,
    DeleteRole,
    EditChannel,
    EditResource,
    EditRole,
    Notice,
    OrderRoles,
    Plan,
    Ref,
    SetOnboarding,
    Step,
    ref_to,
)
from core.templates.resources.powers import channel_needs, in_channels

_MARK = "asker_"


def powers_of(
    guild: Snapshot, user_id: Snowflake, role_ids: Collection[Snowflake], bits: int = 0
) -> BotPowers | None:
    """A member's powers in the terms of the bot's; None for the server's owner, who may do everything. `bits` are what
    is known of their permissions from elsewhere."""
    if user_id == guild.owner_id:
        return None
    held = [role for role in guild.roles if role.id in role_ids or role.id == guild.guild_id]
    for role in held:
        bits |= role.permissions
    top = max((r for r in held if r.id != guild.guild_id), key=role_rank, default=guild.everyone)
    return BotPowers(
        user_id=user_id, permissions=bits, top_role_id=top.id, role_ids=tuple(role.id for role in held)
    )


def unbound(plan: Plan) -> Plan:
    """Without what stands against its asker alone."""
    return replace(plan, blockers=tuple(n for n in plan.blockers if not n.code.startswith(_MARK)))


def bounded(plan: Plan, guild: Snapshot, name: str, powers: BotPowers | None) -> Plan:
    """The plan with what stands against this asker, and against no earlier one; None is bound by nothing."""
    free = unbound(plan)
    if powers is None:
        return free
    found = _Hands(plan, guild, name, powers).blockers(plan.steps)
    return replace(free, blockers=(*free.blockers, *dict.fromkeys(found)))


def _roles_in(onboarding: Onboarding | None) -> frozenset[Ref]:
    prompts = onboarding.prompts if onboarding else ()
    return frozenset(ref for prompt in prompts for option in prompt.options for ref in option.role_ids)


class _Hands:
    def __init__(self, plan: Plan, guild: Snapshot, name: str, powers: BotPowers) -> None:
        self._guild = guild
        self._name = name
        self._course = Course(guild, powers)
        self._roles = {role.id: role for role in guild.roles}
        self._touchable = {role.id for role in all_below(guild.roles, powers, guild)}
        self._keys: dict[Ref, str] = {found: key for key, found in plan.matched.items()}
        self._in_channels = in_channels(guild)
        self._names: dict[Ref, str] = {item.id: item.name for item in (*guild.roles, *guild.channels)}

    def blockers(self, steps: tuple[Step, ...]) -> Iterator[Notice]:
        for step in steps:
            if missing := permission_for(step) & ~self._course.held():
                yield self._notice("lacks_permission", f"does not have {listed(missing)}")
            yield from self._blockers_of(step)
            self._course.play(step)
            if isinstance(step, CreateRole | CreateChannel):
                self._names[ref_to(step.key)] = str(step.fields.name)

    def _blockers_of(self, step: Step) -> Iterator[Notice]:
        match step:
            case CreateRole(key=key):
                yield from self._grants(step, str(step.fields.name), 0, key)
            case EditRole(role_id=role_id):
                yield from self._touches(role_id)
                role = self._roles[role_id]
                yield from self._grants(step, role.name, role.permissions, self._keys.get(role_id))
            case DeleteRole(role_id=role_id):
                yield from self._touches(role_id)
            case OrderRoles(positions=positions):
                yield from self._orders(positions)
            case CreateChannel() | EditChannel() | DeleteChannel():
                yield from self._reaches(step)
            case CreateResource() | EditResource() | DeleteResource():
                yield from self._uses(step)
            case SetOnboarding():
                yield from self._gives_away(step.onboarding)
            case _:
                pass

    def _uses(self, step: CreateResource | EditResource | DeleteResource) -> Iterator[Notice]:
        """What a webhook or an event needs in its channel."""
        for channel, needed in channel_needs(step, self._in_channels):
            if missing := needed & ~self._course.held_in(channel):
                where = self._names.get(channel, "a channel that is gone")
                said = f"does not have {listed(missing)} in “{where}”, which it takes: {step.title}"
                node = step.key if isinstance(step, CreateResource) else self._keys.get(step.resource_id)
                yield self._notice("out_of_reach", said, node)

    def _gives_away(self, onboarding: Onboarding) -> Iterator[Notice]:
        """Roles that newcomers give themselves are roles that somebody gives."""
        given, now = _roles_in(onboarding), _roles_in(self._guild.onboarding)
        for role_id in sorted(given & self._roles.keys() - now):
            yield from self._touches(role_id)

    def _touches(self, role_id: Snowflake) -> Iterator[Notice]:
        role = self._roles[role_id]
        if role_id not in self._touchable:
            said = f"stands no higher than the role “{role.name}”"
            yield self._notice("role_too_low", said, self._keys.get(role_id))

    def _grants(
        self, step: CreateRole | EditRole, name: str, present: int, node: str | None
    ) -> Iterator[Notice]:
        granted = 0 if step.fields.permissions is UNSET else step.fields.permissions & ~present
        if missing := granted & ~self._course.held():
            said = f"does not have {listed(missing)}, which the role “{name}” is to get"
            yield self._notice("cannot_grant", said, node)

    def _orders(self, positions: dict[Ref, int]) -> Iterator[Notice]:
        """Roles that they cannot touch keep their order, above all others."""
        after = sorted(positions, key=lambda ref: (positions[ref], -self._age(ref)))
        before = sorted((r for r in after if r in self._roles), key=lambda ref: role_rank(self._roles[ref]))
        fixed = [ref for ref in before if ref not in self._touchable]
        if fixed and after[-len(fixed) :] != fixed:
            highest = self._names[fixed[0]]
            yield self._notice("role_too_low", f"cannot order roles from “{highest}” upwards")

    def _age(self, ref: Ref) -> int:
        return int(ref) if ref in self._roles else 1 << 64

    def _reaches(self, step: CreateChannel | EditChannel | DeleteChannel) -> Iterator[Notice]:
        for channel, needed in needed_in(step):
            if missing := needed & ~self._course.held_in(channel):
                said = f"does not have {listed(missing)} in “{self._names[channel]}”"
                yield self._notice("out_of_reach", said, self._keys.get(channel))
        if isinstance(step, DeleteChannel):
            return
        node = step.key if isinstance(step, CreateChannel) else self._keys.get(step.channel_id)
        written, held = newly_written(step, self._course)
        if not self._course.is_admin and written & Permission.MANAGE_ROLES:
            said = f"is no administrator, and only those write manage_roles into overwrites: {step.title}"
            yield self._notice("cannot_grant", said, node)
        if missing := written & ~Permission.MANAGE_ROLES & ~held:
            said = f"does not have {listed(missing)}, which overwrites are to have: {step.title}"
            yield self._notice("cannot_grant", said, node)

    def _notice(self, rule: str, said: str, node: str | None = None) -> Notice:
        return Notice(
            code=f"{_MARK}{rule}",
            message=f"{self._name} {said}. A plan does nothing that its asker could not do by hand: ask somebody who "
            "can to apply it.",
            node=node,
        )
