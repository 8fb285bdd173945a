"""Errors as HTTP shows them: RFC 9457, problem details."""

from typing import Annotated, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

MEDIA_TYPE = "application/problem+json"

Pointer: TypeAlias = Annotated[
    str,
    Meta(description="RFC 6901 JSON pointer into the body; empty for the whole of it, or for a parameter."),
]


class FieldError(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing wrong with one place of the request. `line` and `column` count from 1 and stand where the body was
    text that a person wrote."""

    pointer: Pointer
    code: str
    message: str
    parameter: Annotated[str, Meta(description="Name of the query or header parameter.")] | UnsetType = UNSET
    line: int | UnsetType = UNSET
    column: int | UnsetType = UNSET


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request was refused. `code` is for programs and never changes; `detail` is a sentence for a person."""

    type: Annotated[str, Meta(pattern="^urn:guildwright:problem:", description="And the code.")]
    title: str
    status: int
    detail: str
    code: str
    request_id: Annotated[str, Meta(description="The X-Request-Id of this request; our log has it too.")]
    instance: Annotated[str, Meta(description="The path that was asked for.")]
    errors: tuple[FieldError, ...] = ()
