"""Of a document, what the plan speaks of: what is selected, and neither in question nor impossible here."""

from collections.abc import Collection, Iterator

import msgspec

from core.discord.types import Snapshot, Snowflake, normalised
from core.templates.documents.document import Document
from core.templates.documents.guild_settings import DocumentGuild
from core.templates.documents.roles import DocumentRole, Everyone
from core.templates.matching.match import ChannelNode, Matches
from core.templates.options import Scope
from core.templates.plan import Notice, PlanOptions


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """`stranded` are blockers: nodes that cannot be made without one that is not selected."""

    guild: DocumentGuild
    everyone: Everyone
    roles: tuple[DocumentRole, ...]
    channels: tuple[ChannelNode, ...]
    warnings: tuple[Notice, ...]
    stranded: tuple[Notice, ...]


def wishes_of(document: Document, matches: Matches, options: PlanOptions) -> Wishes:
    scope = Scope(options.only)
    silent = matches.missing | matches.pending
    if options.only is None and not silent:
        return _everything(document, matches)
    roles = tuple(r for r in document.roles if r.key not in silent and scope.has("roles", r.key))
    nodes = [
        node
        for node in matches.nodes
        if node.key not in matches.pending and scope.has("channels", node.key, node.parent)
    ]
    there = {*matches.channels, *(node.key for node in nodes)}
    stranded = {node.key: node for node in nodes if node.parent and node.parent not in there}
    known = {"everyone", *matches.roles, *(role.key for role in roles), *silent}
    return Wishes(
        guild=document.guild if scope.has_all("guild") else DocumentGuild(),
        everyone=document.everyone if scope.has("roles", "everyone") else Everyone(),
        roles=roles,
        channels=tuple(node for node in nodes if node.key not in stranded),
        # Without a selection every role of the document is known.
        warnings=tuple(_without_roles(nodes, known)) if options.only is not None else (),
        stranded=tuple(_stranded(node) for node in stranded.values()),
    )


def _everything(document: Document, matches: Matches) -> Wishes:
    return Wishes(
        guild=document.guild,
        everyone=document.everyone,
        roles=document.roles,
        channels=matches.nodes,
        warnings=(),
        stranded=(),
    )


def _without_roles(nodes: Collection[ChannelNode], known: Collection[str]) -> Iterator[Notice]:
    for node in nodes:
        said = node.said.overwrites
        unknown = [o.role for o in said if o.role and o.role not in known] if isinstance(said, tuple) else []
        if unknown:
            yield Notice(
                code="outside_selection",
                message=f"“{node.said.name}” has overwrites for {', '.join(f'`{key}`' for key in unknown)}, which "
                "does not exist and is not selected: they are left out. Select the role, too.",
                node=node.key,
            )


def _stranded(node: ChannelNode) -> Notice:
    return Notice(
        code="outside_selection",
        message=f"“{node.said.name}” belongs into the category `{node.parent}`, which does not exist and is not "
        "selected: select it, too.",
        node=node.key,
    )


def frozen_in(snapshot: Snapshot, ids: Collection[Snowflake]) -> frozenset[Snowflake]:
    """Categories with a protected channel that Discord would give their overwrites (Permissions › Permission Syncing),
    and protected ones."""
    if not ids:
        return frozenset()
    sets = {c.id: normalised(c.overwrites) for c in snapshot.channels}
    synced = {
        c.parent_id
        for c in snapshot.channels
        if c.id in ids and c.parent_id in sets and sets[c.id] == sets[c.parent_id]
    }
    return frozenset(ref for ref in (*synced, *ids) if ref)


def protected(what: str, node: str | None = None) -> Notice:
    """Of something that the plan would have to change."""
    return Notice(
        code="protected",
        message=f"{what} is protected in this server and stays as it is. Lift the protection to have it changed.",
        node=node,
    )
