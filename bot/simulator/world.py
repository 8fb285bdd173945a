"""The one mutable whole: guilds, users, the application, and the services that watch them."""

import copy
from collections.abc import Sequence
from secrets import token_hex, token_urlsafe

from bot.simulator import events, payloads, scheduled_events
from bot.simulator.appearance import Appearance
from bot.simulator.audience import may_hear
from bot.simulator.clock import Clock
from bot.simulator.commands import CommandBook
from bot.simulator.errors import refuse
from bot.simulator.faults import Faults
from bot.simulator.gateway.codes import WRONG_TOKEN
from bot.simulator.gateway.session import Session
from bot.simulator.gateway.settings import GatewaySettings
from bot.simulator.gateway.starts import SessionStarts
from bot.simulator.hub import Hub
from bot.simulator.images import Images
from bot.simulator.journal import Journal
from bot.simulator.ledger import InteractionLedger
from bot.simulator.oauth2.authorizations import Authorizations
from bot.simulator.ratelimits import PROFILES, Bans, Limits, LimitTable
from bot.simulator.ratelimits.windows import Windows
from bot.simulator.shapes import JsonObject
from bot.simulator.snowflakes import Snowflakes
from bot.simulator.state import Application, Channel, Guild, Member, User
from bot.simulator.state.applications import COMMAND_BADGE

LARGE = 250  # the highest large_threshold, and disnake's


class World:
    """State is changed only by the routes and by the control surface, always synchronously and after validation."""

    def __init__(
        self,
        *,
        token: str = "sim-token",  # noqa: S107 - no secret
        limits: LimitTable = PROFILES["free"],
        gateway: GatewaySettings | None = None,
        client_secret: str = "sim-secret",  # noqa: S107 - no secret
        redirect_uris: Sequence[str] = (),
    ) -> None:
        self.token = token
        self.gateway: GatewaySettings = gateway or GatewaySettings()
        self._configured: tuple[str, LimitTable, GatewaySettings] = (token, limits, self.gateway)
        self.clock = Clock()
        self.snowflakes = Snowflakes(self.clock)
        self.faults = Faults()
        self.hub = Hub(self.faults, self._session_ended)
        self.starts = SessionStarts(self.clock)
        self.whole_lists = Windows()
        self.outages: set[int] = set()
        self.journal = Journal(self.clock)
        self.limits = Limits(self.clock, limits)
        self.bans = Bans(self.clock)
        owner = User(id=self.mint(), username="owner", global_name="Owner")
        app_id = self.mint()
        bot = User(id=app_id, username="simulated-bot", bot=True)
        self.application = Application(
            id=app_id,
            bot_id=bot.id,
            owner_id=owner.id,
            client_secret=client_secret,
            verify_key=token_hex(32),
            redirect_uris=list(redirect_uris),
        )
        self._portal = (copy.deepcopy(self.application), owner, bot)
        self.appearance = Appearance(app_id, self.emit, self.member_payload)
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.rooms: dict[int, Guild] = {}
        self._channel_guild: dict[int, int] = {}
        self.images = Images()
        self.commands = CommandBook()
        self.interactions = InteractionLedger()
        self.oauth2 = Authorizations(self.clock)
        self.nonces: dict[tuple[int, int, str], tuple[float, int]] = {}
        self._furnish()

    def _furnish(self) -> None:
        application, owner, bot = self._portal
        self.application = copy.deepcopy(application)
        self.users.update({owner.id: owner, bot.id: bot})

    def reset(self) -> None:
        """Back to the first moment, keeping token, application and connected sessions (each sees GUILD_DELETE)."""
        for guild in list(self.guilds.values()):
            self.forget_guild(guild)
        self.clock.offset = 0.0
        self._forget_rooms()
        self.users.clear()
        self.journal.clear()
        self.faults.clear()
        self._restore_gateway()
        self.images.clear()
        self.commands.clear()
        self.interactions.clear()
        self.oauth2.clear()
        self.nonces.clear()
        self._furnish()

    def _restore_gateway(self) -> None:
        self.token, self.limits.table, self.gateway = self._configured
        self.bans.clear()
        self.starts.clear()
        self.whole_lists.clear()
        self.appearance.clear()
        self.outages.clear()

    def mint(self) -> int:
        return self.snowflakes.mint()

    # People

    @property
    def bot(self) -> User:
        return self.users[self.application.bot_id]

    @property
    def app_flags(self) -> int:
        """With the badge of an application that has global commands (docs: Application Flags)."""
        return self.application.flags | (COMMAND_BADGE if self.commands.of(None) else 0)

    @property
    def app_owner(self) -> User:
        """The owner, or the pseudo-user of the team that owns the application."""
        team = self.application.team
        return self.users[self.application.owner_id if team is None else team.id]

    def user_named(self, text: str) -> User | None:
        """By id or by username."""
        if text.isdigit() and (found := self.users.get(int(text))):
            return found
        return next((user for user in self.users.values() if user.username == text), None)

    def add_user(self, username: str, *, bot: bool = False, global_name: str | None = None) -> User:
        user = User(id=self.mint(), username=username, bot=bot, global_name=global_name)
        self.users[user.id] = user
        return user

    # Guilds and channels

    def adopt(self, guild: Guild) -> None:
        """Make a finished guild known; the bot hears of it if it is a member."""
        self.guilds[guild.id] = guild
        self.appearance.forget(guild)
        for channel_id in guild.channels:
            self._channel_guild[channel_id] = guild.id
        if self.bot_in(guild):
            self.hub.broadcast(lambda session: self._joined(guild, session), guild_id=guild.id)

    def forget_guild(self, guild: Guild) -> None:
        joined = self.bot_in(guild)
        self.guilds.pop(guild.id, None)
        self.appearance.forget(guild)
        self.outages.discard(guild.id)
        for channel_id in guild.channels:
            self._channel_guild.pop(channel_id, None)
        if joined:
            self.hub.dispatch("GUILD_DELETE", {"id": str(guild.id)})

    def _forget_rooms(self) -> None:
        for room in self.rooms.values():
            for channel_id in room.channels:
                del self._channel_guild[channel_id]
        self.rooms.clear()

    def bot_in(self, guild: Guild) -> bool:
        return self.application.bot_id in guild.members

    def joined_guilds(self) -> list[Guild]:
        """Those the bot is a member of."""
        return [guild for guild in self.guilds.values() if self.bot_in(guild)]

    def add_channel(self, guild: Guild, channel: Channel) -> None:
        guild.channels[channel.id] = channel
        self._channel_guild[channel.id] = guild.id

    def drop_channel(self, guild: Guild, channel: Channel) -> None:
        """Its webhooks go with it."""
        del guild.channels[channel.id]
        del self._channel_guild[channel.id]
        guild.webhooks = {key: each for key, each in guild.webhooks.items() if each.channel_id != channel.id}
        self.appearance.leave(guild, channel_id=channel.id)

    def find_channel(self, channel_id: int) -> tuple[Guild, Channel]:
        """The channel and its guild or room, or 10003."""
        guild_id = self._channel_guild.get(channel_id)
        if guild_id is None:
            raise refuse(10003)
        guild = self.guilds.get(guild_id) or self.rooms[guild_id]
        return guild, guild.channels[channel_id]

    def member_payload(self, member: Member) -> JsonObject:
        return payloads.member(member, self.users[member.user_id])

    # The gateway

    def emit(self, name: str, guild: Guild, data: JsonObject) -> None:
        """Send an event of a guild, provided the bot is a member of it, it is no outage, and the bot may hear it."""
        bot = guild.members.get(self.application.bot_id)
        if bot is None or not self.is_available(guild):
            return
        if may_hear(name, data, guild, bot, self.clock.now()):
            self.hub.dispatch(name, data)

    def emit_channel(self, name: str, guild: Guild, channel: Channel) -> None:
        """Channel events reach a bot for channels it cannot see too."""
        self.emit(name, guild, payloads.channel(channel))

    def revoke_token(self) -> None:
        """What Discord does to a bot that starts too many sessions (docs: Gateway > Identifying)."""
        self.token = token_urlsafe(24)
        self.hub.terminate(WRONG_TOKEN)

    def is_available(self, guild: Guild) -> bool:
        return guild.id not in self.outages

    def set_available(self, guild: Guild, available: bool) -> None:
        """Begin or end an outage: the guild goes, or comes back whole (docs: Guild Delete, Guild Create)."""
        if available == self.is_available(guild):
            return
        self.outages ^= {guild.id}
        if self.bot_in(guild):
            self.hub.broadcast(lambda session: self.guild_seen(guild, session), guild_id=guild.id)

    def _session_ended(self, session_id: str) -> None:
        """With its session the bot leaves every voice channel it joined on it."""
        for guild in self.joined_guilds():
            self.appearance.leave(guild, session_id=session_id)

    def guild_seen(self, guild: Guild, session: Session) -> tuple[str, JsonObject]:
        """The event that tells a session of a guild it is to handle: all of it, or that there is an outage."""
        if not self.is_available(guild):
            return "GUILD_DELETE", {"id": str(guild.id), "unavailable": True}
        return "GUILD_CREATE", self.guild_create(guild, session.intents, session.large_threshold)

    def _joined(self, guild: Guild, session: Session) -> tuple[str, JsonObject]:
        """A guild just joined was never unavailable, and does not say so (docs: Gateway Events, Guild Create)."""
        body = self.guild_create(guild, session.intents, session.large_threshold)
        del body["unavailable"]
        return "GUILD_CREATE", body

    def guild_create(self, guild: Guild, intents: int, large_threshold: int = LARGE) -> JsonObject:
        """What is told of members and presences follows docs: Gateway Events > Guild Create, Request Guild Members."""
        body = payloads.guild(guild)
        own = guild.members[self.application.bot_id]
        large = len(guild.members) > large_threshold
        with_presences = bool(intents & events.GUILD_PRESENCES)
        seen = self._seen_members(guild, own, large=large) if with_presences else [own]
        presences = self.appearance.presences([own.user_id]) if with_presences else []
        body |= {
            "joined_at": own.joined_at,
            "large": large,
            "unavailable": False,
            "member_count": len(guild.members),
            "members": [self.member_payload(member) for member in seen],
            "channels": [payloads.channel(channel) for channel in guild.channels.values()],
            "threads": [],
            "presences": presences,
            "voice_states": self.appearance.voice_states(guild),
            "stage_instances": [],
            "guild_scheduled_events": scheduled_events.listed(guild),
            "soundboard_sounds": [],
        }
        return body

    def _seen_members(self, guild: Guild, own: Member, *, large: bool) -> list[Member]:
        """Of a large guild only those that are online, have a role, have a nickname, or are in a voice channel."""
        members = guild.members.values()
        return [each for each in members if not large or each is own or each.roles or each.nick is not None]
