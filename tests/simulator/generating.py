"""Requests written from Discord's published document: bodies, queries and audit reasons."""

from random import Random
from typing import Any, cast
from urllib.parse import quote

from hypothesis import strategies as st

from bot.simulator.contract.requests import NARROWED
from bot.simulator.shapes import JsonObject
from tests.simulator.spoiling import spoiled
from tests.simulator.writing import Ids, Writer

# These are called with files, all else with JSON.
_MULTIPART = {("POST", "/guilds/{guild_id}/stickers")}


class Author:
    """Writes what the document allows."""

    def __init__(self, document: JsonObject, chance: Random, ids: Ids = lambda _: ()) -> None:
        self._paths = cast("dict[str, dict[str, Any]]", document["paths"])
        self._chance = chance
        self._writer = Writer(document, chance, ids)

    def knows(self, method: str, template: str) -> bool:
        return method.lower() in self._paths.get(template, {})

    def body(self, method: str, template: str) -> Any:
        """Optional keys come rarely or all together: which of them, is drawn for each body anew."""
        schema = self._body_schema(method, template)
        if schema is None:
            return None
        self._writer.density = self._chance.choice((5, 15, 30, 50, 80, 100))
        return self._writer.value(schema)

    def query(self, method: str, template: str) -> dict[str, str]:
        """Some of the documented parameters, the required ones always; at times one with nonsense in it."""
        if not self.knows(method, template):
            return {}
        item = self._paths[template]
        listed = [*item.get("parameters", ()), *item[method.lower()].get("parameters", ())]
        found: dict[str, str] = {}
        for each in listed:
            if each["in"] == "query" and (each.get("required") or self._writer.often(35)):
                nonsense = self._writer.often(4)
                found[each["name"]] = (
                    self._chance.choice(("", "x", "-1", "0", "99999999999999999999"))
                    if nonsense
                    else _written(self._writer.value(each["schema"], (each["name"],)))
                )
        return found

    def reason(self) -> str | None:
        """An audit reason as clients send it, percent-encoded; at times too long."""
        if not self._writer.often(30):
            return None
        return quote(self._chance.choice(("tidying up", "für Ordnung: 100 %", "r" * 512, "r" * 513)))

    def _body_schema(self, method: str, template: str) -> JsonObject | None:
        """JSON's where there is one; a multipart body has values of type ``bytes`` for its files."""
        if (name := NARROWED.get((method, template))) is not None:
            return self._writer.named(name)
        operation: Any = self._paths.get(template, {}).get(method.lower(), {})
        content = operation.get("requestBody", {}).get("content", {})
        kind = "multipart/form-data" if (method, template) in _MULTIPART else "application/json"
        return content.get(kind, {}).get("schema")


def _written(value: Any) -> str:
    """A query parameter's text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(map(_written, cast("list[Any]", value)))
    return str(value)


def takes_body(document: JsonObject, method: str, template: str) -> bool:
    """Whether the document has a JSON body for an operation."""
    if (method, template) in _MULTIPART:
        return False
    return Author(document, Random()).body(method, template) is not None


def choices() -> st.SearchStrategy[Random]:
    """A ``random.Random`` whose every choice is hypothesis'."""
    return st.randoms(use_true_random=False)


def bodies(
    document: JsonObject, method: str, template: str, ids: Ids = lambda _: ()
) -> st.SearchStrategy[Any]:
    """Bodies the document allows."""
    return choices().map(lambda chance: Author(document, chance, ids).body(method, template))


def illegal(legal: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The same with one to three things wrong; what comes out may be allowed all the same."""
    return st.builds(spoiled, legal, choices())
