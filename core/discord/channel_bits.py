"""Which permissions count in which type of channel (Discord documentation, Topics › Permissions › Bitwise Permission
Flags, column "Channel Type"). The others are accepted in an overwrite there, and say nothing."""

from types import MappingProxyType
from typing import Final

from core.discord.permissions import ALL, Permission
from core.discord.types import ChannelType

_GUILD_ONLY: Final = (
    Permission.KICK_MEMBERS
    | Permission.BAN_MEMBERS
    | Permission.ADMINISTRATOR
    | Permission.MANAGE_GUILD
    | Permission.VIEW_AUDIT_LOG
    | Permission.VIEW_GUILD_INSIGHTS
    | Permission.CHANGE_NICKNAME
    | Permission.MANAGE_NICKNAMES
    | Permission.MANAGE_GUILD_EXPRESSIONS
    | Permission.MODERATE_MEMBERS
    | Permission.VIEW_CREATOR_MONETIZATION_ANALYTICS
    | Permission.CREATE_GUILD_EXPRESSIONS
)
_STAGE_ONLY: Final = Permission.REQUEST_TO_SPEAK
_VOICE_ONLY: Final = (
    Permission.PRIORITY_SPEAKER
    | Permission.SPEAK
    | Permission.DEAFEN_MEMBERS
    | Permission.USE_VAD
    | Permission.USE_SOUNDBOARD
    | Permission.USE_EXTERNAL_SOUNDS
)
_VOICE_AND_STAGE: Final = (
    Permission.STREAM
    | Permission.CONNECT
    | Permission.MUTE_MEMBERS
    | Permission.MOVE_MEMBERS
    | Permission.MANAGE_EVENTS
    | Permission.CREATE_EVENTS
)
_TEXT_ONLY: Final = (
    Permission.MANAGE_THREADS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.CREATE_PRIVATE_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.PIN_MESSAGES
)

IN_CHANNELS: Final = ALL & ~_GUILD_ONLY
_IN_TEXT: Final = IN_CHANNELS & ~(_VOICE_ONLY | _STAGE_ONLY | _VOICE_AND_STAGE)
_IN: Final = MappingProxyType[ChannelType, Permission](
    {
        "voice": IN_CHANNELS & ~(_TEXT_ONLY | _STAGE_ONLY),
        "stage": IN_CHANNELS & ~(_TEXT_ONLY | _VOICE_ONLY | Permission.USE_EMBEDDED_ACTIVITIES),
        # What its channels inherit.
        "category": IN_CHANNELS,
    }
)


def counting_in(kind: ChannelType) -> Permission:
    """What an overwrite of such a channel can say."""
    return _IN.get(kind, _IN_TEXT)
