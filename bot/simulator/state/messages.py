"""Messages."""

from dataclasses import dataclass, field

from bot.simulator.shapes import JsonObject


@dataclass(slots=True, frozen=True)
class File:
    """What was uploaded; ``kind`` is its media type, where there is one."""

    content: bytes
    kind: str | None


@dataclass(slots=True)
class Message:
    """``author`` is shown where no account wrote it but a webhook; ``copies`` are (channel id, message id) of the
    messages that channels following this one's got. ``attachments`` are in the shape they are answered in, ``files``
    their contents by attachment id."""

    id: int
    channel_id: int
    author_id: int
    timestamp: str
    content: str = ""
    embeds: list[JsonObject] = field(default_factory=list[JsonObject])
    components: list[JsonObject] = field(default_factory=list[JsonObject])
    attachments: list[JsonObject] = field(default_factory=list[JsonObject])
    files: dict[int, File] = field(default_factory=dict[int, File])
    flags: int = 0
    type: int = 0
    tts: bool = False
    edited: str | None = None
    mention_everyone: bool = False
    mentions: list[int] = field(default_factory=list[int])
    mention_roles: list[int] = field(default_factory=list[int])
    nonce: int | str | None = None
    webhook_id: int | None = None
    application_id: int | None = None
    author: JsonObject | None = None
    copies: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    interaction: JsonObject | None = None
    reference: JsonObject | None = None
