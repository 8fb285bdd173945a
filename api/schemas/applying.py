"""What became of a plan that was applied, as HTTP shows it."""

import uuid
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from api.schemas.values import Snowflake


class StepOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """`left` is what was not tried or came to nothing: retrying the job does it."""

    id: str
    title: str
    state: Literal["done", "failed", "left"]
    error: Annotated[str | None, Meta(description="Why it failed.")] = None


class Tightened(msgspec.Struct, frozen=True, kw_only=True):
    """A role or channel that was closed on the way and could not be opened again."""

    kind: Literal["role", "channel"]
    id: Snowflake
    name: str
    permissions: Annotated[
        tuple[str, ...], Meta(description="What somebody misses there, and had before and was to have after.")
    ]


class ApplyResult(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="template.apply"):
    """`snapshot_id` is the guild as it was before: roll back to it to undo this job."""

    created: Annotated[
        dict[str, Snowflake], Meta(description="Keys of the document and the ids of what was made for them.")
    ]
    snapshot_id: uuid.UUID | None
    calls: Annotated[int, Meta(description="Steps of all attempts that were done.")]
    is_equal: Annotated[bool, Meta(description="Whether planning again found nothing left to do.")]
    id_map: Annotated[
        dict[str, Snowflake],
        Meta(description="After a rollback: ids in its snapshot that are others now, and which."),
    ] = {}
    members_job_id: Annotated[
        uuid.UUID | None,
        Meta(description="After a rollback with `members`: the job that gives members their roles back."),
    ] = None
    outcomes: Annotated[
        tuple[StepOutcome, ...], Meta(description="Of each step, where not all could be done.")
    ] = ()
    tightened: tuple[Tightened, ...] = ()
