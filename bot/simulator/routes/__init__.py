"""Discord's REST routes, one module per resource; ``TABLE`` is all of them."""

from bot.simulator.routes import (
    applications,
    audit_logs,
    channel_order,
    channels,
    commands,
    gateway,
    guild_templates,
    guilds,
    interactions,
    members,
    messages,
    onboarding,
    overwrites,
    role_order,
    roles,
    users,
    voice_regions,
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
        gateway,
        guild_templates,
        guilds,
        interactions,
        members,
        messages,
        onboarding,
        overwrites,
        role_order,
        roles,
        users,
        voice_regions,
        webhooks,
        welcome_screens,
    )
)
