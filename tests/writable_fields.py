"""`just writable`: what Discord lets a bot write about a guild, and where a document says it.

Ends with status 1 where the table and Discord's document differ.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core.templates.documents.writable import ELSEWHERE, RESOURCES, Excluded, Handled, Resource
from tests.simulator.published import PUBLISHED

SCOPE = ("/guilds/{guild_id}", "/channels/{channel_id}", "/webhooks/{webhook_id}", "/stage-instances")
WITH_TOKEN = "/webhooks/{webhook_id}/{webhook_token}"
"""Whoever has a webhook's token writes these, and no bot."""


class Discord:
    """The writing half of Discord's OpenAPI document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def routes(self) -> set[str]:
        """Those that write into a guild."""
        return {
            f"{method.upper()} {path}"
            for path, item in self._document["paths"].items()
            if path.startswith(SCOPE) and not path.startswith(WITH_TOKEN)
            for method in item
            if method in {"post", "put", "patch"}
        }

    def fields(self, resource: Resource) -> set[str]:
        """Of all bodies that a resource's routes take."""
        found: set[str] = set()
        for route in resource.routes:
            method, path = route.split()
            body = self._settled(self._document["paths"][path][method.lower()]["requestBody"])
            for content in body["content"].values():
                found |= set(self._leaves(self._meant(content["schema"], resource.body), ""))
        return {field for field in found if not any(other.startswith(f"{field}.") for other in found)}

    def _meant(self, schema: dict[str, Any], name: str | None) -> dict[str, Any]:
        """Of several bodies the named one, where it is among them."""
        choices = [each for each in schema.get("anyOf", ()) if each.get("$ref", "").endswith(f"/{name}")]
        return choices[0] if choices else schema

    def _leaves(self, schema: dict[str, Any], path: str) -> Iterator[str]:
        schema = self._settled(schema)
        below = [each for word in ("anyOf", "oneOf", "allOf") for each in schema.get(word, ())]
        for choice in below:
            yield from self._leaves(choice, path)
        for name, value in schema.get("properties", {}).items():
            yield from self._leaves(value, f"{path}.{name}" if path else name)
        if "items" in schema:
            yield from self._leaves(schema["items"], path)
        if path and not schema.get("properties"):
            yield path

    def _settled(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            found: Any = self._document
            for word in schema["$ref"].removeprefix("#/").split("/"):
                found = found[word]
            schema = found
        return schema


def read_discord(path: Path) -> Discord:
    return Discord(msgspec.json.decode(path.read_bytes()))


def differences(discord: Discord) -> list[str]:
    """What Discord's document has and the table does not, and the other way round; as sentences."""
    return [*_of_routes(discord), *_of_fields(discord)]


def _of_routes(discord: Discord) -> Iterable[str]:
    there, said = discord.routes(), set(ELSEWHERE)
    for resource in RESOURCES.values():
        said |= set(resource.routes)
    yield from (f"{route} is not in the table." for route in sorted(there - said))
    yield from (f"{route} is in the table, and Discord does not have it." for route in sorted(said - there))


def _of_fields(discord: Discord) -> Iterable[str]:
    for name, resource in RESOURCES.items():
        there, said = discord.fields(resource), set(resource.fields)
        yield from (f"{name}: {field} is not in the table." for field in sorted(there - said))
        yield from (
            f"{name}: {field} is in the table, and Discord does not have it."
            for field in sorted(said - there)
        )


def show(console: Console) -> None:
    table = Table("field", "in a document", "", title="What Discord lets a bot write about a guild")
    for name, resource in RESOURCES.items():
        table.add_section()
        table.add_row(f"[bold]{name}[/]", "", f"[dim]{', '.join(resource.routes)}[/]")
        for field, handled in sorted(resource.fields.items()):
            table.add_row(f"  {field}", *_row(handled))
    console.print(table)
    reasons: dict[str, list[str]] = defaultdict(list)
    for route, reason in ELSEWHERE.items():
        reasons[reason].append(route)
    for reason, routes in reasons.items():
        console.print(f"\n[yellow]excluded[/] {reason}")
        console.print("\n".join(f"  {escape(route)}" for route in routes))


def _row(handled: Handled | Excluded) -> tuple[str, str]:
    if isinstance(handled, Excluded):
        return "[yellow]excluded[/]", handled.reason
    types = f"{', '.join(sorted(handled.types))}. " if handled.types else ""
    return ", ".join(handled.paths), types + handled.note


def main() -> int:
    console = Console()
    show(console)
    if not PUBLISHED.exists():
        console.print("Discord's published document is not beside this folder: nothing was compared.")
        return 0
    found = differences(read_discord(PUBLISHED))
    console.print("\n".join(found) or "The table names what Discord's document has, and nothing else.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
