"""Examples of announcements and what was posted of them."""

import msgspec

from api.example_values import ACCOUNT, ANNOUNCEMENT, BOT, CHANNEL, GUILD, JOB, MESSAGE, OWNER, THEN
from api.schemas.announcement_events import AnnouncementPostedEvent, AnnouncementWaitingEvent
from api.schemas.announcements import (
    Announcement,
    AnnouncementApproval,
    AnnouncementMessage,
    AnnouncementPage,
    AnnouncementPost,
    AnnouncementPostPage,
    AnnouncementPreview,
    AnnouncementWarning,
    CreateAnnouncement,
    DecideAnnouncement,
    EditAnnouncement,
    EditAnnouncementMessage,
    PreviewAnnouncement,
    VariableValue,
)
from api.schemas.jobs import JobActor
from api.schemas.messages import LinkButton

_MESSAGE = AnnouncementMessage(
    content="**${guild.name}** opens ${next.relative}.",
    links=(LinkButton(label="Rules", url="https://example.com/rules"),),
)
_ADA = JobActor(kind="account", via="http", name="ada", account_id=ACCOUNT, discord_user_id=OWNER)
_GRACE = JobActor(kind="account", via="discord", name="grace", account_id=None, discord_user_id=BOT)
_SHOWN = Announcement(
    id=ANNOUNCEMENT,
    guild_id=GUILD,
    name="Opening",
    channel_id=CHANNEL,
    message=_MESSAGE,
    crosspost=True,
    repeats="send",
    needs_approval=True,
    revision=3,
    approval_state="approved",
    approval=AnnouncementApproval(decision="approved", by=_GRACE, at=THEN),
    author=_ADA,
    changed_by=_ADA,
    created_at=THEN,
    updated_at=THEN,
)
_POST = AnnouncementPost(
    id=JOB,
    announcement_id=ANNOUNCEMENT,
    job_id=JOB,
    channel_id=CHANNEL,
    message_id=MESSAGE,
    jump_url=f"https://discord.com/channels/{GUILD}/{CHANNEL}/{MESSAGE}",
    revision=3,
    sent_at=THEN,
    edited_at=None,
    crossposted_at=THEN,
    deleted_at=None,
)
ANNOUNCEMENT_EXAMPLES: tuple[msgspec.Struct, ...] = (
    CreateAnnouncement(name="Opening", channel_id=CHANNEL, message=_MESSAGE, crosspost=True),
    EditAnnouncement(message=EditAnnouncementMessage(content="We are open."), repeats="edit_last"),
    PreviewAnnouncement(channel_id=CHANNEL, message=_MESSAGE, crosspost=True),
    DecideAnnouncement(decision="approve", revision=3),
    _SHOWN,
    AnnouncementPage(items=(_SHOWN,)),
    AnnouncementPreview(
        message=AnnouncementMessage(content="**Harbour** opens <t:1772442000:R>.", links=_MESSAGE.links),
        variables=(
            VariableValue(name="guild.name", value="Harbour"),
            VariableValue(name="next.relative", value="<t:1772442000:R>"),
        ),
        warnings=(
            AnnouncementWarning(
                code="wrong_channel_type", message="#general is of type text; this takes announcement."
            ),
        ),
        approval_state="not_needed",
    ),
    AnnouncementPostPage(items=(_POST,)),
    AnnouncementPostedEvent(
        announcement_id=ANNOUNCEMENT,
        post_id=JOB,
        job_id=JOB,
        channel_id=CHANNEL,
        message_id=MESSAGE,
        guild_id=GUILD,
        at=THEN,
    ),
    AnnouncementWaitingEvent(
        announcement_id=ANNOUNCEMENT, name="Opening", revision=3, by="ada", guild_id=GUILD, at=THEN
    ),
)
