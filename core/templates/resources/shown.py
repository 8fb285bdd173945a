"""Resources in the tree that people look at."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import UNSET

from core.discord.resources import (
    AutoModAction,
    AutoModTrigger,
    Onboarding,
    Recurrence,
    Resource,
    WelcomeScreen,
)
from core.discord.types import Snapshot, Snowflake
from core.templates.plan import Action, Change, PlanNode, Ref
from core.templates.resources.match import existing
from core.templates.resources.reception import present_onboarding, present_screen
from core.templates.resources.sections import FREQUENCIES, SECTIONS, moment_text
from core.templates.resources.target import ResourceTarget
from core.templates.resources.wanted import WantedResource

_NAMES = {
    "role_ids": "roles",
    "channel_id": "channel",
    "exempt_role_ids": "exempt roles",
    "exempt_channel_ids": "exempt channels",
    "default_channel_ids": "default channels",
    "starts_at": "starts at",
    "ends_at": "ends at",
}
_PICTURES = frozenset({"image", "avatar", "icon", "banner", "splash", "discovery_splash"})
_PREVIEW = 5


def resource_tree(target: ResourceTarget, snapshot: Snapshot, names: Mapping[Ref, str]) -> Iterator[PlanNode]:
    """`names` are those of roles, channels and new emojis, by ref."""
    texts = _Texts({**names, **{e.id: f":{e.name}:" for e in snapshot.emojis or ()}})
    doomed = {d.resource.id for d in target.doomed}
    for kind in SECTIONS:
        wanted = [w for w in target.wanted if w.kind == kind]
        shown = {w.present.id for w in wanted if w.present}
        yield from (_node(w, texts) for w in wanted)
        for resource in existing(snapshot, kind) or ():
            if resource.id not in shown:
                action: Action = "delete" if resource.id in doomed else "keep"
                yield PlanNode(kind=kind, action=action, name=resource.name, id=resource.id)
    yield from _reception(target, snapshot, texts)


def picture_text(image: str | None) -> str | None:
    """Enough of a hash to tell pictures apart."""
    return f"picture {image.removeprefix('sha256:')[:8]}" if image else None


def _node(wanted: WantedResource, texts: "_Texts") -> PlanNode:
    changes = () if wanted.fields is None else tuple(texts.changes(wanted.fields, wanted.present))
    action: Action = "create" if wanted.present is None else "edit" if changes else "keep"
    return PlanNode(
        kind=wanted.kind,
        action=action,
        name=wanted.name,
        key=wanted.key,
        id=wanted.present.id if wanted.present else None,
        changes=changes,
    )


def _reception(target: ResourceTarget, snapshot: Snapshot, texts: "_Texts") -> Iterator[PlanNode]:
    onboarding, screen = present_onboarding(snapshot), present_screen(snapshot)
    wanted = target.reception
    if wanted.onboarding is not None and onboarding is not None:
        changes = tuple(texts.whole(wanted.onboarding, onboarding))
        yield PlanNode(kind="onboarding", action="edit", name="Onboarding", changes=changes)
    if wanted.welcome_screen is not None and screen is not None:
        changes = tuple(texts.whole(wanted.welcome_screen, screen))
        yield PlanNode(kind="welcome_screen", action="edit", name="Welcome screen", changes=changes)


class _Texts:
    def __init__(self, names: Mapping[Ref, str]) -> None:
        self._names = names

    def changes(self, fields: msgspec.Struct, present: Resource | None) -> Iterator[Change]:
        for name in fields.__struct_fields__:
            value = getattr(fields, name)
            if value is UNSET or (present is None and name == "name"):
                continue
            before = None if present is None else getattr(present, name, None)
            is_picture = name in _PICTURES
            yield Change(
                field=_NAMES.get(name, name),
                before=("another picture" if before else None) if is_picture else self.text(name, before),
                after=picture_text(value) if is_picture else self.text(name, value),
            )

    def whole(
        self, wanted: Onboarding | WelcomeScreen, present: Onboarding | WelcomeScreen
    ) -> Iterator[Change]:
        for name in wanted.__struct_fields__:
            before, after = getattr(present, name), getattr(wanted, name)
            if before != after:
                old, new = self.text(name, before), self.text(name, after)
                yield Change(field=_NAMES.get(name, name), before=old, after=new)

    def text(self, name: str, value: Any) -> str | None:
        """A value as one would say it; None for none."""
        if value is None or value in ("", ()):
            return None
        match value:
            case bool():
                said = "yes" if value else "no"
            case AutoModTrigger():
                said = _trigger_text(value)
            case Recurrence():
                said = f"{FREQUENCIES[value.frequency]}, from {moment_text(value.start)}"
            case tuple():
                said = ", ".join(self._item(item) for item in value)  # pyright: ignore[reportUnknownVariableType]
            case _:
                said = moment_text(value) if name.endswith("_at") else self._named(str(value))
        return said

    def _item(self, item: Any) -> str:
        match item:
            case AutoModAction():
                return _joined(item.type, self._named(item.channel_id), item.seconds, item.message)
            case msgspec.Struct():
                titled = getattr(item, "title", None) or self._named(getattr(item, "channel_id", ""))
                options: Iterable[Any] = getattr(item, "options", ())
                inside = ", ".join(option.title for option in options)
                return f"{titled} ({inside})" if inside else str(titled)
            case _:
                return self._named(str(item)) or ""

    def _named(self, ref: Snowflake | None) -> str | None:
        return self._names.get(ref, ref) if ref else None


def _trigger_text(trigger: AutoModTrigger) -> str:
    words = [*trigger.keywords, *trigger.patterns, *trigger.presets]
    more = f" and {len(words) - _PREVIEW} more" if len(words) > _PREVIEW else ""
    named = f": {', '.join(words[:_PREVIEW])}{more}" if words else ""
    spared = f", but {len(trigger.allowed)} words" if trigger.allowed else ""
    mentions = f": {trigger.mentions} mentions" if trigger.mentions else ""
    return f"{trigger.type}{named}{mentions}{spared}"


def _joined(*parts: object) -> str:
    return " ".join(str(part) for part in parts if part)
