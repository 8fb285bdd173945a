"""What is done for each kind of job; `MODULES` is all of it."""

from workers.jobs import (
    channels,
    drift,
    guilds,
    housekeeping,
    join_notices,
    members,
    messages,
    notifications,
    restores,
    templates,
    undos,
)

MODULES = (
    join_notices,
    channels,
    drift,
    guilds,
    housekeeping,
    members,
    messages,
    notifications,
    restores,
    templates,
    undos,
)
