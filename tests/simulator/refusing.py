"""What the document refuses and the simulator takes all the same when it has no document inside, and why."""

from dataclasses import dataclass
from typing import Any

from bot.simulator.contract import Contract
from bot.simulator.shapes import words

Operation = tuple[str, str]

_SEND: Operation = ("POST", "/channels/{channel_id}/messages")
_EDIT_ROLE: Operation = ("PATCH", "/guilds/{guild_id}/roles/{role_id}")
_EDIT_GUILD: Operation = ("PATCH", "/guilds/{guild_id}")


@dataclass(slots=True, frozen=True)
class Taken:
    """Properties that nobody looks at, in any body or in those of one operation; ``example`` shows that it is so.

    A name may be preceded by that of what it must stand in.
    """

    names: tuple[str, ...]
    reason: str
    example: tuple[Operation, dict[str, Any]]
    only_there: bool = False


def _embed(**fields: Any) -> tuple[Operation, dict[str, Any]]:
    return _SEND, {"embeds": [{"title": "t"} | fields]}


def _message(**fields: Any) -> tuple[Operation, dict[str, Any]]:
    return _SEND, {"content": "c"} | fields


TAKEN = (
    Taken(words("provider video"), "not for bots to set in an embed, and dropped unread", _embed(provider=5)),
    Taken(words("embeds.type image.description thumbnail.description"), "likewise", _embed(type=5)),
    Taken(
        words("width height placeholder placeholder_version is_animated"),
        "taken from the picture",
        _embed(image={"url": "https://example.org/a.png", "width": "wide"}),
    ),
    Taken(("shared_client_theme",), "there are no themes here", _message(shared_client_theme=5)),
    Taken(("enforce_nonce",), "read beside a nonce only", _message(enforce_nonce=5)),
    Taken(
        ("features",),
        "what is no feature one can switch is passed over",
        (_EDIT_GUILD, {"features": [5]}),
        only_there=True,
    ),
    Taken(
        words("name color colors hoist icon mentionable unicode_emoji"),
        "of @everyone only the permissions are read",
        (_EDIT_ROLE, {"hoist": 5}),
        only_there=True,
    ),
)
# Responses to an interaction that show something: a message, an update of one, choices, a modal.
_SHOWING = (4, 7, 8, 9)
_WEBHOOKS = "/webhooks/{webhook_id}/{webhook_token}"


def taken_wrongly(contract: Contract, method: str, template: str, body: object) -> list[str]:
    """What the document has against a body that was accepted, but for what has a reason."""
    if template.endswith("/callback") and isinstance(body, dict) and body.get("type") not in _SHOWING:
        body = {key: value for key, value in body.items() if key != "data"}  # nobody looks at it
    if template.startswith(_WEBHOOKS) and isinstance(body, dict):
        body = {
            key: value for key, value in body.items() if key != "components"
        }  # an application's count alone
    names = {
        name
        for each in TAKEN
        if not each.only_there or each.example[0] == (method, template)
        for name in each.names
    }
    complaints = contract.request_errors(method, template, _without(body, names))
    return [f"{method} {template} was taken, and the document refuses {complaints}"] if complaints else []


def _without(body: Any, names: set[str], holder: str = "") -> Any:
    if isinstance(body, dict):
        kept = {key: value for key, value in body.items() if not {key, f"{holder}.{key}"} & names}
        return {key: _without(value, names, key) for key, value in kept.items()}
    if isinstance(body, list):
        return [_without(each, names, holder) for each in body]
    return body
