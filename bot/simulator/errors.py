"""Refusals in Discord's words: an HTTP status, a JSON error code, and for forms the nested ``errors`` object.

Codes and texts: Discord docs, Topics > Opcodes and Status Codes > JSON Error Codes, and Reference > Error Messages.
"""

from collections.abc import Iterable
from typing import cast

from bot.simulator.shapes import JsonObject

_TEXTS: dict[int, tuple[int, str]] = {
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10009: (404, "Unknown permission overwrite"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    10066: (404, "Unknown application command permissions"),
    20022: (429, "This message cannot be edited due to announcement rate limits"),
    30005: (400, "Maximum number of guild roles reached (250)"),
    30013: (400, "Maximum number of guild channels reached (500)"),
    30032: (400, "Maximum number of application commands reached (100)"),
    30060: (400, "Maximum number of channel permissions overwrites reached (1000)"),
    40009: (400, "Only one channel may change its parent in a request"),
    40060: (400, "Interaction has already been acknowledged."),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50024: (403, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50028: (400, "Invalid Role"),
    50074: (400, "Cannot delete a channel required for Community guilds"),
    50109: (400, "The request body contains invalid JSON."),
}


class Refusal(Exception):
    """An answer that is not a success; raised before anything was changed."""

    def __init__(self, status: int, code: int, message: str, errors: JsonObject | None = None) -> None:
        super().__init__(message)
        self.status = status
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
    """Gathers what is wrong with a form, so that one answer names every bad field."""

    def __init__(self) -> None:
        self.tree: JsonObject = {}

    def add(self, path: Iterable[str], code: str, message: str) -> None:
        node = self.tree
        for part in path:
            node = cast("JsonObject", node.setdefault(part, {}))
        found = cast("list[JsonObject]", node.setdefault("_errors", []))
        found.append({"code": code, "message": message})

    def settle(self) -> None:
        """Raise 50035 if anything was added."""
        if self.tree:
            raise Refusal(400, 50035, "Invalid Form Body", self.tree)


def bad_field(path: str, code: str, message: str) -> Refusal:
    """50035 for a single field, dotted path."""
    errors = FieldErrors()
    errors.add(path.split(".") if path else (), code, message)
    return Refusal(400, 50035, "Invalid Form Body", errors.tree)
