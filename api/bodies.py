"""Bodies, decoded strictly in one pass: what the OpenAPI document does not say is refused, with a pointer."""

import re
from collections.abc import Iterable
from typing import Any, TypeVar, cast

import msgspec
from litestar import Request

from api.errors import Malformed
from api.media import JSON, require_media
from api.msgspec_errors import problem_of
from core.errors import Invalid, Problem

T = TypeVar("T", bound=msgspec.Struct)
_BYTE = re.compile(r"\(byte (\d+)\)")


async def body_of(
    request: Request[Any, Any, Any],
    wanted: type[T],
    *,
    media: tuple[str, ...] = JSON,
    default: T | None = None,
) -> T:
    """`default` stands for an empty body. Raises `UnsupportedMedia`, `Malformed`, `Invalid`."""
    body = await request.body()
    if not body and default is not None:
        return default
    require_media(request, media)
    return decoded(body, wanted)


def decoded(body: bytes, wanted: type[T]) -> T:
    """Raises `Malformed` for what is not JSON, `Invalid` for what is not a `wanted`."""
    try:
        value = msgspec.json.decode(body, type=wanted)
        _require_storable(body)
    except msgspec.ValidationError as error:
        problem = problem_of(str(error), wanted)
        where = f" at {problem.pointer}" if problem.pointer else ""
        raise Invalid(
            f"The body is not what it should be{where}: {problem.message}", problems=(problem,)
        ) from None
    except msgspec.DecodeError as error:
        raise _malformed(str(error), body) from None
    except (UnicodeDecodeError, RecursionError):
        raise _malformed("it is not UTF-8, or nested too deeply", body) from None
    return value


def _require_storable(body: bytes) -> None:
    """PostgreSQL cannot keep U+0000 in text; whoever sends it is told where it stands."""
    if b"\\u0000" not in body:
        return
    pointer = _find_nul(msgspec.json.decode(body), "")
    if pointer is not None:
        message = "The character U+0000 cannot be stored: remove it."
        raise Invalid(
            message, problems=(Problem(pointer=pointer, code="invalid_character", message=message),)
        )


def _find_nul(value: Any, pointer: str) -> str | None:
    if isinstance(value, str):
        return pointer if "\x00" in value else None
    for name, item in _items_of(value):
        below = f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"
        found = below if "\x00" in str(name) else _find_nul(item, below)
        if found is not None:
            return found
    return None


def _items_of(value: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return cast("dict[str, Any]", value).items()
    return enumerate(cast("list[Any]", value)) if isinstance(value, list) else ()


def _malformed(reason: str, body: bytes) -> Malformed:
    byte = _BYTE.search(reason)
    index = min(int(byte[1]), len(body)) if byte else len(body)
    line, column = body.count(b"\n", 0, index) + 1, index - body.rfind(b"\n", 0, index)
    message = f"The body is not JSON: {reason.removeprefix('JSON is malformed: ')}."
    problem = Problem(pointer="", code="syntax", message=message, line=line, column=column)
    return Malformed(message, problems=(problem,))
