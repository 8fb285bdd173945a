"""Who sees and may do what: now, and when a plan is done."""

from collections.abc import Collection
from datetime import datetime

import msgspec

from core.access.mapping import spread
from core.access.schemas import Person
from core.discord.effective import channel_permissions, guild_permissions
from core.discord.permissions import ALL, Permission
from core.discord.types import Channel, ChannelType, Member, Snapshot, Snowflake
from core.errors import Invalid, NotFound, Problem
from core.templates.matching.match import displayed
from core.templates.outcome import outcome_of
from core.templates.plan import CreateRole, Plan, Ref, ref_to


class ChannelVisibility(msgspec.Struct, frozen=True, kw_only=True):
    """`id` is a `Ref`. None for a channel that is not there before, or after."""

    id: Ref
    name: str
    type: ChannelType
    parent_id: Ref | None
    now: Permission | None
    planned: Permission | None = None


class Visibility(msgspec.Struct, frozen=True, kw_only=True):
    """`now` and `planned` are those of the guild as a whole; `planned` is None where no plan was asked about. `roles`
    are those of who is looked at; `roles_seen_at` is when they were last seen to
    change, or when a snapshot saw them; None where the asker said them."""

    roles: tuple[Ref, ...]
    roles_seen_at: datetime | None
    now: Permission
    planned: Permission | None
    channels: tuple[ChannelVisibility, ...]


def require_known(roles: Collection[Ref], snapshot: Snapshot, plan: Plan | None) -> None:
    """Raises `NotFound` for a role that neither the guild has nor the plan makes."""
    known = {role.id for role in snapshot.roles}
    if plan is not None:
        known |= {ref_to(step.key) for step in plan.steps if isinstance(step, CreateRole)}
    if unknown := [role for role in roles if role not in known]:
        raise NotFound(f"Guild {snapshot.guild_id} has no role {unknown[0]}.")


def unknown_member(guild_id: Snowflake, member: Snowflake) -> Invalid:
    """For one of whom no roles are known."""
    message = (
        f"Which roles {member} has is not known: give them as `role_id` ({guild_id}, the id of @everyone, for none), "
        "or capture the guild with `members: true`."
    )
    return Invalid(message, problems=(Problem(pointer="/member_id", code="roles_unknown", message=message),))


def tells_roles(person: Person, guild: Snapshot) -> bool:
    """Whether what is kept of a person names their roles. A login tells what they may and not by which roles; until the
    bot has looked at them, none stand there."""
    if person.role_ids:
        return True
    plain = guild_permissions(guild, Member(user_id=person.user_id, role_ids=()))
    return spread(person.bits) & int(ALL) == int(plain)


def visibility_of(
    snapshot: Snapshot,
    *,
    roles: Collection[Ref],
    roles_seen_at: datetime | None = None,
    member: Snowflake | None = None,
    plan: Plan | None = None,
) -> Visibility:
    """What somebody with these roles (beside @everyone), and the overwrites of this member, may do. `roles` may name
    what the plan makes. Channels come in display order, those that the plan makes last."""
    somebody = Member(user_id=member or "0", role_ids=tuple(roles))
    after = None if plan is None else outcome_of(plan, snapshot)
    planned = {} if after is None else {channel.id: channel for channel in after.channels}
    present = {channel.id: channel for channel in displayed(snapshot)}
    return Visibility(
        roles=tuple(roles),
        roles_seen_at=roles_seen_at,
        now=guild_permissions(snapshot, somebody),
        planned=None if after is None else guild_permissions(after, somebody),
        channels=tuple(
            ChannelVisibility(
                id=channel.id,
                name=channel.name,
                type=channel.type,
                parent_id=channel.parent_id,
                now=_in(snapshot, somebody, present.get(channel.id)),
                planned=None if after is None else _in(after, somebody, planned.get(channel.id)),
            )
            for channel in {**present, **planned}.values()
        ),
    )


def _in(guild: Snapshot, somebody: Member, channel: Channel | None) -> Permission | None:
    return None if channel is None else channel_permissions(guild, somebody, channel)
