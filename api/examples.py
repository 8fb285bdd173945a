"""Examples of what HTTP shows, as values of the structs themselves: what does not fit does not type-check."""

import uuid
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import msgspec

from api.access_examples import ACCESS_EXAMPLES
from api.audit_examples import AUDIT_EXAMPLES
from api.callback_examples import CALLBACK_EXAMPLES
from api.guild_examples import GUILD_EXAMPLES
from api.schemas.access_tokens import AccessToken, CreateAccessToken
from api.schemas.accounts import Account, ApiToken, ApiTokenPage, CreateApiToken, NewApiToken
from api.schemas.actions import MessageSend
from api.schemas.applying import ApplyResult
from api.schemas.drift import CaptureDrift, DriftActor, DriftItem, DriftPage
from api.schemas.guilds import (
    CaptureGuild,
    EditSnapshot,
    Guild,
    GuildPage,
    GuildReview,
    Reviewed,
    ReviewGuild,
    SnapshotInfo,
    SnapshotPage,
)
from api.schemas.images import Image
from api.schemas.jobs import (
    ApplyPayload,
    CreateJob,
    Job,
    JobActor,
    JobPage,
    JobProgress,
    JobProgressed,
    JobStep,
    JobStepPage,
)
from api.schemas.messages import AllowedMentions
from api.schemas.plan_options import PlanArchive, PlanExtras
from api.schemas.plans import ApplyPlan, CreatePlan, CreateRollback, FieldChange, Plan, PlanNode
from api.schemas.problems import FieldError, Problem
from api.schemas.resources import Resources
from api.schemas.sessions import CurrentSession, Session, SessionPage
from api.schemas.steps import ChannelWrite, CreateChannel, OverwriteWrite
from api.schemas.structure import (
    Settings,
    Snapshot,
    Structure,
    StructureBot,
    StructureChannel,
    StructureOverwrite,
    StructureRole,
)
from api.schemas.system import (
    BotDetails,
    CreatePause,
    LaneDepth,
    LastError,
    Live,
    Process,
    Readiness,
    Shard,
    Status,
)
from api.schemas.templates import (
    CreateTemplate,
    CreateVersion,
    EditTemplate,
    ImportedTemplate,
    Notice,
    Template,
    TemplatePage,
    Version,
    VersionInfo,
    VersionPage,
)
from api.template_examples import TEMPLATE_EXAMPLES
from core.templates.documents.document import Category, Document, DocumentOverwrite, DocumentRole, TextChannel

_THEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_GUILD, _OWNER, _BOT, _ROLE = (
    "197038439483310086",
    "80351110224678912",
    "1075448420571312128",
    "1075448420571312200",
)
_CATEGORY, _CHANNEL = "1075448420571312300", "1075448420571312301"


def _id(number: int) -> uuid.UUID:
    return uuid.UUID(f"0195516f-2c00-7000-8000-{number:012d}")


_ACCOUNT, _TOKEN, _TEMPLATE, _SNAPSHOT, _PLAN, _JOB = (_id(number) for number in range(1, 7))
_DOCUMENT = Document(
    guildwright=1,
    roles=(
        DocumentRole(
            key="staff", name="Staff", color="#e67e22", permissions=("view_channel", "kick_members")
        ),
    ),
    channels=(
        Category(
            key="back-office",
            name="Back office",
            overwrites=(
                DocumentOverwrite(role="everyone", deny=("view_channel",)),
                DocumentOverwrite(role="staff", allow=("view_channel",)),
            ),
            channels=(
                TextChannel(
                    key="mod-log", name="mod-log", overwrites="synced", topic="What was done, and by whom"
                ),
            ),
        ),
    ),
)
YAML_EXAMPLE = """\
guildwright: 1
roles:
  - key: staff
    name: Staff
    color: "#e67e22"
    permissions: [view_channel, kick_members]
channels:
  - key: back-office
    type: category
    name: Back office
    overwrites:
      - role: everyone
        deny: [view_channel]
      - role: staff
        allow: [view_channel]
    channels:
      - key: mod-log
        type: text
        name: mod-log
        overwrites: synced
"""
_RAW = msgspec.Raw(msgspec.json.encode(_DOCUMENT))
_ACCOUNT_SHOWN = Account(id=_ACCOUNT, name="owner", is_owner=True, discord_user_id=None, created_at=_THEN)
_SESSION_SHOWN = Session(
    id=uuid.UUID("0198c5d0-3333-7aaa-8bbb-0123456789ab"),
    current=True,
    created_at=_THEN,
    seen_at=_THEN,
    expires_at=_THEN + timedelta(days=30),
    user_agent="Mozilla/5.0",
    address="198.51.100.7",
)
_TOKEN_SHOWN = ApiToken(
    id=_TOKEN,
    name="deploy",
    prefix="gwt_Q2x1",
    created_at=_THEN,
    expires_at=None,
    revoked_at=None,
    last_used_at=None,
    scopes=("templates:write", "jobs:create:message.send"),
    guild_ids=(_GUILD,),
)
_GUILD_SHOWN = Guild(
    id=_GUILD,
    name="Harbour",
    owner_id=_OWNER,
    state="approved",
    review=GuildReview(decision="approved", reason="A friend's", at=_THEN, by="owner"),
    revision=12,
    seen_at=_THEN,
    joined_at=_THEN,
    left_at=None,
)
_SNAPSHOT_SHOWN = SnapshotInfo(
    id=_SNAPSHOT,
    guild_id=_GUILD,
    reason="capture",
    job_id=_JOB,
    label="before the move",
    notes=(),
    members=None,
    created_at=_THEN,
)
_OVERWRITE = StructureOverwrite(
    kind="role",
    id=_GUILD,
    name="@everyone",
    allow=(),
    deny=("view_channel",),
    allow_bits="0",
    deny_bits="1024",
)
_MOD_LOG = StructureChannel(
    id=_CHANNEL,
    type="text",
    name="mod-log",
    position=0,
    parent_id=_CATEGORY,
    synced=True,
    overwrites=(_OVERWRITE,),
    topic="What was done, and by whom",
    nsfw=False,
    slowmode=0,
    thread_slowmode=0,
    auto_archive=None,
)
_LAYOUT: dict[str, Any] = {
    "guild_id": _GUILD,
    "owner_id": _OWNER,
    "premium_tier": 0,
    "features": (),
    "settings": Settings(
        name="Harbour",
        description=None,
        verification_level="medium",
        notifications="only_mentions",
        content_filter="all_members",
        locale="en-US",
        afk_channel_id=None,
        afk_timeout=300,
        system_channel_id=_CHANNEL,
        system_channel_flags=0,
        rules_channel_id=None,
        updates_channel_id=None,
        safety_channel_id=None,
        boost_progress_bar=False,
        icon=None,
        banner=None,
        splash=None,
        discovery_splash=None,
    ),
    "roles": (
        StructureRole(
            id=_ROLE,
            name="Staff",
            position=1,
            permissions=("kick_members", "view_channel"),
            permission_bits="1026",
            color="#e67e22",
            secondary_color=None,
            tertiary_color=None,
            hoist=False,
            mentionable=False,
            managed=False,
            icon=None,
            unicode_emoji=None,
            bot_id=None,
        ),
    ),
    "channels": (
        StructureChannel(
            id=_CATEGORY,
            type="category",
            name="Back office",
            position=0,
            parent_id=None,
            synced=False,
            overwrites=(_OVERWRITE,),
            channels=(_MOD_LOG,),
        ),
    ),
    "resources": Resources(
        emojis=(),
        stickers=(),
        webhooks=(),
        automod_rules=(),
        scheduled_events=(),
        onboarding=None,
        welcome_screen=None,
    ),
}
_JOB_SHOWN = Job(
    id=_JOB,
    kind="template.apply",
    guild_id=_GUILD,
    state="succeeded",
    waiting_for=None,
    resume_at=None,
    run_at=None,
    expires_at=None,
    payload=ApplyPayload(plan_id=_PLAN),
    result=ApplyResult(created={"mod-log": _CHANNEL}, snapshot_id=_SNAPSHOT, calls=1, is_equal=True),
    error=None,
    progress=JobProgress(done=1, total=1, now=None),
    attempts=1,
    max_attempts=5,
    cancel_requested=False,
    actor=JobActor(kind="token", via="http", name="owner", account_id=_ACCOUNT, discord_user_id=None),
    approved_by=None,
    request_id="3f2b6f0a0b4c4e7e8b1f6f5d2c9a7e10",
    created_at=_THEN,
    started_at=_THEN,
    first_call_at=_THEN,
    finished_at=_THEN,
)
_TEMPLATE_SHOWN = Template(
    id=_TEMPLATE,
    name="Community",
    description=None,
    visibility="private",
    guild_id=None,
    origin=None,
    latest_version=1,
    created_at=_THEN,
    updated_at=_THEN,
)
_VERSION_SHOWN = VersionInfo(template_id=_TEMPLATE, number=1, note="First", created_at=_THEN)
_PLAN_SHOWN = Plan(
    id=_PLAN,
    guild_id=_GUILD,
    guild_revision=12,
    template_id=_TEMPLATE,
    version=1,
    values={},
    snapshot_id=None,
    mode="merge",
    extras=PlanExtras(),
    archive=PlanArchive(),
    confirm_destructive=False,
    max_deletes=750,
    mappings={},
    only=None,
    protected=(),
    hash="8c0f0f2b7f7f4a55",
    is_empty=False,
    calls=1,
    expected_seconds=0.4,
    blockers=(),
    warnings=(),
    questions=(),
    tree=(
        PlanNode(
            kind="channel",
            action="create",
            name="mod-log",
            key="mod-log",
            id=None,
            type="text",
            changes=(FieldChange(field="topic", before=None, after="What was done, and by whom"),),
            children=(),
        ),
    ),
    steps=(
        CreateChannel(
            id="create_channel:mod-log",
            title="Create #mod-log",
            key="mod-log",
            fields=ChannelWrite(
                type="text",
                name="mod-log",
                parent_id=_CATEGORY,
                overwrites=(OverwriteWrite(kind="role", id=_GUILD, allow=(), deny=("view_channel",)),),
            ),
        ),
    ),
    matched={"back-office": _CATEGORY, "staff": _ROLE},
    job_id=None,
    created_at=_THEN,
)


def problem_example(status: HTTPStatus, code: str, detail: str) -> Any:
    """As it would be answered; the 422 with a place."""
    place = FieldError(
        pointer="/document/roles/0/permissions/0",
        code="unknown_permission",
        message="`view_chanel` is not a permission. Did you mean `view_channel`?",
    )
    return msgspec.to_builtins(
        Problem(
            type=f"urn:guildwright:problem:{code}",
            title=status.phrase,
            status=status.value,
            detail=detail,
            code=code,
            request_id="3f2b6f0a0b4c4e7e8b1f6f5d2c9a7e10",
            instance="/api/v1/templates",
            errors=(place,) if status == HTTPStatus.UNPROCESSABLE_ENTITY else (),
        )
    )


EXAMPLES: dict[type[msgspec.Struct], msgspec.Struct] = {
    type(example): example
    for example in (
        _ACCOUNT_SHOWN,
        _TOKEN_SHOWN,
        SessionPage(items=(_SESSION_SHOWN,)),
        CurrentSession(session=_SESSION_SHOWN, csrf_token="8c1f02ab.Q2x1…"),  # noqa: S106 - an example
        ApiTokenPage(items=(_TOKEN_SHOWN,)),
        AccessToken(
            access_token="eyJhbGciOi…",  # noqa: S106 - an example, not a secret
            expires_in=900,
            expires_at=_THEN + timedelta(minutes=15),
            scopes=("jobs:create:message.send",),
            guild_ids=(_GUILD,),
        ),
        CreateAccessToken(scopes=("jobs:create:message.send",), guild_ids=(_GUILD,)),
        CreateApiToken(
            name="deploy", scopes=("templates:write", "jobs:create:message.send"), guild_ids=(_GUILD,)
        ),
        NewApiToken(token=_TOKEN_SHOWN, secret="gwt_Q2x1…"),  # noqa: S106 - an example, not a secret
        _GUILD_SHOWN,
        GuildPage(items=(_GUILD_SHOWN,)),
        ReviewGuild(decision="approved", reason="A friend's"),
        Reviewed(guild=_GUILD_SHOWN, job_ids=(_JOB,), cancelled_job_ids=()),
        Image(hash=f"sha256:{'0123456789abcdef' * 4}", media_type="image/png", size=48_213),
        _SNAPSHOT_SHOWN,
        CaptureGuild(label="before the move"),
        CaptureDrift(note="As the crew wants it"),
        DriftPage(
            items=(
                DriftItem(
                    id=_PLAN,
                    what="changed",
                    kind="channel",
                    object_id=_CHANNEL,
                    key="mod-log",
                    name="mod-log",
                    field="topic",
                    old="What was done",
                    new=None,
                    state="open",
                    times=1,
                    reverts=0,
                    who=DriftActor(user_id=_GUILD, name="ada"),
                    at=_THEN,
                    settled_at=None,
                    template_id=_TEMPLATE,
                    version=1,
                ),
            )
        ),
        EditSnapshot(label="before the move"),
        SnapshotPage(items=(_SNAPSHOT_SHOWN,)),
        Structure(
            **_LAYOUT,
            revision=12,
            seen_at=_THEN,
            bot=StructureBot(user_id=_BOT, permissions=("administrator",), top_role_id=_ROLE),
        ),
        Snapshot(
            **_LAYOUT,
            id=_SNAPSHOT,
            reason="capture",
            job_id=_JOB,
            label="before the move",
            notes=(),
            members=None,
            created_at=_THEN,
        ),
        _DOCUMENT,
        _TEMPLATE_SHOWN,
        TemplatePage(items=(_TEMPLATE_SHOWN,)),
        CreateTemplate(name="Community", document=_RAW, note="First"),
        EditTemplate(description=None, visibility="public"),
        ImportedTemplate(
            **msgspec.structs.asdict(_TEMPLATE_SHOWN),
            warnings=(
                Notice(
                    code="unknown_permission_bits",
                    message="`staff` has permission bits that have no name (0x800000000000): left out.",
                    node="staff",
                ),
            ),
        ),
        VersionPage(items=(_VERSION_SHOWN,)),
        CreateVersion(document=_RAW, note="A log for the moderators", base_version=1),
        Version(**msgspec.structs.asdict(_VERSION_SHOWN), document=_RAW),
        CreatePlan(template_id=_TEMPLATE),
        CreateRollback(snapshot_id=_SNAPSHOT),
        _PLAN_SHOWN,
        ApplyPlan(hash=_PLAN_SHOWN.hash),
        _JOB_SHOWN,
        JobPage(items=(_JOB_SHOWN,)),
        JobStepPage(
            items=(
                JobStep(
                    id="create_channel:mod-log",
                    title="Create #mod-log",
                    state="done",
                    claim=1,
                    intended_at=_THEN,
                    finished_at=_THEN,
                    outcome=_CHANNEL,
                    error=None,
                ),
            )
        ),
        JobProgressed(
            job_id=_JOB,
            sequence=3,
            at=_THEN,
            kind="template.apply",
            state="running",
            waiting_for=None,
            resume_at=None,
            attempts=1,
            progress=JobProgress(
                done=1,
                total=4,
                now="Create #mod-log",
                expected_at=_THEN + timedelta(seconds=1.5),
                seconds_left=1.5,
            ),
            cancel_requested=False,
        ),
        *AUDIT_EXAMPLES,
        *CALLBACK_EXAMPLES,
        *GUILD_EXAMPLES,
        *ACCESS_EXAMPLES,
        *TEMPLATE_EXAMPLES,
        Live(),
        Readiness(status="degraded", parts={"database": "up", "redis": "up", "bot": "down"}),
        Status(
            processes=(
                Process(
                    id="bot@harbour:4711",
                    kind="bot",
                    pid=4711,
                    started_at=_THEN,
                    heartbeat_at=_THEN,
                    details=BotDetails(
                        connected=True,
                        application_id=_BOT,
                        shards=(Shard(id=0, connected=True, latency_ms=41.7, guilds=1),),
                    ),
                ),
            ),
            lanes=(
                LaneDepth(lane="bot", queued=2, waiting=0, running=1, oldest_at=_THEN),
                LaneDepth(lane="background", queued=0, waiting=0, running=0, oldest_at=None),
            ),
            last_error=LastError(
                job_id=_JOB,
                kind="message.send",
                at=_THEN,
                code="bot_may_not",
                message="The bot lacks send_messages in #mod-log.",
            ),
            paused=None,
        ),
        CreatePause(reason="Moving the database"),
        CreateJob(
            payload=MessageSend(
                channel_id=_CHANNEL,
                content="The server restarts at noon.",
                allowed_mentions=AllowedMentions(roles=(_ROLE,)),
            )
        ),
    )
}
"""One for each struct that an operation takes or answers with."""


def example_of(type_: Any) -> Any:
    """As JSON has it; None where there is none."""
    example = EXAMPLES.get(type_)
    return None if example is None else msgspec.json.decode(msgspec.json.encode(example))
