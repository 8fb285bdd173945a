"""Reading a guild's settings from a form (Discord docs: Guild > Modify Guild).

Nullable settings fall back to what a new guild has. ``region`` is deprecated and changes nothing.
"""

from dataclasses import dataclass

from bot.simulator.access import Standing
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.images import LARGE, Image, Images, read_image
from bot.simulator.shapes import words
from bot.simulator.state import ANNOUNCEMENT, TEXT, VOICE, Guild, User

LOCALES = words(
    "ar bg cs da de el en-GB en-US es-419 es-ES fi fr he hi hr hu id it ja ko lt nl no pl pt-BR ro ru sv-SE th tr "
    "uk vi zh-CN zh-TW"
)
AFK_TIMEOUTS = (60, 300, 900, 1800, 3600)
TEXTUAL = (TEXT, ANNOUNCEMENT)
_SYSTEM_CHANNEL_FLAGS = (1 << 6) - 1
_NAME = (2, 100)


def read_settings(form: Form, guild: Guild) -> None:
    """Everything but features, pictures, the owner, and the channels of Community guilds."""
    _read_texts(form, guild)
    _read_levels(form, guild)
    guild.afk_channel_id = read_channel(form, "afk_channel_id", guild, guild.afk_channel_id, (VOICE,))
    guild.system_channel_id = read_channel(form, "system_channel_id", guild, guild.system_channel_id, TEXTUAL)


def _read_texts(form: Form, guild: Guild) -> None:
    """A name counts without the blanks around it (docs: Guild Structure)."""
    name = form.text("name", guild.name)
    if name is None:
        form.require("name")
    elif not _NAME[0] <= len(name.strip()) <= _NAME[1]:
        form.bad_length("name", *_NAME)
    else:
        guild.name = name.strip()
    guild.description = form.text("description", guild.description, most=300)
    guild.preferred_locale = form.word("preferred_locale", guild.preferred_locale, LOCALES) or "en-US"
    form.text("region")


def _read_levels(form: Form, guild: Guild) -> None:
    """Flags of the system channel that are not documented are dropped."""
    guild.verification_level = form.choice("verification_level", guild.verification_level, range(5)) or 0
    guild.default_message_notifications = (
        form.choice("default_message_notifications", guild.default_message_notifications, (0, 1)) or 0
    )
    guild.explicit_content_filter = (
        form.choice("explicit_content_filter", guild.explicit_content_filter, (0, 1, 2)) or 0
    )
    guild.afk_timeout = form.choice("afk_timeout", guild.afk_timeout, AFK_TIMEOUTS) or 300
    flags = form.whole("system_channel_flags", guild.system_channel_flags, least=0)
    guild.system_channel_flags = flags & _SYSTEM_CHANNEL_FLAGS
    guild.premium_progress_bar_enabled = form.flag(
        "premium_progress_bar_enabled", guild.premium_progress_bar_enabled
    )


def read_channel(
    form: Form, key: str, guild: Guild, default: int | None, kinds: tuple[int, ...] | None = None
) -> int | None:
    """The id of one of the guild's channels, of one of the given types."""
    channel_id = form.snowflake(key, default)
    if key not in form or channel_id is None:
        return channel_id
    channel = guild.channels.get(channel_id)
    if channel is None or (kinds is not None and channel.type not in kinds):
        form.bad(key, "GUILD_CHANNEL_INVALID", "Unknown channel, or a channel of the wrong type")
        return default
    return channel_id


# Pictures


@dataclass(slots=True, frozen=True)
class _Picture:
    """``needs`` is the feature without which it is not taken, ``moves`` the one that lets it be a GIF."""

    key: str
    folder: str
    needs: str | None = None
    moves: str | None = None

    def is_still(self, guild: Guild) -> bool:
        return self.moves is None or self.moves not in guild.features


PICTURES = (
    _Picture("icon", "icons", moves="ANIMATED_ICON"),
    _Picture("splash", "splashes", "INVITE_SPLASH"),
    _Picture("discovery_splash", "discovery-splashes", "DISCOVERABLE"),
    _Picture("banner", "banners", "BANNER", "ANIMATED_BANNER"),
    _Picture("home_header", "home-headers", "BANNER"),
)
PICTURE_KEYS = tuple(each.key for each in PICTURES)


def read_pictures(form: Form) -> dict[str, Image | None]:
    """Those the form names; None takes one away."""
    return {key: read_image(form, key, most=LARGE) for key in PICTURE_KEYS if key in form}


def keep_pictures(images: Images, guild: Guild, sent: dict[str, Image | None]) -> None:
    """A picture for which the guild lacks the feature is left aside: the docs name no error for it."""
    for picture in PICTURES:
        image = sent.get(picture.key)
        if picture.key not in sent or (image and picture.needs and picture.needs not in guild.features):
            continue
        kept = images.keep(image, f"{picture.folder}/{guild.id}", still=picture.is_still(guild))
        setattr(guild, picture.key, kept)


# Ownership


def read_owner(form: Form, guild: Guild, standing: Standing, users: dict[int, User]) -> int:
    """``owner_id``, which only the owner may change, to a human member who is not pending.

    It is no longer documented, since bots cannot own guilds any more; JSON error codes 50131 and 50132 still are.
    """
    owner_id = form.snowflake("owner_id", guild.owner_id)
    if owner_id is None or owner_id == guild.owner_id:
        return guild.owner_id
    if not standing.is_owner:
        raise refuse(50013)
    member = guild.members.get(owner_id)
    if member is None:
        raise refuse(10007)
    if users[owner_id].bot:
        raise refuse(50132)
    if member.pending:
        raise refuse(50131)
    return owner_id
