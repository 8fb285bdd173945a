"""What a message is, who may send it, and what is refused."""

from typing import Any

import pytest

from tests.simulator.calls import Control, Rest

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
