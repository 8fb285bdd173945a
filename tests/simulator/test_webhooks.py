"""Webhooks managed: what is refused, what is told and what is logged."""

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator import Simulator
from bot.simulator.events import GUILD_WEBHOOKS, GUILDS
from bot.simulator.forms import Form
from bot.simulator.webhooks import read_name
from tests.simulator.calls import Control, Rest
from tests.simulator.ears import Ear
from tests.simulator.webhook_guild import SPEC, hook
from tests.simulator.webhook_tour import PNG


@pytest.fixture
async def made(sim: Control) -> Any:
    return await sim.guild(**SPEC)


async def test_a_webhook_is_made_with_a_token_and_an_avatar(
    rest: Rest, made: Any, http: httpx.AsyncClient, simulator: Simulator
) -> None:
    webhook = await hook(rest, made, name="  Loud \n Gulls ", avatar=PNG)
    bot = str(simulator.world.application.bot_id)
    assert (webhook["type"], webhook["name"], webhook["user"]["id"]) == (1, "Loud Gulls", bot)
    assert (webhook["guild_id"], webhook["channel_id"]) == (made["id"], made["channels"]["log"])
    assert webhook["application_id"] == bot
    assert len(webhook["token"]) == 68
    image = await http.get(f"/avatars/{webhook['id']}/{webhook['avatar']}.png")
    assert (image.status_code, image.headers["content-type"]) == (200, "image/png")
    assert await rest.ok("GET", f"/webhooks/{webhook['id']}") == webhook
    assert await rest.ok("GET", f"/channels/{made['channels']['log']}/webhooks") == [webhook]
    assert await rest.ok("GET", f"/channels/{made['channels']['Bridge']}/webhooks") == []
    assert await rest.ok("GET", f"/guilds/{made['id']}/webhooks") == [webhook]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "BASE_TYPE_BAD_LENGTH"),
        ("  ", "BASE_TYPE_BAD_LENGTH"),
        ("x" * 81, "BASE_TYPE_BAD_LENGTH"),
        ("mcClyde", "USERNAME_INVALID_CONTAINS"),
        ("My DISCORD", "USERNAME_INVALID_CONTAINS"),
        (None, "BASE_TYPE_REQUIRED"),
    ],
)
async def test_some_names_are_not_for_webhooks(rest: Rest, made: Any, name: str | None, code: str) -> None:
    path = f"/channels/{made['channels']['log']}/webhooks"
    good = await hook(rest, made)
    answers = [
        await rest("POST", path, {"name": name}),
        await rest("PATCH", f"/webhooks/{good['id']}", {"name": name}),
        await rest("PATCH", f"/webhooks/{good['id']}/{good['token']}", {"name": name}),
    ]
    for answer in answers:
        assert answer.status_code == 400
        assert answer.json()["errors"]["name"]["_errors"][0]["code"] == code
    assert await rest.ok("GET", path) == [good]


PIECES = ["cl", "yde", "Dis", "CORD", " ", "\t", "\n", "é", "🚢", "x" * 30]


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_a_name_is_either_tidy_or_refused(raw: str) -> None:
    form = Form({"name": raw})
    name = read_name(form, "name", "Gulls")
    tidy = " ".join(raw.split())
    forbidden = "clyde" in tidy.lower() or "discord" in tidy.lower()
    wrong = not tidy or len(raw) > 80 or forbidden
    assert bool(form.errors.tree) == wrong
    assert wrong or name == tidy


async def test_an_avatar_that_is_no_image_is_refused(rest: Rest, made: Any) -> None:
    path = f"/channels/{made['channels']['log']}/webhooks"
    answer = await rest("POST", path, {"name": "Gulls", "avatar": "data:image/png;base64,AAAA"})
    assert answer.json()["errors"]["avatar"]["_errors"][0]["code"] == "BASE_TYPE_INVALID_IMAGE"


async def test_managing_needs_the_permission_in_the_channel(sim: Control, rest: Rest, made: Any) -> None:
    ids = made["channels"]

    async def code(user: str, method: str, path: str, body: object = None) -> Any:
        answer = await sim.edit(user, method, path, body)
        return answer["status"] if answer["status"] < 400 else answer["body"]["code"]

    for channel, user, expected in (
        ("log", "ada", 200),
        ("log", "grace", 50013),
        ("den", "ada", 50013),
        ("hold", "ada", 50001),
        ("Deck", "ada", 50024),
    ):
        path = f"/channels/{ids[channel]}/webhooks"
        assert await code(user, "POST", path, {"name": "Gulls"}) == expected, channel
        assert await code(user, "GET", path) == (200 if expected == 50024 else expected), channel
    assert await code("ada", "GET", f"/guilds/{made['id']}/webhooks") == 200
    assert await code("grace", "GET", f"/guilds/{made['id']}/webhooks") == 50013
    there, hidden = await hook(rest, made, "den"), await hook(rest, made, "hold")
    for method in ("GET", "PATCH", "DELETE"):
        assert await code("ada", method, f"/webhooks/{there['id']}", {}) == 50013
        assert await code("ada", method, f"/webhooks/{hidden['id']}", {}) == 50001
        assert await code("owner", method, "/webhooks/1", {}) == 10015
    await sim.guild(members=[{"username": "mary"}])
    assert await code("mary", "GET", f"/webhooks/{there['id']}") == 50001


async def test_a_channel_holds_fifteen_and_a_guild_a_thousand(sim: Control, rest: Rest) -> None:
    full = [{"name": f"Gull {number}"} for number in range(15)]
    made = await sim.guild(channels=[{"name": "full", "webhooks": full}, {"name": "free"}])
    path = f"/channels/{made['channels']['full']}/webhooks"
    assert await rest.refused("POST", path, {"name": "Gulls"}) == (400, 30007)
    other = await hook(rest, made, "free")
    move = {"channel_id": made["channels"]["full"]}
    assert await rest.refused("PATCH", f"/webhooks/{other['id']}", move) == (400, 30007)
    fifteenth = (await rest.ok("GET", path))[14]
    await rest.ok("PATCH", f"/webhooks/{fifteenth['id']}", {"name": "Still editable"} | move)
    crowd = [{"name": f"c{number}", "webhooks": full} for number in range(66)]
    crowd.append({"name": "last", "webhooks": full[:10]})
    made = await sim.guild(channels=crowd)
    path = f"/channels/{made['channels']['last']}/webhooks"
    assert await rest.refused("POST", path, {"name": "Gulls"}) == (400, 30058)


async def test_a_webhook_moves_within_its_guild_where_its_manager_may(
    sim: Control, rest: Rest, made: Any, simulator: Simulator
) -> None:
    webhook, ids = await hook(rest, made), made["channels"]
    path = f"/webhooks/{webhook['id']}"
    elsewhere = await sim.guild(channels=[{"name": "far"}])
    ear = Ear(simulator, GUILDS | GUILD_WEBHOOKS)
    assert await rest.refused("PATCH", path, {"channel_id": ids["Deck"]}) == (403, 50024)
    assert await rest.refused("PATCH", path, {"channel_id": elsewhere["channels"]["far"]}) == (404, 10003)
    assert (await sim.edit("ada", "PATCH", path, {"channel_id": ids["den"]}))["body"]["code"] == 50013
    assert ear.heard("WEBHOOKS_UPDATE") == []
    moved = await rest.ok("PATCH", path, {"channel_id": ids["Bridge"]})
    assert moved == webhook | {"channel_id": ids["Bridge"]}
    expected = [{"guild_id": made["id"], "channel_id": ids[name]} for name in ("log", "Bridge")]
    assert ear.heard("WEBHOOKS_UPDATE") == expected
    await rest.ok("PATCH", path, {"channel_id": None, "name": "Gulls"})
    assert ear.heard("WEBHOOKS_UPDATE") == expected


async def test_webhooks_are_told_of_only_with_their_intent(
    rest: Rest, made: Any, simulator: Simulator
) -> None:
    deaf = Ear(simulator, GUILDS)
    webhook = await hook(rest, made)
    await rest.ok("DELETE", f"/webhooks/{webhook['id']}")
    assert deaf.heard("WEBHOOKS_UPDATE") == []


async def test_the_audit_log_says_who_made_changed_and_deleted(rest: Rest, made: Any) -> None:
    path = f"/channels/{made['channels']['log']}/webhooks"
    reason = {"X_Audit_Log_Reason": "the%20sea"}
    webhook = await rest.ok("POST", path, {"name": "Gulls", "avatar": PNG}, **reason)
    await rest.ok("PATCH", f"/webhooks/{webhook['id']}", {"name": "Terns", "avatar": None}, **reason)
    await rest.ok("PATCH", f"/webhooks/{webhook['id']}", {"name": "Terns"})
    log = await rest.ok("GET", f"/guilds/{made['id']}/audit-logs")
    assert [(each["id"], "token" in each) for each in log["webhooks"]] == [(webhook["id"], False)]
    await rest.ok("DELETE", f"/webhooks/{webhook['id']}/{webhook['token']}", None, **reason)
    log = await rest.ok("GET", f"/guilds/{made['id']}/audit-logs")
    assert log["webhooks"] == []
    entries = [each for each in log["audit_log_entries"] if each["target_id"] == webhook["id"]]
    assert [(each["action_type"], each["reason"]) for each in entries] == [
        (52, "the sea"), (51, "the sea"), (50, "the sea"),
    ]  # fmt: skip
    bot = webhook["user"]["id"]
    assert [each["user_id"] for each in entries] == [None, bot, bot]
    changes = [{change.pop("key"): change for change in each["changes"]} for each in reversed(entries)]
    assert changes[0] == {
        "name": {"new_value": "Gulls"},
        "type": {"new_value": 1},
        "channel_id": {"new_value": made["channels"]["log"]},
        "avatar_hash": {"new_value": webhook["avatar"]},
    }
    assert changes[1] == {
        "name": {"old_value": "Gulls", "new_value": "Terns"},
        "avatar_hash": {"old_value": webhook["avatar"]},
    }
    assert changes[2]["name"] == {"old_value": "Terns"}


async def test_a_deleted_channel_takes_its_webhooks_with_it(rest: Rest, sim: Control, made: Any) -> None:
    gone, left = await hook(rest, made), await hook(rest, made, "den")
    await rest.ok("DELETE", f"/channels/{made['channels']['log']}")
    assert await rest.refused("GET", f"/webhooks/{gone['id']}/{gone['token']}") == (404, 10015)
    dumped = (await sim.dump(made["id"]))["webhooks"]
    assert dumped == [{key: value for key, value in left.items() if key != "token"}]


async def test_a_spec_says_which_webhooks_there_are(sim: Control, rest: Rest) -> None:
    hooks = [{"name": "Gulls"}, {"name": "Terns", "user": "robot"}]
    members = [{"username": "robot", "bot": True}]
    made = await sim.guild(members=members, channels=[{"name": "log", "webhooks": hooks}])
    listed = await rest.ok("GET", f"/channels/{made['channels']['log']}/webhooks")
    assert [(each["name"], each["user"]["username"], "token" in each) for each in listed] == [
        ("Gulls", "owner", True), ("Terns", "robot", False),
    ]  # fmt: skip
    wrong = {"name": "Harbour", "channels": [{"name": "Deck", "type": 4, "webhooks": hooks}]}
    assert "webhooks" in (await sim("POST", "/guilds", wrong, status=400))["errors"]["channels"]["0"]
    wrong = {"name": "Harbour", "channels": [{"name": "log", "webhooks": [{"name": "clyde"}]}]}
    await sim("POST", "/guilds", wrong, status=400)
