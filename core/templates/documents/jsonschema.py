"""The document's published JSON Schema (2020-12): what editors complete and explain while one writes.

It says what types and lengths say, and the rules that a schema can say. References between nodes are the parser's.
"""

from typing import Any, Final

import msgspec

from core.templates.documents.document import Document
from core.templates.documents.keys import EVERYONE
from core.templates.documents.roles import PermissionName
from core.templates.documents.shape import is_list, is_mapping
from core.templates.documents.variables import FIXED_FIELDS, DocumentVariable

SCHEMA_ID: Final = "urn:guildwright:schema:template:1"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

PERMISSION_DESCRIPTIONS: Final[dict[str, str]] = {
    "create_instant_invite": "Create invites.",
    "kick_members": "Kick members.",
    "ban_members": "Ban members.",
    "administrator": "Every permission, past every overwrite.",
    "manage_channels": "Create, edit and delete channels.",
    "manage_guild": "Edit the server's settings and add bots.",
    "add_reactions": "Add new reactions to messages.",
    "view_audit_log": "Read the audit log.",
    "priority_speaker": "Be heard above others in a voice channel.",
    "stream": "Share video and screen in voice channels.",
    "view_channel": "See the channel; in a voice channel also its name. Without it nothing else counts.",
    "send_messages": "Write messages; in a forum, create posts.",
    "send_tts_messages": "Have messages read aloud with /tts.",
    "manage_messages": "Delete other members' messages.",
    "embed_links": "Have links shown as previews.",
    "attach_files": "Attach files and pictures.",
    "read_message_history": "Read messages from before.",
    "mention_everyone": "Mention @everyone, @here and every role.",
    "use_external_emojis": "Use emojis of other servers.",
    "view_guild_insights": "See the server's insights.",
    "connect": "Join voice and stage channels.",
    "speak": "Speak in voice channels.",
    "mute_members": "Mute members in voice channels.",
    "deafen_members": "Deafen members in voice channels.",
    "move_members": "Move members between voice channels.",
    "use_vad": "Speak without push-to-talk.",
    "change_nickname": "Change one's own nickname.",
    "manage_nicknames": "Change other members' nicknames.",
    "manage_roles": "Edit roles below one's own; in a channel, edit its permissions.",
    "manage_webhooks": "Create, edit and delete webhooks.",
    "manage_guild_expressions": "Edit and delete emojis, stickers and sounds of others.",
    "use_application_commands": "Use slash commands and context menus of apps.",
    "request_to_speak": "Ask to speak in stage channels.",
    "manage_events": "Edit and cancel scheduled events of others.",
    "manage_threads": "Archive, delete and see all threads.",
    "create_public_threads": "Create public threads.",
    "create_private_threads": "Create private threads.",
    "use_external_stickers": "Use stickers of other servers.",
    "send_messages_in_threads": "Write in threads and forum posts.",
    "use_embedded_activities": "Start activities in voice channels.",
    "moderate_members": "Time members out.",
    "view_creator_monetization_analytics": "See role subscription insights.",
    "use_soundboard": "Play sounds of the soundboard.",
    "create_guild_expressions": "Create emojis, stickers and sounds, and edit one's own.",
    "create_events": "Create scheduled events, and edit one's own.",
    "use_external_sounds": "Play sounds of other servers.",
    "send_voice_messages": "Send voice messages.",
    "send_polls": "Create polls.",
    "use_external_apps": "Let apps of a member's own answer in public.",
    "pin_messages": "Pin and unpin messages.",
    "bypass_slowmode": "Write in spite of slow mode.",
}


def document_schema() -> dict[str, Any]:
    """A new value each time: nobody's change is anybody else's."""
    schema = msgspec.json.schema(Document, ref_template="#/$defs/{name}")
    definitions = _with_permissions(schema["$defs"])
    definitions["PermissionName"] = _permission_name()
    definitions["DocumentOverwrite"]["oneOf"] = [_target("role"), _target("member")]
    definitions["DocumentRole"]["properties"]["key"]["not"] = {"const": EVERYONE}
    definitions = {name: with_places(name, definition) for name, definition in definitions.items()}
    return {
        "$schema": _DIALECT,
        "$id": SCHEMA_ID,
        "title": "Guildwright template",
        "description": "A Discord server as one would like it to be.",
        "$ref": schema["$ref"],
        "$defs": definitions,
    }


def with_places(name: str, definition: dict[str, Any]) -> dict[str, Any]:
    """A struct of the document whose texts of a fixed form may also hold `${variables}`."""
    if name == DocumentVariable.__name__ or "properties" not in definition:
        return definition
    properties = {
        field: schema if field in FIXED_FIELDS else _with_place(schema)
        for field, schema in definition["properties"].items()
    }
    return {**definition, "properties": properties}


def _with_place(schema: Any) -> Any:
    """Any text passes that has a place in it; one of free form passes anyhow."""
    if not is_mapping(schema):
        return schema
    if choices := schema.get("anyOf"):
        told = any(_is_formed(choice) for choice in _listed(choices))
        within = [_PLACE] if told and _PLACE not in _listed(choices) else []
        return {**schema, "anyOf": [*map(_items_with_places, _listed(choices)), *within]}
    if _is_formed(schema):
        said = {name: schema[name] for name in ("description", "default") if name in schema}
        bare = {name: value for name, value in schema.items() if name not in said}
        return {**said, "anyOf": [bare, _PLACE]}
    return _items_with_places(schema)


def _items_with_places(schema: Any) -> Any:
    if is_mapping(schema) and "items" in schema:
        return {**schema, "items": _with_place(schema["items"])}
    return schema


def _is_formed(schema: Any) -> bool:
    if not is_mapping(schema):
        return False
    words = schema.get("enum")
    worded = is_list(words) and all(isinstance(word, str) for word in words)
    return worded or (schema.get("type") == "string" and ("pattern" in schema or "const" in schema))


def _listed(value: Any) -> list[Any]:
    return list(value) if is_list(value) else []


def _permission_name() -> dict[str, Any]:
    return {
        "title": "Permission",
        "description": "A permission flag of Discord, in lower case.",
        "type": "string",
        "oneOf": [{"const": name, "description": text} for name, text in PERMISSION_DESCRIPTIONS.items()],
    }


def _target(field: str) -> dict[str, Any]:
    """Null is as good as left out."""
    return {"required": [field], "properties": {field: {"type": "string"}}}


def _with_permissions(value: Any) -> Any:
    """A copy that says `PermissionName` wherever the plain type stands: msgspec writes aliases out."""
    if value == _PERMISSION:
        return {"$ref": "#/$defs/PermissionName"}
    if is_mapping(value):
        return {name: _with_permissions(item) for name, item in value.items()}
    return [_with_permissions(item) for item in value] if is_list(value) else value


_PLACE: Final[dict[str, Any]] = {"type": "string", "pattern": r"\$\{"}
_PERMISSION: Final[dict[str, Any]] = msgspec.json.schema(PermissionName)
