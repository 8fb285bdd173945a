"""What must come of each cell of the matrix: a pure function of the table."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from tests.api.matrix.table import CREDENTIALS, RESOURCES, ROLES, TABLE, Credential, Resource, Role, Row

Outcome = Literal["allowed", "unauthenticated", "forbidden", "not found"]
"""`allowed` is also what is refused for the state of things, or for what the body says."""

STATUSES: dict[int, Outcome] = {401: "unauthenticated", 403: "forbidden", 404: "not found"}
ADMINISTRATORS_SEE_JOBS: Role = "admin"
MODERATORS_SEE_PLANS: Role = "moderator"
MODERATORS_SEE_SCHEDULES: Role = "moderator"
MODERATORS_SEE_ANNOUNCEMENTS: Role = "moderator"
MODERATORS_SEE_TEMPLATES: Role = "moderator"


class Cell(msgspec.Struct, frozen=True):
    operation: str
    role: Role
    resource: Resource
    credential: Credential


def cells() -> Iterator[Cell]:
    for operation, row in TABLE.items():
        for role in ROLES:
            for resource in RESOURCES[row.kind]:
                for credential in CREDENTIALS:
                    yield Cell(operation, role, resource, credential)


def outcome_of(cell: Cell) -> Outcome:
    row = TABLE[cell.operation]
    if row.kind == "open":
        return "allowed"
    if cell.credential == "none":
        return "unauthenticated"
    is_out_of_scope = row.scoped and cell.credential == "other scopes"
    if (is_out_of_scope and not row.by_kind) or (row.lasting and cell.credential == "jwt"):
        return "forbidden"
    found = _as_somebody(row, cell)
    return "forbidden" if is_out_of_scope and found == "allowed" else found


def _as_somebody(row: Row, cell: Cell) -> Outcome:
    match row.kind:
        case "session":
            without = "forbidden" if row.changes else "not found"
            outcome = "allowed" if cell.credential == "session" else without
        case "installation":
            outcome = "allowed" if _is_everywhere(cell) else "forbidden"
        case "plan":
            outcome = _in_guild(cell, seen_by=MODERATORS_SEE_PLANS, least=row.least)
        case "schedule":
            outcome = _in_guild(cell, seen_by=MODERATORS_SEE_SCHEDULES, least=row.least)
        case "announcement":
            outcome = _in_guild(cell, seen_by=MODERATORS_SEE_ANNOUNCEMENTS, least=row.least)
        case "job":
            outcome = _of_job(row, cell)
        case "template":
            outcome = _of_template(row, cell)
        case "guild" | "callback" | "draft" if cell.resource != "own":
            outcome = _in_guild(cell, seen_by="user", least=row.least)
        case _:
            outcome = "allowed"
    return outcome


def _in_guild(cell: Cell, *, seen_by: Role, least: Role) -> Outcome:
    role = _role_there(cell)
    return "not found" if not _reaches(role, seen_by) else "allowed" if _reaches(role, least) else "forbidden"


def _of_job(row: Row, cell: Cell) -> Outcome:
    """Who asked for it goes on seeing it, and may end it."""
    if cell.resource == "no guild":
        return "allowed" if _is_everywhere(cell) else "not found"
    if cell.resource == "own" and _is_good_there(cell):
        return "allowed" if row.least == "stranger" else _in_guild(cell, seen_by="user", least=row.least)
    return _in_guild(cell, seen_by=ADMINISTRATORS_SEE_JOBS, least=row.least)


def _of_template(row: Row, cell: Cell) -> Outcome:
    """Everybody may read one of no guild: it is public. Nobody but its owner and that of the installation changes
    one."""
    match cell.resource:
        case "own":
            return "allowed"
        case "no guild":
            is_seen, is_changed = True, _is_everywhere(cell)
        case "colleague's":
            is_seen = is_changed = _is_everywhere(cell)
        case _:
            role = _role_there(cell)
            is_seen, is_changed = _reaches(role, MODERATORS_SEE_TEMPLATES), role == "owner"
    if not is_seen:
        return "not found"
    return "allowed" if is_changed or not row.changes else "forbidden"


def _role_there(cell: Cell) -> Role:
    if not _is_good_there(cell):
        return "stranger"
    return "stranger" if cell.resource == "elsewhere" and cell.role != "owner" else cell.role


def _is_good_there(cell: Cell) -> bool:
    """The credential, in the guild of the resource."""
    refused = "bound here" if cell.resource == "elsewhere" else "bound elsewhere"
    return cell.credential != refused


def _is_everywhere(cell: Cell) -> bool:
    return cell.role == "owner" and not cell.credential.startswith("bound")


def _reaches(role: Role, least: Role) -> bool:
    return ROLES.index(role) >= ROLES.index(least)
