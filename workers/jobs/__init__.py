"""What is done for each kind of job; `MODULES` is all of it."""

from workers.jobs import (
    announcements,
    channels,
    drift,
    guilds,
    housekeeping,
    join_notices,
    members,
    messages,
    notifications,
    overwrites,
    restores,
    templates,
    undos,
)

MODULES = (
    announcements,
    join_notices,
    channels,
    drift,
    guilds,
    housekeeping,
    members,
    messages,
    notifications,
    overwrites,
    restores,
    templates,
    undos,
)
