"""What a document says of AutoMod.

Limits: Discord's OpenAPI document and its documentation, Resources › Auto Moderation.
"""

from typing import Annotated, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.discord.resources import AutoModPreset
from core.templates.documents.keys import ChannelKey, Key, RoleKey

Word: TypeAlias = Annotated[str, Meta(min_length=1, max_length=60)]
Pattern: TypeAlias = Annotated[str, Meta(min_length=1, max_length=260)]
Keywords: TypeAlias = Annotated[
    tuple[Word, ...],
    Meta(max_length=1000, description="Up to 1000 words of up to 60 characters; * stands for anything."),
]
Patterns: TypeAlias = Annotated[
    tuple[Pattern, ...],
    Meta(max_length=10, description="Up to 10 regular expressions of Rust's flavour, up to 260 characters."),
]


class KeywordTrigger(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="keyword",
):
    """A message with one of these words. A server has up to six such rules."""

    keywords: Keywords = ()
    patterns: Patterns = ()
    allowed: Annotated[
        tuple[Word, ...], Meta(max_length=100, description="Up to 100 words that are fine.")
    ] = ()


class SpamTrigger(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="spam",
):
    """A message that Discord takes for spam. A server has one such rule."""


class PresetTrigger(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="keyword_preset",
):
    """A message with a word of Discord's own lists. A server has one such rule."""

    presets: Annotated[tuple[AutoModPreset, ...], Meta(max_length=3, description="Which lists.")] = ()
    allowed: Annotated[
        tuple[Word, ...], Meta(max_length=1000, description="Up to 1000 words that are fine.")
    ] = ()


class MentionTrigger(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="mention_spam",
):
    """A message that mentions too many. A server has one such rule."""

    mentions: Annotated[int, Meta(ge=0, le=50, description="How many mentions are too many, up to 50.")]
    raid_protection: Annotated[bool, Meta(description="Whether Discord looks out for mention raids.")] = False


class ProfileTrigger(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="member_profile",
):
    """A member whose profile has one of these words. A server has one such rule."""

    keywords: Keywords = ()
    patterns: Patterns = ()
    allowed: Annotated[
        tuple[Word, ...], Meta(max_length=100, description="Up to 100 words that are fine.")
    ] = ()


class BlockMessage(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="block_message",
):
    """The message does not appear."""

    message: (
        Annotated[
            str,
            Meta(min_length=1, max_length=150, description="What its author reads, up to 150 characters."),
        ]
        | None
    ) = None


class SendAlert(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="send_alert"
):
    """Moderators are told."""

    channel: ChannelKey


class Timeout(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="timeout"
):
    """The author is timed out. Only of keyword and mention_spam rules."""

    seconds: Annotated[int, Meta(ge=1, le=2_419_200, description="Seconds, up to four weeks.")]


class BlockInteraction(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="block_member_interaction",
):
    """The member can neither write nor speak. Only of member_profile rules."""


DocumentTrigger: TypeAlias = KeywordTrigger | SpamTrigger | PresetTrigger | MentionTrigger | ProfileTrigger
DocumentAction: TypeAlias = BlockMessage | SendAlert | Timeout | BlockInteraction


class DocumentAutoModRule(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """A rule of AutoMod. The type of its trigger cannot be edited: another one makes the rule anew."""

    key: Key
    name: Annotated[str, Meta(min_length=1, max_length=100, description="1 to 100 characters.")]
    trigger: Annotated[DocumentTrigger, Meta(description="What sets it off.")]
    actions: Annotated[
        tuple[DocumentAction, ...], Meta(min_length=1, max_length=5, description="What happens then.")
    ]
    enabled: Annotated[bool, Meta(description="Whether it is at work.")] | UnsetType = UNSET
    exempt_roles: (
        Annotated[tuple[RoleKey, ...], Meta(max_length=20, description="Keys of up to 20 roles it spares.")]
        | UnsetType
    ) = UNSET
    exempt_channels: (
        Annotated[
            tuple[ChannelKey, ...], Meta(max_length=50, description="Keys of up to 50 channels it spares.")
        ]
        | UnsetType
    ) = UNSET
