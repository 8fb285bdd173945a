"""Examples of jobs, and of what is said of them on their way."""

from datetime import timedelta

import msgspec

from api.example_values import ACCOUNT, CHANNEL, GUILD, JOB, PLAN, ROLE, SNAPSHOT, THEN
from api.schemas.actions import MessageSend
from api.schemas.applying import ApplyResult
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
from api.schemas.messages import AllowedMentions, LinkButton

_JOB_SHOWN = Job(
    id=JOB,
    kind="template.apply",
    guild_id=GUILD,
    state="succeeded",
    waiting_for=None,
    resume_at=None,
    run_at=None,
    expires_at=None,
    payload=ApplyPayload(plan_id=PLAN),
    result=ApplyResult(created={"mod-log": CHANNEL}, snapshot_id=SNAPSHOT, calls=1, is_equal=True),
    error=None,
    progress=JobProgress(done=1, total=1, now=None),
    attempts=1,
    max_attempts=5,
    cancel_requested=False,
    actor=JobActor(kind="token", via="http", name="owner", account_id=ACCOUNT, discord_user_id=None),
    approved_by=None,
    request_id="3f2b6f0a0b4c4e7e8b1f6f5d2c9a7e10",
    created_at=THEN,
    started_at=THEN,
    first_call_at=THEN,
    finished_at=THEN,
)

JOB_EXAMPLES: tuple[msgspec.Struct, ...] = (
    _JOB_SHOWN,
    JobPage(items=(_JOB_SHOWN,)),
    JobStepPage(
        items=(
            JobStep(
                id="create_channel:mod-log",
                title="Create #mod-log",
                state="done",
                claim=1,
                intended_at=THEN,
                finished_at=THEN,
                outcome=CHANNEL,
                error=None,
            ),
        )
    ),
    JobProgressed(
        job_id=JOB,
        sequence=3,
        at=THEN,
        kind="template.apply",
        state="running",
        waiting_for=None,
        resume_at=None,
        attempts=1,
        progress=JobProgress(
            done=1,
            total=4,
            now="Create #mod-log",
            expected_at=THEN + timedelta(seconds=1.5),
            seconds_left=1.5,
        ),
        cancel_requested=False,
    ),
    CreateJob(
        payload=MessageSend(
            channel_id=CHANNEL,
            content="The server restarts at noon.",
            links=(LinkButton(label="Status", url="https://example.org/status", emoji="🛟"),),
            allowed_mentions=AllowedMentions(roles=(ROLE,)),
        )
    ),
)
