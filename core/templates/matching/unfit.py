"""What the asker says about nodes and objects, held against what there is."""

from collections.abc import Collection, Iterator, Mapping

from core.discord.types import Snapshot, Snowflake
from core.errors import Problem
from core.templates.documents.document import Document
from core.templates.documents.findings import at
from core.templates.documents.keys import EVERYONE
from core.templates.matching.match import channel_fits, nodes_of, role_fits
from core.templates.options import Only
from core.templates.plan import NEW, PlanOptions
from core.templates.resources.match import existing, resource_fits
from core.templates.resources.sections import WORDS, ResourceNode, kind_of, resource_nodes


def unfit(document: Document, snapshot: Snapshot, options: PlanOptions) -> tuple[Problem, ...]:
    """Everything in the options that cannot be; pointers are into them."""
    return (
        *_wrong_mappings(document, snapshot, options.mappings),
        *_unknown_nodes(document, options.only),
        *_unknown_staff(document, snapshot, options.archive.staff or ()),
    )


def _unknown_nodes(document: Document, only: Only | None) -> Iterator[Problem]:
    if only is None or not only.nodes:
        return
    known = {EVERYONE, *(r.key for r in document.roles), *(n.key for n in nodes_of(document))}
    known |= {node.key for _, _, node in resource_nodes(document)}
    for index, key in enumerate(only.nodes):
        if key not in known:
            yield _problem(at("/only/nodes", index), "unknown_key", f"The document has no node `{key}`.")


def _unknown_staff(document: Document, snapshot: Snapshot, staff: Collection[str]) -> Iterator[Problem]:
    known = {*(r.key for r in document.roles), *(r.id for r in snapshot.roles)} if staff else ()
    for index, said in enumerate(staff):
        if said not in known:
            message = f"Neither the document nor this server has a role `{said}`."
            yield _problem(at("/archive/staff", index), "unknown_role", message)


def _wrong_resource(key: str, said: Snowflake, node: ResourceNode, snapshot: Snapshot) -> Iterator[Problem]:
    if said == NEW:
        return
    kind = kind_of(node)
    resource = next((r for r in existing(snapshot, kind) or () if r.id == said), None)
    if resource is None:
        message = f"This server has no {WORDS[kind]} {said} that `{key}` could be."
        yield _mapping(key, "unknown_id", message)
    elif not resource_fits(node, resource):
        message = (
            f"The triggers of `{key}` and of the rule {said} are of different types: they cannot be edited."
        )
        yield _mapping(key, "does_not_fit", message)


def _wrong_mappings(
    document: Document, snapshot: Snapshot, mappings: Mapping[str, Snowflake]
) -> Iterator[Problem]:
    if not mappings:
        return
    roles = {role.key: role for role in document.roles}
    channels = {node.key: node for node in nodes_of(document)}
    there = {role.id: role for role in snapshot.roles if role.id != snapshot.guild_id}
    standing = {channel.id: channel for channel in snapshot.channels}
    resources = {node.key: node for _, _, node in resource_nodes(document)}
    taken: dict[Snowflake, str] = {}
    for key, said in mappings.items():
        if key in resources:
            yield from _wrong_resource(key, said, resources[key], snapshot)
            continue
        if key not in roles and key not in channels:
            yield _mapping(key, "unknown_key", f"The document has no role or channel `{key}`.")
            continue
        if said == NEW:
            continue
        kind = "role" if key in roles else "channel"
        if said not in (there if key in roles else standing):
            yield _mapping(key, "unknown_id", f"This server has no {kind} {said} that `{key}` could be.")
        elif key in roles and not role_fits(roles[key], there[said]):
            yield _mapping(
                key,
                "does_not_fit",
                f"Of `{key}` and the role {said} only one belongs to an integration: `managed` must be the same.",
            )
        elif key in channels and not channel_fits(channels[key], standing[said]):
            yield _mapping(
                key,
                "does_not_fit",
                f"`{key}` is of type {channels[key].type}, and the channel {said} is of type {standing[said].type}: "
                "one cannot be made the other.",
            )
        elif said in taken:
            yield _mapping(key, "taken_twice", f"{said} is already what `{taken[said]}` is mapped to.")
        else:
            taken[said] = key


def _mapping(key: str, code: str, message: str) -> Problem:
    return _problem(at("/mappings", key), code, message)


def _problem(pointer: str, code: str, message: str) -> Problem:
    return Problem(pointer=pointer, code=code, message=message)
