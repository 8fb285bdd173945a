"""Rules that a guild keeps, and who may do what, as HTTP shows them."""

import uuid
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from api.schemas.values import REF_PATTERN, PermissionName, Permissions, Snowflake, Time
from core.discord.permissions import names_of
from core.discord.types import ChannelType
from core.policies import rules as core
from core.policies.check import Violation as CoreViolation
from core.policies.service import Policies as CorePolicies
from core.templates.visibility import ChannelVisibility as CoreChannelVisibility
from core.templates.visibility import Visibility as CoreVisibility

RuleName = Annotated[
    str, Meta(min_length=1, max_length=100, description="What people call the rule; each name stands once.")
]
RolePatterns = Annotated[
    tuple[Annotated[str, Meta(min_length=1, max_length=100)], ...],
    Meta(
        min_length=1,
        max_length=100,
        description="`everyone`, ids of roles, or patterns of their names (`Mod*`; case does not count).",
    ),
]
ChannelPatterns = Annotated[
    tuple[Annotated[str, Meta(min_length=1, max_length=100)], ...],
    Meta(
        max_length=100,
        description="Ids of channels and categories, or patterns of their names (`mod-*`); a category stands for its "
        "channels, too. Empty: the server as a whole and every channel.",
    ),
]
RulePermissions = Annotated[tuple[PermissionName, ...], Meta(min_length=1)]
Ref: TypeAlias = Annotated[
    str,
    Meta(
        pattern=REF_PATTERN, description="A Discord id, or `$` and the key of what the plan is going to make."
    ),
]


class NeverRule(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="rule", tag="never", forbid_unknown_fields=True
):
    """Nobody who has just these roles may do it: “@everyone never has mention_everyone”."""

    name: RuleName
    roles: RolePatterns
    permissions: RulePermissions
    channels: ChannelPatterns = ()


class OnlyRule(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="rule", tag="only", forbid_unknown_fields=True
):
    """Nobody without one of these roles may do it: “only staff see #mod-*”. Administrators and the owner, whom no
    overwrite binds, are not counted."""

    name: RuleName
    roles: RolePatterns
    permissions: RulePermissions
    channels: ChannelPatterns = ()


class AlwaysRule(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="rule", tag="always", forbid_unknown_fields=True
):
    """Whoever has one of these roles may do it: “members always read #rules”."""

    name: RuleName
    roles: RolePatterns
    permissions: RulePermissions
    channels: ChannelPatterns = ()


PolicyRule: TypeAlias = NeverRule | OnlyRule | AlwaysRule


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """Who breaks which rule where, in the guild as last seen. `channel_id` null: in the server as a whole."""

    rule: RuleName
    message: str
    permissions: Permissions
    role_id: Snowflake | None
    member_id: Snowflake | None
    channel_id: Snowflake | None


class Policies(msgspec.Struct, frozen=True, kw_only=True):
    """`updated_at` is null for a guild that never had rules."""

    rules: tuple[PolicyRule, ...]
    violations: tuple[Violation, ...]
    updated_at: Time | None


class PutPolicies(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All rules of the guild."""

    rules: Annotated[tuple[PolicyRule, ...], Meta(max_length=core.MAX_RULES)]


class ChannelVisibility(msgspec.Struct, frozen=True, kw_only=True):
    """`now` is null for a channel that the plan is going to make, `planned` for one that it deletes, and where no plan
    was asked about."""

    id: Ref
    name: str
    type: ChannelType
    parent_id: Ref | None
    now: Permissions | None
    planned: Permissions | None


class Visibility(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody with these roles may do in the server and in each channel, implicit denials included. `revision` is
    that of the guild as last seen; `roles_seen_at` is when the roles were last seen to change, or captured; null
    where you said them."""

    guild_id: Snowflake
    revision: int
    role_ids: tuple[Ref, ...]
    roles_seen_at: Time | None
    member_id: Snowflake | None
    plan_id: uuid.UUID | None
    now: Permissions
    planned: Permissions | None
    channels: tuple[ChannelVisibility, ...]


_SHOWN = {core.Never: NeverRule, core.Only: OnlyRule, core.Always: AlwaysRule}
_ASKED = {shown: rule for rule, shown in _SHOWN.items()}


def rules_of(body: PutPolicies) -> tuple[core.Rule, ...]:
    return tuple(
        _ASKED[type(rule)](
            name=rule.name, roles=rule.roles, permissions=rule.permissions, channels=rule.channels
        )
        for rule in body.rules
    )


def policies_of(policies: CorePolicies) -> Policies:
    return Policies(
        rules=tuple(
            _SHOWN[type(rule)](
                name=rule.name, roles=rule.roles, permissions=rule.permissions, channels=rule.channels
            )
            for rule in policies.rules
        ),
        violations=tuple(map(violation_of, policies.violations)),
        updated_at=policies.updated_at,
    )


def violation_of(violation: CoreViolation) -> Violation:
    return Violation(
        rule=violation.rule,
        message=violation.message,
        permissions=violation.permissions,
        role_id=violation.role_id,
        member_id=violation.member_id,
        channel_id=violation.channel_id,
    )


def visibility_of(
    visibility: CoreVisibility,
    *,
    guild_id: str,
    revision: int,
    member_id: str | None,
    plan_id: uuid.UUID | None,
) -> Visibility:
    return Visibility(
        guild_id=guild_id,
        revision=revision,
        role_ids=visibility.roles,
        roles_seen_at=visibility.roles_seen_at,
        member_id=member_id,
        plan_id=plan_id,
        now=names_of(visibility.now),
        planned=None if visibility.planned is None else names_of(visibility.planned),
        channels=tuple(map(_channel_of, visibility.channels)),
    )


def _channel_of(channel: CoreChannelVisibility) -> ChannelVisibility:
    return ChannelVisibility(
        id=channel.id,
        name=channel.name,
        type=channel.type,
        parent_id=channel.parent_id,
        now=None if channel.now is None else names_of(channel.now),
        planned=None if channel.planned is None else names_of(channel.planned),
    )
