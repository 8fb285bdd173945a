"""The pictures of a guild, by the paths that Discord keeps them under."""

from collections.abc import Iterator

from core.discord.images import (
    AssetPath,
    GuildPicture,
    emoji_image,
    event_image,
    guild_picture,
    role_icon,
    sticker_image,
    webhook_avatar,
)
from core.discord.types import Snapshot

_GUILD: tuple[GuildPicture, ...] = ("icon", "banner", "splash", "discovery_splash")


def assets_of(snapshot: Snapshot) -> tuple[AssetPath, ...]:
    """All that a snapshot speaks of."""
    return tuple(_assets(snapshot))


def _assets(snapshot: Snapshot) -> Iterator[AssetPath]:
    for which in _GUILD:
        if name := getattr(snapshot.settings, which):
            yield guild_picture(snapshot.guild_id, which, name)
    for role in snapshot.roles:
        if role.icon:
            yield role_icon(role.id, role.icon)
    yield from (emoji_image(emoji.id) for emoji in snapshot.emojis or ())
    yield from (sticker_image(sticker.id) for sticker in snapshot.stickers or ())
    for webhook in snapshot.webhooks or ():
        if webhook.avatar:
            yield webhook_avatar(webhook.id, webhook.avatar)
    for event in snapshot.scheduled_events or ():
        if event.image:
            yield event_image(event.id, event.image)
