"""Announcements between HTTP and the product: what is asked for as its values, and its values as what is shown."""

from typing import TypeVar

import msgspec
from msgspec import UnsetType

from api.schemas.announcements import (
    Announcement,
    AnnouncementApproval,
    AnnouncementMessage,
    AnnouncementPost,
    AnnouncementPreview,
    AnnouncementWarning,
    CreateAnnouncement,
    EditAnnouncement,
    EditAnnouncementMessage,
    PreviewAnnouncement,
    VariableValue,
)
from api.schemas.jobs import actor_of
from core.actions.results import jump_url
from core.announcements import schemas as core
from core.announcements.states import Decision

T = TypeVar("T", bound=msgspec.Struct)
DECISIONS: dict[str, Decision] = {"approve": "approved", "reject": "rejected"}
_UNNAMED = "preview"


def draft_of(wanted: CreateAnnouncement) -> core.AnnouncementDraft:
    return core.AnnouncementDraft(
        name=wanted.name,
        channel_id=wanted.channel_id,
        message=_as(wanted.message, core.AnnouncementMessage),
        crosspost=wanted.crosspost,
        repeats=wanted.repeats,
        needs_approval=wanted.needs_approval,
    )


def unnamed_draft_of(wanted: PreviewAnnouncement) -> core.AnnouncementDraft:
    return core.AnnouncementDraft(
        name=_UNNAMED,
        channel_id=wanted.channel_id,
        message=_as(wanted.message, core.AnnouncementMessage),
        crosspost=wanted.crosspost,
    )


def changes_of(edit: EditAnnouncement) -> core.AnnouncementChanges:
    return core.AnnouncementChanges(
        name=edit.name,
        channel_id=edit.channel_id,
        message=edit.message if isinstance(edit.message, UnsetType) else _message_changes(edit.message),
        crosspost=edit.crosspost,
        repeats=edit.repeats,
        needs_approval=edit.needs_approval,
    )


def announcement_of(found: core.Announcement) -> Announcement:
    approval = found.approval
    return Announcement(
        id=found.id,
        guild_id=found.guild_id,
        name=found.name,
        channel_id=found.channel_id,
        message=_as(found.message, AnnouncementMessage),
        crosspost=found.crosspost,
        repeats=found.repeats,
        needs_approval=found.needs_approval,
        revision=found.revision,
        approval_state=found.approval_state,
        approval=None
        if approval is None
        else AnnouncementApproval(decision=approval.decision, by=actor_of(approval.by), at=approval.at),
        author=actor_of(found.actor),
        changed_by=actor_of(found.changed_by),
        created_at=found.created_at,
        updated_at=found.updated_at,
    )


def preview_of(found: core.Preview) -> AnnouncementPreview:
    return AnnouncementPreview(
        message=_as(found.message, AnnouncementMessage),
        variables=tuple(VariableValue(name=each.name, value=each.value) for each in found.variables),
        warnings=tuple(AnnouncementWarning(code=each.code, message=each.message) for each in found.warnings),
        approval_state=found.approval_state,
    )


def post_of(found: core.Post) -> AnnouncementPost:
    return AnnouncementPost(
        id=found.id,
        announcement_id=found.announcement_id,
        job_id=found.job_id,
        channel_id=found.channel_id,
        message_id=found.message_id,
        jump_url=jump_url(found.guild_id, found.channel_id, found.message_id),
        revision=found.revision,
        sent_at=found.sent_at,
        edited_at=found.edited_at,
        crossposted_at=found.crossposted_at,
        deleted_at=found.deleted_at,
    )


def _message_changes(edit: EditAnnouncementMessage) -> core.MessageChanges:
    return _as(edit, core.MessageChanges)


def _as(value: msgspec.Struct, kind: type[T]) -> T:
    """What says the same in the other's words; what is UNSET stays so."""
    return msgspec.convert(msgspec.to_builtins(value), kind)
