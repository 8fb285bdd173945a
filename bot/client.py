"""The bot: disnake's client, told what to listen for, and started so that a wrong setting says which."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import disnake
import msgspec
import stamina
from disnake.ext import commands
from disnake.state import ConnectionState

from bot.address import DISCORD_API, point_at, require_pointed_at
from bot.calls import Calls
from bot.connection import DETAIL_TOLD, Connection, ExactState
from bot.debounce import Debounced
from bot.events import GuildEvents
from bot.gateway import DisnakeGateway
from bot.heartbeats import end_heartbeats
from bot.intents import intents, privileged_switches
from bot.limits import TOO_MANY_REQUESTS
from core.discord.resources import Detail
from core.errors import ConfigurationError

log = logging.getLogger(__name__)
_TELL_SECRETS = ("disnake.http", "disnake.gateway", "disnake.webhook")
"""At debug level they write whole bodies, tokens of webhooks and interactions included: never, whatever is set."""

CLOSED_WRONG_TOKEN = 4004
CLOSED_FOR_GOOD = {
    4010: "Discord does not know the shard that the bot asked for.",
    4011: "The bot is in so many guilds that Discord demands sharding, which this program does not do.",
    4012: "Discord no longer speaks the gateway version of this program.",
    4013: "Discord does not know an intent that the bot asked for.",
}
UNREACHABLE = (
    aiohttp.ClientError,
    OSError,
    TimeoutError,
    disnake.GatewayNotFound,
    disnake.DiscordServerError,
)
LONGEST_RETRY = 60.0
# What has to be asked for is asked for once in a burst.
DETAILS_QUIET, DETAILS_LONGEST = 1.0, 10.0
LONGEST_START_WAIT = 3600.0
LAST_WORDS = 3.0
_PORTAL = "https://discord.com/developers/applications"


class BotOptions(msgspec.Struct, frozen=True, kw_only=True):
    """`sync_guilds`: register slash commands in these guilds only, where they appear at once, not everywhere.

    Seconds: `first_retry` is the first of the growing waits while Discord cannot be reached at the start;
    `guild_pause` without a further guild means that all have arrived; `identify_pause` is kept before a second
    session, as Discord asks for.
    """

    api_base: str = DISCORD_API
    message_content: bool = False
    sync_guilds: tuple[int, ...] = ()
    first_retry: float = 1.0
    guild_pause: float = 2.0
    identify_pause: float = 5.0


class GuildwrightBot(commands.InteractionBot):
    """To be built inside the running loop: built outside it, disnake never syncs the commands and does not say so.

    `gateway` is the port for core; `calls` is the same way out, for what the port has no verb for.
    """

    def __init__(self, events: GuildEvents, options: BotOptions | None = None) -> None:
        asyncio.get_running_loop()  # raises where there is none
        for teller in _TELL_SECRETS:
            logging.getLogger(teller).setLevel(logging.INFO)
        # Voice is not used; disnake would warn of what it lacks for it.
        disnake.VoiceClient.warn_nacl = disnake.VoiceClient.warn_dave = False
        self.options = options or BotOptions()
        self.connection = Connection()
        point_at(self.options.api_base)
        super().__init__(
            intents=intents(message_content=self.options.message_content),
            test_guilds=self.options.sync_guilds or None,
            allowed_mentions=disnake.AllowedMentions.none(),
            max_messages=None,
            guild_ready_timeout=self.options.guild_pause,
        )
        self.calls = Calls(self)
        self.gateway = DisnakeGateway(self, self.connection, self.calls)
        self._events = events
        self._reconciling = asyncio.Lock()
        self._changes = Debounced(self._tell_changed)
        self._details = Debounced(self._tell_details, quiet=DETAILS_QUIET, longest=DETAILS_LONGEST)
        self._telling: set[asyncio.Task[Any]] = set()
        self._prepares_commands = False
        self._known: set[int] = set()
        self._away: set[int] = set()

    async def serve(self, token: str) -> None:
        """Runs until `close()`. Waits for a Discord that cannot be reached, and raises `ConfigurationError` for
        what waiting does not cure."""
        try:
            await self._start_until_reached(token)
        except disnake.LoginFailure as error:
            raise _wrong_token() from error
        except disnake.PrivilegedIntentsRequired as error:
            raise self._missing_switch() from error
        except disnake.ConnectionClosed as error:
            raise _closed_for_good(error) from error
        finally:
            await self.close()

    async def close(self) -> None:
        """Safe to call twice. Calls that are under way lose their answer."""
        await self._changes.close()
        await self._details.close()
        await self._have_told()
        await super().close()
        await end_heartbeats(self)

    async def login(self, token: str) -> None:
        """May be called again after a failure, unlike disnake's own, which then syncs the commands twice."""
        require_pointed_at(self.options.api_base)
        if self._prepares_commands:
            await disnake.Client.login(self, token)
        else:
            self._prepares_commands = True
            await super().login(token)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        if not initial:
            await asyncio.sleep(self.options.identify_pause)

    def dispatch(self, event: str, *args: Any, **kwargs: Any) -> None:
        """Notes the connection's state first, so that every listener already finds it right."""
        if event == DETAIL_TOLD:
            self.gateway.known.told(*args)
            return
        self.connection.note(event)
        if event == "connect":
            self.gateway.known.forget_all()
            # READY names every guild; what each is like arrives afterwards.
            self._known = {guild.id for guild in self.guilds}
        super().dispatch(event, *args, **kwargs)

    def _get_state(self, **options: Any) -> ConnectionState:
        # disnake's own hook for another kind of cache (its sharded client uses it too).
        return ExactState(
            dispatch=self.dispatch,
            handlers=self._handlers,
            hooks=self._hooks,
            http=self.http,
            loop=self.loop,
            **options,
        )

    # What Discord tells

    async def on_ready(self) -> None:
        log.info("Ready: in %d guilds as %s.", len(self.guilds), self.user)
        async with self._reconciling:
            await self._tell(self._events.reconcile)

    async def on_resumed(self) -> None:
        # What was replayed came before the connection counted as live again.
        for guild in self.guilds:
            self._changed(guild)

    async def on_guild_join(self, guild: disnake.Guild) -> None:
        self._known.add(guild.id)
        await self._tell(self._events.joined, str(guild.id))

    async def on_guild_remove(self, guild: disnake.Guild) -> None:
        self._known.discard(guild.id)
        await self._tell(self._events.left, str(guild.id))

    async def on_guild_unavailable(self, guild: disnake.Guild) -> None:
        self._away.add(guild.id)
        await self._tell(self._events.unavailable, str(guild.id))

    async def on_guild_available(self, guild: disnake.Guild) -> None:
        """The end of an outage; at the start every guild, which `reconcile` sees; and a join that says so."""
        if guild.id in self._away:
            self._away.discard(guild.id)
            self._changed(guild)
        elif guild.id not in self._known:
            await self.on_guild_join(guild)

    async def on_guild_update(self, before: disnake.Guild, after: disnake.Guild) -> None:
        self._changed(after)

    async def on_guild_role_create(self, role: disnake.Role) -> None:
        self._changed(role.guild)

    async def on_guild_role_update(self, before: disnake.Role, after: disnake.Role) -> None:
        self._changed(after.guild)

    async def on_guild_role_delete(self, role: disnake.Role) -> None:
        self._changed(role.guild)

    async def on_guild_channel_create(self, channel: disnake.abc.GuildChannel) -> None:
        self._changed(channel.guild)

    async def on_guild_channel_update(
        self, before: disnake.abc.GuildChannel, after: disnake.abc.GuildChannel
    ) -> None:
        self._changed(after.guild)

    async def on_guild_channel_delete(self, channel: disnake.abc.GuildChannel) -> None:
        self._changed(channel.guild)

    async def on_guild_emojis_update(self, guild: disnake.Guild, *_: object) -> None:
        self._changed(guild)

    async def on_guild_stickers_update(self, guild: disnake.Guild, *_: object) -> None:
        self._changed(guild)

    async def on_webhooks_update(self, channel: disnake.abc.GuildChannel) -> None:
        self._detail(channel.guild.id, "webhooks")

    async def on_automod_rule_create(self, rule: disnake.AutoModRule) -> None:
        self._detail(rule.guild.id, "automod_rules")

    async def on_automod_rule_update(self, rule: disnake.AutoModRule) -> None:
        self._detail(rule.guild.id, "automod_rules")

    async def on_automod_rule_delete(self, rule: disnake.AutoModRule) -> None:
        self._detail(rule.guild.id, "automod_rules")

    async def on_guild_scheduled_event_create(self, event: disnake.GuildScheduledEvent) -> None:
        self._detail(event.guild_id, "scheduled_events")

    async def on_guild_scheduled_event_update(self, _: object, event: disnake.GuildScheduledEvent) -> None:
        self._detail(event.guild_id, "scheduled_events")

    async def on_guild_scheduled_event_delete(self, event: disnake.GuildScheduledEvent) -> None:
        self._detail(event.guild_id, "scheduled_events")

    async def on_member_update(self, before: disnake.Member, after: disnake.Member) -> None:
        # What the bot may do there is part of what plans are made of.
        if after.id == self.user.id and before.roles != after.roles:
            self._changed(after.guild)

    def _changed(self, guild: disnake.Guild) -> None:
        # While guilds are still arriving, `reconcile` is yet to come and sees them all.
        if self.connection.live and not self.is_closed():
            self._changes.poke(str(guild.id))

    def _detail(self, guild_id: int, detail: Detail) -> None:
        if self.connection.live and not self.is_closed():
            self._details.poke(f"{guild_id} {detail}")

    async def _tell_details(self, key: str) -> None:
        guild_id, _, detail = key.partition(" ")
        await self._tell(self._events.details_changed, guild_id, detail)

    async def _tell_changed(self, guild_id: str) -> None:
        await self._tell(self._events.changed, guild_id)

    async def _tell(self, tell: Callable[..., Awaitable[None]], *args: Any) -> None:
        task = asyncio.current_task()
        assert task is not None, "handlers of events are tasks"
        self._telling.add(task)
        try:
            await tell(*args)
        except Exception:
            log.exception("%s failed", getattr(tell, "__qualname__", tell))
        finally:
            self._telling.discard(task)

    async def _have_told(self) -> None:
        """What listeners have begun ends before what they stand on is taken away; who takes too long is ended."""
        telling = self._telling - {asyncio.current_task()}
        if telling:
            _, late = await asyncio.wait(telling, timeout=LAST_WORDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    # Starting

    async def _start_until_reached(self, token: str) -> None:
        retries = stamina.retry_context(
            on=_retry_in,
            attempts=None,
            timeout=None,
            wait_initial=self.options.first_retry,
            wait_max=LONGEST_RETRY,
        )
        async for attempt in retries:
            with attempt:
                await self._start_once(token)

    async def _start_once(self, token: str) -> None:
        try:
            await self.start(token)
        except Exception as error:
            if _retry_in(error) is not False:
                log.warning(
                    "Discord at %s cannot be reached (%s: %s). Trying again.",
                    self.options.api_base,
                    type(error).__name__,
                    error,
                )
                # A new login opens a new session; the old one would stay open.
                await self.http.close()
            raise

    def _missing_switch(self) -> ConfigurationError:
        switches = " and ".join(f"“{switch}”" for switch in privileged_switches(self.intents))
        return ConfigurationError(
            f"Discord refuses the bot's intents: switch on {switches} under Bot > Privileged Gateway Intents of "
            f"its application at {_PORTAL}."
        )


def _retry_in(error: Exception) -> bool | float:
    if isinstance(error, disnake.SessionStartLimitReached):
        return min(error.session_start_limit.reset_after / 1000, LONGEST_START_WAIT)
    is_limited = isinstance(error, disnake.HTTPException) and error.status == TOO_MANY_REQUESTS
    return is_limited or isinstance(error, UNREACHABLE)


def _wrong_token() -> ConfigurationError:
    return ConfigurationError(
        "Discord refuses the bot's token: copy a new one (Bot > Reset Token) from its application at "
        f"{_PORTAL} into DISCORD_TOKEN."
    )


def _closed_for_good(error: disnake.ConnectionClosed) -> ConfigurationError:
    if error.code == CLOSED_WRONG_TOKEN:
        return _wrong_token()
    said = CLOSED_FOR_GOOD.get(error.code, "Discord closed the connection and does not want it back.")
    return ConfigurationError(f"{said} (close code {error.code})")
