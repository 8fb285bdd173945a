"""Rows of guilds as values."""

import msgspec

from core.guilds.models import GuildModel
from core.guilds.schemas import Guild, GuildReview, GuildState
from core.guilds.states import Review


def review_of(model: GuildModel | None) -> Review:
    """Of a guild that was never heard of nothing is decided."""
    return "pending" if model is None else msgspec.convert(model.review, Review)


def state_in(model: GuildModel) -> GuildState:
    return msgspec.convert(model.state, GuildState)


def to_guild(model: GuildModel) -> Guild:
    return Guild(
        id=model.id,
        name=model.name,
        owner_id=model.owner_id,
        state=state_in(model),
        review=GuildReview(
            decision=review_of(model),
            reason=model.review_reason,
            at=model.reviewed_at,
            by=model.reviewed_by.name if model.reviewed_by else None,
        ),
        revision=model.revision,
        seen_at=model.seen_at,
        joined_at=model.joined_at,
        left_at=model.left_at,
    )
