"""What locking a channel changes: some bits of @everyone's overwrite, and nothing else. Pure."""

from core.discord.permissions import Permission
from core.discord.types import VOICE_LIKE, Channel, ChannelType, Overwrite, Snowflake

LOCKED = (
    Permission.SEND_MESSAGES
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.CREATE_PRIVATE_THREADS
)
LOCKED_VOICE = Permission.SEND_MESSAGES | Permission.CONNECT


def locked_bits(kind: ChannelType) -> Permission:
    """What locking a channel denies to @everyone."""
    return LOCKED_VOICE if kind in VOICE_LIKE else LOCKED


def overwrite_of(channel: Channel, role_id: Snowflake) -> Overwrite:
    """The role's overwrite; one that says nothing where there is none."""
    found = (each for each in channel.overwrites if each.kind == "role" and each.id == role_id)
    return next(found, Overwrite(kind="role", id=role_id))


def locked(now: Overwrite, bits: Permission) -> Overwrite:
    """As it stands, with those bits denied."""
    return Overwrite(kind="role", id=now.id, allow=now.allow & ~int(bits), deny=now.deny | int(bits))


def unlocked(now: Overwrite, then: Overwrite | None, bits: Permission) -> Overwrite:
    """As it stands, with those bits as they were `then`; without it they are inherited again."""
    allow, deny = (0, 0) if then is None else (then.allow & int(bits), then.deny & int(bits))
    return Overwrite(
        kind="role", id=now.id, allow=now.allow & ~int(bits) | allow, deny=now.deny & ~int(bits) | deny
    )


def newly_said(before: Overwrite, after: Overwrite) -> Permission:
    """What is allowed or denied afterwards and was not before. Taking back what was said needs no right to it."""
    return Permission(after.allow & ~before.allow | after.deny & ~before.deny)
