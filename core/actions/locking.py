"""What locking a channel changes: some bits of @everyone's overwrite, and nothing else. Pure."""

from core.discord.permissions import Permission
from core.discord.types import VOICE_LIKE, ChannelType, Overwrite

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


def locked(now: Overwrite, bits: Permission) -> Overwrite:
    """As it stands, with those bits denied."""
    return Overwrite(kind="role", id=now.id, allow=now.allow & ~int(bits), deny=now.deny | int(bits))


def unlocked(now: Overwrite, then: Overwrite | None, bits: Permission) -> Overwrite:
    """As it stands, with those bits as they were `then`; without it they are inherited again."""
    allow, deny = (0, 0) if then is None else (then.allow & int(bits), then.deny & int(bits))
    return Overwrite(
        kind="role", id=now.id, allow=now.allow & ~int(bits) | allow, deny=now.deny & ~int(bits) | deny
    )
