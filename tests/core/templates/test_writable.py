"""The table of what Discord lets a bot write: against Discord's document, and against our own."""

import copy
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from core.discord.types import ChannelType
from core.templates.documents.channels import CHILD_STRUCTS, Category
from core.templates.documents.document import Document
from core.templates.documents.writable import RESOURCES, Excluded, Handled
from tests.simulator.published import needs_document, published_document
from tests.writable_fields import Discord, differences

OURS = {"guildwright", "roles.managed"} | {
    f"{part}.key" for part in ("roles", "channels", "emojis", "stickers", "webhooks", "automod", "events")
}
"""What is ours alone: names of nodes, the format, whose an integration's role is; and all of `variables`."""


def structs_in(annotation: Any) -> Iterator[type[msgspec.Struct]]:
    """Every struct that a value of this type may hold."""
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        yield annotation
    elif get_origin(annotation) is Annotated:
        yield from structs_in(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType, tuple):
        for choice in get_args(annotation):
            yield from structs_in(choice)


def paths_in(struct: type[msgspec.Struct], prefix: str = "", depth: int = 6) -> Iterator[str]:
    """Of all fields below it; lists do not count, and a tag is a field. A category's channels are channels."""
    if struct.__struct_config__.tag_field:
        yield f"{prefix}{struct.__struct_config__.tag_field}"
    for field in msgspec.structs.fields(struct):
        yield f"{prefix}{field.name}"
        if struct is Category and field.name == "channels":
            continue
        for below in structs_in(field.type):
            if depth:
                yield from paths_in(below, f"{prefix}{field.name}.", depth - 1)


PATHS = frozenset(paths_in(Document))


def handled() -> list[tuple[str, Handled]]:
    return [
        (f"{name}: {field}", said)
        for name, resource in RESOURCES.items()
        for field, said in resource.fields.items()
        if isinstance(said, Handled)
    ]


@needs_document
def test_the_table_has_every_field_that_discord_lets_a_bot_write_and_no_other() -> None:
    assert differences(Discord(dict(published_document()))) == []


@needs_document
def test_a_field_or_route_that_discord_adds_or_drops_is_named() -> None:
    document: dict[str, Any] = copy.deepcopy(dict(published_document()))
    role = document["components"]["schemas"]["CreateRoleRequest"]["properties"]
    role["sparkle"] = {"type": "object", "properties": {"strength": {"type": "integer"}}}
    for name in ("CreateRoleRequest", "UpdateRoleRequestPartial"):
        del document["components"]["schemas"][name]["properties"]["hoist"]
    document["paths"]["/guilds/{guild_id}/fountains"] = {"post": {}}
    del document["paths"]["/guilds/{guild_id}/widget"]
    assert differences(Discord(document)) == [
        "POST /guilds/{guild_id}/fountains is not in the table.",
        "PATCH /guilds/{guild_id}/widget is in the table, and Discord does not have it.",
        "role: sparkle.strength is not in the table.",
        "role: hoist is in the table, and Discord does not have it.",
    ]


def test_what_is_handled_stands_in_a_document() -> None:
    assert all(said.paths for _, said in handled())
    assert [(field, path) for field, said in handled() for path in said.paths if path not in PATHS] == []


def test_what_is_excluded_has_a_reason() -> None:
    for resource in RESOURCES.values():
        for said in resource.fields.values():
            assert isinstance(said, Handled) or said.reason.endswith("."), said


def test_each_type_of_channel_has_its_settings_and_no_others() -> None:
    structs: dict[ChannelType, type[msgspec.Struct]] = {**CHILD_STRUCTS, "category": Category}
    for said in RESOURCES["channel"].fields.values():
        if isinstance(said, Excluded) or not said.types:
            continue
        name = said.paths[0].split(".")[1]
        assert {kind for kind, struct in structs.items() if name in struct.__struct_fields__} == said.types


def test_whatever_a_document_says_is_written_somewhere() -> None:
    leaves = {path for path in PATHS if not any(other.startswith(f"{path}.") for other in PATHS)}
    written = {path for _, said in handled() for path in said.paths}
    ours = OURS | {path for path in leaves if path.startswith("variables.")}
    assert leaves - written - ours == set()
