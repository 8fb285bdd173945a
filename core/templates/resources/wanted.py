"""What becomes of each resource: the fields to write. Only what differs is written; what Discord keeps in other words
for the same thing makes no difference."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from core.discord.resources import (
    AutoModFields,
    AutoModRule,
    Emoji,
    EmojiFields,
    EventFields,
    Resource,
    ResourceFields,
    ResourceKind,
    ScheduledEvent,
    Sticker,
    StickerFields,
    Webhook,
    WebhookFields,
)
from core.discord.types import Snapshot
from core.templates.documents.document import Document
from core.templates.options import Scope
from core.templates.plan import Notice, Ref
from core.templates.resources.match import ResourceMatches, is_running
from core.templates.resources.moderation import DocumentAutoModRule
from core.templates.resources.nodes import (
    DocumentEmoji,
    DocumentEvent,
    DocumentSticker,
    DocumentWebhook,
    ExternalEvent,
)
from core.templates.resources.notices import left_out, made_anew, new_url, no_picture, running
from core.templates.resources.parts import (
    actions_of,
    event_of,
    plain_actions,
    plain_recurrence,
    plain_trigger,
    recurrence_of,
    trigger_of,
    webhook_name,
)
from core.templates.resources.pictures import differs, picture_of
from core.templates.resources.sections import (
    SECTIONS,
    ResourceNode,
    kind_of,
    moment_of,
    resource_nodes,
)

Resolve = Callable[[str], Ref | None]


class WantedResource(msgspec.Struct, frozen=True, kw_only=True):
    """`present` is what exists of it. `fields` are what is written to it; None for nothing."""

    kind: ResourceKind
    ref: Ref
    name: str
    key: str
    present: Resource | None = None
    fields: ResourceFields | None = None


class Wants(msgspec.Struct, frozen=True, kw_only=True):
    resources: tuple[WantedResource, ...]
    warnings: tuple[Notice, ...]
    blockers: tuple[Notice, ...]


def wanted_resources(
    document: Document, snapshot: Snapshot, matches: ResourceMatches, resolve: Resolve, scope: Scope
) -> Wants:
    """`resolve` gives the ref of a role or channel of the document; None where it is left out of the plan."""
    wishes = _Wishes(snapshot, matches, resolve)
    found: list[WantedResource] = []
    for kind, _, node in resource_nodes(document):
        is_open = kind in matches.unread or node.key in matches.pending
        if not is_open and scope.has(SECTIONS[kind], node.key):
            wanted = wishes.of(node)
            if wanted is not None:
                found.append(wanted)
    return Wants(resources=tuple(found), warnings=tuple(wishes.warnings), blockers=tuple(wishes.blockers))


class _Wishes:
    def __init__(self, snapshot: Snapshot, matches: ResourceMatches, resolve: Resolve) -> None:
        self._images = snapshot.images
        self._matches = matches
        self._resolve = resolve
        self.warnings: list[Notice] = []
        self.blockers: list[Notice] = []

    def of(self, node: ResourceNode) -> WantedResource | None:
        old = self._matches.found.get(node.key)
        present = None if node.key in self._matches.replaced else old
        if old is not None and present is None:
            self.warnings.append(made_anew(node))
        fields = self._fields(node, present)
        if fields is None and present is None:
            return None
        if fields is not None and present is not None and is_running(present):
            self.warnings.append(running(node))
            fields = None
        if isinstance(node, DocumentWebhook) and present is None:
            self.warnings.append(new_url(node))
        return WantedResource(
            kind=kind_of(node),
            ref=self._matches.ref(node.key),
            name=node.name,
            key=node.key,
            present=present,
            fields=fields,
        )

    def _fields(self, node: ResourceNode, present: Resource | None) -> ResourceFields | None:
        match node:
            case DocumentEmoji():
                return self._emoji(node, present)
            case DocumentSticker():
                return self._sticker(node, present)
            case DocumentWebhook():
                return self._webhook(node, present)
            case DocumentAutoModRule():
                return self._rule(node, present)
            case _:
                return self._event(node, present)

    def _emoji(self, node: DocumentEmoji, present: Resource | None) -> EmojiFields | None:
        said: dict[str, Any] = {"name": node.name}
        if node.roles is not UNSET:
            roles = self._all(node, node.roles)
            if roles is None:
                return None
            said["role_ids"] = roles
        if isinstance(present, Emoji):
            return _edit(EmojiFields, said, present, {"role_ids": _as_set})
        return EmojiFields(**said, image=node.image) if self._has_picture(node) else None

    def _sticker(self, node: DocumentSticker, present: Resource | None) -> StickerFields | None:
        said: dict[str, Any] = {"name": node.name}
        said |= {n: v for n in ("description", "tags") if (v := getattr(node, n)) is not UNSET}
        if isinstance(present, Sticker):
            return _edit(StickerFields, said, present, {"description": _or_none})
        said.setdefault("tags", node.name)
        return StickerFields(**said, image=node.image) if self._has_picture(node) else None

    def _webhook(self, node: DocumentWebhook, present: Resource | None) -> WebhookFields | None:
        channel = self._one(node, node.channel)
        if channel is None:
            return None
        said: dict[str, Any] = {"name": node.name, "channel_id": channel}
        if not isinstance(present, Webhook):
            return WebhookFields(**said, **({"avatar": node.avatar} if node.avatar else {}))
        edit = _edit(WebhookFields, said, present, {"name": webhook_name})
        if node.avatar is not UNSET and differs(node.avatar, picture_of(present), self._images):
            edit = replace(edit or WebhookFields(), avatar=node.avatar)
        return edit

    def _rule(self, node: DocumentAutoModRule, present: Resource | None) -> AutoModFields | None:
        said: dict[str, Any] = {
            "name": node.name,
            "trigger": trigger_of(node.trigger),
            "event": event_of(node),
        }
        channels = [getattr(action, "channel", None) for action in node.actions]
        alerts = {key: self._one(node, key) for key in channels if key}
        if None in alerts.values():
            return None
        said["actions"] = actions_of(node.actions, {key: ref for key, ref in alerts.items() if ref})
        for name, keys in (
            ("exempt_role_ids", node.exempt_roles),
            ("exempt_channel_ids", node.exempt_channels),
        ):
            if keys is not UNSET:
                said[name] = tuple(ref for key in keys if (ref := self._resolve(key)))
        if node.enabled is not UNSET:
            said["enabled"] = node.enabled
        if not isinstance(present, AutoModRule):
            return AutoModFields(**said)
        plain = {
            "name": str.strip,
            "trigger": plain_trigger,
            "actions": plain_actions,
            "exempt_role_ids": _as_set,
            "exempt_channel_ids": _as_set,
        }
        return _edit(AutoModFields, said, present, plain)

    def _event(self, node: DocumentEvent, present: Resource | None) -> EventFields | None:
        said: dict[str, Any] = {"name": node.name, "place": str(node.__struct_config__.tag)}
        said["starts_at"] = moment_of(node.starts_at)
        if node.ends_at is not UNSET:
            said["ends_at"] = moment_of(node.ends_at) if node.ends_at else None
        if node.description is not UNSET:
            said["description"] = node.description
        if node.recurrence is not UNSET:
            said["recurrence"] = recurrence_of(node.recurrence) if node.recurrence else None
        if isinstance(node, ExternalEvent):
            said |= {"location": node.location, "channel_id": None}
        else:
            channel = self._one(node, node.channel)
            if channel is None:
                return None
            said |= {"channel_id": channel, "location": None}
        if not isinstance(present, ScheduledEvent):
            kept = {name: value for name, value in said.items() if value is not None}
            fields = EventFields(**kept)
            return replace(fields, image=node.image) if node.image else fields
        if _goes_on(node, said, present):
            # Discord counts a repeated event on: what is left of it is what was wanted.
            said.pop("starts_at")
            said.pop("ends_at", None)
        plain = {"name": str.strip, "description": _or_none, "recurrence": plain_recurrence}
        whole = ("place", "channel_id", "location", "ends_at") if said["place"] != present.place else ()
        edit = _edit(EventFields, said, present, plain, whole)
        if node.image is not UNSET and differs(node.image, picture_of(present), self._images):
            edit = replace(edit or EventFields(), image=node.image)
        return edit

    def _has_picture(self, node: DocumentEmoji | DocumentSticker) -> bool:
        if node.image is UNSET:
            self.blockers.append(no_picture(node))
        return node.image is not UNSET

    def _one(self, node: ResourceNode, key: str) -> Ref | None:
        ref = self._resolve(key)
        if ref is None:
            self.warnings.append(left_out(node, key))
        return ref

    def _all(self, node: ResourceNode, keys: Iterable[str]) -> tuple[Ref, ...] | None:
        refs = [self._one(node, key) for key in keys]
        return None if None in refs else tuple(ref for ref in refs if ref)


def _goes_on(node: DocumentEvent, said: Mapping[str, Any], present: ScheduledEvent) -> bool:
    if not node.recurrence or present.recurrence is None or present.starts_at <= said["starts_at"]:
        return False
    return plain_recurrence(said["recurrence"]) == plain_recurrence(present.recurrence)


def _edit(
    struct: Any,
    said: Mapping[str, Any],
    present: Resource,
    plain: Mapping[str, Callable[[Any], object]],
    whole: Iterable[str] = (),
) -> Any | None:
    """The fields that differ; None for none. `plain` tells what of a value counts, `whole` what is written anyway."""
    changed = {
        name: value
        for name, value in said.items()
        if name in whole
        or plain.get(name, _itself)(value) != plain.get(name, _itself)(getattr(present, name))
    }
    return struct(**changed) if changed else None


def _itself(value: Any) -> object:
    return value


def _as_set(value: Any) -> object:
    return frozenset(value)


def _or_none(value: Any) -> object:
    return value or None
