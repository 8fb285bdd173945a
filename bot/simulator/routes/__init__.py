"""Discord's REST routes, one module per resource; ``TABLE`` is all of them."""

from bot.simulator.routes import (
    applications,
    audit_logs,
    authorized,
    channel_order,
    channels,
    command_permissions,
    commands,
    gateway,
    guilds,
    interactions,
    members,
    messages,
    oauth2,
    overwrites,
    roles,
    users,
    webhooks,
)
from bot.simulator.routing import Table

TABLE = Table(
    module.routes
    for module in (
        applications,
        audit_logs,
        authorized,
        channel_order,
        channels,
        command_permissions,
        commands,
        gateway,
        guilds,
        interactions,
        members,
        messages,
        oauth2,
        overwrites,
        roles,
        users,
        webhooks,
    )
)
