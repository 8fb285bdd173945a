"""Roles, rights, and the one table between them.

A right is asked for by the service that does the thing; nobody asks for a role. The names of rights are the scopes of
API tokens as well: a scope covers itself and whatever stands behind it after a colon, so `jobs:create` covers
`jobs:create:message.send`.
"""

from collections.abc import Iterable
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Final

from core.discord.permissions import Permission


class Role(Enum):
    """From the lowest up. OWNER is of the whole installation and is never derived from a guild; the others are what
    somebody is in one guild."""

    GUEST = "guest"
    USER = "user"
    MODERATOR = "moderator"
    ADMIN = "admin"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        return _RANKS[self]

    def outranks(self, other: "Role") -> bool:
        return self.rank > other.rank

    def reaches(self, needed: "Role") -> bool:
        return self.rank >= needed.rank


_RANKS = {role: rank for rank, role in enumerate(Role)}


class Right(StrEnum):
    """What a service may ask for, beside `right_to_ask` of each kind of job."""

    ACCOUNT_READ = "account:read"
    ACCOUNT_WRITE = "account:write"
    TEMPLATES_READ = "templates:read"
    TEMPLATES_WRITE = "templates:write"
    IMAGES_READ = "images:read"
    IMAGES_WRITE = "images:write"
    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"
    JOBS_CREATE = "jobs:create"
    GUILDS_READ = "guilds:read"
    STRUCTURE_READ = "structure:read"
    EVENTS_READ = "events:read"
    MEMBERS_READ = "members:read"
    SETTINGS_READ = "settings:read"
    SETTINGS_WRITE = "settings:write"
    ACCESS_READ = "access:read"
    ACCESS_WRITE = "access:write"
    SNAPSHOTS_READ = "snapshots:read"
    SNAPSHOTS_WRITE = "snapshots:write"
    SNAPSHOTS_DELETE = "snapshots:delete"
    PLANS_READ = "plans:read"
    PLANS_WRITE = "plans:write"
    PLANS_APPLY = "plans:apply"
    PLANS_APPROVE = "plans:approve"
    ROLLBACKS_WRITE = "rollbacks:write"
    ACTIVE_VERSION_READ = "active-version:read"
    ACTIVE_VERSION_WRITE = "active-version:write"
    DRIFT_READ = "drift:read"
    DRIFT_WRITE = "drift:write"
    POLICIES_READ = "policies:read"
    POLICIES_WRITE = "policies:write"
    CALLBACKS_READ = "callbacks:read"
    CALLBACKS_WRITE = "callbacks:write"
    SCHEDULES_READ = "schedules:read"
    SCHEDULES_WRITE = "schedules:write"
    ANNOUNCEMENTS_READ = "announcements:read"
    ANNOUNCEMENTS_WRITE = "announcements:write"
    ANNOUNCEMENTS_APPROVE = "announcements:approve"
    AUDIT_READ = "audit:read"
    GUILDS_REVIEW = "guilds:review"
    SYSTEM_READ = "system:read"
    SYSTEM_WRITE = "system:write"
    ACCOUNTS_READ = "accounts:read"
    ACCOUNTS_WRITE = "accounts:write"


LEAST_ROLES: Final = MappingProxyType(
    {
        Right.GUILDS_READ: Role.USER,
        Right.STRUCTURE_READ: Role.MODERATOR,
        Right.EVENTS_READ: Role.MODERATOR,
        Right.MEMBERS_READ: Role.MODERATOR,
        Right.SETTINGS_READ: Role.MODERATOR,
        Right.ACCESS_READ: Role.MODERATOR,
        Right.TEMPLATES_READ: Role.MODERATOR,
        Right.TEMPLATES_WRITE: Role.MODERATOR,
        Right.JOBS_CREATE: Role.MODERATOR,
        Right.SNAPSHOTS_READ: Role.MODERATOR,
        Right.SNAPSHOTS_WRITE: Role.MODERATOR,
        Right.PLANS_READ: Role.MODERATOR,
        Right.PLANS_WRITE: Role.MODERATOR,
        Right.ACTIVE_VERSION_READ: Role.MODERATOR,
        Right.DRIFT_READ: Role.MODERATOR,
        Right.DRIFT_WRITE: Role.MODERATOR,
        Right.POLICIES_READ: Role.MODERATOR,
        Right.SCHEDULES_READ: Role.MODERATOR,
        Right.SCHEDULES_WRITE: Role.MODERATOR,
        "schedules:write:others": Role.ADMIN,
        Right.ANNOUNCEMENTS_READ: Role.MODERATOR,
        Right.ANNOUNCEMENTS_WRITE: Role.MODERATOR,
        "announcements:write:others": Role.ADMIN,
        Right.ANNOUNCEMENTS_APPROVE: Role.ADMIN,
        Right.SETTINGS_WRITE: Role.ADMIN,
        Right.ACCESS_WRITE: Role.ADMIN,
        Right.SNAPSHOTS_DELETE: Role.ADMIN,
        Right.ROLLBACKS_WRITE: Role.ADMIN,
        Right.PLANS_APPLY: Role.ADMIN,
        Right.PLANS_APPROVE: Role.ADMIN,
        Right.ACTIVE_VERSION_WRITE: Role.ADMIN,
        Right.POLICIES_WRITE: Role.ADMIN,
        Right.CALLBACKS_READ: Role.ADMIN,
        Right.CALLBACKS_WRITE: Role.ADMIN,
        Right.AUDIT_READ: Role.ADMIN,
        # Of others' jobs: their own everybody sees, and ends.
        Right.JOBS_READ: Role.ADMIN,
        Right.JOBS_WRITE: Role.ADMIN,
        "jobs:create:guild.leave": Role.ADMIN,
        Right.IMAGES_WRITE: Role.OWNER,
        Right.GUILDS_REVIEW: Role.OWNER,
        Right.SYSTEM_READ: Role.OWNER,
        Right.SYSTEM_WRITE: Role.OWNER,
        Right.ACCOUNTS_READ: Role.OWNER,
        Right.ACCOUNTS_WRITE: Role.OWNER,
    }
)
"""The lowest role that has a right, in the guild or over the installation that it is asked for."""

BY_PERMISSION: Final = MappingProxyType(
    {
        Permission.ADMINISTRATOR: Role.ADMIN,
        Permission.MANAGE_GUILD: Role.MODERATOR,
        Permission.MANAGE_MESSAGES: Role.MODERATOR,
    }
)
"""What a guild-level permission of Discord makes of a member, where the guild has not said otherwise."""


def right_to_ask(kind: str) -> str:
    """For a kind of job that is asked for as a job, and does not arise from something else."""
    return f"{Right.JOBS_CREATE}:{kind}"


def least_role(right: str) -> Role:
    """What is not in the table is as what stands before its last colon. Raises `KeyError` for what has no place in
    it: nobody has a right by accident."""
    while right not in LEAST_ROLES:
        right, colon, _ = right.rpartition(":")
        if not colon:
            raise KeyError(right)
    return LEAST_ROLES[right]


def role_by_permissions(bits: int) -> Role:
    """Of a member with these guild-level bits, by Discord alone. The owner of a guild has every bit."""
    return max((role for bit, role in BY_PERMISSION.items() if bits & bit), key=_rank_of, default=Role.USER)


def covers(scopes: Iterable[str], right: str) -> bool:
    return any(right == scope or right.startswith(f"{scope}:") for scope in scopes)


def _rank_of(role: Role) -> int:
    return role.rank
