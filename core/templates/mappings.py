"""What the asker says about which node is what, held against what there is."""

from collections.abc import Iterator, Mapping

from core.discord.types import Snapshot, Snowflake
from core.errors import Problem
from core.templates.document import Document
from core.templates.findings import at
from core.templates.match import channel_fits, nodes_of, role_fits
from core.templates.plan import NEW


def unfit(document: Document, snapshot: Snapshot, mappings: Mapping[str, Snowflake]) -> tuple[Problem, ...]:
    """Every mapping that cannot be; pointers are into the options."""
    return tuple(_problems(document, snapshot, mappings))


def _problems(document: Document, snapshot: Snapshot, mappings: Mapping[str, Snowflake]) -> Iterator[Problem]:
    roles = {role.key: role for role in document.roles}
    channels = {node.key: node for node in nodes_of(document)} if mappings else {}
    there = {role.id: role for role in snapshot.roles if role.id != snapshot.guild_id}
    standing = {channel.id: channel for channel in snapshot.channels}
    taken: dict[Snowflake, str] = {}
    for key, said in mappings.items():
        if key not in roles and key not in channels:
            yield _problem(key, "unknown_key", f"The document has no role or channel `{key}`.")
            continue
        if said == NEW:
            continue
        kind = "role" if key in roles else "channel"
        if said not in (there if key in roles else standing):
            yield _problem(key, "unknown_id", f"This server has no {kind} {said} that `{key}` could be.")
        elif key in roles and not role_fits(roles[key], there[said]):
            yield _problem(
                key,
                "does_not_fit",
                f"Of `{key}` and the role {said} only one belongs to an integration: `managed` must be the same.",
            )
        elif key in channels and not channel_fits(channels[key], standing[said]):
            yield _problem(
                key,
                "does_not_fit",
                f"`{key}` is of type {channels[key].type}, and the channel {said} is of type {standing[said].type}: "
                "one cannot be made the other.",
            )
        elif said in taken:
            yield _problem(key, "taken_twice", f"{said} is already what `{taken[said]}` is mapped to.")
        else:
            taken[said] = key


def _problem(key: str, code: str, message: str) -> Problem:
    return Problem(pointer=at("/mappings", key), code=code, message=message)
