"""Discord's REST routes, one module per resource; ``TABLE`` is all of them."""

from bot.simulator.routes import (
    applications,
    audit_logs,
    channel_order,
    channels,
    commands,
    crossposts,
    followers,
    gateway,
    guilds,
    interactions,
    keyed_webhooks,
    members,
    messages,
    overwrites,
    roles,
    users,
    webhook_messages,
    webhooks,
)
from bot.simulator.routing import Table

TABLE = Table(
    module.routes
    for module in (
        applications,
        audit_logs,
        channel_order,
        channels,
        commands,
        crossposts,
        followers,
        gateway,
        guilds,
        interactions,
        keyed_webhooks,
        members,
        messages,
        overwrites,
        roles,
        users,
        webhook_messages,
        webhooks,
    )
)
