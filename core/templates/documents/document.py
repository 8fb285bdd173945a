"""The document: a guild as one would like it to be. Values only; reading text is `parse`, comparing is `diff`.

Order in the lists is the order in Discord's client: roles from the highest down, channels from the top down.
Everything refers to everything else by `key`. A field left out (UNSET) says nothing about the guild and never makes
a difference; null clears.

The descriptions are what editors show: the published JSON Schema is made of them.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.templates.documents.channels import DocumentChannel
from core.templates.documents.guild_settings import DocumentGuild
from core.templates.documents.roles import DocumentRole, Everyone
from core.templates.documents.variables import MAX_VARIABLES, DocumentVariable
from core.templates.resources.moderation import DocumentAutoModRule
from core.templates.resources.nodes import DocumentEmoji, DocumentEvent, DocumentSticker, DocumentWebhook
from core.templates.resources.welcome import DocumentOnboarding, DocumentWelcomeScreen


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A whole guild. `guildwright` is the format's version. One that was read has no `variables` any more: what they
    stand for is in its place."""

    guildwright: Annotated[Literal[1], Meta(description="Version of this format: 1.")]
    variables: Annotated[
        tuple[DocumentVariable, ...],
        Meta(
            max_length=MAX_VARIABLES,
            description="Texts that each guild gives for itself: ${name} stands for them.",
        ),
    ] = ()
    guild: Annotated[DocumentGuild, Meta(description="Settings of the server itself.")] = DocumentGuild()
    everyone: Annotated[Everyone, Meta(description="The role that every member has.")] = Everyone()
    roles: Annotated[tuple[DocumentRole, ...], Meta(description="Roles from the highest down.")] = ()
    channels: Annotated[
        tuple[DocumentChannel, ...], Meta(description="Channels and categories from the top down.")
    ] = ()
    emojis: Annotated[tuple[DocumentEmoji, ...], Meta(description="The server's emojis.")] | UnsetType = UNSET
    stickers: (
        Annotated[tuple[DocumentSticker, ...], Meta(description="The server's stickers.")] | UnsetType
    ) = UNSET
    webhooks: Annotated[tuple[DocumentWebhook, ...], Meta(description="Incoming webhooks.")] | UnsetType = (
        UNSET
    )
    automod: Annotated[tuple[DocumentAutoModRule, ...], Meta(description="Rules of AutoMod.")] | UnsetType = (
        UNSET
    )
    events: Annotated[tuple[DocumentEvent, ...], Meta(description="Scheduled events.")] | UnsetType = UNSET
    onboarding: Annotated[DocumentOnboarding, Meta(description="What newcomers are asked.")] | UnsetType = (
        UNSET
    )
    welcome_screen: (
        Annotated[DocumentWelcomeScreen, Meta(description="What newcomers see first.")] | UnsetType
    ) = UNSET
