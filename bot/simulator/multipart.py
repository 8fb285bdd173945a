"""Multipart bodies (Discord docs: Reference > Uploading Files): the form from ``payload_json``, and the files.

Without ``payload_json`` each other part that is no file is a field of the form.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message as Part
from email.parser import HeaderParser

import msgspec

from bot.simulator.errors import bad_field, refuse
from bot.simulator.forms import Form
from bot.simulator.shapes import JsonObject, as_list, as_object

FILES = "_files"
_INDEXED = re.compile(r"files\[([0-9]{1,9})\]")
_FLAGS: dict[str, object] = {"true": True, "false": False}


@dataclass(slots=True, frozen=True)
class Upload:
    """``index`` is the n of ``files[n]``; ``host`` is the address it was sent to, under which it will be found."""

    index: int
    filename: str
    content: bytes
    host: str


def payload_of(content_type: str, content: bytes, host: str) -> JsonObject:
    """The form with its :class:`Upload` objects under ``_files``, beside the fields that speak of them."""
    boundary = HeaderParser().parsestr(f"Content-Type: {content_type}\n\n").get_boundary()
    if not boundary:
        raise bad_field("", "CONTENT_TYPE_INVALID", "A multipart body needs a boundary.")
    form: JsonObject = {}
    uploads: list[Upload] = []
    for part, raw in _parts(content, boundary.encode()):
        name, filename = _name(part), part.get_filename()
        if filename is not None:
            found = _INDEXED.fullmatch(name)
            uploads.append(Upload(int(found[1]) if found else len(uploads), filename, raw, host))
        elif name == "payload_json":
            form |= _decoded(raw)
        else:
            text = raw.decode("utf-8", "replace")
            form.setdefault(name, _FLAGS.get(text, text))
    data = as_object(form.get("data"))
    (form if data is None else data)[FILES] = uploads
    return form


def uploads_in(form: Form) -> list[Upload]:
    return [each for each in as_list(form.data.get(FILES)) or () if isinstance(each, Upload)]


def without_contents(body: object) -> object:
    """The body for the journal: of each file name and size only."""
    found = as_object(body)
    if found is None:
        return body
    plain = {key: without_contents(value) if key == "data" else value for key, value in found.items()}
    files = as_list(found.get(FILES))
    if files is not None:
        plain[FILES] = [
            {"filename": each.filename, "size": len(each.content)} if isinstance(each, Upload) else each
            for each in files
        ]
    return plain


def _parts(content: bytes, boundary: bytes) -> Iterator[tuple[Part, bytes]]:
    """Each part's headers and its bytes as they were sent."""
    for chunk in (b"\r\n" + content).split(b"\r\n--" + boundary)[1:]:
        if chunk.startswith(b"--"):
            return
        head, _, body = chunk.partition(b"\r\n\r\n")
        yield HeaderParser().parsestr(head.decode("utf-8", "replace").lstrip()), body


def _name(part: Part) -> str:
    name = part.get_param("name", "", header="content-disposition")
    return name if isinstance(name, str) else ""


def _decoded(raw: bytes) -> JsonObject:
    try:
        found = as_object(msgspec.json.decode(raw))
    except msgspec.DecodeError:
        raise refuse(50109) from None
    if found is None:
        raise bad_field("payload_json", "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
    return found
