"""Refusals in Discord's words: an HTTP status, a JSON error code, and for forms the nested ``errors`` object.

Codes and texts: Discord docs, Topics > Opcodes and Status Codes > JSON Error Codes, and Reference > Error Messages.
"""

from collections.abc import Iterable
from typing import cast

from bot.simulator.shapes import JsonObject

_TEXTS: dict[int, tuple[int, str]] = {
    10002: (404, "Unknown Application"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10009: (404, "Unknown permission overwrite"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10014: (404, "Unknown Emoji"),
    10015: (404, "Unknown Webhook"),
    10026: (404, "Unknown Ban"),
    10057: (404, "Unknown guild template"),
    10060: (404, "Unknown sticker"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    10066: (404, "Unknown application command permissions"),
    10069: (404, "Unknown Guild Welcome Screen"),
    10070: (404, "Unknown Guild Scheduled Event"),
    20001: (403, "Bots cannot use this endpoint"),
    20012: (403, "You are not authorized to perform this action on this application"),
    20016: (429, "This action cannot be performed due to slowmode rate limit"),
    30005: (400, "Maximum number of guild roles reached (250)"),
    30007: (400, "Maximum number of webhooks reached (15)"),
    30008: (400, "Maximum number of emojis reached"),
    30013: (400, "Maximum number of guild channels reached (500)"),
    30015: (400, "Maximum number of attachments in a message reached (10)"),
    30018: (400, "Maximum number of animated emojis reached"),
    30031: (400, "Guild already has a template"),
    30032: (400, "Maximum number of application commands reached (100)"),
    30034: (400, "Maximum number of daily application command creates has been reached (200)"),
    30038: (400, "Maximum number of guild scheduled events reached (100)"),
    30039: (400, "Maximum number of stickers reached"),
    30048: (400, "Maximum number of tags in a forum channel has been reached"),
    30052: (400, "Bitrate is too high for channel of this type"),
    30056: (400, "Maximum number of premium emojis reached (25)"),
    30058: (400, "Maximum number of webhooks per guild reached (1000)"),
    30060: (400, "Maximum number of channel permissions overwrites reached (1000)"),
    40005: (413, "Request entity too large. Try sending something smaller in size"),
    40007: (403, "The user is banned from this guild"),
    40009: (400, "Only one channel can have a parent_id modified at a time"),
    40032: (400, "Target user is not connected to voice."),
    40033: (400, "This message has already been crossposted"),
    40041: (400, "An application command with that name already exists"),
    40058: (400, "Cannot send message in forum channel"),
    40060: (400, "Interaction has already been acknowledged."),
    40061: (400, "Tag names must be unique"),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50016: (
        400,
        "Provided too few or too many messages to delete. Must provide at least 2 and at most 100 messages.",
    ),
    50021: (400, "Cannot execute action on a system message"),
    50024: (403, "Cannot execute action on this channel type"),
    50025: (403, "Invalid OAuth2 access token provided"),
    50026: (403, "Missing required OAuth2 scope"),
    50027: (401, "Invalid Webhook Token"),
    50028: (400, "Invalid Role"),
    50034: (400, "You can only bulk delete messages that are under 14 days old."),
    50045: (400, "File uploaded exceeds the maximum size"),
    50046: (400, "Invalid file uploaded"),
    50055: (400, "Invalid Guild"),
    50068: (400, "Invalid message type"),
    50074: (400, "Cannot delete a channel required for Community guilds"),
    50081: (400, "Invalid sticker sent"),
    50086: (400, "Community server channels must be text channels"),
    50101: (403, "This server needs more boosts to perform this action"),
    50109: (400, "The request body contains invalid JSON."),
    50131: (400, "Owner cannot be pending member"),
    50132: (400, "Ownership cannot be transferred to a bot user"),
    50144: (400, "Cannot mix subscription and non subscription roles for an emoji"),
    50145: (400, "Cannot convert between premium emoji and normal emoji"),
    50278: (403, "Cannot send messages to this user due to having no mutual guilds"),
    160_002: (403, "Cannot reply without permission to read message history"),
    170_001: (400, "Invalid JSON for uploaded Lottie file"),
    180_000: (400, "Cannot update a finished event"),
    220_001: (400, "Webhooks posted to forum channels must have a thread_name or thread_id"),
    220_002: (400, "Webhooks posted to forum channels cannot have both a thread_name and thread_id"),
    220_003: (400, "Webhooks can only create threads in forum channels"),
    200_000: (400, "Message was blocked by automatic moderation"),
    350_000: (400, "Cannot enable onboarding, requirements are not met"),
    350_001: (400, "Cannot update onboarding while below requirements"),
    350_003: (400, "Onboarding channels must be readable by everyone"),
    500_000: (400, "Failed to ban users"),
    670_008: (400, "Invalid role color"),
}


class Refusal(Exception):
    """An answer that is not a success; raised before anything was changed."""

    def __init__(self, status: int, code: int, message: str, errors: JsonObject | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers: dict[str, str] = {}
        self.body: JsonObject = {"message": message, "code": code}
        if errors:
            self.body["errors"] = errors


def refuse(code: int) -> Refusal:
    """The refusal a documented JSON error code stands for."""
    status, text = _TEXTS[code]
    return Refusal(status, code, text)


def unauthorized() -> Refusal:
    return Refusal(401, 0, "401: Unauthorized")


def no_route() -> Refusal:
    return Refusal(404, 0, "404: Not Found")


def no_method() -> Refusal:
    return Refusal(405, 0, "405: Method Not Allowed")


class FieldErrors:
    """Gathers what is wrong with a form, so that one answer names every bad field.

    ``published`` is what Discord's document has against it; it counts where the reading itself found nothing.
    """

    def __init__(self, published: JsonObject | None = None) -> None:
        self.tree: JsonObject = {}
        self._published = published or {}

    def add(self, path: Iterable[str], code: str, message: str) -> None:
        """What is wrong as a whole has no wrong parts: a node has either errors or fields below it."""
        node = self.tree
        for part in path:
            if "_errors" in node:
                return
            node = cast("JsonObject", node.setdefault(part, {}))
        if node and "_errors" not in node:
            return
        found = cast("list[JsonObject]", node.setdefault("_errors", []))
        found.append({"code": code, "message": message})

    def within(self, path: Iterable[str]) -> JsonObject:
        """What was added at a path or below it."""
        node = self.tree
        for part in path:
            node = cast("JsonObject", node.get(part, {}))
        return node

    def settle(self) -> None:
        """Raise 50035 if anything was added."""
        whole = _merged(self.tree, self._published)
        if whole:
            raise Refusal(400, 50035, "Invalid Form Body", whole)


def _merged(own: JsonObject, published: JsonObject) -> JsonObject:
    """A field that both complain of keeps the first's words; a node has either errors or fields below it."""
    if not own or not published:
        return own or published
    if "_errors" in own or "_errors" in published:
        return own
    both = {
        key: _merged(cast("JsonObject", own.get(key, {})), cast("JsonObject", below))
        for key, below in published.items()
    }
    return own | both


def bad_field(path: str, code: str, message: str) -> Refusal:
    """50035 for a single field, dotted path."""
    errors = FieldErrors()
    errors.add(path.split(".") if path else (), code, message)
    return Refusal(400, 50035, "Invalid Form Body", errors.tree)
