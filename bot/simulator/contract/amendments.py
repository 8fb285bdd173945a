"""What the published document leaves out although Discord's prose has it."""

from typing import cast

from bot.simulator.shapes import JsonObject, as_object

# Discord docs: Resources > Channel > Channel Types lists GUILD_MEDIA; the document ends at GUILD_FORUM.
_FORUM, _MEDIA = 15, 16
_CHANNEL_TYPES = {"$ref": "#/components/schemas/ChannelTypes"}


def amended(components: JsonObject) -> JsonObject:
    """The components with media channels wherever forums may stand."""
    found = cast("JsonObject", _with_media(components))
    schemas = cast("dict[str, JsonObject]", found["schemas"])
    kinds = schemas["ChannelTypes"]
    listed = [*cast("list[JsonObject]", kinds["oneOf"]), {"title": "GUILD_MEDIA", "const": _MEDIA}]
    amended: JsonObject = {"ChannelTypes": kinds | {"oneOf": listed}} | _with_plain_description(schemas)
    return found | {"schemas": schemas | amended}


def _with_plain_description(schemas: dict[str, JsonObject]) -> JsonObject:
    """Docs: Resources > Application > Edit Current Application has the description as a text."""
    form = schemas["ApplicationFormPartial"]
    properties = cast("dict[str, JsonObject]", form["properties"])
    plain: JsonObject = {"type": "string", "maxLength": 400}
    both: JsonObject = {"oneOf": [plain, properties["description"]]}
    return {"ApplicationFormPartial": form | {"properties": properties | {"description": both}}}


def _with_media(node: object) -> object:
    if isinstance(node, list):
        return [_with_media(each) for each in cast("list[object]", node)]
    found = as_object(node)
    if found is None:
        return node
    made = {key: _with_media(value) for key, value in found.items()}
    if made.get("allOf") == [_CHANNEL_TYPES] and _FORUM in cast("list[object]", made.get("enum") or []):
        made["enum"] = [*cast("list[object]", made["enum"]), _MEDIA]
    return made
