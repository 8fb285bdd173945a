"""What end-to-end tests share."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from core.embedded import Servers
from core.ports import unused_port
from core.processes import OwnProcess
from tests.e2e.road import Road, Trip, travelling
from tests.fixtures.servers import as_application, fresh_database


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def road(
    servers: Servers, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Road]:
    """Simulator and API, for all tests of a module that run in its loop."""
    async with (
        fresh_database(servers, template_database) as database_url,
        travelling(
            tmp_path_factory.mktemp("road"),
            await as_application(servers, database_url),
            servers.redis_url,
            unused_port(),
        ) as road,
    ):
        yield road


@pytest_asyncio.fixture(loop_scope="module")
async def guild_id(road: Road) -> AsyncIterator[str]:
    """A lived-in guild of this test alone; the bot that starts afterwards finds itself in it."""
    guild_id = await road.new_guild()
    yield guild_id
    await road.sim("DELETE", f"/guilds/{guild_id}")


@pytest_asyncio.fixture(loop_scope="module")
async def bot(road: Road, guild_id: str) -> AsyncIterator[OwnProcess]:
    """A bot at the beginning of the test; nothing it left behind matters to the next."""
    bot = await road.start_bot()
    yield bot
    await bot.kill()
    await road.sim("DELETE", "/faults")


@pytest_asyncio.fixture(loop_scope="module")
async def trip(road: Road, guild_id: str, bot: OwnProcess) -> Trip:
    """The guild, and a plan for it."""
    return await road.trip(guild_id)
