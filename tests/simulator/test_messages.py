"""Sending, reading, editing and deleting messages: who may, what is refused, what is told."""

from typing import Any

import pytest

from bot.simulator import Simulator
from tests.simulator.calls import Control, Rest
from tests.simulator.listening import EVERYTHING, Ear

MESSAGES, TYPING, CONTENT = 1 << 9, 1 << 11, 1 << 15
DAY = 86_400
EMBED = {"title": "t"}
SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS = 1 << 2, 1 << 12

SPEC: dict[str, Any] = {
    "channels": [
        {"name": "log"},
        {"name": "slow", "rate_limit_per_user": 30},
        {"name": "hidden", "permission_overwrites": [{"role": "@everyone", "deny": ["VIEW_CHANNEL"]}]},
        {"name": "Deck", "type": "category"},
        {"name": "forum", "type": "forum"},
        {"name": "Bridge", "type": "voice"},
    ],
    "members": [{"username": "ada"}, {"username": "grace"}],
}


async def harbour(sim: Control, *held: str, **spec: Any) -> dict[str, str]:
    """Paths of the channels' messages; with ``held`` these are all the bot's permissions."""
    if held:
        spec |= {"everyone_permissions": [], "bot_permissions": list(held)}
    made = await sim.guild(**SPEC | spec)
    return {name: f"/channels/{each}/messages" for name, each in made["channels"].items()}


async def words(rest: Rest, path: str, body: object) -> dict[str, str]:
    """The word of each bad field, by its path."""
    answer = await rest("POST", path, body)
    assert (answer.status_code, answer.json()["code"]) == (400, 50035), answer.text

    def flat(node: Any, at: str) -> dict[str, str]:
        if "_errors" in node:
            return {at: node["_errors"][0]["code"]}
        return {
            key: code for name, below in node.items() for key, code in flat(below, f"{at}.{name}").items()
        }

    return {key.lstrip("."): code for key, code in flat(answer.json()["errors"], "").items()}


# Permissions


@pytest.mark.parametrize(
    ("held", "body"),
    [
        (["VIEW_CHANNEL"], {"content": "x"}),
        (["VIEW_CHANNEL", "SEND_MESSAGES"], {"content": "x", "tts": True}),
        (["VIEW_CHANNEL", "SEND_MESSAGES"], {"embeds": [EMBED]}),
    ],
)
async def test_what_is_not_permitted_is_not_sent(
    sim: Control, rest: Rest, held: list[str], body: dict[str, Any]
) -> None:
    paths = await harbour(sim, *held)
    assert await rest.refused("POST", paths["log"], body) == (403, 50013)
    assert (await sim.edit("owner", "GET", paths["log"]))["body"] == []


async def test_embeds_without_their_permission_are_dropped_where_something_is_left(
    sim: Control, rest: Rest
) -> None:
    paths = await harbour(sim, "VIEW_CHANNEL", "SEND_MESSAGES", "READ_MESSAGE_HISTORY")
    sent = await rest.ok("POST", paths["log"], {"content": "x", "embeds": [EMBED]})
    assert (sent["content"], sent["embeds"]) == ("x", [])
    one = f"{paths['log']}/{sent['id']}"
    assert (await rest.ok("PATCH", one, {"embeds": [EMBED]}))["embeds"] == []
    assert await rest.refused("PATCH", one, {"content": "", "embeds": [EMBED]}) == (400, 50006)


async def test_channels_without_messages_take_none(sim: Control, rest: Rest) -> None:
    paths = await harbour(sim)
    assert await rest.refused("POST", paths["Deck"], {"content": "x"}) == (400, 50008)
    assert await rest.refused("POST", paths["forum"], {"content": "x"}) == (400, 40058)
    await rest.ok("POST", paths["Bridge"], {"content": "x"})
    paths = await harbour(sim, "VIEW_CHANNEL", "SEND_MESSAGES")
    assert await rest.refused("POST", paths["hidden"], {"content": "x"}) == (403, 50001)


async def test_reading_needs_the_history(sim: Control, rest: Rest) -> None:
    paths = await harbour(sim, "VIEW_CHANNEL", "SEND_MESSAGES")
    sent = await rest.ok("POST", paths["log"], {"content": "x"})
    assert await rest.ok("GET", paths["log"]) == []
    assert await rest.refused("GET", f"{paths['log']}/{sent['id']}") == (403, 50013)


# What a message is


async def test_a_message_says_everything_about_itself(sim: Control, rest: Rest) -> None:
    paths = await harbour(sim)
    sent = await rest.ok("POST", paths["log"], {"content": "  x ", "flags": 0xFFFF & ~(1 << 15), "nonce": 7})
    sent.pop("author")
    for key in ("id", "channel_id", "timestamp"):
        assert sent.pop(key)
    assert sent == {
        "type": 0,
        "content": "x",
        "edited_timestamp": None,
        "tts": False,
        "pinned": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "components": [],
        "flags": SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS,
        "nonce": 7,
    }
    assert (await rest.ok("POST", paths["log"], {"content": "x", "tts": True}))["tts"]


@pytest.mark.parametrize("body", [{}, {"content": " \n"}, {"content": None}, {"embeds": []}])
async def test_an_empty_message_is_refused(sim: Control, rest: Rest, body: dict[str, Any]) -> None:
    paths = await harbour(sim)
    assert await rest.refused("POST", paths["log"], body) == (400, 50006)


async def test_stickers_and_polls_are_not_taken_silently(sim: Control, rest: Rest) -> None:
    paths = await harbour(sim)
    assert await rest.refused("POST", paths["log"], {"content": "x", "sticker_ids": ["1"]}) == (400, 50081)
    poll = {"question": {"text": "?"}, "answers": [{"poll_media": {"text": "!"}}]}
    assert await rest.refused("POST", paths["log"], {"content": "x", "poll": poll}) == (400, 50035)


@pytest.mark.parametrize(
    ("embed", "expected"),
    [
        ({}, {"embeds.0.description": "BASE_TYPE_REQUIRED"}),
        ({"color": 1}, {"embeds.0.description": "BASE_TYPE_REQUIRED"}),
        ({"title": "t" * 257}, {"embeds.0.title": "BASE_TYPE_MAX_LENGTH"}),
        ({"description": "d" * 4097}, {"embeds.0.description": "BASE_TYPE_MAX_LENGTH"}),
        ({"footer": {"text": "f" * 2049}}, {"embeds.0.footer.text": "BASE_TYPE_MAX_LENGTH"}),
        ({"footer": {"text": ""}}, {"embeds.0.footer.text": "BASE_TYPE_REQUIRED"}),
        ({"author": {"name": " "}}, {"embeds.0.author.name": "BASE_TYPE_REQUIRED"}),
        (
            {"title": "t", "fields": [{"name": "n" * 257, "value": "v" * 1025}]},
            {
                "embeds.0.fields.0.name": "BASE_TYPE_MAX_LENGTH",
                "embeds.0.fields.0.value": "BASE_TYPE_MAX_LENGTH",
            },
        ),
        (
            {"title": "t", "fields": [{"name": "n", "value": "v"}] * 26},
            {"embeds.0.fields": "BASE_TYPE_MAX_LENGTH"},
        ),
        (
            {"title": "t", "fields": [{"name": "", "value": "v"}]},
            {"embeds.0.fields.0.name": "BASE_TYPE_REQUIRED"},
        ),
        ({"title": "t", "color": 1 << 24}, {"embeds.0.color": "NUMBER_TYPE_MAX"}),
        ({"title": "t", "timestamp": "soon"}, {"embeds.0.timestamp": "DATE_TIME_TYPE_PARSE"}),
        ({"title": "t", "url": "ftp://x.y"}, {"embeds.0.url": "URL_TYPE_INVALID_SCHEME"}),
        ({"title": "t", "url": "attachment://x.png"}, {"embeds.0.url": "URL_TYPE_INVALID_SCHEME"}),
    ],
)
async def test_an_embed_keeps_within_its_limits(
    sim: Control, rest: Rest, embed: dict[str, Any], expected: dict[str, str]
) -> None:
    paths = await harbour(sim)
    assert await words(rest, paths["log"], {"content": "x", "embeds": [embed]}) == expected


async def test_embeds_count_together_and_without_the_space_around_them(sim: Control, rest: Rest) -> None:
    paths = await harbour(sim)
    full = [{"description": "d" * 3000}, {"title": "t" * 256, "description": "d" * 2744}]
    sent = await rest.ok("POST", paths["log"], {"embeds": full})
    assert [len(embed["description"]) for embed in sent["embeds"]] == [3000, 2744]
    more = [*full, {"footer": {"text": "f"}}]
    assert await words(rest, paths["log"], {"embeds": more}) == {"embeds": "MAX_EMBED_SIZE_EXCEEDED"}
    assert await words(rest, paths["log"], {"embeds": [EMBED] * 11}) == {"embeds": "BASE_TYPE_MAX_LENGTH"}
    wide = await rest.ok("POST", paths["log"], {"embeds": [{"title": " t ", "type": "video"}]})
    assert wide["embeds"] == [{"type": "rich", "title": "t"}]


async def test_content_is_limited_after_trimming(sim: Control, rest: Rest) -> None:
    paths = await harbour(sim)
    await rest.ok("POST", paths["log"], {"content": f" {'c' * 2000} "})
    assert await words(rest, paths["log"], {"content": "c" * 2001}) == {"content": "BASE_TYPE_MAX_LENGTH"}


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
    deaf = Ear(simulator, EVERYTHING & ~CONTENT)
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


# Editing


async def test_only_the_author_edits_but_moderators_may_hide_embeds(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    paths = await harbour(sim)
    first = (await sim.edit("ada", "POST", paths["log"], {"content": "x", "embeds": [EMBED]}))["body"]
    one, ear = f"{paths['log']}/{first['id']}", Ear(simulator)
    assert await rest.refused("PATCH", one, {"content": "y"}) == (403, 50005)
    assert await rest.refused("PATCH", one, {"flags": SUPPRESS_EMBEDS, "content": "y"}) == (403, 50005)
    hidden = await rest.ok("PATCH", one, {"flags": SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS})
    assert (hidden["embeds"], hidden["flags"], hidden["edited_timestamp"]) == ([], SUPPRESS_EMBEDS, None)
    [(_, told)] = ear.take("MESSAGE_UPDATE")
    assert (told["embeds"], told["guild_id"], told["channel_type"]) == ([], told["guild_id"], 0)
    shown = await rest.ok("PATCH", one, {"flags": 0})
    assert [embed["title"] for embed in shown["embeds"]] == ["t"]
    refused = await sim.edit("grace", "PATCH", one, {"flags": SUPPRESS_EMBEDS})
    assert (refused["status"], refused["body"]["code"]) == (403, 50013)


async def test_an_edit_replaces_what_it_names(sim: Control, rest: Rest, simulator: Simulator) -> None:
    paths = await harbour(sim)
    body = {"content": "x", "embeds": [EMBED], "flags": SUPPRESS_NOTIFICATIONS, "tts": True}
    sent = await rest.ok("POST", paths["log"], body)
    one = f"{paths['log']}/{sent['id']}"
    ear = Ear(simulator)
    edited = await rest.ok("PATCH", one, {"content": "y", "flags": 0})
    assert [(name, data["tts"]) for name, data in ear.take()] == [("MESSAGE_UPDATE", False)]
    assert (edited["content"], edited["embeds"], edited["flags"]) == (
        "y",
        [{"type": "rich", "title": "t"}],
        SUPPRESS_NOTIFICATIONS,
    )
    assert edited["edited_timestamp"] > sent["timestamp"]
    assert await rest.refused("PATCH", one, {"content": None, "embeds": []}) == (400, 50006)
    assert (await rest.ok("PATCH", one, {"embeds": None}))["embeds"] == []


async def test_a_system_message_can_be_neither_edited_nor_always_deleted(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    paths = await harbour(sim)
    ids = [(await rest.ok("POST", paths["log"], {"content": "x"}))["id"] for _ in range(2)]
    channel = simulator.world.find_channel(int(paths["log"].split("/")[2]))[1]
    for kind, deletable in ((6, True), (4, False)):
        channel.messages[int(ids[0])].type = kind
        one = f"{paths['log']}/{ids[0]}"
        assert await rest.refused("PATCH", one, {"content": "y"}) == (400, 50021)
        if not deletable:
            assert await rest.refused("DELETE", one) == (400, 50021)
            assert await rest.refused("POST", f"{paths['log']}/bulk-delete", {"messages": ids}) == (
                400,
                50021,
            )
    assert len(await rest.ok("GET", paths["log"])) == 2


# Deleting


async def test_deleting_for_others_needs_permission_and_leaves_an_entry(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    paths = await harbour(sim, bot_permissions=["VIEW_CHANNEL", "VIEW_AUDIT_LOG"])
    theirs = (await sim.edit("ada", "POST", paths["log"], {"content": "x"}))["body"]
    own = await rest.ok("POST", paths["log"], {"content": "x"})
    ear = Ear(simulator)
    assert await rest.refused("DELETE", f"{paths['log']}/{theirs['id']}") == (403, 50013)
    await rest.ok("DELETE", f"{paths['log']}/{own['id']}")
    assert [data["id"] for _, data in ear.take()] == [own["id"]]
    assert (await sim.edit("owner", "DELETE", f"{paths['log']}/{theirs['id']}"))["status"] == 204
    [(_, gone), (_, entry)] = ear.take()
    assert (gone["id"], entry["action_type"], entry["target_id"]) == (
        theirs["id"],
        72,
        theirs["author"]["id"],
    )
    assert entry["options"] == {"channel_id": theirs["channel_id"], "count": "1"}


async def test_many_messages_are_deleted_in_one_event(sim: Control, rest: Rest, simulator: Simulator) -> None:
    paths = await harbour(sim)
    ids = [(await rest.ok("POST", paths["log"], {"content": "x"}))["id"] for _ in range(3)]
    ear, deaf = Ear(simulator), Ear(simulator, EVERYTHING & ~MESSAGES)
    body = {"messages": [ids[0], "1", ids[2]]}
    await rest.ok("POST", f"{paths['log']}/bulk-delete", body, X_Audit_Log_Reason="tidy")
    [(name, gone), (_, entry)] = ear.take()
    assert (name, gone["ids"], set(gone)) == (
        "MESSAGE_DELETE_BULK",
        [ids[0], ids[2]],
        {"ids", "channel_id", "guild_id"},
    )
    assert (entry["action_type"], entry["target_id"], entry["options"], entry["reason"]) == (
        73,
        gone["channel_id"],
        {"count": "2"},
        "tidy",
    )
    assert deaf.names() == []
    assert [message["id"] for message in await rest.ok("GET", paths["log"])] == [ids[1]]
    await rest.ok("POST", f"{paths['log']}/bulk-delete", {"messages": ["1", "2"]})
    assert ear.take() == []


async def test_bulk_deletion_is_all_or_nothing(sim: Control, rest: Rest) -> None:
    paths = await harbour(sim)
    bulk = f"{paths['log']}/bulk-delete"
    old = (await rest.ok("POST", paths["log"], {"content": "old"}))["id"]
    await sim("POST", "/clock", {"advance": 14 * DAY + 60})
    new = [(await rest.ok("POST", paths["log"], {"content": "new"}))["id"] for _ in range(2)]
    for wrong, code in (
        ([new[0]], 50016),
        ([], 50016),
        ([str(each) for each in range(1, 102)], 50016),
        ([old, new[0]], 50034),
        ([new[0], new[0]], 50035),
        ([new[0], "x"], 50035),
        (None, 50035),
    ):
        assert await rest.refused("POST", bulk, {"messages": wrong}) == (400, code)
    assert len(await rest.ok("GET", paths["log"])) == 3
    await rest.ok("POST", bulk, {"messages": new})
    paths = await harbour(sim, "VIEW_CHANNEL", "SEND_MESSAGES")
    own = [(await rest.ok("POST", paths["log"], {"content": "x"}))["id"] for _ in range(2)]
    assert await rest.refused("POST", f"{paths['log']}/bulk-delete", {"messages": own}) == (403, 50013)


# Typing, and who is told


async def test_typing_is_told_to_whom_it_may_concern(sim: Control, rest: Rest, simulator: Simulator) -> None:
    paths = await harbour(sim)
    channel = paths["log"].removesuffix("/messages")
    ear, deaf = Ear(simulator), Ear(simulator, EVERYTHING & ~TYPING)
    await rest.ok("POST", f"{channel}/typing")
    assert (await sim.edit("ada", "POST", f"{channel}/typing"))["status"] == 204
    told = [data for _, data in ear.take()]
    assert [data["member"]["user"]["id"] for data in told] == [data["user_id"] for data in told]
    assert set(told[1]) == {"channel_id", "guild_id", "user_id", "timestamp", "member"}
    assert deaf.names() == []
    assert (await sim("GET", "/effects"))["items"] == []
    silent = await harbour(sim, "VIEW_CHANNEL")
    assert await rest.refused("POST", silent["log"].replace("messages", "typing")) == (403, 50013)
    assert await rest.refused("POST", paths["Deck"].replace("messages", "typing")) == (400, 50008)


async def test_what_happens_in_hidden_channels_is_not_told(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    paths = await harbour(sim, "VIEW_CHANNEL", "SEND_MESSAGES")
    ear = Ear(simulator)
    hidden = paths["hidden"]
    ids = [(await sim.edit("owner", "POST", hidden, {"content": "x"}))["body"]["id"] for _ in range(3)]
    await sim.edit("owner", "POST", hidden.replace("messages", "typing"))
    await sim.edit("owner", "DELETE", f"{hidden}/{ids[0]}")
    await sim.edit("owner", "POST", f"{hidden}/bulk-delete", {"messages": ids[1:]})
    assert ear.names() == []
