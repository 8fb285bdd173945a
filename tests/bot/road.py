"""The bot as `bot.__main__` puts it together, against a simulator, in the test's loop."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any

import disnake

from bot.address import DISCORD_API, point_at
from bot.client import BotOptions, GuildwrightBot
from bot.cogs import add_cogs
from bot.people import KeptPeople
from bot.stored import StoredGuilds
from bot.ui.confirm import confirm_row, read_press
from core.actor import Actor
from core.catalog import CATALOG
from core.config import asyncpg_dsn
from core.db import Engines
from core.embedded import Servers
from core.guilds.schemas import Guild
from core.jobs.schemas import Job, JobFilter
from core.paging import Paging
from core.templates.documents.parse import read_document
from core.templates.schemas import Template, Visibility
from core.uow import Database
from tests.fixtures.patience import PATIENCE
from tests.fixtures.servers import fresh_database
from workers.heartbeat import heartbeat
from workers.jobs import MODULES
from workers.registry import Registry
from workers.ring import RedisRing
from workers.runner import PermitWorker
from workers.running import Running
from workers.wire import connect, disconnect

from .conftest import TOKEN, Discord, seen, served, until

VERSION = "1.2.3"
MAKE_CHANNEL = {"method": "POST", "route": "/guilds/{guild_id}/channels"}
CREWED = """
guildwright: 1
channels:
  - {key: log, type: text, name: log}
  - {key: news, type: text, name: news, topic: What is new}
"""
GUILD: dict[str, Any] = {
    "name": "Harbour",
    "owner": "olga",
    "roles": [
        {"name": "Planner", "permissions": ["MANAGE_GUILD", "MANAGE_CHANNELS"]},
        {"name": "Captain", "permissions": ["ADMINISTRATOR"]},
    ],
    "channels": [
        {"name": "log"},
        {"name": "cabin", "permission_overwrites": [{"member": "linus", "allow": ["MANAGE_GUILD"]}]},
    ],
    "members": [
        {"username": "ada", "roles": ["Captain"]},
        {"username": "grace", "roles": ["Planner"]},
        {"username": "linus"},
        {"username": "owner", "roles": ["Planner"]},
    ],
}


@dataclass
class Road:
    """What one person after the other does in one guild, and what the database knows of it."""

    discord: Discord
    guild: dict[str, Any]
    database: Database
    owner: Actor
    bot: GuildwrightBot

    @property
    def guild_id(self) -> str:
        return str(self.guild["id"])

    async def use(self, user: str, kind: str, *, status: int | None = None, **more: Any) -> dict[str, Any]:
        body = {"guild_id": self.guild_id, "user": user, "channel": "log", "type": kind} | more
        async with self.discord.http.post(f"{self.discord.base}/_sim/interactions", json=body) as answer:
            assert answer.status == status if status else answer.ok, await answer.text()
            return await answer.json()

    async def command(
        self, user: str, name: str, /, *, channel: str = "log", **options: Any
    ) -> dict[str, Any]:
        """How the reply looks once it is there: acknowledged in time, and seen by this person alone."""
        begun = await self.use(user, "command", name=name, channel=channel, options=options)
        assert begun["answered"]
        assert begun["ephemeral"]
        return await self.message(begun["id"], lambda message: not message["flags"] & 128)

    async def press(self, user: str, message: dict[str, Any], label: str) -> dict[str, Any]:
        button = next(each for each in buttons(message) if each["label"] == label)
        return await self.use(user, "component", message_id=message["id"], custom_id=button["custom_id"])

    async def post(self, message: dict[str, Any], *, asker: str) -> dict[str, Any]:
        """The buttons of a plan again, as that person's, where everybody can press them."""
        press = read_press(buttons(message)[0]["custom_id"])
        channel = self.bot.get_channel(int(self.guild["channels"]["log"]))
        assert press is not None
        assert isinstance(channel, disnake.TextChannel)
        row = confirm_row(press.plan_id, str(self.guild["members"][asker]))
        posted = await channel.send("A plan", components=[row])
        shown = [{"components": [button.to_component_dict() for button in row.children]}]
        return {"id": str(posted.id), "components": shown}

    async def message(self, interaction_id: str, good: Any, *, within: float = PATIENCE) -> dict[str, Any]:
        async def look() -> dict[str, Any]:
            url = f"{self.discord.base}/_sim/interactions/{interaction_id}"
            async with self.discord.http.get(url) as answer:
                return (await answer.json())["message"]

        return await seen(look, good, within=within)

    async def edits(self, interaction_id: str) -> list[dict[str, Any]]:
        url = f"{self.discord.base}/_sim/interactions/{interaction_id}"
        async with self.discord.http.get(url) as answer:
            return [step for step in (await answer.json())["history"] if step["what"] == "edit"]

    async def by_hand(self, method: str, path: str, body: object = None) -> None:
        """The guild's owner edits the guild; comes back when the database has heard of it."""
        before = await self.revision()
        edit = {"guild_id": self.guild_id, "user": "olga", "method": method, "path": path, "body": body}
        async with self.discord.http.post(f"{self.discord.base}/_sim/edits", json=edit) as answer:
            assert answer.ok, await answer.text()
        await seen(self.revision, lambda now: now > before)

    async def slow_channels(self, seconds: float, *, count: int) -> None:
        """So that something takes its time."""
        await self.discord.fault("slow", delay=seconds, **MAKE_CHANNEL, count=count)

    async def hold_channel(self) -> None:
        """So that something is under way until `discord.lift`."""
        await self.discord.fault("held", **MAKE_CHANNEL)

    async def revision(self) -> int:
        async with self.database.read() as unit:
            return (await unit.guilds.get(self.owner, self.guild_id)).revision

    async def template(
        self, name: str, document: str | None = CREWED, *, visibility: Visibility = "public"
    ) -> Template:
        read = None if document is None else read_document(document, media="yaml")
        async with self.database.unit() as unit:
            return await unit.templates.create(self.owner, name, visibility=visibility, document=read)

    async def jobs(self) -> tuple[Job, ...]:
        """What people asked for: the first snapshot comes by itself."""
        async with self.database.read() as unit:
            found = await unit.jobs.list(self.owner, JobFilter(guild_id=self.guild_id), Paging())
        return tuple(job for job in found.items if job.actor.kind != "system")

    async def is_captured(self) -> bool:
        """The first snapshot is kept."""
        wanted = JobFilter(guild_id=self.guild_id, kind="guild.capture", state="succeeded")
        async with self.database.read() as unit:
            return bool((await unit.jobs.list(self.owner, wanted, Paging())).items)

    async def channels(self) -> list[str]:
        return [channel["name"] for channel in (await self.discord.dump(self.guild_id))["channels"]]

    async def roles(self) -> list[str]:
        """As the database knows them."""
        async with self.database.read() as unit:
            view = await unit.guilds.view(self.owner, self.guild_id)
        return [role.name for role in view.structure.roles]


def buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [button for row in message["components"] for button in row["components"]]


def words(message: dict[str, Any]) -> str:
    """Everything a person reads in it, without the backslashes that keep names harmless."""
    parts: list[str] = [message["content"]]
    for embed in message["embeds"]:
        parts += [
            embed.get("title", ""),
            embed.get("description", ""),
            embed.get("footer", {}).get("text", ""),
        ]
        parts += [f"{field['name']}: {field['value']}" for field in embed.get("fields", [])]
    return "\n".join(parts).replace("\\", "")


@asynccontextmanager
async def database_at(url: str) -> AsyncGenerator[Database]:
    engines = Engines(url)
    yield Database(engines, CATALOG)
    await engines.dispose()


async def owner_of(database: Database) -> Actor:
    token = token_urlsafe(32)
    async with database.unit() as unit:
        await unit.accounts.bootstrap_owner(token)
    async with database.read() as unit:
        return await unit.accounts.authenticate(token)


@asynccontextmanager
async def bot_on(discord: Discord, database: Database, redis_url: str) -> AsyncGenerator[GuildwrightBot]:
    """Ready, its commands registered, its owners known and its worker awake."""
    redis = connect(redis_url)
    database.ring = RedisRing(redis)
    stored = StoredGuilds(database)
    options = BotOptions(api_base=discord.base, guild_pause=0.05, identify_pause=0.05, first_retry=0.05)
    bot = GuildwrightBot(stored, options)
    owners = add_cogs(bot, database, version=VERSION)
    people = KeptPeople(bot, database)
    stored.attach(bot.gateway, owners, look_at_people=people.everybody)
    running = Running(
        database,
        Registry(CATALOG, MODULES),
        bot.gateway,
        lane="bot",
        holder="test",
        is_open=lambda: bot.connection.live,
        afterwards=stored.settled,
    )
    worker = PermitWorker(redis, running, database, slots=2)
    tasks = [asyncio.create_task(bot.serve(TOKEN)), asyncio.create_task(worker.main())]
    try:
        async with heartbeat(database, "test", "bot", dict), people.hearing(dsn_of(database)):
            await until(lambda: bot.connection.live and owners.ids and _has_commands(bot))
            yield bot
    finally:
        await worker.stop()
        await bot.close()
        await asyncio.gather(*tasks, return_exceptions=True)
        await disconnect(redis)
        point_at(DISCORD_API)


@dataclass
class Installation:
    """A bot for many tests, each in a guild of its own."""

    discord: Discord
    database: Database
    owner: Actor
    bot: GuildwrightBot

    async def road(self, spec: dict[str, Any] = GUILD) -> Road:
        guild = await self.discord.make(spec)
        await in_step(self.database, self.owner, guild["id"])
        return Road(self.discord, guild, self.database, self.owner, self.bot)


@asynccontextmanager
async def installed(servers: Servers, template_database: str) -> AsyncGenerator[Installation]:
    async with (
        served() as discord,
        fresh_database(servers, template_database) as url,
        database_at(url) as database,
    ):
        owner = await owner_of(database)
        async with bot_on(discord, database, servers.redis_url) as bot:
            yield Installation(discord, database, owner, bot)


def dsn_of(database: Database) -> str:
    return asyncpg_dsn(database.engines.reading.url.render_as_string(hide_password=False))


def _has_commands(bot: GuildwrightBot) -> bool:
    return len(bot.global_slash_commands) == len(bot.application_commands)


async def in_step(database: Database, actor: Actor, guild_id: str) -> None:
    """The guild is stored and approved, and its owners have been told of that: planning can begin."""

    async def look() -> Guild | None:
        async with database.read() as unit:
            return next((one for one in (await unit.guilds.list(actor)).items if one.id == guild_id), None)

    async def told() -> bool:
        async with database.read() as unit:
            jobs = (await unit.jobs.list(actor, JobFilter(guild_id=guild_id), Paging())).items
        return all(job.is_settled for job in jobs if job.kind.startswith("guild.announce_"))

    guild = await seen(look, bool)
    if guild is not None and guild.state == "pending":
        async with database.unit() as unit:
            await unit.guild_reviews.decide(actor, guild_id, "approved")
    await seen(told, bool)
