"""How an asker shows who they are, and which scope each operation needs."""

from types import MappingProxyType
from typing import Any, Final

from api.cookies import SESSION
from api.guards import Needs
from api.security import CSRF_HEADER
from core.catalog import CATALOG
from core.rights import Right

SCHEMES: Final[dict[str, Any]] = {
    "apiToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "gwt_…",
        "description": "An API token: the owner's is printed once at the first start, further ones are made at "
        "`POST /api/v1/me/tokens`.",
    },
    "jwt": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token of 15 minutes, from `POST /api/v1/auth/token`.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": SESSION,
        "description": "A browser's session: begun at `GET /api/v1/auth/discord/login`.",
    },
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": CSRF_HEADER,
        "description": "What `GET /api/v1/me/session` tells; needed with a session for whatever is not "
        "GET, as is an Origin or Sec-Fetch-Site of this site.",
    },
}
MEANING: Final = MappingProxyType(
    {
        Right.ACCOUNT_READ: "your account, its sessions and tokens",
        Right.ACCOUNT_WRITE: "make and revoke tokens, end sessions",
        Right.TEMPLATES_READ: "templates, their versions, and comparing them",
        Right.TEMPLATES_WRITE: "make, change and delete templates",
        Right.IMAGES_READ: "pictures by their hash",
        Right.IMAGES_WRITE: "upload pictures",
        Right.JOBS_READ: "jobs, their steps and their events",
        Right.JOBS_WRITE: "cancel and retry jobs",
        Right.JOBS_CREATE: "ask for jobs of every kind that is asked for directly",
        Right.GUILDS_READ: "which guilds there are",
        Right.STRUCTURE_READ: "roles and channels, and who sees them",
        Right.EVENTS_READ: "what happens in a guild, as a stream",
        Right.MEMBERS_READ: "members of a guild",
        Right.SETTINGS_READ: "how a guild is treated",
        Right.SETTINGS_WRITE: "change that",
        Right.ACCESS_READ: "who may what in a guild",
        Right.ACCESS_WRITE: "change that",
        Right.SNAPSHOTS_READ: "snapshots",
        Right.SNAPSHOTS_WRITE: "capture a guild, label snapshots",
        Right.SNAPSHOTS_DELETE: "delete snapshots",
        Right.PLANS_READ: "plans",
        Right.PLANS_WRITE: "make plans",
        Right.PLANS_APPLY: "apply plans",
        Right.PLANS_APPROVE: "approve and reject plans that wait for it",
        Right.ROLLBACKS_WRITE: "make the plan of a rollback",
        Right.ACTIVE_VERSION_READ: "by which version a guild is measured",
        Right.ACTIVE_VERSION_WRITE: "change that",
        Right.DRIFT_READ: "how a guild differs from its version",
        Right.DRIFT_WRITE: "make a version of what has drifted",
        Right.POLICIES_READ: "a guild's rules and where it breaks them",
        Right.POLICIES_WRITE: "change its rules",
        Right.SCHEDULES_READ: "schedules and their runs",
        Right.SCHEDULES_WRITE: "make, change, pause, run and delete schedules; what they ask for needs its own scope",
        Right.ANNOUNCEMENTS_READ: "announcements, how they look, and what was posted",
        Right.ANNOUNCEMENTS_WRITE: "write, change, post and delete announcements",
        Right.ANNOUNCEMENTS_APPROVE: "approve and reject announcements of others",
        Right.CALLBACKS_READ: "callbacks and their deliveries",
        Right.CALLBACKS_WRITE: "make, change, test and delete callbacks",
        Right.AUDIT_READ: "who changed what",
        Right.GUILDS_REVIEW: "approve, reject, suspend and ban guilds",
        Right.SYSTEM_READ: "the state of the installation",
        Right.SYSTEM_WRITE: "pause and resume the installation",
        Right.ACCOUNTS_READ: "all accounts, with their sessions and tokens",
        Right.ACCOUNTS_WRITE: "end others' sessions and tokens",
    }
)


def security_of(needed: Needs | None, *, is_safe: bool) -> list[dict[str, list[str]]]:
    """A session has no scopes: its page is trusted with all that the account may."""
    scopes = [] if needed is None else [scope_shown(needed)]
    cookie: dict[str, list[str]] = {"session": []} if is_safe else {"session": [], "csrf": []}
    return [{"apiToken": scopes}, {"jwt": scopes}, cookie]


def scope_shown(needed: Needs) -> str:
    return f"{needed.right}:{{kind}}" if needed.by_kind else str(needed.right)


def scopes_described() -> str:
    """A list of all, for the document's own description."""
    kinds = sorted(scope for scope in CATALOG.scopes if scope.startswith(f"{Right.JOBS_CREATE}:"))
    lines = [f"- `{right}`: {MEANING[right]}" for right in Right]
    return "\n".join((*lines, f"- of one kind only: {', '.join(f'`{kind}`' for kind in kinds)}", ""))
