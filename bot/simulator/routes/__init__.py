"""Discord's REST routes, one module per resource; ``TABLE`` is all of them."""

from bot.simulator.routes import (
    applications,
    audit_logs,
    auto_moderation,
    channel_order,
    channels,
    commands,
    emojis,
    gateway,
    guilds,
    interactions,
    members,
    messages,
    overwrites,
    roles,
    users,
    webhooks,
    widgets,
)
from bot.simulator.routing import Table

TABLE = Table(
    module.routes
    for module in (
        applications,
        audit_logs,
        auto_moderation,
        channel_order,
        channels,
        commands,
        emojis,
        gateway,
        guilds,
        interactions,
        members,
        messages,
        overwrites,
        roles,
        users,
        webhooks,
        widgets,
    )
)
