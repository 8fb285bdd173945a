"""One call in a unit of its own, and whether the log says of it what has happened to the rows."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple

from core.actor import SYSTEM, Actor
from core.audit.schemas import AuditEntry
from core.errors import GuildwrightError
from tests.core.audit.installation import Installation, Rows
from tests.core.audit.operations import OPERATIONS, Operation

Fate = Literal["kept", "rolled back"]
Outcome = Literal["changed", "without effect", "refused", "rolled back", "away"]

TARGETS: Final = {
    "access_grants": ("account", 1),
    "accounts": ("account", 0),
    "active_versions": ("guild", 0),
    "announcements": ("announcement", 0),
    "api_tokens": ("token", 0),
    "callbacks": ("callback", 0),
    "guilds": ("guild", 0),
    "images": ("image", 0),
    "jobs": ("job", 0),
    "notification_choices": ("account", 0),
    "plans": ("plan", 0),
    "schedules": ("schedule", 0),
    "policies": ("guild", 0),
    "sessions": ("session", 0),
    "snapshots": ("snapshot", 0),
    "templates": ("template", 0),
}
"""A row of these is what an entry is about: by that part of its key. All others are parts of one of them."""
_PARTS: Final = {"callback": "callback_deliveries", "plan": "jobs", "system": "pauses"}
"""Where an entry is about something whose own row stays: what was sent, decided or held with it."""
_FORGETTING: Final = {"plans": ("snapshots", "snapshot_id")}
"""A row of the first forgets what it was made from when that goes, and nothing else of it changes."""
_OWNED: Final = frozenset({"access_grants", "api_tokens", "notification_choices", "sessions"})
"""They go with their account."""


class Step(NamedTuple):
    operation: str
    who: str
    number: int = 0
    fate: Fate = "kept"


class Undone(Exception):
    """Something after the call has failed."""


def _meet(fate: Fate) -> None:
    if fate == "rolled back":
        raise Undone


async def judged(there: Installation, step: Step) -> Outcome:
    """Says how it went; raises `AssertionError` where the log and the rows do not agree."""
    actor = await there.actor(step.who)
    if actor is None:
        return "away"
    operation = OPERATIONS[step.operation]
    outcome: Outcome = "without effect"
    try:
        async with there.database.unit() as unit:
            await operation.call(unit, actor, there, step.number)
            _meet(step.fate)
    except GuildwrightError:
        outcome = "refused"
    except Undone:
        outcome = "rolled back"
    there.go_on(committed=outcome == "without effect")
    changed, entries = await there.look()
    if outcome == "without effect" and changed:
        _require_told(there, step, actor, changed, entries)
        return "changed"
    assert not changed, f"{step}, {outcome}: {sorted(changed)}"
    assert not entries, f"{step}, {outcome}: {_said(entries)}"
    return outcome


def _require_told(
    there: Installation, step: Step, actor: Actor, changed: Rows, entries: Sequence[AuditEntry]
) -> None:
    operation, said = OPERATIONS[step.operation], _said(entries)
    more = Counter(entry.action for entry in entries)
    for action in operation.actions:
        assert more[action] >= 1, f"{step}: nothing says {action}: {said}"
        more[action] -= 1
    assert set(+more) <= operation.brings, f"{step}: more is said than {operation.actions}: {said}"
    assert len(said) == len(set(said)), f"{step}: the same is said twice: {said}"
    targets = {(entry.target_kind, entry.target_id) for entry in entries}
    gone = any(table == "accounts" and (table, key) not in there.rows for table, key in changed)
    touched = {_target(table, key) for table, key in changed if table in TARGETS}
    for table, key in changed:
        if (
            table in TARGETS
            and not (gone and table in _OWNED)
            and not _only_forgets(there, table, key, changed)
        ):
            assert _target(table, key) in targets, f"{step}: nothing tells of {table} {key}: {said}"
    tables = {table for table, _ in changed}
    for entry in entries:
        about = entry.target_kind, entry.target_id
        assert about in touched or _PARTS.get(entry.target_kind) in tables, f"{step}: untouched: {about}"
        _require_named(operation, actor, entry)


def _only_forgets(there: Installation, table: str, key: tuple[str, ...], changed: Rows) -> bool:
    """What went with it has its own entry."""
    source, column = _FORGETTING.get(table, ("", ""))
    before, after = there.before.get((table, key)), there.rows.get((table, key))
    gone = [id_ for (name, (id_, *_)) in changed if name == source and (name, (id_,)) not in there.rows]
    if before is None or after is None or not gone:
        return False
    was, now = json.loads(before), json.loads(after)
    return was.pop(column) in gone and now.pop(column) is None and was == now


def _require_named(operation: Operation, actor: Actor, entry: AuditEntry) -> None:
    """Who came, in which request. What their call brings may be asked for in our own name."""
    by_us = entry.action in operation.brings and entry.actor == SYSTEM
    if by_us:
        return
    if entry.action in operation.brings and entry.actor.kind == "schedule":
        assert entry.request_id == actor.request_id, f"{entry.action}: of no request"
        return
    assert entry.request_id == actor.request_id, f"{entry.action}: of no request"
    if operation.is_login:
        return
    same = ("kind", "via", "name", "account_id", "token_id", "session_id", "discord_user_id", "request_id")
    for name in same:
        assert getattr(entry.actor, name) == getattr(actor, name), f"{entry.action}: {name}"


def _target(table: str, key: tuple[str, ...]) -> tuple[str, str]:
    kind, part = TARGETS[table]
    return kind, key[part]


def _said(entries: Iterable[AuditEntry]) -> list[tuple[str, str, str]]:
    return [(entry.action, entry.target_kind, entry.target_id) for entry in entries]
