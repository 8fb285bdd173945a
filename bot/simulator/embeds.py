"""Embeds (Discord docs: Message > Embed Object, Embed Limits): checked, and kept in the form they are answered with."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from bot.simulator.forms import Form
from bot.simulator.media import ATTACHED, read_url, resolved
from bot.simulator.shapes import JsonObject, as_list, as_object

_TOTAL = 6000
_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif")
_SHOWN = {"title", "description", "fields", "image", "thumbnail", "author", "footer"}


def read_embeds(form: Form, files: Mapping[str, JsonObject]) -> list[JsonObject] | None:
    """The embeds under ``embeds``, or None when the key is absent; ``files`` are the message's, by file name."""
    if "embeds" not in form:
        return None
    reader = _Reader(files)
    found = [reader.embed(each) for each in form.forms("embeds", most=10) or []]
    if sum(_length(embed) for embed in found) > _TOTAL:
        form.bad("embeds", "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {_TOTAL}")
    return found


class _Reader:
    """Of what is sent, ``type``, ``provider``, ``video`` and the sizes of pictures count for nothing."""

    def __init__(self, files: Mapping[str, JsonObject]) -> None:
        self._files = files

    def embed(self, form: Form) -> JsonObject:
        body: JsonObject = {
            "type": "rich",
            "title": trimmed(form, "title", most=256),
            "description": trimmed(form, "description", most=4096),
            "url": read_url(form, "url"),
            "color": form.number("color", least=0, most=(1 << 24) - 1),
            "timestamp": _timestamp(form),
            "fields": _fields(form),
        }
        for key, text, most in (("footer", "text", 2048), ("author", "name", 256)):
            nested = form.form(key)
            if nested is not None:
                body[key] = self._signed(nested, text, most)
        for key in ("image", "thumbnail"):
            nested = form.form(key)
            if nested is not None:
                body[key] = self._picture(nested)
        found = _pruned(body)
        if not _SHOWN & found.keys():
            form.require("description")
        return found

    def _signed(self, form: Form, text: str, most: int) -> JsonObject:
        """Footer or author."""
        icon = self._resolved(read_url(form, "icon_url", attached=True))
        signed: JsonObject = {text: _required(form, text, most=most), "url": read_url(form, "url")}
        if icon:
            signed |= {"icon_url": icon["url"], "proxy_icon_url": icon["proxy_url"]}
        return _pruned(signed)

    def _picture(self, form: Form) -> JsonObject | None:
        return self._resolved(read_url(form, "url", attached=True))

    def _resolved(self, url: str | None) -> JsonObject | None:
        """A picture among the message's files, or as it was named: nobody documents what becomes of other names."""
        if url is None:
            return None
        named = url.removeprefix(ATTACHED).lower().endswith(_PICTURES)
        return resolved(url, self._files if named else {})


def without_pictures(embeds: list[JsonObject], gone: Collection[object]) -> list[JsonObject]:
    """The embeds after the message lost the files at these addresses."""
    kept: list[JsonObject] = []
    for embed in embeds:
        whole = {key: part for key, part in embed.items() if (as_object(part) or {}).get("url") not in gone}
        for key in ("footer", "author"):
            part = as_object(whole.get(key)) or {}
            if part.get("icon_url") in gone:
                whole[key] = {name: each for name, each in part.items() if not name.endswith("icon_url")}
        if _SHOWN & whole.keys():
            kept.append(whole)
    return kept


def _fields(form: Form) -> list[JsonObject] | None:
    forms = form.forms("fields", most=25)
    if not forms:
        return None
    return [
        {
            "name": _required(each, "name", most=256),
            "value": _required(each, "value", most=1024),
            "inline": each.flag("inline", False),
        }
        for each in forms
    ]


def trimmed(form: Form, key: str, *, most: int) -> str | None:
    """A text without the white space around it, which is not counted either; None when nothing is left."""
    text = form.text(key)
    text = None if text is None else text.strip()
    if text is not None and len(text) > most:
        form.bad_length(key, 0, most)
    return text or None


def _required(form: Form, key: str, *, most: int) -> str:
    text = trimmed(form, key, most=most)
    if text is None and (form.data.get(key) is None or isinstance(form.data[key], str)):
        form.bad(key, "BASE_TYPE_REQUIRED", "This field is required")
    return text or ""


def _timestamp(form: Form) -> str | None:
    text = form.text("timestamp")
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        form.bad("timestamp", "DATE_TIME_TYPE_PARSE", f"Could not parse {text}. Should be ISO8601.")
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat(timespec="microseconds")


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
