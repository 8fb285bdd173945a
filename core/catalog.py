"""Everything that can be asked for, as one catalog; it is passed to services, never imported by them."""

from functools import reduce

from core.actions.jobs import ACTIONS
from core.actions.undo import UNDO
from core.announcements.jobs import ANNOUNCEMENTS
from core.drift.jobs import DRIFT_REVERT
from core.guilds.jobs import ANNOUNCE_DECISION, ANNOUNCE_JOIN, CAPTURE, SYNC
from core.housekeeping.jobs import HOUSEKEEPING
from core.jobs.spec import Catalog
from core.notifications.jobs import NOTIFY
from core.templates.jobs import APPLY, RESTORE_MEMBERS

CATALOG = Catalog(
    (
        SYNC,
        CAPTURE,
        ANNOUNCE_JOIN,
        ANNOUNCE_DECISION,
        APPLY,
        RESTORE_MEMBERS,
        DRIFT_REVERT,
        NOTIFY,
        UNDO,
        *ACTIONS,
        *HOUSEKEEPING,
        *ANNOUNCEMENTS,
    )
)

BOT_PERMISSIONS = reduce(int.__or__, (spec.bot_bits for spec in CATALOG))
"""What the bot needs for everything in the catalog: the number in its invitation."""
