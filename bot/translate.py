"""From disnake's objects and exceptions to our words. The way back, our words to JSON, is `bot.payloads`."""

from collections.abc import Iterable, Set
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import aiohttp
import disnake
from msgspec.structs import replace

from bot.resources.reading import emojis_of, stickers_of
from core.discord.errors import (
    AnswerLost,
    CallRefused,
    DiscordError,
    GatewayAbsent,
    GatewayBusy,
    TargetGone,
)
from core.discord.permissions import Permission, base_permissions
from core.discord.types import (
    VOICE_LIKE,
    BotPowers,
    Channel,
    ChannelType,
    ContentFilter,
    ForumLayout,
    ForumTag,
    GuildSettings,
    Member,
    Notifications,
    Overwrite,
    Role,
    Snapshot,
    Snowflake,
    SortOrder,
    VerificationLevel,
    VideoQuality,
    channel_rank,
    role_rank,
)

AnyChannel: TypeAlias = disnake.abc.GuildChannel

VERIFICATION: dict[int, VerificationLevel] = {0: "none", 1: "low", 2: "medium", 3: "high", 4: "very_high"}
NOTIFICATIONS: dict[int, Notifications] = {0: "all_messages", 1: "only_mentions"}
CONTENT_FILTER: dict[int, ContentFilter] = {0: "disabled", 1: "members_without_roles", 2: "all_members"}
SORT_ORDER: dict[int, SortOrder] = {0: "latest_activity", 1: "creation_date"}
LAYOUT: dict[int, ForumLayout] = {0: "not_set", 1: "list", 2: "gallery"}
VIDEO_QUALITY: dict[int, VideoQuality] = {1: "auto", 2: "full"}
CHANNEL_TYPE: dict[int, ChannelType] = {
    0: "text",
    2: "voice",
    4: "category",
    5: "announcement",
    13: "stage",
    15: "forum",
    16: "media",
}

# A member in time-out keeps only these (Discord documentation, Topics > Permissions > "Permissions for
# Timed Out Members"); owner and administrators cannot be timed out.
TIMED_OUT = Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY

# What raised before one byte of the request left: the connection was never made.
NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
PRESUMED_WAIT = timedelta(seconds=5)


def role_of(role: disnake.Role) -> Role:
    """One role; gradient colours included."""
    return Role(
        id=str(role.id),
        name=role.name,
        permissions=role.permissions.value,
        color=role.primary_color.value,
        secondary_color=_color(role.secondary_color),
        tertiary_color=_color(role.tertiary_color),
        hoist=role.hoist,
        mentionable=role.mentionable,
        position=role.position,
        managed=role.managed,
        icon=role.icon.key if role.icon else None,
        unicode_emoji=role.emoji.name if role.emoji else None,
        bot_id=_id(role.tags.bot_id) if role.tags else None,
        is_sold=role.tags is not None and role.tags.is_subscription(),
    )


def channel_of(channel: AnyChannel) -> Channel | None:
    """One channel, or None for a kind of channel that no document can hold."""
    kind = CHANNEL_TYPE.get(channel.type.value)
    if kind is None:
        return None
    base = Channel(
        id=str(channel.id),
        type=kind,
        name=channel.name,
        position=channel.position,
        parent_id=_id(channel.category_id),
        overwrites=tuple(overwrites_of(channel)),
    )
    if isinstance(channel, disnake.TextChannel):
        return _with_text(base, channel)
    if isinstance(channel, disnake.VoiceChannel | disnake.StageChannel):
        return _with_voice(base, channel)
    if isinstance(channel, disnake.ForumChannel | disnake.MediaChannel):
        return _with_forum(base, channel)
    return base


def overwrites_of(channel: AnyChannel) -> Iterable[Overwrite]:
    """Every overwrite with every bit, as Discord sent it."""
    # The public `channel.overwrites` drops bits that disnake cannot name and targets that it has not cached.
    for overwrite in channel._overwrites:  # pyright: ignore[reportPrivateUsage]
        kind = "role" if overwrite.is_role() else "member"
        yield Overwrite(kind=kind, id=str(overwrite.id), allow=overwrite.allow, deny=overwrite.deny)


def settings_of(guild: disnake.Guild) -> GuildSettings:
    """A level that is newer than this program reads as the highest that it knows."""
    return GuildSettings(
        name=guild.name,
        description=guild.description,
        verification_level=VERIFICATION.get(guild.verification_level.value, "very_high"),
        notifications=NOTIFICATIONS.get(guild.default_notifications.value, "only_mentions"),
        content_filter=CONTENT_FILTER.get(guild.explicit_content_filter.value, "all_members"),
        locale=str(guild.preferred_locale.value),
        afk_channel_id=_channel_id(guild.afk_channel),
        afk_timeout=guild.afk_timeout,
        system_channel_id=_channel_id(guild.system_channel),
        system_channel_flags=guild.system_channel_flags.value,
        rules_channel_id=_channel_id(guild.rules_channel),
        updates_channel_id=_channel_id(guild.public_updates_channel),
        safety_channel_id=_channel_id(guild.safety_alerts_channel),
        boost_progress_bar=guild.premium_progress_bar_enabled,
        icon=_picture(guild.icon),
        banner=_picture(guild.banner),
        splash=_picture(guild.splash),
        discovery_splash=_picture(guild.discovery_splash),
    )


def snapshot_of(guild: disnake.Guild) -> Snapshot:
    """The guild as the cache knows it."""
    roles = [role_of(role) for role in guild.roles]
    known = {role.id for role in roles}
    channels = [
        _without_ghosts(channel, known)
        for each in guild.channels
        if (channel := channel_of(each)) is not None
    ]
    return Snapshot(
        guild_id=str(guild.id),
        owner_id=str(guild.owner_id),
        settings=settings_of(guild),
        roles=tuple(sorted(roles, key=lambda role: _shown_rank(role, str(guild.id)), reverse=True)),
        channels=tuple(as_shown(channels)),
        features=frozenset(guild.features),
        premium_tier=guild.premium_tier,
        emojis=emojis_of(guild),
        stickers=stickers_of(guild),
    )


def _without_ghosts(channel: Channel, known: Set[str]) -> Channel:
    """Discord drops a deleted role's overwrites and sends no event that says so: the cache keeps them."""
    kept = tuple(o for o in channel.overwrites if o.kind == "member" or o.id in known)
    return channel if kept == channel.overwrites else replace(channel, overwrites=kept)


def powers_of(me: disnake.Member) -> BotPowers:
    """What the bot's own roles give it, nothing spread out."""
    guild_id = str(me.guild.id)
    roles = [role_of(role) for role in me.roles]
    bits = 0
    for role in roles:
        bits |= role.permissions
    return BotPowers(
        user_id=str(me.id),
        permissions=bits,
        top_role_id=max(roles, key=lambda role: _shown_rank(role, guild_id)).id,
        role_ids=tuple(role.id for role in roles if role.id != guild_id),
    )


def member_permissions_of(member: disnake.Member) -> int:
    """Guild-level bits, ADMINISTRATOR spread out; what is left of them while the member is in time-out."""
    bits = guild_bits_of(member)
    if member.current_timeout is not None and not bits & Permission.ADMINISTRATOR:
        return bits & int(TIMED_OUT)
    return bits


def guild_bits_of(member: disnake.Member) -> int:
    """The same without regard to a time-out."""
    everyone = member.guild.default_role.permissions.value
    is_owner = member.guild.owner_id == member.id
    return base_permissions(everyone, (role.permissions.value for role in member.roles), owner=is_owner)


def member_of(member: disnake.Member) -> Member:
    """One member, from the cache."""
    return Member(
        user_id=str(member.id),
        role_ids=tuple(str(role.id) for role in member.roles if not role.is_default()),
        nick=member.nick,
        joined_at=member.joined_at,
        timed_out_until=member.current_timeout,
        is_timed_out=member.current_timeout is not None,
    )


def member_of_payload(body: dict[str, Any]) -> Member:
    """One member, as Discord's REST API answers it."""
    until, joined = body.get("communication_disabled_until"), body.get("joined_at")
    return Member(
        user_id=str(body["user"]["id"]),
        role_ids=tuple(str(each) for each in body["roles"]),
        nick=body.get("nick"),
        joined_at=None if joined is None else datetime.fromisoformat(joined),
        timed_out_until=None if until is None else datetime.fromisoformat(until),
    )


def as_shown(channels: Iterable[Channel]) -> Iterable[Channel]:
    """In the order of Discord's client: what has no category, then each category's; voice below text."""
    everything = list(channels)
    categories = sorted((c for c in everything if c.type == "category"), key=channel_rank)
    known = {category.id for category in categories}
    groups: dict[Snowflake | None, list[Channel]] = {None: [], **{category.id: [] for category in categories}}
    for channel in everything:
        if channel.type != "category":
            groups[channel.parent_id if channel.parent_id in known else None].append(channel)
    yield from sorted(groups[None], key=_sibling_rank)
    for category in categories:
        yield category
        yield from sorted(groups[category.id], key=_sibling_rank)


def failure_of(error: BaseException, doing: str) -> DiscordError | None:
    """The failed call in our words, `doing` being what it was to do ("create the role X"); None if it is none
    of Discord's or the network's failures."""
    if isinstance(error, DiscordError):
        return error
    if isinstance(error, disnake.HTTPException):
        return _refusal_of(error, doing)
    if isinstance(error, NEVER_SENT):
        return GatewayAbsent(f"Discord cannot be reached to {doing}: {error}")
    if isinstance(error, aiohttp.ClientError | OSError | TimeoutError):
        return AnswerLost(
            f"Discord's answer was lost while asking it to {doing}: {error or type(error).__name__}"
        )
    return None


def _refusal_of(error: disnake.HTTPException, doing: str) -> DiscordError:
    said = "; ".join(line.strip() for line in error.text.splitlines() if line.strip()) or "no reason given"
    if error.status >= 500:  # noqa: PLR2004 # HTTP's own boundary
        return AnswerLost(f"Discord failed with {error.status} when asked to {doing}: {said}")
    if error.status == 429:  # noqa: PLR2004 # HTTP's own number
        return GatewayBusy(
            f"Discord asks to wait before it can {doing}.", resume_at=datetime.now(UTC) + PRESUMED_WAIT
        )
    sentence = f"Discord refused to {doing}: {said} (code {error.code})."
    kind = TargetGone if error.status == 404 else CallRefused  # noqa: PLR2004 # HTTP's own number
    return kind(sentence, status=error.status, discord_code=error.code)


def _with_text(base: Channel, channel: disnake.TextChannel) -> Channel:
    return replace(
        base,
        topic=channel.topic,
        nsfw=channel.nsfw,
        slowmode=channel.slowmode_delay,
        thread_slowmode=channel.default_thread_slowmode_delay,
        auto_archive=channel.default_auto_archive_duration,
    )


def _with_voice(base: Channel, channel: disnake.VoiceChannel | disnake.StageChannel) -> Channel:
    return replace(
        base,
        nsfw=channel.nsfw,
        slowmode=channel.slowmode_delay,
        bitrate=channel.bitrate,
        user_limit=channel.user_limit,
        region=channel.rtc_region,
        video_quality=VIDEO_QUALITY.get(channel.video_quality_mode.value, "auto"),
    )


def _with_forum(base: Channel, channel: disnake.ForumChannel | disnake.MediaChannel) -> Channel:
    order = channel.default_sort_order
    layout = channel.default_layout.value if isinstance(channel, disnake.ForumChannel) else 0
    return replace(
        base,
        topic=channel.topic,
        nsfw=channel.nsfw,
        slowmode=channel.slowmode_delay,
        thread_slowmode=channel.default_thread_slowmode_delay,
        auto_archive=channel.default_auto_archive_duration,
        tags=tuple(_tag_of(tag) for tag in channel.available_tags),
        default_reaction=_emoji(channel.default_reaction),
        sort_order=None if order is None else SORT_ORDER.get(order.value),
        layout=LAYOUT.get(layout, "not_set"),
        require_tag=channel.flags.require_tag,
        hide_downloads=channel.flags.hide_media_download_options,
    )


def _tag_of(tag: disnake.ForumTag) -> ForumTag:
    return ForumTag(name=tag.name, id=str(tag.id), moderated=tag.moderated, emoji=_emoji(tag.emoji))


def _emoji(emoji: disnake.Emoji | disnake.PartialEmoji | None) -> str | None:
    if emoji is None:
        return None
    return str(emoji.id) if emoji.id else emoji.name


def _color(color: disnake.Color | None) -> int | None:
    return None if color is None else color.value


def _picture(asset: disnake.Asset | None) -> str | None:
    return None if asset is None else asset.key


def _id(number: int | None) -> Snowflake | None:
    return None if number is None else str(number)


def _channel_id(channel: AnyChannel | None) -> Snowflake | None:
    return None if channel is None else str(channel.id)


def _shown_rank(role: Role, everyone_id: Snowflake) -> tuple[bool, tuple[int, int]]:
    # @everyone has the oldest id, which would win a tie against roles that stand at position 0 too.
    return role.id != everyone_id, role_rank(role)


def _sibling_rank(channel: Channel) -> tuple[bool, tuple[int, int]]:
    return channel.type in VOICE_LIKE, channel_rank(channel)
