"""Forums and media channels: tags, the default reaction, and the flags of every type."""

from typing import Any

import pytest

from tests.simulator.calls import Control, Rest

TEXT, VOICE, CATEGORY, NEWS, STAGE, FORUM, MEDIA = 0, 2, 4, 5, 13, 15, 16
REQUIRE_TAG, HIDE_DOWNLOADS, SPOILER = 1 << 4, 1 << 15, 1 << 21
COMMUNITY: dict[str, Any] = {"features": ["COMMUNITY"]}


@pytest.mark.parametrize("kind", [FORUM, MEDIA])
async def test_tags_keep_their_ids_and_are_replaced_whole(sim: Control, rest: Rest, kind: int) -> None:
    made = await sim.guild(emojis=[{"name": "gull"}])
    gull = made["emojis"]["gull"]
    tags: list[Any] = [
        {"name": "done", "emoji_name": "✅", "moderated": True},
        {"name": "new", "emoji_id": gull},
        None,
        {"name": ""},
    ]
    body = {"name": "f", "type": kind, "available_tags": tags}
    channel = await rest.ok("POST", f"/guilds/{made['id']}/channels", body)
    done, new, blank = channel["available_tags"]
    assert (done["emoji_name"], done["emoji_id"], done["moderated"]) == ("✅", None, True)
    assert (new["emoji_name"], new["emoji_id"], new["moderated"]) == (None, gull, False)
    assert blank["name"] == ""
    path = f"/channels/{channel['id']}"
    again = [new | {"name": "newest"}, {"name": "third", "id": "5"}]
    edited = (await rest.ok("PATCH", path, {"available_tags": again}))["available_tags"]
    assert [each["name"] for each in edited] == ["newest", "third"]
    assert edited[0]["id"] == new["id"]
    assert edited[1]["id"] not in {"5", done["id"], new["id"], blank["id"]}
    assert (await rest.ok("PATCH", path, {"topic": "t"}))["available_tags"] == edited


async def test_a_forum_has_twenty_tags_of_different_names(sim: Control, rest: Rest) -> None:
    made = await sim.guild(channels=[{"name": "f", "type": FORUM}], emojis=[{"name": "gull"}])
    gull = made["emojis"]["gull"]
    path = f"/channels/{made['channels']['f']}"
    tags = [{"name": f"tag {number}"} for number in range(21)]
    for method, where, name in (("POST", f"/guilds/{made['id']}/channels", "n"), ("PATCH", path, "f")):
        body = {"name": name, "type": FORUM}
        assert await rest.refused(method, where, body | {"available_tags": tags}) == (400, 30048)
        twice = [{"name": "a"}, {"name": "b"}, {"name": "a"}]
        assert await rest.refused(method, where, body | {"available_tags": twice}) == (400, 40061)
        ambiguous = [{"name": "a", "emoji_id": "7", "emoji_name": "✅"}]
        assert await rest.refused(method, where, body | {"available_tags": ambiguous}) == (400, 50035)
        long = [{"name": "n" * 51}]
        assert await rest.refused(method, where, body | {"available_tags": long}) == (400, 50035)
        for emoji in ({}, {"emoji_id": "7", "emoji_name": "✅"}):
            answer = await rest.refused(method, where, body | {"default_reaction_emoji": emoji})
            assert answer == (400, 50035)
    assert len((await rest.ok("PATCH", path, {"available_tags": tags[:20]}))["available_tags"]) == 20
    custom = await rest.ok("PATCH", path, {"default_reaction_emoji": {"emoji_id": gull}})
    assert custom["default_reaction_emoji"] == {"emoji_id": gull, "emoji_name": None}


@pytest.mark.parametrize(
    ("kind", "settable"),
    [
        (TEXT, SPOILER),
        (VOICE, SPOILER),
        (NEWS, SPOILER),
        (FORUM, SPOILER | REQUIRE_TAG),
        (MEDIA, SPOILER | REQUIRE_TAG | HIDE_DOWNLOADS),
        (STAGE, 0),
        (CATEGORY, 0),
    ],
)
async def test_flags_are_those_of_the_type(sim: Control, rest: Rest, kind: int, settable: int) -> None:
    made = await sim.guild(**COMMUNITY)
    every = (1 << 30) - 1
    body = {"name": "n", "type": kind, "flags": every}
    channel = await rest.ok("POST", f"/guilds/{made['id']}/channels", body)
    path = f"/channels/{channel['id']}"
    assert channel["flags"] == settable & SPOILER
    assert (await rest.ok("PATCH", path, {"flags": every}))["flags"] == settable
    assert (await rest.ok("PATCH", path, {"topic": "t"}))["flags"] == settable
    assert (await rest.ok("PATCH", path, {"flags": 0}))["flags"] == 0


async def test_a_spoiler_channel_is_not_age_restricted(sim: Control, rest: Rest) -> None:
    made = await sim.guild(channels=[{"name": "log"}])
    path = f"/channels/{made['channels']['log']}"
    both = {"nsfw": True, "flags": SPOILER}
    assert await rest.refused("PATCH", path, both) == (400, 50035)
    await rest.ok("PATCH", path, {"flags": SPOILER})
    assert await rest.refused("PATCH", path, {"nsfw": True}) == (400, 50035)
    await rest.ok("PATCH", path, {"nsfw": True, "flags": 0})
