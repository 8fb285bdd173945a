"""Components that only show something: texts, pictures, files, separators (Discord docs: Component Reference)."""

from collections.abc import Mapping

from bot.simulator.forms import Form
from bot.simulator.media import unfurled
from bot.simulator.shapes import JsonObject


def read_text(form: Form) -> JsonObject:
    form.require("content")
    return {"content": form.text("content", "", least=1, most=4000)}


def read_separator(form: Form) -> JsonObject:
    return {"divider": form.flag("divider", True), "spacing": form.choice("spacing", 1, (1, 2)) or 1}


def read_thumbnail(form: Form, files: Mapping[str, JsonObject]) -> JsonObject:
    """Thumbnails, and the items of a gallery; ``description`` is shown also where there is none."""
    return {
        "media": unfurled(form, "media", files),
        "description": form.text("description", least=1, most=1024),
        "spoiler": form.flag("spoiler", False),
    }


def read_gallery(form: Form, files: Mapping[str, JsonObject]) -> JsonObject:
    items = form.forms("items", most=10) or []
    if not form.data.get("items"):
        form.bad("items", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 10 in length.")
    return {"items": [read_thumbnail(each, files) for each in items]}


def read_file(form: Form, files: Mapping[str, JsonObject]) -> JsonObject:
    """Only of an attachment; name and size are the file's, whatever is sent."""
    media = unfurled(form, "file", files, attached_only=True)
    file = next((each for each in files.values() if each["id"] == media.get("attachment_id")), None)
    return {
        "file": media,
        "name": None if file is None else file["filename"],
        "size": None if file is None else file["size"],
        "spoiler": form.flag("spoiler", False),
    }
