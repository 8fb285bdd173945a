"""Messages by webhooks: who they are by, whom they ping, what they may contain, and who may touch them."""

from typing import Any

import httpx
import pytest

from bot.simulator import Simulator
from bot.simulator.events import GUILD_MESSAGES, MESSAGE_CONTENT
from tests.simulator.calls import Control, Rest
from tests.simulator.ears import Ear
from tests.simulator.webhook_guild import hook
from tests.simulator.webhook_tour import PNG

SPEC: dict[str, Any] = {
    "roles": [{"name": "Crew", "key": "crew"}],
    "channels": [
        {"name": "log", "webhooks": [{"name": "Terns", "user": "ada"}]},
        {"name": "Questions", "type": "forum"},
    ],
    "members": [{"username": "ada"}, {"username": "grace"}],
}
BUTTON = {"type": 2, "style": 1, "label": "Go", "custom_id": "go"}
LINK = {"type": 2, "style": 5, "label": "Web", "url": "https://example.org"}
SELECT = {"type": 5, "custom_id": "who"}
V2 = 1 << 15


def row(*children: Any) -> list[Any]:
    return [{"type": 1, "components": list(children)}]


@pytest.fixture
async def made(sim: Control) -> Any:
    return await sim.guild(**SPEC)


@pytest.fixture
async def own(rest: Rest, made: Any) -> str:
    """The path of a webhook the bot made."""
    webhook = await hook(rest, made, avatar=PNG)
    return f"/webhooks/{webhook['id']}/{webhook['token']}"


@pytest.fixture
async def foreign(rest: Rest, made: Any) -> str:
    """The path of a webhook a person made."""
    found = (await rest.ok("GET", f"/channels/{made['channels']['log']}/webhooks"))[0]
    return f"/webhooks/{found['id']}/{found['token']}"


async def test_a_message_is_answered_only_to_who_waits(
    http: httpx.AsyncClient, rest: Rest, made: Any, own: str
) -> None:
    silent = await http.post(f"/api/v10{own}", json={"content": "one"})
    assert (silent.status_code, silent.content) == (204, b"")
    waited = await http.post(f"/api/v10{own}?wait=true", json={"content": "two"})
    listed = await rest.ok("GET", f"/channels/{made['channels']['log']}/messages")
    assert [each["content"] for each in listed] == ["two", "one"]
    assert waited.json() == listed[0]
    assert await rest.refused("POST", own, {"content": ""}) == (400, 50006)


async def test_the_author_is_the_webhook_and_no_member(
    rest: Rest, made: Any, own: str, foreign: str, simulator: Simulator
) -> None:
    ear = Ear(simulator, GUILD_MESSAGES | MESSAGE_CONTENT)
    message = await rest.ok("POST", f"{own}?wait=true", {"content": "mew"})
    webhook = await rest.ok("GET", own)
    author = message["author"]
    assert (author["id"], author["username"], author["avatar"]) == tuple(
        webhook[key] for key in ("id", "name", "avatar")
    )
    assert (author["bot"], author["discriminator"]) == (True, "0000")
    assert (message["webhook_id"], message["application_id"]) == (webhook["id"], webhook["application_id"])
    other = await rest.ok("POST", f"{foreign}?wait=true", {"content": "kip"})
    assert "application_id" not in other
    events = ear.heard("MESSAGE_CREATE")
    assert [each["content"] for each in events] == ["mew", "kip"]
    assert not any("member" in each for each in events)
    path = f"/channels/{made['channels']['log']}"
    assert (await rest.ok("GET", path))["last_message_id"] == other["id"]
    assert await rest.ok("GET", f"{path}/messages/{message['id']}") == message


async def test_a_webhooks_words_are_withheld_without_the_intent(
    rest: Rest, own: str, simulator: Simulator
) -> None:
    ear = Ear(simulator, GUILD_MESSAGES)
    await rest.ok("POST", own, {"content": "mew"})
    assert [each["content"] for each in ear.heard("MESSAGE_CREATE")] == [""]


async def test_one_message_may_have_a_name_and_a_face_of_its_own(rest: Rest, own: str) -> None:
    faces = ("https://example.org/a.png", "https://example.org/b.png", "https://example.org/a.png")
    sent = [
        (await rest.ok("POST", f"{own}?wait=1", {"content": "c", "username": "Mew", "avatar_url": face}))
        for face in faces
    ]
    assert {each["author"]["username"] for each in sent} == {"Mew"}
    one, two, three = [each["author"]["avatar"] for each in sent]
    assert one == three != two
    plain = await rest.ok("POST", f"{own}?wait=1", {"content": "c", "username": None, "avatar_url": None})
    assert plain["author"]["username"] == "Gulls"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("username", "a clyde", "USERNAME_INVALID_CONTAINS"),
        ("username", "", "BASE_TYPE_BAD_LENGTH"),
        ("username", "x" * 81, "BASE_TYPE_BAD_LENGTH"),
        ("avatar_url", "ftp://example.org/a.png", "URL_TYPE_INVALID_URL"),
        ("content", "x" * 2001, "BASE_TYPE_MAX_LENGTH"),
    ],
)
async def test_what_is_wrong_is_named(rest: Rest, own: str, field: str, value: str, code: str) -> None:
    answer = await rest("POST", own, {"content": "c", field: value})
    assert (answer.status_code, answer.json()["errors"][field]["_errors"][0]["code"]) == (400, code)


async def test_by_default_only_people_are_pinged(rest: Rest, made: Any, own: str) -> None:
    ada, crew = made["members"]["ada"], made["roles"]["crew"]
    text = {"content": f"<@{ada}> <@&{crew}> @everyone"}

    def pinged(message: Any) -> tuple[list[str], list[str], bool]:
        users = [each["id"] for each in message["mentions"]]
        return users, message["mention_roles"], message["mention_everyone"]

    message = await rest.ok("POST", f"{own}?wait=1", text)
    assert pinged(message) == ([ada], [], False)
    everybody = text | {"allowed_mentions": {"parse": ["users", "roles", "everyone"]}}
    assert pinged(await rest.ok("POST", f"{own}?wait=1", everybody)) == ([ada], [crew], True)
    nobody = text | {"allowed_mentions": {"parse": []}}
    assert pinged(await rest.ok("PATCH", f"{own}/messages/{message['id']}", nobody)) == ([], [], False)
    assert pinged(await rest.ok("PATCH", f"{own}/messages/{message['id']}", text)) == ([ada], [], False)


async def test_only_an_applications_webhook_has_working_components(
    rest: Rest, own: str, foreign: str
) -> None:
    async def shown(path: str, query: str, components: list[Any]) -> int:
        body = {"content": "c", "components": components}
        return len((await rest.ok("POST", f"{path}?wait=1{query}", body))["components"])

    assert await shown(own, "", row(BUTTON, LINK)) == 1
    assert await shown(own, "&with_components=true", row(SELECT)) == 1
    assert await shown(foreign, "", row(BUTTON)) == 0
    assert await shown(foreign, "&with_components=false", row(LINK)) == 0
    assert await shown(foreign, "&with_components=true", row(LINK)) == 1
    for components in (row(BUTTON), row(SELECT), row(LINK, BUTTON)):
        body = {"content": "c", "components": components}
        answer = await rest("POST", f"{foreign}?with_components=1", body)
        assert "components" in answer.json()["errors"]
    body = {"flags": V2, "components": [{"type": 10, "content": "text"}]}
    sent = await rest.ok("POST", f"{foreign}?wait=1&with_components=1", body)
    assert (sent["flags"], sent["components"][0]["content"]) == (V2, "text")
    assert await rest.refused("POST", foreign, body) == (400, 50006)


async def test_flags_that_are_not_a_webhooks_to_set_are_dropped(rest: Rest, own: str) -> None:
    every = {"content": "c", "flags": (1 << 15) - 1}
    sent = await rest.ok("POST", f"{own}?wait=1", every)
    assert sent["flags"] == 1 << 2 | 1 << 12


async def test_there_are_no_threads_to_send_to(rest: Rest, made: Any, own: str) -> None:
    said = {"content": "c"}
    assert await rest.refused("POST", f"{own}?thread_id=1", said) == (404, 10003)
    assert await rest.refused("POST", f"{own}?thread_id=x", said) == (400, 50035)
    assert await rest.refused("POST", own, said | {"thread_name": "t"}) == (400, 220_003)
    forum = await hook(rest, made, "Questions")
    path = f"/webhooks/{forum['id']}/{forum['token']}"
    assert await rest.refused("POST", path, said) == (400, 220_001)
    assert await rest.refused("POST", f"{path}?thread_id=1", said | {"thread_name": "t"}) == (400, 220_002)
    assert await rest.refused("POST", path, said | {"thread_name": "t"}) == (400, 40058)
    message = await rest.ok("POST", f"{own}?wait=1", said)
    assert await rest.refused("GET", f"{own}/messages/{message['id']}?thread_id=1") == (404, 10003)


async def test_a_webhook_touches_only_its_own_messages_where_it_is(
    rest: Rest, sim: Control, made: Any, own: str, foreign: str
) -> None:
    mine = await rest.ok("POST", f"{own}?wait=1", {"content": "c", "embeds": [{"title": "t"}]})
    hers = await rest.ok("POST", f"{foreign}?wait=1", {"content": "c"})
    bots = await rest.ok("POST", f"/channels/{made['channels']['log']}/messages", {"content": "c"})
    for message_id in (hers["id"], bots["id"], "1", "@original"):
        for method in ("GET", "PATCH", "DELETE"):
            path = f"{own}/messages/{message_id}"
            assert await rest.refused(method, path, {"content": "x"}) == (404, 10008)
    edited = await rest.ok("PATCH", f"{own}/messages/{mine['id']}", {"content": "edited"})
    assert (edited["content"], edited["embeds"], edited["author"]) == (
        "edited",
        mine["embeds"],
        mine["author"],
    )
    assert edited["edited_timestamp"] is not None
    assert await rest.ok("GET", f"{own}/messages/{mine['id']}") == edited
    other = await rest.ok("POST", f"/guilds/{made['id']}/channels", {"name": "other"})
    await rest.ok("PATCH", own.rpartition("/")[0], {"channel_id": other["id"]})
    assert await rest.refused("DELETE", f"{own}/messages/{mine['id']}") == (404, 10008)
    await rest.ok("PATCH", own.rpartition("/")[0], {"channel_id": made["channels"]["log"]})
    await rest.ok("DELETE", f"{own}/messages/{mine['id']}")
    log = await rest.ok("GET", f"/guilds/{made['id']}/audit-logs?action_type=72")
    assert log["audit_log_entries"] == []


async def test_others_may_delete_a_webhooks_message_but_not_edit_it(
    rest: Rest, sim: Control, made: Any, own: str
) -> None:
    sent = await rest.ok("POST", f"{own}?wait=1", {"content": "c"})
    path = f"/channels/{made['channels']['log']}/messages/{sent['id']}"
    assert await rest.refused("PATCH", path, {"content": "x"}) == (403, 50005)
    assert (await sim.edit("grace", "DELETE", path))["body"]["code"] == 50013
    await rest.ok("DELETE", path)
    assert await rest.refused("GET", f"{own}/messages/{sent['id']}") == (404, 10008)


async def test_a_deleted_webhooks_messages_stay(rest: Rest, made: Any, own: str) -> None:
    sent = await rest.ok("POST", f"{own}?wait=1", {"content": "c"})
    await rest.ok("DELETE", own)
    assert await rest.ok("GET", f"/channels/{made['channels']['log']}/messages/{sent['id']}") == sent


async def test_the_applications_own_id_still_stands_for_its_interactions(
    rest: Rest, sim: Control, made: Any, simulator: Simulator
) -> None:
    app = str(simulator.world.application.id)
    await rest.ok("POST", f"/applications/{app}/commands", {"name": "hello", "description": "d"})
    asked = {"guild_id": made["id"], "user": "ada", "type": "command", "name": "hello", "timeout": 0}
    begun = await sim("POST", "/interactions", asked)
    token = simulator.world.interactions.by_id[int(begun["id"])].token
    await rest.ok(
        "POST", f"/interactions/{begun['id']}/{token}/callback", {"type": 4, "data": {"content": "c"}}
    )
    answer = await rest.ok("GET", f"/webhooks/{app}/{token}/messages/@original")
    assert (answer["webhook_id"], answer["application_id"], answer["author"]["id"]) == (app, app, app)
    assert await rest.refused("POST", f"/webhooks/{app}/x", {"content": "c"}) == (401, 50027)
    assert await rest.refused("GET", f"/webhooks/{app}/{token}") == (404, 10015)
