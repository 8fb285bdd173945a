"""Discord's REST routes, one module per resource; ``TABLE`` is all of them."""

from bot.simulator.routes import (
    applications,
    audit_logs,
    bans,
    channel_order,
    channels,
    commands,
    gateway,
    guilds,
    interactions,
    kicks,
    members,
    message_deletion,
    messages,
    overwrites,
    roles,
    typing,
    users,
    webhooks,
)
from bot.simulator.routing import Table

TABLE = Table(
    module.routes
    for module in (
        applications,
        audit_logs,
        bans,
        channel_order,
        channels,
        commands,
        gateway,
        guilds,
        interactions,
        kicks,
        members,
        message_deletion,
        messages,
        overwrites,
        roles,
        typing,
        users,
        webhooks,
    )
)
