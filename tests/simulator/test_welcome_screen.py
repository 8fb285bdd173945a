"""The welcome screen: who sees it, what it holds, what is told of it."""

from collections.abc import Callable
from typing import Any

import disnake
import pytest

from bot.simulator import Simulator
from bot.simulator.events import GUILDS, KNOWN_INTENTS
from tests.simulator.calls import Control, Rest
from tests.simulator.conftest import Connect
from tests.simulator.ears import Ear
from tests.simulator.newcomers import HARBOUR
from tests.simulator.twins import Twins

FEATURE = "WELCOME_SCREEN_ENABLED"


def shown(channel_id: str, description: str = "Read this", **emoji: Any) -> dict[str, Any]:
    return {"channel_id": channel_id, "description": description} | emoji


async def test_there_is_none_until_somebody_makes_it(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**HARBOUR)
    path = f"/guilds/{made['id']}/welcome-screen"
    assert await rest.refused("GET", path) == (404, 10069)
    assert (await sim.dump(made["id"]))["welcome_screen"] is None
    empty = {"description": None, "welcome_channels": []}
    assert await rest.ok("PATCH", path, {}) == empty
    assert await rest.ok("GET", path) == empty
    assert (await sim.dump(made["id"]))["welcome_screen"] == empty


async def test_what_was_written_is_what_is_read(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**HARBOUR)
    path, ids = f"/guilds/{made['id']}/welcome-screen", made["channels"]
    channels = [
        shown(ids["rules"], emoji_name="📜"),
        shown(ids["open-0"], "Talk", emoji_id="77", emoji_name="wave"),
    ]
    body = {"enabled": True, "description": "Ahoy", "welcome_channels": [*channels, shown(ids["updates"])]}
    written = await rest.ok("PATCH", path, body)
    none = {"emoji_id": None, "emoji_name": None}
    assert written == {
        "description": "Ahoy",
        "welcome_channels": [none | channels[0], channels[1], none | shown(ids["updates"])],
    }
    assert await rest.ok("GET", path) == written
    assert (await rest.ok("PATCH", path, {"description": "Hello"}))["welcome_channels"]
    assert (await rest.ok("PATCH", path, {"enabled": None}))["description"] == "Hello"
    assert FEATURE in (await rest.ok("GET", f"/guilds/{made['id']}"))["features"]
    cleared = await rest.ok("PATCH", path, {"description": None, "welcome_channels": None})
    assert cleared == {"description": None, "welcome_channels": []}


async def test_only_a_switch_is_told(sim: Control, rest: Rest, simulator: Simulator) -> None:
    made = await sim.guild(**HARBOUR)
    path = f"/guilds/{made['id']}/welcome-screen"
    ear, deaf = Ear(simulator), Ear(simulator, KNOWN_INTENTS & ~GUILDS)
    await rest.ok("PATCH", path, {"enabled": True, "description": "Ahoy"})
    [(name, data)] = ear.happened()
    assert name == "GUILD_UPDATE"
    assert FEATURE in data["features"]
    await rest.ok("PATCH", path, {"enabled": True, "description": "Hello"})
    assert ear.happened() == []
    await rest.ok("PATCH", path, {"enabled": False})
    [(_, data)] = ear.happened()
    assert FEATURE not in data["features"]
    assert deaf.take() == []


async def test_it_is_shown_to_others_while_it_is_enabled(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**HARBOUR, welcome_screen={"description": "Ahoy"}, bot_permissions=[])
    path = f"/guilds/{made['id']}/welcome-screen"
    assert await rest.refused("GET", path) == (404, 10069)
    assert await rest.refused("PATCH", path, {"enabled": True}) == (403, 50013)
    assert (await sim.edit("ada", "PATCH", path, {"enabled": True}))["status"] == 403
    assert (await sim.edit("owner", "GET", path))["status"] == 200
    assert (await sim.edit("owner", "PATCH", path, {"enabled": True}))["status"] == 200
    assert (await rest.ok("GET", path))["description"] == "Ahoy"
    assert (await sim.edit("ada", "GET", path))["status"] == 200


async def test_only_a_community_has_one(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**HARBOUR | {"features": []})
    path = f"/guilds/{made['id']}/welcome-screen"
    assert await rest.refused("PATCH", path, {"enabled": True}) == (403, 50001)
    assert FEATURE not in (await rest.ok("GET", f"/guilds/{made['id']}"))["features"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"description": "d" * 141}, ["description"]),
        ({"description": 1}, ["description"]),
        ({"enabled": "yes"}, ["enabled"]),
        ({"welcome_channels": [shown("1")] * 6}, ["welcome_channels"]),
        ({"welcome_channels": [shown("1", "")]}, ["welcome_channels", "0", "description"]),
        ({"welcome_channels": [shown("1", "d" * 51)]}, ["welcome_channels", "0", "description"]),
        ({"welcome_channels": [{"description": "d"}]}, ["welcome_channels", "0", "channel_id"]),
        ({"welcome_channels": [{"channel_id": "1"}]}, ["welcome_channels", "0", "description"]),
        ({"welcome_channels": [shown("x")]}, ["welcome_channels", "0", "channel_id"]),
    ],
)
async def test_a_bad_form_says_where(
    sim: Control, rest: Rest, body: dict[str, Any], where: list[str]
) -> None:
    made = await sim.guild(**HARBOUR)
    path = f"/guilds/{made['id']}/welcome-screen"
    answer = await rest("PATCH", path, body)
    assert (answer.status_code, answer.json()["code"]) == (400, 50035)
    node = answer.json()["errors"]
    for part in where:
        node = node[part]
    assert await rest.refused("GET", path) == (404, 10069), "nothing of it was kept"


async def test_its_channels_are_the_guilds_and_leave_it_when_deleted(sim: Control, rest: Rest) -> None:
    made, other = await sim.guild(**HARBOUR), await sim.guild(**HARBOUR)
    path = f"/guilds/{made['id']}/welcome-screen"
    foreign = {"welcome_channels": [shown(other["channels"]["rules"])]}
    assert await rest.refused("PATCH", path, foreign) == (404, 10003)
    ids = made["channels"]
    await rest.ok("PATCH", path, {"welcome_channels": [shown(ids["open-0"]), shown(ids["rules"])]})
    await rest.ok("DELETE", f"/channels/{ids['open-0']}")
    left = (await rest.ok("GET", path))["welcome_channels"]
    assert [each["channel_id"] for each in left] == [ids["rules"]]


async def test_a_spec_makes_it(sim: Control, rest: Rest) -> None:
    screen = {"enabled": True, "description": "Ahoy", "channels": [{"channel": "rules", "description": "d"}]}
    made = await sim.guild(**HARBOUR, welcome_screen=screen)
    found = await rest.ok("GET", f"/guilds/{made['id']}/welcome-screen")
    assert found["welcome_channels"] == [
        {"channel_id": made["channels"]["rules"], "description": "d", "emoji_id": None, "emoji_name": None}
    ]
    assert FEATURE in (await rest.ok("GET", f"/guilds/{made['id']}"))["features"]
    wrong = HARBOUR | {"name": "x", "welcome_screen": {"channels": [{"channel": "nowhere"}]}}
    answer = await sim("POST", "/guilds", wrong, status=400)
    assert "SPEC_UNKNOWN" in str(answer["errors"]["welcome_screen"])


async def test_disnake_reads_and_edits_it(
    sim: Control, connect: Connect, twins: Callable[[disnake.Client], Twins]
) -> None:
    made = await sim.guild(**HARBOUR)
    bot = disnake.Client(intents=disnake.Intents.all(), guild_ready_timeout=0.1)
    async with connect(bot):
        both = twins(bot)
        guild = bot.get_guild(int(made["id"]))
        assert guild is not None
        with pytest.raises(disnake.NotFound):
            await guild.welcome_screen()
        rules, talk = int(made["channels"]["rules"]), int(made["channels"]["open-0"])
        channels = [
            disnake.WelcomeScreenChannel(id=rules, description="Read", emoji="📜"),
            disnake.WelcomeScreenChannel(id=talk, description="Talk"),
        ]
        screen = await guild.edit_welcome_screen(enabled=True, description="Ahoy", channels=channels)
        await both.agree()
        assert FEATURE in guild.features
        assert screen.enabled
        read = await guild.welcome_screen()
        assert read.description == "Ahoy"
        assert [(each.id, each.description, each.emoji and str(each.emoji)) for each in read.channels] == [
            (rules, "Read", "📜"),
            (talk, "Talk", None),
        ]
        edited = await read.edit(description=None, channels=None, reason="quiet")
        await both.agree()
        assert (edited.description, edited.channels) == (None, [])
        await edited.edit(enabled=False)
        await both.agree()
        assert FEATURE not in guild.features
