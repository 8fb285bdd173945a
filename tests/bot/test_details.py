"""What the bot says of its connection, while there is one and while there is none."""

import asyncio
from typing import Any

import msgspec

from api.schemas.system import BotDetails as Shown
from bot.client import GuildwrightBot
from bot.details import details_of
from tests.bot.conftest import Discord, Told, until
from tests.fixtures.patience import PATIENCE


async def test_a_bot_that_is_connected_names_its_shard(guild: dict[str, Any], bot: GuildwrightBot) -> None:
    said = details_of(bot)
    assert (said.connected, said.application_id) == (True, str(bot.application_id))
    [shard] = said.shards
    assert (shard.id, shard.connected, shard.guilds) == (0, True, 1)
    assert shard.latency_ms is None or 0 <= shard.latency_ms < 10_000
    assert msgspec.convert(msgspec.to_builtins(said) | {"kind": "bot"}, Shown).shards[0].guilds == 1


async def test_one_that_is_not_says_so_and_knows_no_latency(discord: Discord, bot: GuildwrightBot) -> None:
    seen: list[tuple[bool, bool, float | None]] = []

    async def look() -> None:
        while not seen:
            said = details_of(bot)
            if not said.connected:
                seen.append((said.connected, said.shards[0].connected, said.shards[0].latency_ms))
            await asyncio.sleep(0)

    looking = asyncio.create_task(look())
    await discord.fault("close", code=4000)
    await asyncio.wait_for(looking, PATIENCE)
    assert seen == [(False, False, None)]
    await until(lambda: details_of(bot).connected)


async def test_before_the_first_connection_it_says_that_there_is_none() -> None:
    bot = GuildwrightBot(Told())
    said = details_of(bot)
    await bot.close()
    assert (said.connected, said.application_id) == (False, None)
    assert (said.shards[0].guilds, said.shards[0].latency_ms) == (0, None)
