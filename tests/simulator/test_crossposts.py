"""Messages published into the channels that follow: who may, what arrives, and how the copies live on."""

import pytest

from bot.simulator import Simulator, build
from bot.simulator.events import GUILD_MESSAGES, MESSAGE_CONTENT
from tests.simulator.calls import Control, Rest
from tests.simulator.ears import Ear
from tests.simulator.harbours import IS_CROSSPOST, Harbours, announced, arrived, two_harbours
from tests.simulator.published import published_contract

CROSSPOSTED, SUPPRESS_EMBEDS, SOURCE_DELETED = 1 << 0, 1 << 2, 1 << 3


@pytest.fixture
async def two(sim: Control) -> Harbours:
    return await two_harbours(sim)


async def test_publishing_delivers_a_copy_to_every_follower(
    rest: Rest, two: Harbours, simulator: Simulator
) -> None:
    webhook_id = (await rest.ok("POST", f"{two.news}/followers", two.into("log")))["webhook_id"]
    chat = {"webhook_channel_id": two.source["channels"]["chat"]}
    await rest.ok("POST", f"{two.news}/followers", chat)
    ear = Ear(simulator, GUILD_MESSAGES | MESSAGE_CONTENT)
    body = {"embeds": [{"title": "t"}], "flags": SUPPRESS_EMBEDS, "content": "@everyone land in sight"}
    path = await announced(rest, two, **body)
    published = await rest.ok("POST", f"{path}/crosspost")
    assert (published["flags"], published["edited_timestamp"]) == (CROSSPOSTED | SUPPRESS_EMBEDS, None)
    updates = ear.heard("MESSAGE_UPDATE")
    assert [(each["id"], each["flags"]) for each in updates] == [(published["id"], published["flags"])]
    (copy,) = await arrived(rest, two)
    assert (copy["content"], copy["embeds"]) == (published["content"], published["embeds"])
    assert copy["flags"] == IS_CROSSPOST | SUPPRESS_EMBEDS
    assert (copy["webhook_id"], copy["author"]["id"]) == (webhook_id, webhook_id)
    assert copy["author"]["username"] == "Lighthouse #news"
    assert copy["mention_everyone"] is False
    assert copy["message_reference"] == {
        "type": 0,
        "message_id": published["id"],
        "channel_id": two.source["channels"]["news"],
        "guild_id": two.source["id"],
    }
    copies = ear.heard("MESSAGE_CREATE")[1:]
    assert {each["channel_id"] for each in copies} == {copy["channel_id"], chat["webhook_channel_id"]}
    assert not any("member" in each for each in copies)
    assert await rest.refused("POST", f"{path}/crosspost") == (400, 40033)


async def test_a_copy_mentions_only_people_of_the_guild_it_arrives_in(rest: Rest, two: Harbours) -> None:
    await rest.ok("POST", f"{two.news}/followers", two.into("log"))
    ada, kay, keeper = (two.source[kind][name] for kind, name in (
        ("members", "ada"), ("members", "kay"), ("roles", "Keeper")
    ))  # fmt: skip
    path = await announced(rest, two, content=f"<@{ada}> <@{kay}> <@&{keeper}> @everyone")
    source = await rest.ok("POST", f"{path}/crosspost")
    assert (len(source["mentions"]), source["mention_roles"], source["mention_everyone"]) == (
        2,
        [keeper],
        True,
    )
    (copy,) = await arrived(rest, two)
    assert [each["id"] for each in copy["mentions"]] == [kay]
    assert (copy["mention_roles"], copy["mention_everyone"]) == ([], False)


async def test_who_may_publish_what(rest: Rest, sim: Control, two: Harbours) -> None:
    async def publish(user: str, path: str) -> int:
        answer = await sim.edit(user, "POST", f"{path}/crosspost")
        return answer["status"] if answer["status"] < 400 else answer["body"]["code"]

    bots = await announced(rest, two)
    adas = (await sim.edit("ada", "POST", f"{two.news}/messages", {"content": "c"}))["body"]
    assert await publish("ada", bots) == 50013
    assert await publish("kay", bots) == 200
    assert await publish("ada", f"{two.news}/messages/{adas['id']}") == 200
    mute = {"permission_overwrites": [{"id": two.source["id"], "type": 0, "deny": str(1 << 11)}]}
    kays = (await sim.edit("kay", "POST", f"{two.news}/messages", {"content": "c"}))["body"]
    await rest.ok("PATCH", two.news, mute)
    assert await publish("kay", f"{two.news}/messages/{kays['id']}") == 50013


async def test_some_messages_cannot_be_published(rest: Rest, two: Harbours) -> None:
    chat = f"/channels/{two.source['channels']['chat']}"
    sent = await rest.ok("POST", f"{chat}/messages", {"content": "c"})
    assert await rest.refused("POST", f"{chat}/messages/{sent['id']}/crosspost") == (403, 50024)
    assert await rest.refused("POST", f"{two.news}/messages/1/crosspost") == (404, 10008)
    first = await announced(rest, two)
    reply = await announced(rest, two, message_reference={"message_id": first.rpartition("/")[2]})
    assert await rest.refused("POST", f"{reply}/crosspost") == (400, 50068)
    await rest.ok("POST", f"{two.news}/followers", two.into("log"))
    await rest.ok("PATCH", two.log, {"type": 5})
    system = (await rest.ok("GET", f"{two.log}/messages"))[0]
    assert await rest.refused("POST", f"{two.log}/messages/{system['id']}/crosspost") == (400, 50068)
    await rest.ok("POST", f"{first}/crosspost")
    (copy,) = await arrived(rest, two)
    assert await rest.refused("POST", f"{two.log}/messages/{copy['id']}/crosspost") == (400, 40033)


async def test_copies_follow_the_edits_and_outlive_the_source(
    rest: Rest, two: Harbours, simulator: Simulator
) -> None:
    await rest.ok("POST", f"{two.news}/followers", two.into("log"))
    path = await announced(rest, two, embeds=[{"title": "t"}])
    await rest.ok("POST", f"{path}/crosspost")
    (before,) = await arrived(rest, two)
    ear = Ear(simulator, GUILD_MESSAGES | MESSAGE_CONTENT)
    edited = await rest.ok("PATCH", path, {"content": "no, a cloud", "embeds": []})
    assert edited["flags"] == CROSSPOSTED
    (after,) = await arrived(rest, two)
    assert (after["content"], after["embeds"], after["edited_timestamp"] is None) == (
        "no, a cloud",
        [],
        False,
    )
    changed = {"content", "embeds", "edited_timestamp"}
    assert {key: value for key, value in after.items() if key not in changed} == {
        key: value for key, value in before.items() if key not in changed
    }
    assert [each["content"] for each in ear.heard("MESSAGE_UPDATE")] == ["no, a cloud"] * 2
    await rest.ok("DELETE", path)
    (orphan,) = await arrived(rest, two)
    assert orphan == after | {"flags": IS_CROSSPOST | SOURCE_DELETED}
    assert ear.heard("MESSAGE_UPDATE")[2]["flags"] == orphan["flags"]


async def test_a_copy_that_was_deleted_stays_deleted(rest: Rest, two: Harbours) -> None:
    await rest.ok("POST", f"{two.news}/followers", two.into("log"))
    one, two_ = await announced(rest, two), await announced(rest, two)
    for path in (one, two_):
        await rest.ok("POST", f"{path}/crosspost")
    first, _ = await arrived(rest, two)
    await rest.ok("DELETE", f"{two.log}/messages/{first['id']}")
    await rest.ok("PATCH", one, {"content": "edited"})
    assert [each["content"] for each in await arrived(rest, two)] == ["land in sight"]
    await rest.ok("DELETE", two.log)
    await rest.ok("PATCH", two_, {"content": "edited"})
    await rest.ok("DELETE", two_)


class TestPublishingIsLimited:
    @pytest.fixture
    def simulator(self) -> Simulator:
        return build(profile="discord", contract=published_contract())

    async def test_to_ten_an_hour_and_channel(self, rest: Rest, sim: Control, two: Harbours) -> None:
        for _ in range(10):
            await rest.ok("POST", f"{await announced(rest, two)}/crosspost")
            await sim("POST", "/clock", {"advance": 10})
        path = await announced(rest, two)
        answer = await rest("POST", f"{path}/crosspost")
        assert (answer.status_code, answer.json()["global"]) == (429, False)
        assert 3400 < answer.json()["retry_after"] <= 3500
        await sim("POST", "/clock", {"advance": 3600})
        await rest.ok("POST", f"{path}/crosspost")
