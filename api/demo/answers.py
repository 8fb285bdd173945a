"""What the demo reads of the API's answers; everything else in them is passed over, as a client should."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Fields that are not named are ignored."""


class Guild(Answer, frozen=True, kw_only=True):
    id: str
    name: str
    state: str


class GuildPage(Answer, frozen=True, kw_only=True):
    items: tuple[Guild, ...]


class Reviewed(Answer, frozen=True, kw_only=True):
    guild: Guild


class Readiness(Answer, frozen=True, kw_only=True):
    status: str
    parts: dict[str, str]


class Notice(Answer, frozen=True, kw_only=True):
    code: str
    message: str
    node: str | None = None


class Template(Answer, frozen=True, kw_only=True):
    id: str
    name: str
    latest_version: int
    warnings: tuple[Notice, ...] = ()


class Version(Answer, frozen=True, kw_only=True):
    document: dict[str, Any]


class FieldChange(Answer, frozen=True, kw_only=True):
    field: str
    before: str | None
    after: str | None


class PlanNode(Answer, frozen=True, kw_only=True):
    kind: str
    action: str
    name: str
    key: str | None
    id: str | None
    type: str | None
    changes: tuple[FieldChange, ...]
    children: tuple["PlanNode", ...]


class Plan(Answer, frozen=True, kw_only=True):
    id: str
    hash: str
    is_empty: bool
    calls: int
    expected_seconds: float
    warnings: tuple[Notice, ...]
    blockers: tuple[Notice, ...]
    tree: tuple[PlanNode, ...]
    steps: tuple[dict[str, Any], ...]
    matched: dict[str, str]


class Progress(Answer, frozen=True, kw_only=True):
    done: int
    total: int | None
    now: str | None
    seconds_left: float | None = None


class JobError(Answer, frozen=True, kw_only=True):
    code: str
    message: str


class JobResult(Answer, frozen=True, kw_only=True):
    """Of a capture and of an apply: what one has and the other has not stands at its default."""

    snapshot_id: str | None = None
    created: dict[str, str] = {}
    calls: int = 0
    is_equal: bool | None = None


class Job(Answer, frozen=True, kw_only=True):
    id: str
    state: str
    waiting_for: str | None
    result: JobResult | None
    error: JobError | None
    progress: Progress
    created_at: datetime
    started_at: datetime | None
    first_call_at: datetime | None
    finished_at: datetime | None


class JobEvent(Answer, frozen=True, kw_only=True):
    type: str
    state: str
    waiting_for: str | None
    progress: Progress


class FieldError(Answer, frozen=True, kw_only=True):
    pointer: str
    message: str
    line: int | UnsetType = UNSET
    column: int | UnsetType = UNSET


class Problem(Answer, frozen=True, kw_only=True):
    status: int
    code: str
    detail: str
    errors: tuple[FieldError, ...] = ()
