"""Every table of the product, imported in one place for migrations."""

from core.access import models as access
from core.accounts import models as accounts
from core.announcements import models as announcements
from core.audit import models as audit
from core.callbacks import models as callbacks
from core.db import Base
from core.drift import models as drift
from core.guilds import models as guilds
from core.images import models as images
from core.jobs import models as jobs
from core.notifications import models as notifications
from core.policies import models as policies
from core.schedules import models as schedules
from core.templates import models as templates

__all__ = [
    "METADATA",
    "access",
    "accounts",
    "announcements",
    "audit",
    "callbacks",
    "drift",
    "guilds",
    "images",
    "jobs",
    "notifications",
    "policies",
    "schedules",
    "templates",
]

METADATA = Base.metadata
