"""What the published document leaves out or says otherwise than Discord's prose, where the prose is followed."""

from typing import cast

from bot.simulator.shapes import JsonObject, as_object

# Discord docs: Resources > Channel > Channel Types lists GUILD_MEDIA; the document ends at GUILD_FORUM.
_FORUM, _MEDIA = 15, 16
_CHANNEL_TYPES = {"$ref": "#/components/schemas/ChannelTypes"}
# Docs: Guild > Guild Features; MORE_EMOJI stands in the example of the guild preview.
_FEATURES = (
    "ENHANCED_ROLE_COLORS",
    "GUESTS_ENABLED",
    "GUILD_TAGS",
    "MORE_EMOJI",
    "MORE_SOUNDBOARD",
    "SOUNDBOARD",
)
# Docs: User > Modify Current User, "All parameters to this endpoint are optional".
_ALL_OPTIONAL = "BotAccountPatchRequest"

# Discord docs: Resources > Guild Template has all placeholder ids as integers (so do templates from real servers); the
# document has those that refer to something as snowflakes.
_PLACEHOLDER: JsonObject = {"type": ["integer", "null"]}
_REFERRING = {
    "GuildTemplateSnapshotResponse": ("afk_channel_id", "system_channel_id"),
    "GuildTemplateChannelResponse": ("parent_id",),
}
_OVERWRITE = "ChannelPermissionOverwriteResponse"


def amended(components: JsonObject) -> JsonObject:
    """The components with media channels wherever forums may stand, and whatever else the prose has."""
    found = cast("JsonObject", _with_media(components))
    schemas = cast("dict[str, JsonObject]", found["schemas"])
    kinds = schemas["ChannelTypes"]
    listed = [*cast("list[JsonObject]", kinds["oneOf"]), {"title": "GUILD_MEDIA", "const": _MEDIA}]
    features = schemas["GuildFeatures"]
    named = [
        *cast("list[JsonObject]", features["oneOf"]),
        *({"title": each, "const": each} for each in _FEATURES),
    ]
    changed: dict[str, JsonObject] = (
        _with_placeholders(schemas)
        | _with_plain_description(schemas)
        | {
            "ChannelTypes": kinds | {"oneOf": listed},
            "GuildFeatures": features | {"oneOf": named},
            _ALL_OPTIONAL: {key: each for key, each in schemas[_ALL_OPTIONAL].items() if key != "required"},
        }
    )
    return found | {"schemas": schemas | changed}


def _with_plain_description(schemas: dict[str, JsonObject]) -> dict[str, JsonObject]:
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


def _with_placeholders(schemas: dict[str, JsonObject]) -> dict[str, JsonObject]:
    """The schemas of a template whose ids refer to something in it."""
    changed: dict[str, JsonObject] = {}
    for name, keys in _REFERRING.items():
        properties = cast("JsonObject", schemas[name]["properties"])
        changed[name] = schemas[name] | {"properties": properties | dict.fromkeys(keys, _PLACEHOLDER)}
    channel = changed["GuildTemplateChannelResponse"]
    properties = cast("JsonObject", channel["properties"])
    overwrites: JsonObject = {"type": "array", "items": _placed(schemas[_OVERWRITE])}
    changed["GuildTemplateChannelResponse"] = channel | {
        "properties": properties | {"permission_overwrites": overwrites}
    }
    return changed


def _placed(overwrite: JsonObject) -> JsonObject:
    properties = cast("JsonObject", overwrite["properties"])
    return overwrite | {"properties": properties | {"id": {"type": "integer"}}}
