"""What tells the installation's owners of guilds that wait for them, as jobs show it."""

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from api.schemas.values import Snowflake, Time


class AnnounceJoinPayload(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="guild.announce_join"
):
    """Tell each owner of the installation that the guild waits to be approved."""

    name: str
    joined_at: Time


class OwnerTold(msgspec.Struct, frozen=True, kw_only=True):
    """One owner: with the direct message that they got, or why they got none."""

    user_id: Snowflake
    message_id: Snowflake | None = None
    code: Annotated[
        str | None, Meta(description="`direct_closed`: they take no direct messages from the bot.")
    ] = None
    message: str | None = None


class AnnounceJoinResult(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="guild.announce_join"
):
    """Nobody where it was decided before anybody was told."""

    owners: tuple[OwnerTold, ...] = ()


class AnnounceDecisionPayload(msgspec.Struct, frozen=True, tag_field="kind", tag="guild.announce_decision"):
    """Say in those messages what became of the guild, and take their buttons away."""


class AnnounceDecisionResult(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="guild.announce_decision"
):
    """How many messages say so."""

    messages: int


JoinNoticePayload: TypeAlias = AnnounceJoinPayload | AnnounceDecisionPayload
JoinNoticeResult: TypeAlias = AnnounceJoinResult | AnnounceDecisionResult
