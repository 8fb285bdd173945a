"""What a document says of how newcomers are received: onboarding and the welcome screen. Both need Community.

Limits: Discord's OpenAPI document and its documentation, Resources › Guild.
"""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.discord.resources import OnboardingMode, PromptType
from core.templates.documents.keys import ChannelKey, EmojiText, RoleKey


class DocumentOption(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """An answer, and what it gives. Titles of one prompt differ: they tell which option is which."""

    title: Annotated[str, Meta(min_length=1, max_length=50, description="1 to 50 characters.")]
    description: Annotated[str, Meta(max_length=100, description="Up to 100 characters.")] | None = None
    emoji: EmojiText | None = None
    roles: Annotated[
        tuple[RoleKey, ...], Meta(max_length=50, description="Keys of the roles that it gives.")
    ] = ()
    channels: Annotated[
        tuple[ChannelKey, ...], Meta(max_length=50, description="Keys of the channels that it shows.")
    ] = ()


class DocumentPrompt(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """A question to newcomers. Titles differ: they tell which prompt is which."""

    title: Annotated[str, Meta(min_length=1, max_length=100, description="1 to 100 characters.")]
    options: Annotated[
        tuple[DocumentOption, ...], Meta(min_length=1, max_length=50, description="1 to 50 answers.")
    ]
    type: Annotated[PromptType, Meta(description="How it is shown.")] = "multiple_choice"
    single_select: Annotated[bool, Meta(description="Whether only one answer can be chosen.")] = False
    required: Annotated[bool, Meta(description="Whether it must be answered.")] = False
    in_onboarding: Annotated[
        bool, Meta(description="Whether newcomers are asked; else it shows in Channels & Roles only.")
    ] = True


class DocumentOnboarding(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """What newcomers are asked and shown. Enabled, it needs seven default channels, five of which everyone can write
    in."""

    enabled: Annotated[bool, Meta(description="Whether newcomers go through it.")] | UnsetType = UNSET
    mode: (
        Annotated[
            OnboardingMode,
            Meta(description="`advanced` counts the channels of prompts among those that are needed."),
        ]
        | UnsetType
    ) = UNSET
    default_channels: (
        Annotated[
            tuple[ChannelKey, ...], Meta(max_length=500, description="Keys of channels everybody gets.")
        ]
        | UnsetType
    ) = UNSET
    prompts: (
        Annotated[tuple[DocumentPrompt, ...], Meta(max_length=15, description="Up to 15 questions.")]
        | UnsetType
    ) = UNSET


class DocumentWelcomeChannel(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """A channel on the welcome screen."""

    channel: ChannelKey
    description: Annotated[str, Meta(min_length=1, max_length=50, description="1 to 50 characters.")]
    emoji: EmojiText | None = None


class DocumentWelcomeScreen(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """What a newcomer sees first."""

    enabled: Annotated[bool, Meta(description="Whether it is shown.")] | UnsetType = UNSET
    description: (
        Annotated[str, Meta(max_length=140, description="Up to 140 characters.")] | None | UnsetType
    ) = UNSET
    channels: (
        Annotated[tuple[DocumentWelcomeChannel, ...], Meta(max_length=5, description="Up to 5 channels.")]
        | UnsetType
    ) = UNSET
