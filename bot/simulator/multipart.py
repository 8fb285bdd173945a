"""Multipart bodies: ``payload_json`` is the form, each file becomes an attachment's facts; contents are not kept."""

from email import message_from_bytes
from email.message import Message as Part

import msgspec

from bot.simulator.errors import bad_field, refuse
from bot.simulator.shapes import as_object


def payload_of(content_type: str, content: bytes) -> object:
    """The JSON payload with ``_files``: name and size of each part that is a file."""
    whole = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + content)
    payload: object = None
    files: list[dict[str, object]] = []
    for part in whole.walk():
        raw = part.get_payload(decode=True)
        if part.is_multipart() or not isinstance(raw, bytes):
            continue
        if _field(part) == "payload_json":
            payload = _decoded(raw)
        elif (filename := part.get_filename()) is not None:
            files.append({"filename": filename, "size": len(raw)})
    found = as_object(payload)
    if found is None:
        raise bad_field("payload_json", "BASE_TYPE_REQUIRED", "This field is required")
    data = as_object(found.get("data"))
    (found if data is None else data)["_files"] = files
    return found


def _field(part: Part) -> str | None:
    name = part.get_param("name", header="content-disposition")
    return name if isinstance(name, str) else None


def _decoded(raw: bytes) -> object:
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError:
        raise refuse(50109) from None
