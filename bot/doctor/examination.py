"""Everything the doctor looks at, in the order in which a new installation needs it."""

from collections.abc import AsyncGenerator

from bot.doctor.application import application_findings
from bot.doctor.clock import clock_finding
from bot.doctor.discord_api import Answered, DiscordApi, Json, TokenRefused, Unreachable
from bot.doctor.findings import Finding, misset, note, right, wrong
from bot.doctor.guilds import GuildFacts, guild_findings
from bot.doctor.servers import server_findings
from core.config import Settings

_MOST_GUILDS = 100
_PORTAL = "https://discord.com/developers/applications"


async def examine(settings: Settings) -> AsyncGenerator[Finding]:
    """Raises `ConfigurationError` for an address of Discord that cannot be used at all."""
    if settings.discord_token:
        async for finding in _at_discord(settings, settings.discord_token):
            yield finding
    else:
        yield misset(
            f"DISCORD_TOKEN is not set: make an application at {_PORTAL}, copy its token (Bot › Reset Token) into "
            ".env. `just demo` needs none."
        )
    for finding in await server_findings(settings):
        yield finding


async def _at_discord(settings: Settings, token: str) -> AsyncGenerator[Finding]:
    api = DiscordApi(settings.discord_api_base, token)
    try:
        me = await api.me()
        yield right(f"Discord knows the token: it is that of “{me.body['username']}”.")
        yield clock_finding(me)
        for finding in application_findings(await api.application(), settings):
            yield finding
        async for finding in _in_guilds(api, me):
            yield finding
    except TokenRefused:
        yield misset(
            f"Discord refuses the token: copy a new one (Bot › Reset Token) from its application at {_PORTAL} into "
            "DISCORD_TOKEN."
        )
    except Unreachable as error:
        yield wrong(f"Discord at {api.base} cannot be asked ({error}): look at this machine's connection.")
    finally:
        await api.close()


async def _in_guilds(api: DiscordApi, me: Answered) -> AsyncGenerator[Finding]:
    guilds = await api.guilds()
    if not guilds:
        yield note("The bot is in no server yet: open the link above to add it to one.")
    for guild in guilds[:_MOST_GUILDS]:
        for finding in guild_findings(await _facts(api, guild, me.body["id"])):
            yield finding
    if len(guilds) > _MOST_GUILDS:
        yield note(f"The bot is in {len(guilds)} servers, of which the first {_MOST_GUILDS} were looked at.")


async def _facts(api: DiscordApi, guild: Json, bot_id: str) -> GuildFacts:
    return GuildFacts(
        id=guild["id"],
        name=guild["name"],
        permissions=int(guild["permissions"]),
        held=(await api.member(guild["id"], bot_id))["roles"],
        roles=await api.roles(guild["id"]),
    )
