"""Announcement channels followed: what it needs, what it makes, and what disnake hears of it."""

from collections.abc import Callable

import disnake
import httpx
import pytest

from bot.simulator import Simulator
from bot.simulator.events import GUILD_MESSAGES, GUILD_WEBHOOKS, MESSAGE_CONTENT
from bot.simulator.images import Image
from tests.simulator.calls import Control, Rest, until
from tests.simulator.conftest import Connect
from tests.simulator.ears import Ear, keeping
from tests.simulator.harbours import Harbours, announced, arrived, two_harbours
from tests.simulator.test_disnake import client
from tests.simulator.twins import Twins


@pytest.fixture
async def two(sim: Control) -> Harbours:
    return await two_harbours(sim)


async def test_following_makes_a_webhook_without_a_token(
    rest: Rest, two: Harbours, simulator: Simulator
) -> None:
    ear = Ear(simulator, GUILD_WEBHOOKS | GUILD_MESSAGES | MESSAGE_CONTENT)
    reason = {"X_Audit_Log_Reason": "keep%20posted"}
    answer = await rest.ok("POST", f"{two.news}/followers", two.into("log"), **reason)
    webhook = await rest.ok("GET", f"/webhooks/{answer['webhook_id']}")
    assert answer["channel_id"] == two.source["channels"]["news"]
    assert (webhook["type"], webhook["name"], webhook["application_id"]) == (2, "Lighthouse #news", None)
    assert "token" not in webhook
    assert webhook["source_guild"] == {"id": two.source["id"], "name": "Lighthouse", "icon": None}
    assert webhook["source_channel"] == {"id": two.source["channels"]["news"], "name": "news"}
    assert ear.heard("WEBHOOKS_UPDATE") == [
        {"guild_id": two.target["id"], "channel_id": two.target["channels"]["log"]}
    ]
    message = (await rest.ok("GET", f"{two.log}/messages"))[0]
    assert (message["type"], message["content"]) == (12, "Lighthouse #news")
    assert message["author"]["username"] == "simulated-bot"
    assert message["message_reference"] == {
        "type": 0,
        "channel_id": two.source["channels"]["news"],
        "guild_id": two.source["id"],
    }
    assert [each["id"] for each in ear.heard("MESSAGE_CREATE")] == [message["id"]]
    edit = {"content": "x"}
    assert await rest.refused("PATCH", f"{two.log}/messages/{message['id']}", edit) == (400, 50021)
    entry = (await rest.ok("GET", f"/guilds/{two.target['id']}/audit-logs"))["audit_log_entries"][0]
    assert (entry["action_type"], entry["reason"], entry["target_id"]) == (
        50,
        "keep posted",
        webhook["id"],
    )
    assert {"key": "type", "new_value": 2} in entry["changes"]


async def test_a_follower_wears_the_followed_guilds_icon(
    rest: Rest, two: Harbours, simulator: Simulator, http: httpx.AsyncClient
) -> None:
    source = simulator.world.guilds[int(two.source["id"])]
    source.icon = simulator.world.images.keep(Image(b"GIF89a", "image/gif"), f"icons/{source.id}")
    answer = await rest.ok("POST", f"{two.news}/followers", two.into("log"))
    webhook = await rest.ok("GET", f"/webhooks/{answer['webhook_id']}")
    assert webhook["avatar"] == webhook["source_guild"]["icon"] == source.icon
    assert (await http.get(f"/avatars/{webhook['id']}/{source.icon}.gif")).content == b"GIF89a"


async def test_a_followers_webhook_can_be_managed_but_not_spoken_through(rest: Rest, two: Harbours) -> None:
    answer = await rest.ok("POST", f"{two.news}/followers", two.into("log"))
    path = f"/webhooks/{answer['webhook_id']}"
    for token in ("None", "x"):
        assert await rest.refused("POST", f"{path}/{token}", {"content": "c"}) == (401, 50027)
        assert await rest.refused("DELETE", f"{path}/{token}") == (401, 50027)
    bulletin = {"channel_id": two.target["channels"]["bulletin"]}
    assert await rest.refused("PATCH", path, bulletin) == (403, 50024)
    assert (await rest.ok("PATCH", path, {"name": "News"}))["name"] == "News"
    await rest.ok("POST", f"{await announced(rest, two)}/crosspost")
    await rest.ok("DELETE", path)
    await rest.ok("POST", f"{await announced(rest, two)}/crosspost")
    assert [each["author"]["username"] for each in await arrived(rest, two)] == ["News"]


async def test_only_announcements_are_followed_and_only_where_one_may(
    rest: Rest, sim: Control, two: Harbours
) -> None:
    path = f"{two.news}/followers"
    chat = f"/channels/{two.source['channels']['chat']}/followers"
    assert await rest.refused("POST", chat, two.into("log")) == (403, 50024)
    for channel in ("Deck", "bulletin"):
        assert await rest.refused("POST", path, two.into(channel)) == (403, 50024)
    assert await rest.refused("POST", path, two.into("full")) == (400, 30007)
    assert await rest.refused("POST", path, {"webhook_channel_id": "1"}) == (404, 10003)
    assert await rest.refused("POST", path, {}) == (400, 50035)
    codes = [
        (await sim.edit(user, "POST", path, two.into("log")))["body"]["code"]
        for user in ("grace", "ada", "kay")
    ]
    # grace is not in the source's guild, ada not in the target's, and kay may not there.
    assert codes == [50001, 50001, 50013]
    assert (await sim.dump(two.target["id"]))["messages"] == {}


async def test_what_is_followed_is_hidden_once_its_maker_has_left(
    rest: Rest, sim: Control, two: Harbours
) -> None:
    await sim("POST", f"/guilds/{two.source['id']}/members", {"user": "grace"})
    answer = (await sim.edit("grace", "POST", f"{two.news}/followers", two.into("log")))["body"]
    assert "source_guild" in await rest.ok("GET", f"/webhooks/{answer['webhook_id']}")
    grace = two.target["members"]["grace"]
    await sim("DELETE", f"/guilds/{two.source['id']}/members/{grace}")
    webhook = await rest.ok("GET", f"/webhooks/{answer['webhook_id']}")
    assert not {"source_guild", "source_channel"} & set(webhook)


async def test_disnake_follows_and_publishes(
    sim: Control, connect: Connect, twins: Callable[[disnake.Client], Twins], two: Harbours
) -> None:
    bot = client()
    updates, messages = keeping(bot, "on_webhooks_update"), keeping(bot, "on_message")
    edits = keeping(bot, "on_message_edit")
    async with connect(bot):
        both = twins(bot)
        news = bot.get_channel(int(two.source["channels"]["news"]))
        log = bot.get_channel(int(two.target["channels"]["log"]))
        assert isinstance(news, disnake.TextChannel)
        assert isinstance(log, disnake.TextChannel)
        webhook = await news.follow(destination=log, reason="keep posted")
        await both.agree()
        await until(lambda: updates == [log] and messages)
        assert messages[0].type is disnake.MessageType.channel_follow_add
        assert messages[0].reference.channel_id == news.id
        listed = (await log.webhooks())[0]
        await both.agree()
        assert (listed.id, listed.type, listed.token) == (
            webhook.id,
            disnake.WebhookType.channel_follower,
            None,
        )
        assert listed.source_guild is not None
        assert listed.source_channel is not None
        assert (listed.source_guild.id, listed.source_channel.id) == (news.guild.id, news.id)
        message = await news.send("land in sight")
        await both.agree()
        await message.publish()
        await both.agree()
        await until(lambda: len(messages) == 3)
        copy = messages[2]
        assert (copy.channel, copy.content, copy.webhook_id) == (log, "land in sight", webhook.id)
        assert copy.flags.is_crossposted
        assert (copy.reference.message_id, copy.reference.channel_id) == (message.id, news.id)
        assert (await news.fetch_message(message.id)).flags.crossposted
        with pytest.raises(disnake.HTTPException) as refused:
            await message.publish()
        assert refused.value.code == 40033
        await message.edit("no, a cloud")
        await both.agree()
        await until(lambda: any(after.id == copy.id and after.content == "no, a cloud" for _, after in edits))
        await message.delete()
        await both.agree()
        await until(lambda: any(after.flags.source_message_deleted for _, after in edits))
        assert (await log.fetch_message(copy.id)).content == "no, a cloud"
        await listed.delete(reason="enough")
        await both.agree()
        assert await log.webhooks() == []
        await until(lambda: updates == [log, log])
