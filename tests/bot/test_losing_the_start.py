"""A connection that is lost while disnake still gathers its guilds and their members."""

from collections.abc import Callable
from typing import Any

import pytest

from .conftest import Discord, Running, until


@pytest.mark.parametrize("lost", ["before it is asked", "before it answers"])
@pytest.mark.parametrize(
    "blow",
    [{"kind": "op7"}, {"kind": "close"}, {"kind": "op9", "resumable": False}],
    ids=["op 7", "socket cut", "op 9"],
)
async def test_a_bot_that_loses_its_connection_while_it_asks_for_members_becomes_ready_and_knows_them(
    discord: Discord, start: Callable[..., Running], blow: dict[str, Any], lost: str
) -> None:
    made = [await discord.make(), await discord.make()]
    running = start(guild_pause=0.3)
    state: Any = running.bot._connection
    whole, asked = state.chunker, 0

    async def lose_it(guild_id: int, *args: Any, **options: Any) -> None:
        nonlocal asked
        asked += 1
        if asked > 1:
            return await whole(guild_id, *args, **options)
        socket = running.bot.ws.socket
        await discord.fault(**blow)
        if lost == "before it is asked":
            await until(lambda: socket.closed or socket._writer.transport.is_closing())
            return await whole(guild_id, *args, **options)
        return None  # it went out, and nobody was there any more

    state.chunker = lose_it
    await until(lambda: running.told.count("reconcile"))
    await until(lambda: all(guild.chunked for guild in running.bot.guilds))
    assert {str(guild.id) for guild in running.bot.guilds} == {each["id"] for each in made}
    for each in made:
        for user_id in each["members"].values():
            assert await running.bot.gateway.read_member(each["id"], user_id) is not None


async def test_members_that_discord_does_not_tell_twice_in_a_moment_are_asked_for_later(
    discord: Discord, start: Callable[..., Running]
) -> None:
    """The first bot has just been told; the second is told when the limit is over."""
    settings = {"members_seconds": 1.0}
    async with discord.http.patch(f"{discord.base}/_sim/gateway", json=settings) as answer:
        assert answer.ok
    await discord.make()
    first, second = start(), start()
    for each in (first, second):
        await until(lambda bot=each.bot: bot.guilds and all(guild.chunked for guild in bot.guilds))
