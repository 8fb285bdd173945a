"""All that a plan does beside settings, roles and channels: what is written, what goes, what stands against it."""

from collections.abc import Collection, Iterator

import msgspec
from msgspec import UNSET

from core.discord.resources import Emoji, Resource, ResourceKind, ScheduledEvent, Webhook
from core.discord.types import Snapshot, Snowflake
from core.templates.documents.document import Document
from core.templates.options import Scope
from core.templates.plan import Notice, PlanOptions, Ref
from core.templates.resources.match import ResourceMatches, existing
from core.templates.resources.reception import Reception, reception_of
from core.templates.resources.sections import SECTIONS, nodes_in
from core.templates.resources.wanted import Resolve, WantedResource, wanted_resources


class DoomedResource(msgspec.Struct, frozen=True, kw_only=True):
    """`is_replaced`: the document has it, with another picture."""

    kind: ResourceKind
    resource: Resource
    is_replaced: bool = False


class ResourceTarget(msgspec.Struct, frozen=True, kw_only=True):
    wanted: tuple[WantedResource, ...] = ()
    doomed: tuple[DoomedResource, ...] = ()
    reception: Reception = Reception()
    warnings: tuple[Notice, ...] = ()
    blockers: tuple[Notice, ...] = ()

    @property
    def deletes(self) -> int:
        """Of what the document does not name."""
        return sum(not doomed.is_replaced for doomed in self.doomed)


def resource_target(
    document: Document,
    snapshot: Snapshot,
    matches: ResourceMatches,
    resolve: Resolve,
    options: PlanOptions,
    *,
    deleting: Collection[Snowflake] = (),
) -> ResourceTarget:
    """`resolve` gives the ref of a role, a channel or an emoji of the document. `deleting`: see `Begun`."""
    scope = Scope(options.only)
    wants = wanted_resources(document, snapshot, matches, resolve, scope)
    reception = reception_of(document, snapshot, resolve, scope)
    made = {wanted.ref for wanted in wants.resources}
    replaced = (*_replaced(matches, made), *_left_behind(snapshot, matches, deleting))
    known = {doomed.resource.id for doomed in replaced}
    others = _unnamed(document, snapshot, matches, options)
    unread = (
        *(SECTIONS[kind] for kind in matches.unread if _speaks(document, kind, scope)),
        *reception.unread,
    )
    return ResourceTarget(
        wanted=wants.resources,
        doomed=(*replaced, *(doomed for doomed in others if doomed.resource.id not in known)),
        reception=reception,
        warnings=wants.warnings,
        blockers=(*(_not_read(section) for section in unread), *wants.blockers),
    )


def emoji_refs(
    document: Document, matches: ResourceMatches, options: PlanOptions, resolve: Resolve
) -> dict[str, Ref]:
    """Of the document's emojis, by key: those that exist, or that the plan makes. `resolve` gives the ref of a role;
    with one that is left out the emoji is."""
    scope, refs = Scope(options.only), dict[str, Ref]()
    for emoji in document.emojis or ():
        is_whole = all(resolve(role) for role in emoji.roles or ())
        if is_whole and scope.has("emojis", emoji.key) and emoji.key not in matches.pending:
            refs[emoji.key] = matches.ref(emoji.key)
        elif emoji.key in matches.found:
            refs[emoji.key] = matches.found[emoji.key].id
    return refs


def without_those_of(target: ResourceTarget, channels: Collection[Snowflake]) -> ResourceTarget:
    """A channel that is deleted takes its webhooks, and its events end."""
    kept = (d for d in target.doomed if not _goes_with(d.resource, channels))
    return msgspec.structs.replace(target, doomed=tuple(kept))


def _goes_with(resource: Resource, channels: Collection[Snowflake]) -> bool:
    return isinstance(resource, Webhook) and resource.channel_id in channels


def _left_behind(
    snapshot: Snapshot, matches: ResourceMatches, deleting: Collection[Snowflake]
) -> Iterator[DoomedResource]:
    """What an earlier part of the plan has made anew and not deleted."""
    named = {resource.id for resource in matches.found.values()}
    for kind in ("emoji", "sticker"):
        for resource in existing(snapshot, kind) or ():
            if resource.id in deleting and resource.id not in named:
                yield DoomedResource(kind=kind, resource=resource, is_replaced=True)


def _replaced(matches: ResourceMatches, made: Collection[Ref]) -> list[DoomedResource]:
    """Only what has a successor goes."""
    return [
        DoomedResource(
            kind="emoji" if isinstance(matches.found[key], Emoji) else "sticker",
            resource=matches.found[key],
            is_replaced=True,
        )
        for key in sorted(matches.replaced)
        if matches.ref(key) in made
    ]


def _unnamed(
    document: Document, snapshot: Snapshot, matches: ResourceMatches, options: PlanOptions
) -> list[DoomedResource]:
    """What `exact` deletes of the kinds that the document speaks of."""
    if options.mode == "merge":
        return []
    scope = Scope(options.only)
    named = {resource.id for resource in matches.found.values()}
    return [
        DoomedResource(kind=kind, resource=resource)
        for kind in SECTIONS
        if nodes_in(document, kind) is not UNSET and kind not in matches.asked
        if scope.has_all(SECTIONS[kind]) and getattr(options.extras, SECTIONS[kind]) == "delete"
        for resource in existing(snapshot, kind) or ()
        if resource.id not in named and not _has_begun(resource)
    ]


def _speaks(document: Document, kind: ResourceKind, scope: Scope) -> bool:
    """Whether the plan would have to know what there is."""
    nodes = nodes_in(document, kind)
    return scope.has_all(SECTIONS[kind]) or any(scope.has(SECTIONS[kind], node.key) for node in nodes or ())


def _has_begun(resource: Resource) -> bool:
    return isinstance(resource, ScheduledEvent) and resource.status != "scheduled"


def _not_read(section: str) -> Notice:
    return Notice(
        code="not_read",
        message=f"Nothing is known yet of this server's `{section}`: sync the server first, then plan again. If that "
        "does not help, the bot may not read it: give it Manage Server and Manage Webhooks.",
    )
