"""Rows as values."""

from typing import TypeVar

from msgspec import UNSET
from msgspec.structs import replace

from core.actor import Actor
from core.announcements.models import AnnouncementModel, AnnouncementPostModel, AnnouncementWritingModel
from core.announcements.schemas import (
    Announcement,
    AnnouncementChanges,
    AnnouncementDraft,
    AnnouncementMessage,
    MentionChanges,
    MessageChanges,
    Post,
    Writing,
)
from core.announcements.states import ApprovalState, approval_state
from core.discord.messages import AllowedMentions
from core.discord.types import Snowflake

_S = TypeVar("_S", AnnouncementMessage, AllowedMentions)


def state_of(model: AnnouncementModel, *, all_wait: bool) -> ApprovalState:
    """`all_wait` is the guild's own rule."""
    decided = None if model.approval is None else (model.approval.revision, model.approval.decision)
    return approval_state(model.revision, decided, is_required=all_wait or model.needs_approval)


def to_announcement(model: AnnouncementModel, *, all_wait: bool) -> Announcement:
    approval = model.approval
    return Announcement(
        id=model.id,
        guild_id=model.guild_id,
        name=model.name,
        channel_id=model.channel_id,
        message=model.message,
        crosspost=model.crosspost,
        repeats=model.repeats,  # pyright: ignore[reportArgumentType] - written from the same type
        needs_approval=model.needs_approval,
        revision=model.revision,
        approval_state=state_of(model, all_wait=all_wait),
        approval=approval if approval is not None and approval.revision == model.revision else None,
        actor=model.actor,
        changed_by=model.changed_by,
        created_at=model.created_at,
        updated_at=model.updated_at,
    )


def to_post(model: AnnouncementPostModel) -> Post:
    return Post(**{name: getattr(model, name) for name in Post.__struct_fields__})


def to_writing(model: AnnouncementWritingModel) -> Writing:
    return Writing(**{name: getattr(model, name) for name in Writing.__struct_fields__})


def draft_of(model: AnnouncementModel) -> AnnouncementDraft:
    return AnnouncementDraft(**{name: getattr(model, name) for name in AnnouncementDraft.__struct_fields__})


def changed(draft: AnnouncementDraft, changes: AnnouncementChanges) -> AnnouncementDraft:
    said = _said(changes)
    if isinstance(changes.message, MessageChanges):
        said["message"] = _message(draft.message, changes.message)
    return replace(draft, **said)


def author_of(actor: Actor, guild_id: Snowflake) -> Actor:
    """The person, or the program, whatever they came with."""
    return replace(actor.kept_for(guild_id), session_id=None, jwt_id=None, request_id=None)


def says_otherwise(one: AnnouncementDraft, other: AnnouncementDraft) -> bool:
    """Whether something else is said, or somewhere else."""
    names = ("channel_id", "message", "crosspost")
    return any(getattr(one, name) != getattr(other, name) for name in names)


def _message(message: AnnouncementMessage, changes: MessageChanges) -> AnnouncementMessage:
    said = _said(changes)
    if isinstance(changes.allowed_mentions, MentionChanges):
        said["allowed_mentions"] = _cleared(message.allowed_mentions, _said(changes.allowed_mentions))
    return _cleared(message, said)


def _cleared(struct: _S, said: dict[str, object]) -> _S:
    """What is None is as in a new one."""
    new = type(struct)()
    return replace(
        struct, **{name: getattr(new, name) if value is None else value for name, value in said.items()}
    )


def _said(changes: AnnouncementChanges | MessageChanges | MentionChanges) -> dict[str, object]:
    return {
        name: value for name in changes.__struct_fields__ if (value := getattr(changes, name)) is not UNSET
    }
