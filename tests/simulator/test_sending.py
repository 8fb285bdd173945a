"""Nonces, replies and slowmode; and reading what was sent, in pages and with or without its content."""

from bot.simulator import Simulator
from bot.simulator.events import KNOWN_INTENTS
from tests.simulator.calls import Control, Rest
from tests.simulator.ears import Ear
from tests.simulator.test_messages import harbour, words

CONTENT = 1 << 15


# Nonces, replies, slowmode


async def test_a_nonce_is_a_number_or_a_short_text(sim: Control, rest: Rest) -> None:
    paths = await harbour(sim)
    for wrong, word in ((True, "NONCE_TYPE_INVALID_TYPE"), ("n" * 26, "NONCE_TYPE_TOO_LONG")):
        assert await words(rest, paths["log"], {"content": "x", "nonce": wrong}) == {"nonce": word}
    for nonce in (0, -(1 << 63), "n" * 25):
        body = {"content": "x", "nonce": nonce, "enforce_nonce": True}
        first = await rest.ok("POST", paths["log"], body)
        assert first["nonce"] == nonce
        assert (await rest.ok("POST", paths["log"], body))["id"] == first["id"]
        assert "nonce" not in await rest.ok("GET", f"{paths['log']}/{first['id']}")


async def test_a_nonce_is_the_authors_own_and_only_as_long_as_its_message(sim: Control, rest: Rest) -> None:
    paths = await harbour(sim)
    body = {"content": "x", "nonce": "n", "enforce_nonce": True}
    first = await rest.ok("POST", paths["log"], body)
    theirs = await sim.edit("ada", "POST", paths["log"], body)
    other = await rest.ok("POST", paths["slow"], body)
    free = await rest.ok("POST", paths["log"], body | {"enforce_nonce": False})
    assert len({first["id"], theirs["body"]["id"], other["id"], free["id"]}) == 4
    await rest.ok("DELETE", f"{paths['log']}/{free['id']}")
    assert (await rest.ok("POST", paths["log"], body))["id"] not in (first["id"], free["id"])


async def test_a_reply_shows_what_it_replies_to(sim: Control, rest: Rest) -> None:
    paths = await harbour(sim)
    first = (await sim.edit("ada", "POST", paths["log"], {"content": "first"}))["body"]
    reply = await rest.ok(
        "POST", paths["log"], {"content": "re", "message_reference": {"message_id": first["id"]}}
    )
    assert (reply["type"], reply["referenced_message"]["content"]) == (19, "first")
    assert reply["message_reference"].keys() == {"type", "message_id", "channel_id", "guild_id"}
    assert [user["username"] for user in reply["mentions"]] == ["ada"]
    await sim.edit("ada", "DELETE", f"{paths['log']}/{first['id']}")
    assert (await rest.ok("GET", f"{paths['log']}/{reply['id']}"))["referenced_message"] is None


async def test_a_reply_needs_its_message_in_the_channel_and_the_history(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    paths = await harbour(sim)
    there = await rest.ok("POST", paths["slow"], {"content": "x"})
    unknown, elsewhere = (
        {"message_id": "1"},
        {"message_id": there["id"], "channel_id": paths["slow"].split("/")[2]},
    )
    for reference, word in (
        (unknown, "REPLIES_UNKNOWN_MESSAGE"),
        (elsewhere, "REPLIES_CANNOT_REFERENCE_OTHER_CHANNEL"),
    ):
        body = {"content": "x", "message_reference": reference}
        assert await words(rest, paths["log"], body) == {"message_reference": word}
    body = {"content": "x", "message_reference": unknown | {"fail_if_not_exists": False}}
    assert (await rest.ok("POST", paths["log"], body))["type"] == 0
    channel = simulator.world.find_channel(int(paths["slow"].split("/")[2]))[1]
    channel.messages[int(there["id"])].type = 7
    body = {"content": "x", "message_reference": {"message_id": there["id"]}}
    expected = {"message_reference": "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE"}
    assert await words(rest, paths["slow"], body) == expected
    paths = await harbour(sim, "VIEW_CHANNEL", "SEND_MESSAGES")
    assert await rest.refused("POST", paths["log"], body) == (403, 160_002)


async def test_slowmode_is_for_people_without_its_permission(sim: Control, rest: Rest) -> None:
    paths = await harbour(
        sim,
        roles=[{"name": "fast", "permissions": ["BYPASS_SLOWMODE"]}, {"name": "mod"}],
        members=[{"username": "ada"}, {"username": "grace", "roles": ["fast"]}],
    )
    first = await sim.edit("ada", "POST", paths["slow"], {"content": "x"})
    await sim.edit("ada", "DELETE", f"{paths['slow']}/{first['body']['id']}")
    refused = await sim.edit("ada", "POST", paths["slow"], {"content": "x"})
    assert (refused["status"], refused["body"]["code"], refused["body"]["global"]) == (429, 20016, False)
    assert 29 < refused["body"]["retry_after"] <= 30
    for who in ("grace", "owner"):
        for _ in range(2):
            assert (await sim.edit(who, "POST", paths["slow"], {"content": "x"}))["status"] == 200
    assert (await sim.edit("ada", "POST", paths["log"], {"content": "x"}))["status"] == 200
    for _ in range(2):
        await rest.ok("POST", paths["slow"], {"content": "x"})
    await sim("POST", "/clock", {"advance": 31})
    assert (await sim.edit("ada", "POST", paths["slow"], {"content": "x"}))["status"] == 200


async def test_a_weak_bot_does_not_wait_either(sim: Control, rest: Rest) -> None:
    paths = await harbour(sim, "VIEW_CHANNEL", "SEND_MESSAGES")
    for _ in range(2):
        await rest.ok("POST", paths["slow"], {"content": "x"})


# Reading


async def test_pages_of_messages(sim: Control, rest: Rest) -> None:
    paths = await harbour(sim)
    ids = [(await rest.ok("POST", paths["log"], {"content": str(each)}))["id"] for each in range(7)]

    async def page(query: str) -> list[int]:
        return [int(message["content"]) for message in await rest.ok("GET", f"{paths['log']}?{query}")]

    assert await page("") == [6, 5, 4, 3, 2, 1, 0]
    assert await page("limit=2") == [6, 5]
    assert await page(f"before={ids[3]}&limit=2") == [2, 1]
    assert await page(f"after={ids[3]}&limit=2") == [5, 4]
    assert await page(f"around={ids[3]}&limit=1") == [3]
    assert await page(f"around={ids[3]}&limit=2") == [4, 3, 2]
    assert await page(f"around={ids[3]}&limit=3") == [4, 3, 2]
    assert await page(f"around={ids[0]}&limit=4") == [2, 1, 0]
    for wrong in ("limit=0", "limit=101", "before=x"):
        assert await rest.refused("GET", f"{paths['log']}?{wrong}") == (400, 50035)


async def test_without_the_content_grant_people_are_read_by_nobody_but_those_they_mention(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    """By the portal for REST, by the intent for the gateway; the bot's own messages and mentions stay readable."""
    paths = await harbour(sim)
    deaf = Ear(simulator, KNOWN_INTENTS & ~CONTENT)
    bot = simulator.world.application.bot_id
    first = (await sim.edit("ada", "POST", paths["log"], {"content": "secret"}))["body"]
    await sim.edit("ada", "POST", paths["log"], {"content": f"<@{bot}> hello"})
    reply = {"content": "own", "message_reference": {"message_id": first["id"]}}
    await rest.ok("POST", paths["log"], reply)
    heard = [data for _, data in deaf.take("MESSAGE_CREATE")]
    assert [data["content"] for data in heard] == ["", f"<@{bot}> hello", "own"]
    assert heard[2]["referenced_message"]["content"] == ""
    read = await rest.ok("GET", paths["log"])
    assert [message["content"] for message in read] == ["own", f"<@{bot}> hello", "secret"]
    await sim("PATCH", "/application", {"intents": []})
    read = await rest.ok("GET", paths["log"])
    assert [message["content"] for message in read] == ["own", f"<@{bot}> hello", ""]
    assert read[0]["referenced_message"]["content"] == ""
    assert (await rest.ok("GET", f"{paths['log']}/{first['id']}"))["content"] == ""
