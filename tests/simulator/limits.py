"""How large each field may be: Discord's documented limits, each with a call of a given size."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from tests.simulator.calls import Reply
from tests.simulator.provoking import Ground

LONG = ("BASE_TYPE_MAX_LENGTH", "BASE_TYPE_BAD_LENGTH")
LARGE = ("NUMBER_TYPE_MAX",)
V2 = 1 << 15


@dataclass(slots=True, frozen=True)
class Limit:
    """``where`` the complaint stands in the nested errors; ``most`` is also the number that its message names."""

    where: str
    least: int
    most: int
    call: tuple[str, str]
    write: Callable[[int], Any]
    codes: tuple[str, ...] = LONG
    as_: Literal["body", "query", "reason"] = "body"

    @property
    def name(self) -> str:
        return f"{' '.join(self.call)} {self.where}".replace("{", "").replace("}", "")

    async def ask(self, at: Ground, size: int) -> Reply:
        """The call with the field of that size."""
        method, path = self.call
        written = self.write(size)
        headers = {"x-audit-log-reason": written} if self.as_ == "reason" else {}
        query = {self.where: str(written)} if self.as_ == "query" else {}
        return await at.wire(
            method, at.path(path), written if self.as_ == "body" else None, query=query, headers=headers
        )


def leaf(tree: Any, where: str) -> Any:
    """The first complaint at a dotted path."""
    for part in where.split("."):
        tree = tree[part]
    return tree["_errors"][0]


def _text(key: str) -> Callable[[int], Any]:
    return lambda size: {key: "x" * size}


def _number(key: str) -> Callable[[int], Any]:
    return lambda size: {key: size}


def _embed(**of: Callable[[int], Any]) -> Callable[[int], Any]:
    return lambda size: {"embeds": [{"title": "t"} | {key: write(size) for key, write in of.items()}]}


def _embeds_of(size: int) -> Any:
    """So many characters in all, in descriptions of two embeds."""
    return {"embeds": [{"description": "x" * 3000}, {"description": "x" * (size - 3000)}]}


def _button(number: int = 0, **fields: Any) -> Any:
    return {"type": 2, "style": 1, "label": "b", "custom_id": f"b{number}"} | fields


def _link(url: str) -> Any:
    return {"type": 2, "style": 5, "label": "b", "url": url}


def _row(*components: Any) -> Any:
    return {"type": 1, "components": list(components)}


def _option(number: int, **fields: Any) -> Any:
    return {"label": "o", "value": f"v{number}"} | fields


def _select(**fields: Any) -> Any:
    return {"components": [_row({"type": 3, "custom_id": "s", "options": [_option(0)]} | fields)]}


def _command(**fields: Any) -> Any:
    return {"name": "hello", "description": "d"} | fields


def _choice_of(size: int) -> Any:
    choices = [{"name": f"c{number}", "value": number} for number in range(size)]
    return _command(options=[{"type": 4, "name": "o", "description": "d", "choices": choices}])


def _days(size: int) -> Any:
    until = datetime.now(UTC) + timedelta(days=size, hours=-1)
    return {"communication_disabled_until": until.isoformat()}


_MAKE, _EDIT_LOG, _SEND = ("POST", "{guild}/channels"), ("PATCH", "{log}"), ("POST", "{log}/messages")
_BRIDGE, _IDEAS, _GUILD = ("PATCH", "{bridge}"), ("PATCH", "{ideas}"), ("PATCH", "{guild}")
_ADA, _ROLE, _COMMAND = (
    ("PATCH", "{guild}/members/{ada}"),
    ("POST", "{guild}/roles"),
    ("POST", "{app}/commands"),
)
LIMITS = (
    # Channels: docs, Channel > Modify Channel; Guild > Create Guild Channel
    Limit("name", 1, 100, _MAKE, _text("name")),
    Limit("name", 1, 100, _EDIT_LOG, _text("name")),
    Limit("topic", 0, 1024, _EDIT_LOG, _text("topic")),
    Limit("topic", 0, 4096, _IDEAS, _text("topic")),
    Limit("rate_limit_per_user", 0, 21_600, _EDIT_LOG, _number("rate_limit_per_user"), LARGE),
    Limit("user_limit", 0, 99, _BRIDGE, _number("user_limit"), LARGE),
    Limit("bitrate", 8000, 96_000, _BRIDGE, _number("bitrate"), LARGE),
    Limit("available_tags.0.name", 1, 50, _IDEAS, lambda size: {"available_tags": [{"name": "x" * size}]}),
    # Guilds, members, roles
    Limit("name", 2, 100, _GUILD, _text("name")),
    Limit("description", 0, 300, _GUILD, _text("description")),
    Limit("nick", 0, 32, _ADA, _text("nick")),
    Limit("communication_disabled_until", 1, 28, _ADA, _days, ("MEMBER_TIMEOUT_TOO_LONG",)),
    Limit("name", 1, 100, _ROLE, _text("name")),
    Limit("reason", 1, 512, _ROLE, lambda size: "r" * size, as_="reason"),
    # Messages: docs, Message > Create Message, Embed Limits; Components
    Limit("content", 1, 2000, _SEND, _text("content")),
    Limit(
        "nonce",
        1,
        25,
        _SEND,
        lambda size: {"content": "c", "nonce": "n" * size},
        (*LONG, "NONCE_TYPE_TOO_LONG"),
    ),
    Limit("embeds", 1, 10, _SEND, lambda size: {"embeds": [{"title": "t"}] * size}),
    Limit("embeds", 3001, 6000, _SEND, _embeds_of, ("MAX_EMBED_SIZE_EXCEEDED",)),
    Limit("embeds.0.title", 1, 256, _SEND, _embed(title=lambda size: "x" * size)),
    Limit("embeds.0.description", 1, 4096, _SEND, _embed(description=lambda size: "x" * size)),
    Limit("embeds.0.fields", 1, 25, _SEND, _embed(fields=lambda size: [{"name": "n", "value": "v"}] * size)),
    Limit(
        "embeds.0.fields.0.name",
        1,
        256,
        _SEND,
        _embed(fields=lambda size: [{"name": "x" * size, "value": "v"}]),
    ),
    Limit(
        "embeds.0.fields.0.value",
        1,
        1024,
        _SEND,
        _embed(fields=lambda size: [{"name": "n", "value": "x" * size}]),
    ),
    Limit("embeds.0.footer.text", 1, 2048, _SEND, _embed(footer=lambda size: {"text": "x" * size})),
    Limit("embeds.0.author.name", 1, 256, _SEND, _embed(author=lambda size: {"name": "x" * size})),
    Limit(
        "components", 1, 5, _SEND, lambda size: {"components": [_row(_button(each)) for each in range(size)]}
    ),
    Limit(
        "components.0.components",
        1,
        5,
        _SEND,
        lambda size: {"components": [_row(*(_button(each) for each in range(size)))]},
    ),
    Limit(
        "components.0.components.0.custom_id",
        1,
        100,
        _SEND,
        lambda size: {"components": [_row(_button(custom_id="x" * size))]},
    ),
    Limit(
        "components.0.components.0.label",
        1,
        80,
        _SEND,
        lambda size: {"components": [_row(_button(label="x" * size))]},
    ),
    Limit(
        "components.0.components.0.url",
        12,
        512,
        _SEND,
        lambda size: {"components": [_row(_link("https://x.y/" + "z" * (size - 12)))]},
    ),
    Limit(
        "components.0.components.0.options",
        1,
        25,
        _SEND,
        lambda size: _select(options=[_option(each) for each in range(size)]),
    ),
    Limit(
        "components.0.components.0.options.0.label",
        1,
        100,
        _SEND,
        lambda size: _select(options=[_option(0, label="x" * size)]),
    ),
    Limit(
        "components.0.components.0.placeholder", 1, 150, _SEND, lambda size: _select(placeholder="x" * size)
    ),
    Limit(
        "components",
        1,
        40,
        _SEND,
        lambda size: {"flags": V2, "components": [{"type": 10, "content": "t"}] * size},
        (*LONG, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"),
    ),
    # Commands: docs, Interactions > Application Commands
    Limit("name", 1, 32, _COMMAND, lambda size: _command(name="x" * size)),
    Limit("description", 1, 100, _COMMAND, lambda size: _command(description="x" * size)),
    Limit(
        "options",
        0,
        25,
        _COMMAND,
        lambda size: _command(
            options=[{"type": 3, "name": f"o{each}", "description": "d"} for each in range(size)]
        ),
    ),
    Limit("options.0.choices", 1, 25, _COMMAND, _choice_of),
    # Pages
    Limit("limit", 1, 100, ("GET", "{log}/messages"), int, LARGE, "query"),
    Limit("limit", 1, 1000, ("GET", "{guild}/members"), int, LARGE, "query"),
    Limit("limit", 1, 100, ("GET", "{guild}/audit-logs"), int, LARGE, "query"),
    Limit("limit", 1, 200, ("GET", "/users/@me/guilds"), int, LARGE, "query"),
)
