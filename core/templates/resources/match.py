"""Which resource of a document is which of a guild: by what the asker says, by binding, then by name.

A webhook's name counts in its channel, a rule's with its type of trigger; of types that a server has once there is
nothing to mistake.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence

import msgspec
from msgspec import UNSET

from core.discord.resources import AutoModRule, Resource, ResourceKind, ScheduledEvent, Webhook
from core.discord.types import Channel, Snapshot, Snowflake
from core.templates.documents.document import Document
from core.templates.matching.pairing import Pairing
from core.templates.plan import Question, Ref, ref_to
from core.templates.resources.moderation import DocumentAutoModRule
from core.templates.resources.nodes import DocumentEmoji, DocumentSticker, DocumentWebhook
from core.templates.resources.parts import webhook_name
from core.templates.resources.pictures import is_known_to_differ, picture_of
from core.templates.resources.rules import MAX_RULES
from core.templates.resources.sections import SECTIONS, WORDS, ResourceNode, nodes_in

_PARTS: Mapping[ResourceKind, str] = {
    "emoji": "emojis",
    "sticker": "stickers",
    "webhook": "webhooks",
    "automod_rule": "automod_rules",
    "scheduled_event": "scheduled_events",
}
_OVER = frozenset({"completed", "canceled"})


class ResourceMatches(msgspec.Struct, frozen=True, kw_only=True):
    """`found` are existing resources by key; those in `replaced` have another picture than the document wants, and are
    made anew. `asked` are the kinds that a question is about. `unread` are kinds of which nothing is known."""

    found: dict[str, Resource] = {}
    replaced: frozenset[str] = frozenset()
    questions: tuple[Question, ...] = ()
    pending: frozenset[str] = frozenset()
    asked: frozenset[ResourceKind] = frozenset()
    unread: tuple[ResourceKind, ...] = ()

    @property
    def ids(self) -> dict[str, Snowflake]:
        return {key: item.id for key, item in self.found.items() if key not in self.replaced}

    def ref(self, key: str) -> Ref:
        return ref_to(key) if key in self.replaced or key not in self.found else self.found[key].id


def existing(snapshot: Snapshot, kind: ResourceKind) -> tuple[Resource, ...] | None:
    """Those that a document can speak of, oldest first. None: not read."""
    found: Sequence[Resource] | None = getattr(snapshot, _PARTS[kind])
    if found is None:
        return None
    own = (r for r in found if not getattr(r, "managed", False) and getattr(r, "status", None) not in _OVER)
    return tuple(sorted(own, key=lambda resource: int(resource.id)))


def resource_fits(node: ResourceNode, resource: Resource) -> bool:
    """Whether an edit could make the resource what the node says, but for its picture."""
    if isinstance(node, DocumentAutoModRule) and isinstance(resource, AutoModRule):
        return _trigger(node) == resource.trigger.type
    return True


def match_resources(
    document: Document,
    snapshot: Snapshot,
    channels: Mapping[str, Channel],
    bindings: Mapping[str, Snowflake],
    mappings: Mapping[str, Snowflake],
) -> ResourceMatches:
    """`channels` are the existing channels of the document's nodes."""
    found: dict[str, Resource] = {}
    questions: list[Question] = []
    pending: set[str] = set()
    asked: set[ResourceKind] = set()
    unread: list[ResourceKind] = []
    for kind in SECTIONS:
        nodes, there = nodes_in(document, kind), existing(snapshot, kind)
        if nodes is UNSET:
            continue
        if there is None:
            unread.append(kind)
            continue
        pairing = _paired(kind, nodes, there, channels, (mappings, bindings))
        found |= pairing.found
        questions += pairing.questions
        pending |= pairing.asked
        if pairing.questions:
            asked.add(kind)
    return ResourceMatches(
        found=found,
        replaced=frozenset(_replaced(document, found, snapshot)),
        questions=tuple(questions),
        pending=frozenset(pending),
        asked=frozenset(asked),
        unread=tuple(unread),
    )


def _paired(
    kind: ResourceKind,
    nodes: Sequence[ResourceNode],
    there: Sequence[Resource],
    channels: Mapping[str, Channel],
    known: Iterable[Mapping[str, Snowflake]],
) -> Pairing[ResourceNode, Resource]:
    places = {resource.id: number for number, resource in enumerate(there, 1)}
    pairing = Pairing[ResourceNode, Resource](
        there, kind, lambda r: f"number {places[r.id]} by age", noun=WORDS[kind]
    )
    for said in known:
        pairing.bind(nodes, said, resource_fits)
    homes = {key: channel.id for key, channel in channels.items()}
    pairing.pair(nodes, lambda node: _wanted(node, homes), _present)
    if kind == "automod_rule":
        # The name does not matter where there can be only one.
        single = [n for n in nodes if isinstance(n, DocumentAutoModRule) and MAX_RULES[_trigger(n)] == 1]
        pairing.pair(single, lambda n: _trigger(n) if isinstance(n, DocumentAutoModRule) else "", _type_of)
    return pairing


def _wanted(node: ResourceNode, homes: Mapping[str, Snowflake]) -> Hashable:
    match node:
        case DocumentWebhook():
            # A channel that does not exist yet has no webhooks: "?" is nobody's.
            return webhook_name(node.name), homes.get(node.channel, "?")
        case DocumentAutoModRule():
            return node.name.strip(), _trigger(node)
        case _:
            return node.name.strip()


def _present(resource: Resource) -> Hashable:
    name = resource.name.strip()
    match resource:
        case Webhook():
            return webhook_name(name), resource.channel_id
        case AutoModRule():
            return name, resource.trigger.type
        case _:
            return name


def _trigger(node: DocumentAutoModRule) -> str:
    return str(node.trigger.__struct_config__.tag)


def _type_of(resource: Resource) -> Hashable:
    return resource.trigger.type if isinstance(resource, AutoModRule) else ""


def _replaced(document: Document, found: Mapping[str, Resource], snapshot: Snapshot) -> Iterable[str]:
    nodes: tuple[DocumentEmoji | DocumentSticker, ...] = (
        *(document.emojis or ()),
        *(document.stickers or ()),
    )
    for node in nodes:
        resource = found.get(node.key)
        path = picture_of(resource) if resource else None
        if path and node.image is not UNSET and is_known_to_differ(node.image, path, snapshot.images):
            yield node.key


def is_running(resource: Resource) -> bool:
    """An event that has begun cannot be changed any more."""
    return isinstance(resource, ScheduledEvent) and resource.status == "active"
