"""Direct messages: a channel for the bot and one person, and buttons that are pressed in it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import disnake
import pytest

from bot.simulator import Simulator
from tests.simulator.calls import Control, Rest, heard_by, until
from tests.simulator.ears import Ear

CHANNELS = "/users/@me/channels"
BUTTON = {"type": 2, "style": 1, "label": "Go", "custom_id": "go"}
ROW = {"type": 1, "components": [BUTTON]}


@pytest.fixture
async def ada(sim: Control) -> str:
    made = await sim.guild(members=[{"username": "ada"}])
    return str(made["members"]["ada"])


@pytest.fixture
async def path(rest: Rest, ada: str) -> str:
    """Of the messages that the bot and ada have."""
    opened = await rest.ok("POST", CHANNELS, {"recipient_id": ada})
    return f"/channels/{opened['id']}/messages"


async def test_there_is_one_channel_with_a_person_and_asking_again_answers_with_it(
    rest: Rest, ada: str
) -> None:
    first = await rest.ok("POST", CHANNELS, {"recipient_id": ada})
    assert (first["type"], [each["id"] for each in first["recipients"]]) == (1, [ada])
    assert await rest.ok("POST", CHANNELS, {"recipient_id": ada}) == first
    assert await rest.ok("GET", f"/channels/{first['id']}") == first


async def test_nobody_else_has_one(rest: Rest, sim: Control) -> None:
    bot = (await rest.ok("GET", "/users/@me"))["id"]
    assert await rest.refused("POST", CHANNELS, {"recipient_id": "123456789"}) == (404, 10013)
    assert await rest.refused("POST", CHANNELS, {"recipient_id": bot}) == (403, 50007)


async def test_messages_are_sent_read_edited_and_deleted_there_and_name_no_guild(
    rest: Rest, path: str, simulator: Simulator
) -> None:
    ear = Ear(simulator)
    sent = await rest.ok("POST", path, {"content": "x", "components": [ROW]})
    edited = await rest.ok("PATCH", f"{path}/{sent['id']}", {"content": "y", "components": []})
    assert [each["id"] for each in await rest.ok("GET", path)] == [sent["id"]]
    assert (edited["content"], edited["components"]) == ("y", [])
    reply = await rest.ok("POST", path, {"content": "z", "message_reference": {"message_id": sent["id"]}})
    await rest.ok("DELETE", f"{path}/{sent['id']}")
    assert [each["id"] for each in await rest.ok("GET", path)] == [reply["id"]]
    told = ear.take()
    assert [name for name, _ in told] == [
        "MESSAGE_CREATE",
        "MESSAGE_UPDATE",
        "MESSAGE_CREATE",
        "MESSAGE_DELETE",
    ]
    for body in (sent, reply["message_reference"], *(data for _, data in told)):
        assert "guild_id" not in body
        assert "member" not in body


async def test_a_repeated_nonce_sends_nothing(rest: Rest, path: str) -> None:
    body = {"content": "x", "nonce": "one", "enforce_nonce": True}
    assert (await rest.ok("POST", path, body))["id"] == (await rest.ok("POST", path, body))["id"]


async def test_who_takes_none_gets_none(rest: Rest, sim: Control, path: str) -> None:
    await sim("PATCH", "/users/ada", {"direct_messages": False})
    assert await rest.refused("POST", path, {"content": "x"}) == (403, 50007)
    assert await sim("GET", "/users/ada/messages") == []
    await sim("PATCH", "/users/ada", {"direct_messages": True})
    await rest.ok("POST", path, {"content": "x"})
    assert [each["content"] for each in await sim("GET", "/users/ada/messages")] == ["x"]


async def test_who_shares_no_guild_with_the_bot_gets_none(rest: Rest, sim: Control) -> None:
    stranger = await sim("POST", "/users", {"username": "stranger"})
    opened = await rest.ok("POST", CHANNELS, {"recipient_id": stranger["id"]})
    sending = await rest.refused("POST", f"/channels/{opened['id']}/messages", {"content": "x"})
    assert sending == (403, 50278)


async def test_nothing_else_can_be_done_with_it(rest: Rest, path: str) -> None:
    channel = path.removesuffix("/messages")
    assert await rest.refused("PATCH", channel, {"name": "x"}) == (403, 50024)
    assert await rest.refused("DELETE", channel) == (403, 50024)
    assert await rest.refused("POST", f"{channel}/webhooks", {"name": "x"}) == (403, 50024)
    assert await rest.refused("POST", f"{path}/bulk-delete", {"messages": ["1", "2"]}) == (403, 50024)


async def test_after_a_reset_it_is_gone(rest: Rest, sim: Control, path: str) -> None:
    await sim("POST", "/reset")
    assert await rest.refused("GET", path) == (404, 10003)


Connect = Callable[..., AbstractAsyncContextManager[disnake.Client]]


async def test_a_button_is_pressed_there_by_a_user_who_is_no_member(
    connect: Connect, sim: Control, rest: Rest, path: str, ada: str
) -> None:
    bot = disnake.Client(intents=disnake.Intents.default())
    heard, edited = heard_by(bot, "on_message"), list[disnake.InteractionMessage]()

    async def on_button_click(pressed: disnake.MessageInteraction[Any]) -> None:
        assert pressed.guild is None
        assert isinstance(pressed.author, disnake.User)
        await pressed.response.defer()
        edited.append(await pressed.edit_original_response("pressed", components=[]))

    bot.event(on_button_click)
    async with connect(bot):
        sent = await rest.ok("POST", path, {"content": "x", "components": [ROW]})
        press = {"user": "ada", "type": "component", "message_id": sent["id"], "custom_id": "go"}
        done = await sim("POST", "/interactions", press)
        assert done["answered"]

        await until(lambda: edited)
    assert [each.guild for each in heard] == [None]
    assert [each["content"] for each in await sim("GET", "/users/ada/messages")] == ["pressed"]
    assert (await sim("GET", "/users/ada/messages"))[0]["components"] == []


async def test_nobody_presses_what_was_written_to_another(rest: Rest, sim: Control, path: str) -> None:
    sent = await rest.ok("POST", path, {"content": "x", "components": [ROW]})
    await sim("POST", "/users", {"username": "eve"})
    press = {"user": "eve", "type": "component", "message_id": sent["id"], "custom_id": "go"}
    await sim("POST", "/interactions", press, status=404)
