"""Without the published document too every part of a body is read, and what is refused leaves nothing behind."""

from typing import Any

import pytest

from bot.simulator import build
from tests.simulator.invariants import state_of
from tests.simulator.pictures import png, uri
from tests.simulator.provoking import Ground, ground

ME = ("PATCH", "/applications/@me")
COMMAND = ("POST", "{app}{guild}/commands")
GLOBAL = ("POST", "{app}/commands")
HELLO: dict[str, Any] = {"name": "hello", "description": "d"}
BADGE: dict[str, Any] = {"name": "Look At", "type": 2}
SEND = ("POST", "{log}/messages")
SELECT: dict[str, Any] = {"type": 3, "custom_id": "s", "options": [{"label": "l", "value": None}]}
RULE: dict[str, Any] = {"name": "r", "event_type": 1, "trigger_type": 3, "actions": [{"type": 1}]}


@pytest.fixture
async def at() -> Ground:
    return await ground(build())


@pytest.mark.parametrize(
    ("call", "body", "wrong"),
    [
        (ME, {"tags": ["ships", "ships"]}, "tags"),
        (ME, {"tags": [5]}, "tags"),
        (ME, {"event_webhooks_types": ["SUNRISE"]}, "event_webhooks_types"),
        (ME, {"event_webhooks_types": ["ENTITLEMENT_CREATE"] * 2}, "event_webhooks_types"),
        (ME, {"team_id": [None]}, "team_id"),
        (ME, {"type": 5}, "type"),
        (ME, {"description": {"default": "d", "localizations": {"de": True}}}, "description"),
        (ME, {"install_params": {"scopes": [["bot"]]}}, "install_params"),
        (COMMAND, BADGE | {"description_localizations": {"de": 5}}, "description_localizations"),
        (COMMAND, BADGE | {"contexts": [0, 1.5]}, "contexts"),
        (COMMAND, HELLO | {"integration_types": ["ships"]}, "integration_types"),
        (COMMAND, HELLO | {"handler": "x"}, "handler"),
        (GLOBAL, HELLO | {"dm_permission": [None], "contexts": [0]}, "dm_permission"),
        (GLOBAL, HELLO | {"description_localizations": {"de": None}}, "description_localizations"),
        (("POST", "{guild}/auto-moderation/rules"), RULE | {"exempt_roles": ["1", "1"]}, "exempt_roles"),
        (SEND, {"content": "c", "allowed_mentions": {"parse": ["users", "users"]}}, "allowed_mentions"),
        (SEND, {"content": "c", "poll": {}}, "poll"),
        (SEND, {"components": [{"type": 1, "components": [SELECT]}]}, "components"),
        (("POST", "{guild}/bulk-ban"), {"user_ids": [-1, "5"]}, "user_ids"),
        (("POST", "{guild}/bulk-ban"), {"user_ids": ["5", 5]}, "user_ids"),
    ],
)
async def test_what_is_of_the_wrong_kind_is_refused_wherever_it_stands(
    at: Ground, call: tuple[str, str], body: dict[str, Any], wrong: str
) -> None:
    before = state_of(at.simulator.world)
    reply = await at.wire(call[0], at.path(call[1]), body)
    assert (reply.status, reply.body["code"], list(reply.body["errors"])) == (400, 50035, [wrong])
    assert state_of(at.simulator.world) == before


async def test_a_template_keeps_a_name(at: Ground) -> None:
    made = await at.ok("POST", at.path("{guild}/templates"), {"name": "Port"})
    reply = await at.wire("PATCH", at.path("{guild}/templates/") + made["code"], {"name": None})
    assert (reply.status, list(reply.body["errors"])) == (400, ["name"])


async def test_a_modal_that_is_refused_leaves_nothing(at: Ground) -> None:
    path = await at.interaction()
    text = {"type": 4, "custom_id": "t", "label": "T", "style": 1}
    rows = [{"type": 1, "components": [text]}, {"type": 1, "components": 5}]
    before = state_of(at.simulator.world)
    reply = await at.wire(
        "POST", path, {"type": 9, "data": {"custom_id": "m", "title": "T", "components": rows}}
    )
    assert (reply.status, reply.body["code"]) == (400, 50035)
    assert state_of(at.simulator.world) == before


async def test_the_role_of_a_bot_that_leaves_is_for_no_emoji_any_more(at: Ground) -> None:
    guild = at.simulator.world.guilds[int(at.harbour["id"])]
    own = next(each for each in guild.roles.values() if each.managed)
    emoji = await at.ok(
        "POST", at.path("{guild}/emojis"), {"name": "buoy", "image": uri(png()), "roles": [str(own.id)]}
    )
    await at.ok("DELETE", f"/users/@me/guilds/{guild.id}")
    assert own.id not in guild.roles
    assert guild.emojis[int(emoji["id"])].roles == []


async def test_what_was_said_of_somebody_who_left_can_be_taken_back(at: Ground) -> None:
    command = await at.ok("POST", at.path("{app}/commands"), HELLO)
    path = at.path("{app}{guild}/commands/") + f"{command['id']}/permissions"
    ada = {"id": at.harbour["members"]["ada"], "type": 2, "permission": False}

    async def permit(*level: dict[str, Any]) -> Any:
        edit = {"user": "owner", "method": "PUT", "path": path, "body": {"permissions": list(level)}}
        return (await at.wire.control("POST", "/edits", edit)).body

    assert (await permit(ada))["status"] == 200
    await at.ok("DELETE", at.path("{guild}/members/{ada}"))
    taken = await permit()
    assert (taken["status"], taken["body"]["permissions"]) == (200, [])
    assert (await permit(ada))["body"]["code"] == 10013
