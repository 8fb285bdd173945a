"""Examples of what HTTP shows, as values of the structs themselves: what does not fit does not type-check."""

from http import HTTPStatus
from typing import Any

import msgspec

from api.access_examples import ACCESS_EXAMPLES
from api.account_examples import ACCOUNT_EXAMPLES
from api.announcement_examples import ANNOUNCEMENT_EXAMPLES
from api.audit_examples import AUDIT_EXAMPLES
from api.callback_examples import CALLBACK_EXAMPLES
from api.document_examples import DOCUMENT_EXAMPLES
from api.drift_examples import DRIFT_EXAMPLES
from api.guild_examples import GUILD_EXAMPLES
from api.job_examples import JOB_EXAMPLES
from api.plan_examples import PLAN_EXAMPLES
from api.schedule_examples import SCHEDULE_EXAMPLES
from api.schemas.problems import FieldError, Problem
from api.snapshot_examples import SNAPSHOT_EXAMPLES
from api.system_examples import SYSTEM_EXAMPLES
from api.template_examples import TEMPLATE_EXAMPLES


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
        *ACCESS_EXAMPLES,
        *ACCOUNT_EXAMPLES,
        *ANNOUNCEMENT_EXAMPLES,
        *AUDIT_EXAMPLES,
        *CALLBACK_EXAMPLES,
        *DOCUMENT_EXAMPLES,
        *DRIFT_EXAMPLES,
        *GUILD_EXAMPLES,
        *JOB_EXAMPLES,
        *PLAN_EXAMPLES,
        *SCHEDULE_EXAMPLES,
        *SNAPSHOT_EXAMPLES,
        *SYSTEM_EXAMPLES,
        *TEMPLATE_EXAMPLES,
    )
}
"""One for each struct that an operation takes or answers with."""


def example_of(type_: Any) -> Any:
    """As JSON has it; None where there is none."""
    example = EXAMPLES.get(type_)
    return None if example is None else msgspec.json.decode(msgspec.json.encode(example))
