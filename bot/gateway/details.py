"""What the connection does not tell of a guild by itself: asked for, and kept right for a while."""

from collections.abc import Awaitable, Callable, Collection
from typing import Any, TypeVar

import disnake
from msgspec.structs import replace

from bot.calls import Calls
from bot.connection import Connection
from bot.gateway.live import Live
from bot.limits import MethodRoute
from bot.resources.known import KnownDetails
from bot.resources.reading import (
    automod_rules_of,
    onboarding_of,
    scheduled_events_of,
    webhooks_of,
    welcome_screen_of,
)
from core.discord.errors import CallRefused
from core.discord.resources import (
    DETAILS,
    AutoModRule,
    Detail,
    GuildDetails,
    Onboarding,
    ScheduledEvent,
    Webhook,
    WelcomeScreen,
)
from core.discord.types import Snowflake

T = TypeVar("T")


class DetailCalls(Live):
    """`known` is what was read, written and told of them."""

    def __init__(self, client: disnake.Client, connection: Connection, calls: Calls) -> None:
        super().__init__(client, connection, calls)
        self.known = KnownDetails()

    async def read_details(self, guild_id: Snowflake, details: Collection[Detail] = DETAILS) -> GuildDetails:
        """What the bot is known not to be allowed to read is not asked for. A guild that is no Community server has
        neither onboarding nor a welcome screen, which is known without asking."""
        for detail in details:
            self.known.forget(guild_id, detail)
        return await self.known_details(guild_id, details)

    async def known_details(self, guild_id: Snowflake, details: Collection[Detail] = DETAILS) -> GuildDetails:
        guild = await self._live_guild(guild_id)
        readers: dict[Detail, Callable[[disnake.Guild], Awaitable[Any]]] = {
            "webhooks": self._known_webhooks,
            "automod_rules": self._known_automod_rules,
            "onboarding": self._known_onboarding,
            "welcome_screen": self._known_welcome_screen,
            "scheduled_events": self._known_scheduled_events,
        }
        return GuildDetails(
            **{detail: await readers[detail](guild) for detail in DETAILS if detail in details}
        )

    async def _known_webhooks(self, guild: disnake.Guild) -> tuple[Webhook, ...] | None:
        """A channel takes its webhooks along, and no event says so of them."""
        if not guild.me.guild_permissions.manage_webhooks:
            return None
        known = self.known.of(str(guild.id), "webhooks")
        if known is None:
            return await self._ask(guild, "webhooks", "/webhooks", "read the webhooks", webhooks_of)
        there = {str(channel.id) for channel in guild.channels}
        return tuple(webhook for webhook in known if webhook.channel_id in there)

    async def _known_automod_rules(self, guild: disnake.Guild) -> tuple[AutoModRule, ...] | None:
        if not guild.me.guild_permissions.manage_guild:
            return None
        return await self._ask(
            guild, "automod_rules", "/auto-moderation/rules", "read the AutoMod rules", automod_rules_of
        )

    async def _known_onboarding(self, guild: disnake.Guild) -> Onboarding | None:
        if "COMMUNITY" not in guild.features:
            return Onboarding()
        return await self._ask(guild, "onboarding", "/onboarding", "read the onboarding", onboarding_of)

    async def _known_welcome_screen(self, guild: disnake.Guild) -> WelcomeScreen | None:
        """404 is what Discord answers where none was ever set. Whether it is enabled the connection does tell."""
        if "COMMUNITY" not in guild.features:
            return WelcomeScreen()
        if not guild.me.guild_permissions.manage_guild:
            return None
        found = await self._ask(
            guild,
            "welcome_screen",
            "/welcome-screen",
            "read the welcome screen",
            lambda body: welcome_screen_of(body, enabled=False),
            missing=WelcomeScreen(),
        )
        if found is None:
            return None
        return replace(found, enabled="WELCOME_SCREEN_ENABLED" in guild.features)

    async def _known_scheduled_events(self, guild: disnake.Guild) -> tuple[ScheduledEvent, ...] | None:
        return await self._ask(
            guild, "scheduled_events", "/scheduled-events", "read the scheduled events", scheduled_events_of
        )

    async def _ask(
        self,
        guild: disnake.Guild,
        detail: Detail,
        path: str,
        doing: str,
        form: Callable[[Any], T],
        *,
        missing: T | None = None,
    ) -> T | None:
        """Where it is not known. None where Discord does not let the bot read it."""
        guild_id = str(guild.id)
        known: T | None = self.known.of(guild_id, detail)
        if known is not None:
            return known
        try:
            body = await self._calls.send(
                MethodRoute("GET", f"/guilds/{{guild_id}}{path}", guild_id=guild_id),
                doing=doing,
                guild_id=guild_id,
            )
        except CallRefused as refusal:
            found = missing if refusal.status == 404 else None  # noqa: PLR2004 # HTTP's own number
        else:
            found = form(body)
        if found is not None:
            self.known.note(guild_id, detail, found)
        return found
