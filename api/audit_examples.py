"""Examples of the audit log."""

import uuid
from datetime import UTC, datetime

import msgspec

from api.schemas.audit import AuditActor, AuditEntry, AuditPage, AuditTarget

_PLAN = uuid.UUID("0198c5d0-7c1e-7a51-9d0b-3f6d6a0e5a41")
_ENTRY = AuditEntry(
    id=uuid.UUID("0198c5d0-9b02-7c3e-8f17-2b1c4d5e6f70"),
    at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    actor=AuditActor(
        kind="token",
        via="http",
        name="owner",
        account_id=uuid.UUID("0198c5cf-1111-7aaa-8bbb-0123456789ab"),
        token_id=uuid.UUID("0198c5cf-2222-7aaa-8bbb-0123456789ab"),
        discord_user_id=None,
    ),
    action="plan.apply",
    target=AuditTarget(kind="plan", id=str(_PLAN)),
    guild_id="1100000000000000001",
    before=None,
    after={"hash": "sha256:4be1", "calls": 32},
    request_id="3f2b6f0a0b4c4e7e8b1f6f5d2c9a7e10",
    job_id=uuid.UUID("0198c5d0-9b02-7c3e-8f17-2b1c4d5e6f71"),
)
AUDIT_EXAMPLES: tuple[msgspec.Struct, ...] = (_ENTRY, AuditPage(items=(_ENTRY,)))
