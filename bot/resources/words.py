"""Discord's numbers and our words for them."""

from collections.abc import Mapping
from typing import TypeVar

from core.discord.resources import (
    AutoModActionType,
    AutoModEvent,
    AutoModPreset,
    AutoModTriggerType,
    EventPlace,
    EventStatus,
    OnboardingMode,
    PromptType,
    StickerFormat,
)

W = TypeVar("W", bound=str)

INCOMING_WEBHOOK = 1
GUILD_ONLY = 2
"""The one privacy level that scheduled events have."""

STICKER_FORMAT: dict[int, StickerFormat] = {1: "png", 2: "apng", 3: "lottie", 4: "gif"}
AUTOMOD_EVENT: dict[int, AutoModEvent] = {1: "message_send", 2: "member_update"}
AUTOMOD_TRIGGER: dict[int, AutoModTriggerType] = {
    1: "keyword",
    3: "spam",
    4: "keyword_preset",
    5: "mention_spam",
    6: "member_profile",
}
AUTOMOD_PRESET: dict[int, AutoModPreset] = {1: "profanity", 2: "sexual_content", 3: "slurs"}
AUTOMOD_ACTION: dict[int, AutoModActionType] = {
    1: "block_message",
    2: "send_alert",
    3: "timeout",
    4: "block_member_interaction",
}
ONBOARDING_MODE: dict[int, OnboardingMode] = {0: "default", 1: "advanced"}
PROMPT_TYPE: dict[int, PromptType] = {0: "multiple_choice", 1: "dropdown"}
EVENT_PLACE: dict[int, EventPlace] = {1: "stage", 2: "voice", 3: "external"}
EVENT_STATUS: dict[int, EventStatus] = {1: "scheduled", 2: "active", 3: "completed", 4: "canceled"}


def number_of(words: Mapping[int, W], word: W) -> int:
    return next(number for number, each in words.items() if each == word)
