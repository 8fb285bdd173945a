"""The client: where it speaks to, how it starts, what it survives, and what it tells."""

import asyncio
import logging
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import disnake
import pytest
from disnake.http import Route

from bot.address import DISCORD_API, point_at, require_pointed_at
from bot.client import GuildwrightBot
from bot.debounce import Debounced
from bot.intents import intents, privileged_switches
from bot.simulator import serving
from core.discord.gateway import RoleFields
from core.discord.types import Snowflake
from core.errors import ConfigurationError
from tests.fixtures.patience import PATIENCE

from .conftest import REASON, Discord, Running, Told, ready, seen, until


@pytest.fixture(autouse=True)
def back_to_discord() -> Iterator[None]:
    yield
    point_at(DISCORD_API)


async def failure(running: Running) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        await asyncio.wait_for(running.task, PATIENCE)
    return caught.value


# Where it speaks to


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("http://127.0.0.1:3001", "http://127.0.0.1:3001/api/v10"),
        ("http://localhost:3001/", "http://localhost:3001/api/v10"),
        ("http://[::1]:3001/api/v10/", "http://[::1]:3001/api/v10"),
        ("https://proxy.example/discord/api/v10", "https://proxy.example/discord/api/v10"),
        (DISCORD_API, DISCORD_API),
    ],
)
def test_every_call_goes_where_it_is_pointed(given: str, base: str) -> None:
    point_at(given)
    assert Route("GET", "/users/@me").url == f"{base}/users/@me"


def test_pictures_come_from_there_too_and_from_discord_again_afterwards() -> None:
    at_discord = disnake.Asset.BASE
    point_at("http://127.0.0.1:3001/api/v10")
    assert disnake.Asset.BASE == disnake.Asset.BASE_MEDIA == "http://127.0.0.1:3001"
    point_at(DISCORD_API)
    assert at_discord == disnake.Asset.BASE


@pytest.mark.parametrize("wrong", ["", "127.0.0.1:3001", "ftp://127.0.0.1", "http://", "http://example.com"])
def test_an_address_that_cannot_work_or_would_show_the_token_is_refused(wrong: str) -> None:
    with pytest.raises(ConfigurationError, match="DISCORD_API_BASE"):
        point_at(wrong)
    assert Route.BASE == DISCORD_API


async def test_a_bot_meant_for_the_simulator_does_not_log_in_at_discord(
    discord: Discord, start: Callable[..., Running]
) -> None:
    running = start()
    point_at(DISCORD_API)  # something else in the process has moved it back
    assert "speaks to https://discord.com" in (await failure(running)).message
    with pytest.raises(ConfigurationError):
        require_pointed_at(discord.base)
    assert discord.requests("GET", "/users/@me") == 0


def test_a_bot_cannot_be_built_outside_a_running_loop() -> None:
    with pytest.raises(RuntimeError, match="no running event loop"):
        GuildwrightBot(Told())


def test_the_content_of_messages_is_only_asked_for_when_it_is_wanted() -> None:
    assert not intents().message_content
    assert not intents().guild_messages
    assert not intents().presences
    assert privileged_switches(intents()) == ("Server Members Intent",)
    both = ("Server Members Intent", "Message Content Intent")
    assert privileged_switches(intents(message_content=True)) == both


# Starting


async def test_a_wrong_token_says_where_to_get_the_right_one(start: Callable[..., Running]) -> None:
    error = await failure(start(token="wrong"))
    assert "DISCORD_TOKEN" in error.message
    assert "developers/applications" in error.message


async def test_a_token_that_is_withdrawn_later_says_the_same(
    discord: Discord, start: Callable[..., Running]
) -> None:
    running = start()
    await ready(running)
    await discord.fault("close", code=4004)
    assert "DISCORD_TOKEN" in (await failure(running)).message


@pytest.mark.parametrize("message_content", [False, True])
async def test_intents_that_are_not_allowed_name_the_switches_to_flip(
    discord: Discord, start: Callable[..., Running], message_content: bool
) -> None:
    async with discord.http.patch(f"{discord.base}/_sim/application", json={"intents": []}) as answer:
        assert answer.status == 200
    message = (await failure(start(message_content=message_content))).message
    assert "“Server Members Intent”" in message
    assert ("“Message Content Intent”" in message) is message_content


@pytest.mark.parametrize("code", [4010, 4011, 4012, 4013])
async def test_a_close_for_good_ends_with_a_sentence(
    discord: Discord, start: Callable[..., Running], code: int
) -> None:
    running = start()
    await ready(running)
    await discord.fault("close", code=code)
    assert f"(close code {code})" in (await failure(running)).message


async def test_a_discord_that_is_not_there_yet_is_waited_for_with_a_line_in_the_log(
    discord: Discord, start: Callable[..., Running], caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = start(api_base=f"http://127.0.0.1:{port}")
    await until(lambda: "cannot be reached" in caplog.text)
    assert not running.task.done()
    async with serving(discord.simulator, port):
        await ready(running)
        await running.bot.close()


@pytest.mark.parametrize("route", ["/users/@me", "/gateway/bot"])
@pytest.mark.parametrize("status", [429, 503])
async def test_a_discord_that_fails_at_the_start_is_tried_again(
    discord: Discord, start: Callable[..., Running], route: str, status: int
) -> None:
    if status == 429:
        await discord.fault("429", method="GET", route=route, retry_after=0.05, count=2)
    else:
        await discord.fault("5xx", method="GET", route=route, status=status, count=2)
    await ready(start())


async def test_commands_are_registered_once_even_after_a_second_login(
    discord: Discord, start: Callable[..., Running]
) -> None:
    await discord.fault("5xx", method="GET", route="/users/@me", status=503)
    running = start()

    @running.bot.slash_command(name="ping", description="Answers")
    async def ping(interaction: disnake.ApplicationCommandInteraction[Any]) -> None:
        pass

    await ready(running)
    route = "/applications/{application_id}/commands"
    writes = discord.simulator.world.journal.effects
    await until(lambda: [e for e in writes if e.route.startswith(route)])
    await asyncio.sleep(0.1)
    assert len([e for e in writes if e.route.startswith(route)]) == 1
    assert ping.name == "ping"


async def test_closing_twice_is_closing_once_and_leaves_no_task(
    discord: Discord, start: Callable[..., Running], guild: dict[str, Any]
) -> None:
    before = asyncio.all_tasks()
    running = start()
    await ready(running)
    running.bot._changes.poke(guild["id"])
    await running.bot.close()
    await running.bot.close()
    await asyncio.wait_for(running.task, PATIENCE)
    ours = {task for task in asyncio.all_tasks() - before if "bot/simulator" not in repr(task)}
    await asyncio.wait(ours, timeout=1) if ours else None
    assert not [task for task in ours if not task.done() and "uvicorn" not in repr(task)]


# Surviving


@pytest.mark.parametrize(
    "blow",
    [{"kind": "op7"}, {"kind": "op9", "resumable": True}, {"kind": "close", "code": 4000}, {"kind": "close"}],
    ids=["op 7", "op 9, resumable", "closed with 4000", "socket cut"],
)
async def test_a_session_that_is_resumed_misses_nothing_and_is_not_reconciled_again(
    discord: Discord, start: Callable[..., Running], guild: dict[str, Any], blow: dict[str, Any]
) -> None:
    running = start()
    await ready(running)
    resumed = asyncio.create_task(running.bot.wait_for("resumed", timeout=PATIENCE))
    await asyncio.sleep(0)
    await discord.fault(**blow)
    discord.simulator.world.guilds[int(guild["id"])].name = "Renamed"
    await resumed
    role = await running.bot.gateway.create_role(guild["id"], fields("after"), reason=REASON)
    await seen(
        lambda: running.bot.gateway.read_guild(guild["id"]), lambda s: any(r.id == role for r in s.roles)
    )
    assert running.told.count("reconcile") == 1


def fields(name: str) -> RoleFields:
    return RoleFields(name=name)


async def test_a_session_that_is_lost_is_replaced_and_reconciled_with_a_whole_cache(
    discord: Discord, start: Callable[..., Running], guild: dict[str, Any]
) -> None:
    ids_when_told: list[frozenset[Snowflake]] = []
    running = start()

    async def reconcile() -> None:
        ids_when_told.append(await running.bot.gateway.guild_ids())

    running.told.reconcile = reconcile
    await until(lambda: len(ids_when_told) == 1)
    await discord.fault("op9", resumable=False)
    await until(lambda: len(ids_when_told) == 2)
    assert ids_when_told == [{guild["id"]}] * 2


async def test_ready_twice_reconciles_twice_but_never_at_the_same_time(
    start: Callable[..., Running], guild: dict[str, Any]
) -> None:
    running = start()
    await ready(running)
    at_once, most, done = 0, 0, 0

    async def reconcile() -> None:
        nonlocal at_once, most, done
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.02)
        at_once -= 1
        done += 1

    running.told.reconcile = reconcile
    running.bot.dispatch("ready")
    running.bot.dispatch("ready")
    await until(lambda: done == 2)
    assert most == 1


# Telling


async def test_a_guild_that_is_joined_or_left_is_told(
    discord: Discord, start: Callable[..., Running]
) -> None:
    running = start()
    await ready(running)
    guild_id = (await discord.make())["id"]
    await until(lambda: ("joined", guild_id) in running.told.seen)
    async with discord.http.delete(f"{discord.base}/_sim/guilds/{guild_id}/bot") as answer:
        assert answer.status == 200
    await until(lambda: ("left", guild_id) in running.told.seen)


async def test_an_outage_is_told_and_its_end_is_a_change(
    discord: Discord, start: Callable[..., Running], guild: dict[str, Any]
) -> None:
    running = start()
    await ready(running)
    world = discord.simulator.world
    world.hub.dispatch("GUILD_DELETE", {"id": guild["id"], "unavailable": True})
    await until(lambda: ("unavailable", guild["id"]) in running.told.seen)
    found = world.guilds[int(guild["id"])]
    world.hub.broadcast(lambda session: ("GUILD_CREATE", world.guild_create(found, session.intents)))
    await until(lambda: ("changed", guild["id"]) in running.told.seen)


async def test_many_changes_of_a_guild_are_told_as_one_when_the_cache_has_them(
    discord: Discord, start: Callable[..., Running], guild: dict[str, Any]
) -> None:
    # More than a busy machine lets pass between two of them.
    running = start(guild_pause=0.5)
    roles_when_told: list[int] = []

    async def changed(guild_id: str) -> None:
        roles_when_told.append(len((await running.bot.gateway.read_guild(guild_id)).roles))

    running.told.changed = changed
    await ready(running)
    for number in range(5):
        await running.bot.gateway.create_role(guild["id"], fields(f"r{number}"), reason=REASON)
    await until(lambda: roles_when_told)
    assert roles_when_told == [4 + 5]


async def test_nothing_is_told_of_guilds_that_arrive_at_the_start(
    start: Callable[..., Running], guild: dict[str, Any]
) -> None:
    running = start()
    await ready(running)
    await asyncio.sleep(0.3)
    assert running.told.seen == [("reconcile", None)]


async def test_a_listener_that_fails_is_logged_and_the_next_one_still_told(
    discord: Discord, start: Callable[..., Running], caplog: pytest.LogCaptureFixture
) -> None:
    running = start()

    async def broken() -> None:
        raise RuntimeError("database away")

    running.told.reconcile = broken
    with caplog.at_level(logging.ERROR):
        await until(lambda: "database away" in caplog.text)
    guild_id = (await discord.make())["id"]
    await until(lambda: ("joined", guild_id) in running.told.seen)


async def test_pokes_without_a_pause_are_acted_on_all_the_same_and_never_twice_at_once() -> None:
    acted, at_once = 0, 0

    async def act(_: str) -> None:
        nonlocal acted, at_once
        assert at_once == 0
        at_once += 1
        await asyncio.sleep(0.01)
        at_once -= 1
        acted += 1

    quiet, longest, pauses = 0.05, 0.1, 0
    debounced = Debounced(act, quiet=quiet, longest=longest)
    began = poked = time.monotonic()
    for _ in range(30):
        debounced.poke("guild")
        await asyncio.sleep(0.01)
        pauses += time.monotonic() - poked > quiet / 2  # a busy machine may let one be quiet
        poked = time.monotonic()
    assert acted >= 2
    await until(lambda: not debounced._tasks)
    assert acted <= (time.monotonic() - began) / longest + pauses + 1
