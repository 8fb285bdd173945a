"""Kinds of values that many resources have."""

from datetime import datetime
from typing import Annotated, TypeAlias

from msgspec import Meta

Snowflake: TypeAlias = Annotated[
    str, Meta(pattern="^[0-9]{1,20}$", description="One of Discord's ids, as a string of digits.")
]
REF_PATTERN = r"^([0-9]{1,20}|\$.+)$"
"""Of what is in a guild, or is going to be."""
Bits: TypeAlias = Annotated[
    str, Meta(pattern="^[0-9]+$", description="Discord's bit field, as a decimal number.")
]
Time: TypeAlias = Annotated[datetime, Meta(tz=True, description="RFC 3339, in UTC.")]
PermissionName: TypeAlias = Annotated[
    str,
    Meta(
        description="Discord's permission flag in lower case, e.g. view_channel. Discord may add further ones."
    ),
]
Permissions: TypeAlias = tuple[PermissionName, ...]
Color: TypeAlias = Annotated[
    str, Meta(pattern="^#[0-9a-f]{6}$", description="As #rrggbb; #000000 is no colour.")
]
NextCursor: TypeAlias = Annotated[
    str | None, Meta(description="Give it as `cursor` to read on; null on the last page.")
]


def color_of(value: int) -> str:
    """0xRRGGBB as HTTP shows it."""
    return f"#{value:06x}"
