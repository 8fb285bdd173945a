"""Custom emojis: Discord's rules, and disnake's cache after each step."""

from collections.abc import Callable
from typing import Any

import disnake
import httpx
import pytest

from bot.simulator import Simulator
from bot.simulator.events import GUILD_EXPRESSIONS, KNOWN_INTENTS
from tests.simulator.calls import Control, Rest, until
from tests.simulator.conftest import Connect
from tests.simulator.ears import Ear
from tests.simulator.pictures import GIF, JPEG, WEBP, png, uri
from tests.simulator.twins import Twins

SUBSCRIPTION: dict[str, Any] = {
    "managed": True,
    "tags": {"integration_id": "7", "subscription_listing_id": "8", "available_for_purchase": None},
}
DATA = uri(png())


async def test_an_emoji_is_everywhere_until_it_is_deleted(
    sim: Control, rest: Rest, http: httpx.AsyncClient
) -> None:
    made = await sim.guild(roles=[{"name": "Crew"}])
    path, crew = f"/guilds/{made['id']}/emojis", made["roles"]["Crew"]
    emoji = await rest.ok("POST", path, {"name": "anchor", "image": DATA, "roles": [crew]})
    creator = emoji.pop("user")
    assert creator["bot"]
    assert emoji == {
        "id": emoji["id"],
        "name": "anchor",
        "roles": [crew],
        "require_colons": True,
        "managed": False,
        "animated": False,
        "available": True,
    }
    assert await rest.ok("GET", path) == [emoji | {"user": creator}]
    assert await rest.ok("GET", f"{path}/{emoji['id']}") == emoji | {"user": creator}
    dump = await sim.dump(made["id"])
    assert dump["emojis"] == [emoji | {"user": creator}]
    for guild in (dump["guild"], await rest.ok("GET", f"/guilds/{made['id']}")):
        assert guild["emojis"] == [emoji]
    served = await http.get(f"/emojis/{emoji['id']}.webp")
    assert (served.status_code, served.content, served.headers["content-type"]) == (200, png(), "image/png")

    await rest.ok("DELETE", f"{path}/{emoji['id']}")
    assert await rest.ok("GET", path) == []
    assert (await http.get(f"/emojis/{emoji['id']}.png")).status_code == 404
    for method in ("GET", "PATCH", "DELETE"):
        assert await rest.refused(method, f"{path}/{emoji['id']}", {}) == (404, 10014)


@pytest.mark.parametrize(("content", "animated"), [(png(), False), (GIF, True), (JPEG, False), (WEBP, False)])
async def test_an_images_bytes_tell_whether_it_moves(
    sim: Control, rest: Rest, http: httpx.AsyncClient, content: bytes, animated: bool
) -> None:
    made = await sim.guild()
    body = {"name": "anchor", "image": uri(content, "image/png")}
    emoji = await rest.ok("POST", f"/guilds/{made['id']}/emojis", body)
    assert emoji["animated"] is animated
    assert (await http.get(f"/emojis/{emoji['id']}.png")).content == content


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"name": "a"}, "name", "BASE_TYPE_BAD_LENGTH"),
        ({"name": "a" * 33}, "name", "BASE_TYPE_BAD_LENGTH"),
        ({"name": "an-chor"}, "name", "STRING_TYPE_REGEX"),
        ({"name": "ånkor"}, "name", "STRING_TYPE_REGEX"),
        ({"name": None}, "name", "BASE_TYPE_REQUIRED"),
        ({"image": None}, "image", "BASE_TYPE_REQUIRED"),
        ({"image": "anchor.png"}, "image", "BASE_TYPE_INVALID_IMAGE"),
        ({"image": uri(b"no image at all")}, "image", "BASE_TYPE_INVALID_IMAGE"),
        ({"image": "data:image/png;base64,%%%"}, "image", "BASE_TYPE_INVALID_IMAGE"),
        ({"image": uri(png() + bytes(256 * 1024))}, "image", "BINARY_TYPE_MAX_SIZE"),
    ],
)
async def test_a_form_that_is_no_emoji_makes_none(
    sim: Control, rest: Rest, wrong: dict[str, Any], field: str, code: str
) -> None:
    made = await sim.guild()
    path = f"/guilds/{made['id']}/emojis"
    answer = await rest("POST", path, {"name": "anchor", "image": DATA} | wrong)
    assert (answer.status_code, answer.json()["code"]) == (400, 50035)
    assert [each["code"] for each in answer.json()["errors"][field]["_errors"]] == [code]
    assert await rest.ok("GET", path) == []


async def test_the_largest_image_is_taken(sim: Control, rest: Rest) -> None:
    made = await sim.guild()
    whole = png() + bytes(256 * 1024 - len(png()))
    await rest.ok("POST", f"/guilds/{made['id']}/emojis", {"name": "an", "image": uri(whole)})


@pytest.mark.parametrize(
    ("spec", "slots"),
    [
        ({}, 50),
        ({"premium_tier": 1}, 100),
        ({"premium_tier": 2}, 150),
        ({"premium_tier": 3}, 250),
        ({"features": ["MORE_EMOJI"]}, 200),
        ({"features": ["MORE_EMOJI"], "premium_tier": 3}, 250),
    ],
)
async def test_still_and_animated_emojis_are_counted_apart(
    sim: Control, rest: Rest, spec: dict[str, Any], slots: int
) -> None:
    stills = [{"name": f"still_{number}"} for number in range(slots)]
    moving = [{"name": f"moving_{number}", "image": uri(GIF)} for number in range(slots - 1)]
    made = await sim.guild(emojis=[*stills, *moving], **spec)
    path = f"/guilds/{made['id']}/emojis"
    assert await rest.refused("POST", path, {"name": "more", "image": DATA}) == (400, 30008)
    await rest.ok("POST", path, {"name": "more", "image": uri(GIF)})
    assert await rest.refused("POST", path, {"name": "more", "image": uri(GIF)}) == (400, 30018)
    await rest.ok("DELETE", f"{path}/{made['emojis']['still_0']}")
    await rest.ok("POST", path, {"name": "more", "image": DATA})


async def test_subscription_roles_make_premium_emojis(sim: Control, rest: Rest) -> None:
    roles = [{"name": "Crew"}, {"name": "Patron", **SUBSCRIPTION}]
    premium = [{"name": f"premium_{number}", "roles": ["Patron"]} for number in range(24)]
    stills = [{"name": f"still_{number}"} for number in range(50)]
    made = await sim.guild(roles=roles, emojis=[*premium, *stills])
    path, crew, patron = f"/guilds/{made['id']}/emojis", made["roles"]["Crew"], made["roles"]["Patron"]
    body = {"name": "more", "image": DATA}
    assert await rest.refused("POST", path, body | {"roles": [crew, patron]}) == (400, 50144)
    await rest.ok("POST", path, body | {"roles": [patron]})
    assert await rest.refused("POST", path, body | {"roles": [patron]}) == (400, 30056)
    first, plain = f"{path}/{made['emojis']['premium_0']}", f"{path}/{made['emojis']['still_0']}"
    assert await rest.refused("PATCH", first, {"roles": []}) == (400, 50145)
    assert await rest.refused("PATCH", plain, {"roles": [patron]}) == (400, 50145)
    await rest.ok("PATCH", plain, {"roles": [crew]})
    assert await rest.refused("PATCH", plain, {"roles": ["1"]}) == (400, 50028)


PEOPLE: dict[str, Any] = {
    "everyone_permissions": [],
    "bot_permissions": ["VIEW_CHANNEL"],
    "roles": [
        {"name": "Makers", "permissions": str(1 << 43)},
        {"name": "Keepers", "permissions": str(1 << 30)},
    ],
    "members": [
        {"username": "ada", "roles": ["Makers"]},
        {"username": "grace", "roles": ["Keepers"]},
        {"username": "joan", "roles": ["Makers"]},
    ],
    "emojis": [{"name": "owners"}],
}


async def test_own_emojis_need_less_than_those_of_others(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**PEOPLE)
    path = f"/guilds/{made['id']}/emojis"
    body = {"name": "anchor", "image": DATA}
    assert await rest.refused("POST", path, body) == (403, 50013)
    assert (await sim.edit("grace", "POST", path, body))["body"]["code"] == 50013
    ada = (await sim.edit("ada", "POST", path, body))["body"]
    one, owners = f"{path}/{ada['id']}", f"{path}/{made['emojis']['owners']}"
    for method in ("PATCH", "DELETE"):
        assert await rest.refused(method, one, {}) == (403, 50013)
        assert (await sim.edit("joan", method, one, {}))["body"]["code"] == 50013
        assert (await sim.edit("ada", method, owners, {}))["body"]["code"] == 50013
    assert (await sim.edit("ada", "PATCH", one, {"name": "by_ada"}))["body"]["name"] == "by_ada"
    assert (await sim.edit("grace", "PATCH", one, {"name": "by_grace"}))["body"]["name"] == "by_grace"
    assert (await sim.edit("ada", "DELETE", one))["status"] == 204
    assert (await sim.edit("grace", "DELETE", owners))["status"] == 204


async def test_the_creator_is_shown_to_those_who_make_or_manage(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**PEOPLE)
    path = f"/guilds/{made['id']}/emojis"
    ada = (await sim.edit("ada", "POST", path, {"name": "anchor", "image": DATA}))["body"]
    one = f"{path}/{ada['id']}"
    for user, listed, single in (("ada", True, True), ("grace", True, True), ("joan", True, False)):
        all_of_them = (await sim.edit(user, "GET", path))["body"]
        assert ["user" in each for each in all_of_them] == [listed] * 2
        assert ("user" in (await sim.edit(user, "GET", one))["body"]) is single
    assert ["user" in each for each in await rest.ok("GET", path)] == [False, False]
    assert "user" not in await rest.ok("GET", one)


async def test_events_carry_the_whole_list(sim: Control, rest: Rest, simulator: Simulator) -> None:
    made = await sim.guild(emojis=[{"name": "first"}])
    ear, deaf = Ear(simulator), Ear(simulator, KNOWN_INTENTS & ~GUILD_EXPRESSIONS)
    path = f"/guilds/{made['id']}/emojis"
    emoji = await rest.ok("POST", path, {"name": "second", "image": DATA})
    await rest.ok("PATCH", f"{path}/{emoji['id']}", {"name": "third"})
    await rest.ok("PATCH", f"{path}/{emoji['id']}", {"name": "third", "roles": None})
    await rest.ok("DELETE", f"{path}/{made['emojis']['first']}")
    heard = ear.heard("GUILD_EMOJIS_UPDATE")
    assert [each["guild_id"] for each in heard] == [made["id"]] * 3
    assert [[emoji["name"] for emoji in each["emojis"]] for each in heard] == [
        ["first", "second"],
        ["first", "third"],
        ["third"],
    ]
    assert not any("user" in emoji for each in heard for emoji in each["emojis"])
    assert deaf.heard("GUILD_EMOJIS_UPDATE") == []


async def test_the_audit_log_names_the_emoji(sim: Control, rest: Rest) -> None:
    made = await sim.guild()
    path = f"/guilds/{made['id']}/emojis"
    reason = {"X_Audit_Log_Reason": "harbour%20day"}
    emoji = await rest.ok("POST", path, {"name": "anchor", "image": DATA}, **reason)
    await rest.ok("PATCH", f"{path}/{emoji['id']}", {"name": "buoy"}, **reason)
    await rest.ok("PATCH", f"{path}/{emoji['id']}", {"name": "buoy"}, **reason)
    await rest.ok("DELETE", f"{path}/{emoji['id']}", **reason)
    entries = (await rest.ok("GET", f"/guilds/{made['id']}/audit-logs"))["audit_log_entries"]
    assert [(each["action_type"], each["target_id"], each["reason"]) for each in entries] == [
        (action, emoji["id"], "harbour day") for action in (62, 61, 60)
    ]
    assert [each["changes"] for each in entries] == [
        [{"key": "name", "old_value": "buoy"}],
        [{"key": "name", "old_value": "anchor", "new_value": "buoy"}],
        [{"key": "name", "new_value": "anchor"}],
    ]


async def test_a_deleted_role_leaves_the_emojis_it_had(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    made = await sim.guild(
        roles=[{"name": "Crew"}, {"name": "Other"}], emojis=[{"name": "anchor", "roles": ["Crew"]}]
    )
    ear = Ear(simulator)
    await rest.ok("DELETE", f"/guilds/{made['id']}/roles/{made['roles']['Other']}")
    assert ear.heard("GUILD_EMOJIS_UPDATE") == []
    await rest.ok("DELETE", f"/guilds/{made['id']}/roles/{made['roles']['Crew']}")
    assert [each["emojis"][0]["roles"] for each in ear.heard("GUILD_EMOJIS_UPDATE")] == [[]]


def button(emoji: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": [{"type": 2, "style": 1, "custom_id": "b", "emoji": emoji}]}


def select(emoji: dict[str, Any]) -> dict[str, Any]:
    option = {"label": "a", "value": "a", "emoji": emoji}
    return {"type": 1, "components": [{"type": 3, "custom_id": "s", "options": [option]}]}


async def test_components_show_emojis_of_the_bots_guilds_only(sim: Control, rest: Rest) -> None:
    here = await sim.guild(channels=[{"name": "log"}], emojis=[{"name": "anchor"}])
    there = await sim.guild(name="There", emojis=[{"name": "buoy"}])
    outside = await sim.guild(name="Outside", bot_in=False, emojis=[{"name": "reef"}])
    path = f"/channels/{here['channels']['log']}/messages"
    usable = [here["emojis"]["anchor"], there["emojis"]["buoy"]]
    for make in (button, select):
        for emoji in (*({"id": each, "name": "x"} for each in usable), {"name": "⚓", "id": None}):
            await rest.ok("POST", path, {"content": "x", "components": [make(emoji)]})
        for unknown in (outside["emojis"]["reef"], "1"):
            body = {"content": "x", "components": [make({"id": unknown, "name": "x"})]}
            answer = await rest("POST", path, body)
            row = answer.json()["errors"]["components"]["0"]["components"]["0"]
            place = row if make is button else row["options"]["0"]
            assert place["emoji"]["id"]["_errors"][0]["code"] == "BUTTON_COMPONENT_INVALID_EMOJI"


async def test_a_word_is_no_emoji_of_a_component(sim: Control, rest: Rest) -> None:
    made = await sim.guild(channels=[{"name": "log"}])
    path = f"/channels/{made['channels']['log']}/messages"
    await rest.ok("POST", path, {"content": "x", "components": [button({"name": "⚓"})]})
    answer = await rest("POST", path, {"content": "x", "components": [button({"name": "anchor"})]})
    place = answer.json()["errors"]["components"]["0"]["components"]["0"]
    assert place["emoji"]["name"]["_errors"][0]["code"] == "BUTTON_COMPONENT_INVALID_EMOJI"


async def test_forums_name_emojis_of_their_own_guild(sim: Control, rest: Rest) -> None:
    made = await sim.guild(emojis=[{"name": "anchor"}])
    other = await sim.guild(name="Other", emojis=[{"name": "reef"}])
    channels, anchor, reef = (
        f"/guilds/{made['id']}/channels",
        made["emojis"]["anchor"],
        other["emojis"]["reef"],
    )

    def tagged(emoji_id: str) -> dict[str, Any]:
        return {"available_tags": [{"name": "solved", "emoji_id": emoji_id}]}

    def reacting(emoji_id: str) -> dict[str, Any]:
        return {"default_reaction_emoji": {"emoji_id": emoji_id, "emoji_name": None}}

    for said in (tagged, reacting):
        body = {"name": "questions", "type": 15}
        assert await rest.refused("POST", channels, body | said(reef)) == (404, 10014)
        forum = await rest.ok("POST", channels, body | said(anchor))
        one = f"/channels/{forum['id']}"
        assert await rest.refused("PATCH", one, said(reef)) == (404, 10014)
        await rest.ok("PATCH", one, said(anchor))


async def test_what_named_a_deleted_emoji_can_still_be_sent_back(sim: Control, rest: Rest) -> None:
    made = await sim.guild(emojis=[{"name": "anchor"}])
    anchor = made["emojis"]["anchor"]
    body = {"name": "questions", "type": 15, "available_tags": [{"name": "solved", "emoji_id": anchor}]}
    forum = await rest.ok("POST", f"/guilds/{made['id']}/channels", body)
    await rest.ok("DELETE", f"/guilds/{made['id']}/emojis/{anchor}")
    tags = [*forum["available_tags"], {"name": "open"}]
    edited = await rest.ok("PATCH", f"/channels/{forum['id']}", {"available_tags": tags})
    assert edited["available_tags"][0] == forum["available_tags"][0]


async def test_disnake_makes_edits_reads_and_deletes_emojis(
    sim: Control, connect: Connect, twins: Callable[[disnake.Client], Twins], cdn: str
) -> None:
    made = await sim.guild(roles=[{"name": "Crew"}], emojis=[{"name": "first"}])
    bot = disnake.Client(intents=disnake.Intents.all(), guild_ready_timeout=0.1)
    seen: list[tuple[list[str], list[str]]] = []

    @bot.event
    async def on_guild_emojis_update(_: Any, before: Any, after: Any) -> None:
        seen.append(([each.name for each in before], [each.name for each in after]))

    async with connect(bot):
        both, guild = twins(bot), bot.get_guild(int(made["id"]))
        assert guild is not None
        await both.agree()
        crew = guild.get_role(int(made["roles"]["Crew"]))
        assert crew is not None
        anchor = await guild.create_custom_emoji(name="anchor", image=png(1), roles=[crew], reason="day")
        await both.agree()
        moving = await guild.create_custom_emoji(name="moving", image=GIF)
        await both.agree()
        assert [await emoji.read() for emoji in (anchor, moving)] == [png(1), GIF]
        assert [moving.animated, anchor.animated, anchor.roles] == [True, False, [crew]]
        edited = await anchor.edit(name="buoy", roles=[], reason="day")
        await both.agree()
        assert (edited.name, edited.roles) == ("buoy", [])
        await anchor.edit(roles=[crew])
        await both.agree()
        await crew.delete()
        await both.agree()
        fetched = await guild.fetch_emojis()
        assert [each.name for each in fetched] == ["first", "buoy", "moving"]
        assert [each.user == bot.user for each in fetched] == [False, True, True]
        assert (await guild.fetch_emoji(moving.id)).user == bot.user
        preview = await bot.fetch_guild_preview(guild.id)
        assert [each.id for each in preview.emojis] == [each.id for each in fetched]
        await moving.delete(reason="day")
        await both.agree()
        with pytest.raises(disnake.NotFound):
            await moving.read()
        with pytest.raises(disnake.NotFound):
            await guild.fetch_emoji(moving.id)
        with pytest.raises(disnake.HTTPException, match="validation regex"):
            await guild.create_custom_emoji(name="an anchor", image=png())
        entries = [entry async for entry in guild.audit_logs(action=disnake.AuditLogAction.emoji_create)]
        assert [(entry.target and entry.target.id, entry.reason) for entry in entries] == [
            (moving.id, None),
            (anchor.id, "day"),
        ]
        await until(lambda: len(seen) >= 6)
    assert seen == [
        (["first"], ["first", "anchor"]),
        (["first", "anchor"], ["first", "anchor", "moving"]),
        (["first", "anchor", "moving"], ["first", "buoy", "moving"]),
        (["first", "buoy", "moving"], ["first", "buoy", "moving"]),
        (["first", "buoy", "moving"], ["first", "buoy", "moving"]),
        (["first", "buoy", "moving"], ["first", "buoy"]),
    ]
