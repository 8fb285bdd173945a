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
    guild_templates,
    guilds,
    interactions,
    keyed_webhooks,
    members,
    messages,
    onboarding,
    overwrites,
    role_order,
    roles,
    users,
    voice_regions,
    webhook_messages,
    webhooks,
    welcome_screens,
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
        guild_templates,
        guilds,
        interactions,
        keyed_webhooks,
        members,
        messages,
        onboarding,
        overwrites,
        role_order,
        roles,
        users,
        webhook_messages,
        voice_regions,
        webhooks,
        welcome_screens,
    )
)
