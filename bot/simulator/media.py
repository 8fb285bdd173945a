"""Addresses of pictures and files, and what is said of them in embeds and components."""

import re
from collections.abc import Mapping

from bot.simulator.forms import Form
from bot.simulator.shapes import JsonObject

ATTACHED = "attachment://"
WEB = ("http", "https")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://\S+")


def read_url(
    form: Form, key: str, *, most: int = 2048, attached: bool = False, schemes: tuple[str, ...] = WEB
) -> str | None:
    """An address, or None when there is none; ``attached``: it may name a file of the message."""
    url = form.text(key, most=most) or None
    if url is None or (attached and url.startswith(ATTACHED)):
        return url
    found = _SCHEME.fullmatch(url)
    if found is None:
        form.bad(key, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
    elif found[1].lower() not in schemes:
        scheme = f'Scheme "{found[1]}" is not supported. Scheme must be one of {schemes}.'
        form.bad(key, "URL_TYPE_INVALID_SCHEME", scheme)
    return url


def resolved(url: str, files: Mapping[str, JsonObject]) -> JsonObject:
    """An embed's picture. What lies elsewhere is never looked at, so nothing is known of its size."""
    file = files.get(url.removeprefix(ATTACHED)) if url.startswith(ATTACHED) else None
    if file is None:
        return {"url": url, "proxy_url": url, "width": 0, "height": 0}
    known = {key: file[key] for key in ("width", "height", "content_type") if key in file}
    return {"url": file["url"], "proxy_url": file["proxy_url"]} | known


def unfurled(
    form: Form, key: str, files: Mapping[str, JsonObject], *, attached_only: bool = False
) -> JsonObject:
    """A component's media item (Discord docs: Component Reference > Unfurled Media Item)."""
    form.require(key)
    item = form.form(key) or Form({}, form.errors, (*form.path, key))
    if form.data.get(key) is not None:
        item.require("url")
    url = read_url(item, "url", attached=True, schemes=("attachment",) if attached_only else WEB)
    if url is None:
        return {}
    name = url.removeprefix(ATTACHED)
    if url.startswith(ATTACHED) and name not in files:
        missing = "The referenced attachment was not found in the message"
        item.bad("url", "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", missing)
        return {}
    media = resolved(url, files)
    file_id = files[name]["id"] if url.startswith(ATTACHED) else None
    return {"id": file_id or "0", **media} | ({} if file_id is None else {"attachment_id": file_id})
