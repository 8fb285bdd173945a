"""Embeds (Discord docs: Message > Embed Limits): checked, and kept in the form they are answered with."""

from datetime import datetime

from bot.simulator.forms import Form
from bot.simulator.shapes import JsonObject, as_list, as_object

_TOTAL = 6000


def read_embeds(form: Form) -> list[JsonObject] | None:
    """The embeds under ``embeds``, or None when the key is absent."""
    if "embeds" not in form:
        return None
    found = [_embed(each) for each in form.forms("embeds", most=10) or []]
    if sum(_length(embed) for embed in found) > _TOTAL:
        form.bad("embeds", "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {_TOTAL}")
    return found


def _embed(form: Form) -> JsonObject:
    body: JsonObject = {
        "type": "rich",
        "title": form.text("title", most=256),
        "description": form.text("description", most=4096),
        "url": _url(form, "url"),
        "color": form.number("color", least=0, most=(1 << 24) - 1),
        "timestamp": _timestamp(form),
        "fields": _fields(form),
    }
    for key, text, most in (("footer", "text", 2048), ("author", "name", 256)):
        nested = form.form(key)
        if nested is not None:
            body[key] = _pruned(
                {
                    text: nested.text(text, "", most=most) or "",
                    "url": _url(nested, "url"),
                    "icon_url": _url(nested, "icon_url"),
                    "proxy_icon_url": _url(nested, "icon_url"),
                }
            )
    for key in ("image", "thumbnail"):
        nested = form.form(key)
        if nested is not None:
            url = _url(nested, "url")
            body[key] = _pruned({"url": url, "proxy_url": url, "width": 0, "height": 0})
    return _pruned(body)


def _fields(form: Form) -> list[JsonObject] | None:
    forms = form.forms("fields", most=25)
    if not forms:
        return None
    for each in forms:
        each.require("name")
        each.require("value")
    return [
        {
            "name": each.text("name", "", least=1, most=256),
            "value": each.text("value", "", least=1, most=1024),
            "inline": each.flag("inline", False),
        }
        for each in forms
    ]


def _url(form: Form, key: str) -> str | None:
    url = form.text(key, most=2048) or None
    if url is not None and not url.startswith(("http://", "https://", "attachment://")):
        form.bad(key, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
    return url


def _timestamp(form: Form) -> str | None:
    text = form.text("timestamp")
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).isoformat(timespec="microseconds")
    except ValueError:
        form.bad("timestamp", "DATE_TIME_TYPE_PARSE", f"Could not parse {text}. Should be ISO8601.")
        return None


def _pruned(body: JsonObject) -> JsonObject:
    return {key: value for key, value in body.items() if value is not None}


_COUNTED = {"title", "description", "fields", "name", "value", "footer", "author", "text"}


def _length(value: object) -> int:
    """Titles, descriptions, field names and values, footer and author texts count; addresses do not."""
    if isinstance(value, str):
        return len(value)
    body = as_object(value)
    if body is not None:
        return sum(_length(each) for key, each in body.items() if key in _COUNTED)
    return sum(_length(each) for each in as_list(value) or ())
