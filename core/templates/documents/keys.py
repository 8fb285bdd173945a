"""How the nodes of a document are named, and how they name each other."""

from typing import Annotated, TypeAlias

from msgspec import Meta

from core.discord.images import ImageHash

_KEY = r"^[a-z0-9][a-z0-9_.-]{0,63}$"

Key: TypeAlias = Annotated[
    str,
    Meta(
        pattern=_KEY,
        description="Stable name of this node inside the document: 1 to 64 lower-case letters, digits, '-', '_' and "
        "'.', starting with a letter or a digit. Renaming the role or channel keeps its key.",
    ),
]
ChannelKey: TypeAlias = Annotated[str, Meta(pattern=_KEY, description="A channel's key.")]
RoleKey: TypeAlias = Annotated[str, Meta(pattern=_KEY, description="A role's key, or `everyone`.")]
EmojiText: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^(:[a-z0-9][a-z0-9_.-]{0,63}:|[0-9]{15,21}|[\s\S]*[^\x00-\x7f][\s\S]*)$",
        description="A unicode emoji; `:key:` for an emoji of this document; or the id of a custom emoji of another "
        "server, 15 to 21 digits in quotes.",
    ),
]
Picture: TypeAlias = ImageHash
EVERYONE = "everyone"

MAX_NAME = 100


def emoji_key(text: str) -> str | None:
    """The key in `:key:`; None for every other emoji."""
    return text[1:-1] if len(text) > 2 and text[0] == text[-1] == ":" else None  # noqa: PLR2004


def emoji_text(key: str) -> str:
    """How an emoji of the document is named."""
    return f":{key}:"
