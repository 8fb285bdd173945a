"""How many calls a change needs beside roles, channels and settings: for emojis, stickers, webhooks, AutoMod rules,
events, onboarding and the welcome screen. Counted as in `tests.builders.calls`.
"""

from typing import Any

from msgspec import to_builtins

from core.discord.types import Snapshot
from core.templates.plan import (
    DeleteResource,
    EditResource,
    Plan,
    SetOnboarding,
    SetWelcomeScreen,
)

_LISTS = ("emojis", "stickers", "webhooks", "automod_rules", "scheduled_events")
_WHOLES = {"onboarding": SetOnboarding, "welcome_screen": SetWelcomeScreen}


def changed_resources(before: Snapshot, after: Snapshot) -> set[str]:
    """What is not as it was, by id, or by its name where there is one of it: a call for each. What goes away with a
    channel or a role, and what loses it, takes none."""
    gone = _gone(before, after)
    found: set[str] = set()
    for kind in _LISTS:
        old, new = _living(before, kind, gone), _living(after, kind, gone)
        found |= {ref for ref in old.keys() | new.keys() if old.get(ref) != new.get(ref)}
    if "COMMUNITY" not in after.features:  # no other server has them
        return found
    return found | {name for name in _WHOLES if _without(before, name, gone) != _without(after, name, gone)}


def forestalled(plan: Plan, before: Snapshot, after: Snapshot) -> int:
    """Writes of what would go away with something else: Discord does not say what becomes of an event whose channel is
    deleted, nor of what else points at what is deleted."""
    gone, changed = _gone(before, after), changed_resources(before, after)
    pointing = {
        each.id
        for kind in _LISTS
        for each in getattr(before, kind) or ()
        if _struck(to_builtins(each), gone) != _struck(to_builtins(each), set())
    }
    wholes = tuple(
        step
        for name, step in _WHOLES.items()
        if name not in changed and _without(before, name, gone) != _without(before, name, set())
    )
    return sum(
        isinstance(step, wholes)
        or (isinstance(step, EditResource | DeleteResource) and step.resource_id in pointing - changed)
        for step in plan.steps
    )


def _gone(before: Snapshot, after: Snapshot) -> set[str]:
    return _ids(before) - _ids(after)


def _ids(there: Snapshot) -> set[str]:
    lists = (there.roles, there.channels, there.emojis or (), there.stickers or ())
    return {each.id for found in lists for each in found}


def _living(there: Snapshot, kind: str, gone: set[str]) -> dict[str, object]:
    listed = [each for each in getattr(there, kind) if getattr(each, "channel_id", None) not in gone]
    return {each.id: _struck(to_builtins(each), gone) for each in listed}


def _without(there: Snapshot, whole: str, gone: set[str]) -> object:
    return _struck(to_builtins(getattr(there, whole)), gone)


def _struck(value: Any, gone: set[str]) -> Any:
    """Plain data without what points at what is gone, and without lists that have nothing else."""

    def is_gone(each: Any) -> bool:
        named = each.get("channel_id") if isinstance(each, dict) else each
        return isinstance(named, str) and named in gone

    if isinstance(value, dict):
        kept = {key: _struck(each, gone) for key, each in value.items() if key == "id" or not is_gone(each)}
        return {key: each for key, each in kept.items() if each != []}
    if isinstance(value, list | tuple):
        return [_struck(each, gone) for each in value if not is_gone(each)]
    return value
