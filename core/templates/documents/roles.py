"""The roles of a document, and how it says permissions."""

from typing import Annotated, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.templates.documents.keys import MAX_NAME, Key, Picture

Color: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^#[0-9a-fA-F]{6}$",
        description="A colour as '#rrggbb' (in YAML always in quotes); '#000000' is no colour.",
    ),
]
PermissionName: TypeAlias = Annotated[
    str, Meta(description="Discord's permission flag in lower case, e.g. view_channel.")
]
Permissions: TypeAlias = tuple[PermissionName, ...]


class DocumentRole(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """`managed: true` stands for a role that an integration owns: matched by name, never created or deleted."""

    key: Key
    name: Annotated[
        str, Meta(min_length=1, max_length=MAX_NAME, description="The role's name, 1 to 100 characters.")
    ]
    color: Color | UnsetType = UNSET
    secondary_color: (
        Annotated[Color, Meta(description="Second colour of a gradient, as '#rrggbb'.")] | None | UnsetType
    ) = UNSET
    tertiary_color: (
        Annotated[Color, Meta(description="Third colour of the holographic style, as '#rrggbb'.")]
        | None
        | UnsetType
    ) = UNSET
    hoist: Annotated[bool, Meta(description="Whether its members are listed apart.")] | UnsetType = UNSET
    mentionable: Annotated[bool, Meta(description="Whether anyone may mention it.")] | UnsetType = UNSET
    unicode_emoji: Annotated[str, Meta(description="A unicode emoji as its icon.")] | None | UnsetType = UNSET
    icon: (
        Annotated[Picture, Meta(description="A picture as its icon, instead of an emoji.")] | None | UnsetType
    ) = UNSET
    permissions: (
        Annotated[Permissions, Meta(description="What its members may do everywhere.")] | UnsetType
    ) = UNSET
    managed: Annotated[
        bool, Meta(description="An integration owns it: matched by name, never created or deleted.")
    ] = False


class Everyone(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The role that every member has; its key is `everyone`."""

    permissions: (
        Annotated[Permissions, Meta(description="What every member may do everywhere.")] | UnsetType
    ) = UNSET
