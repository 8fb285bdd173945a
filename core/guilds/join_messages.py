"""What owners of the installation are told of a guild that waits for them: words, and buttons that work ever after.

The whole meaning of a button stands in its custom id, which Discord sends back with the press. Pure.
"""

from datetime import datetime
from typing import Final, Literal, TypeAlias, cast, get_args

import msgspec

from core.discord.markdown import plain
from core.discord.messages import Button, Embed, EmbedField, MessageFields
from core.discord.types import Snowflake, is_snowflake
from core.guilds.schemas import Guild

Choice: TypeAlias = Literal["approve", "reject"]
_PREFIX: Final = ("gw", "guild")


class GuildPress(msgspec.Struct, frozen=True):
    """Which guild the button decides of, and how."""

    choice: Choice
    guild_id: Snowflake


def custom_id(press: GuildPress) -> str:
    """`gw:guild:approve:{guild_id}`."""
    return ":".join((*_PREFIX, press.choice, press.guild_id))


def read_press(text: str | None) -> GuildPress | None:
    """None for a custom id that is not one of these. Anyone's program may send any text here."""
    parts = (text or "").split(":")
    if len(parts) != len(_PREFIX) + 2 or tuple(parts[:2]) != _PREFIX:
        return None
    choice, guild_id = parts[2:]
    if choice not in get_args(Choice) or not is_snowflake(guild_id):
        return None
    return GuildPress(cast("Choice", choice), guild_id)


def join_text(guild_id: Snowflake, name: str, joined_at: datetime) -> str:
    """The same whenever it is made, so that a message which may have been sent can be told among others; what changes
    stands beside it (`join_message`)."""
    return (
        f"The bot was added to **{plain(name)}** (`{guild_id}`) {_moment(joined_at)}. Nothing is done there until an "
        "owner of this installation approves it."
    )


def join_message(text: str, guild: Guild, members: int | None) -> MessageFields:
    """`members` is how many it has, as far as that is known."""
    fields = [EmbedField(name="Owned by", value=f"<@{guild.owner_id}> (`{guild.owner_id}`)", inline=True)]
    if members is not None:
        fields.append(EmbedField(name="Members", value=str(members), inline=True))
    return MessageFields(
        content=text,
        embeds=(Embed(fields=tuple(fields)),),
        buttons=(
            Button(label="Approve", style="success", custom_id=custom_id(GuildPress("approve", guild.id))),
            Button(label="Reject", style="danger", custom_id=custom_id(GuildPress("reject", guild.id))),
        ),
    )


def decision_message(guild: Guild) -> MessageFields:
    """What becomes of that message once it is decided, or the bot has gone before: it decides nothing any more."""
    return MessageFields(content=decision_text(guild), embeds=(), buttons=())


def decision_text(guild: Guild) -> str:
    """Who decided what and when."""
    name, review = f"**{plain(guild.name)}** (`{guild.id}`)", guild.review
    if review.decision == "pending":
        return f"The bot has left {name}; nothing was decided of it."
    by = "" if review.by is None else f" by {plain(review.by)}"
    at = "" if review.at is None else f" {_moment(review.at)}"
    why = f": {plain(review.reason)}" if review.reason else "."
    return f"{name} was {review.decision}{by}{at}{why}"


def _moment(at: datetime) -> str:
    """In each reader's own time zone."""
    return f"<t:{int(at.timestamp())}:f>"
