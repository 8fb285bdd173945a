"""Unmodified disnake makes, uses and deletes webhooks through its public methods."""

import io
from collections.abc import Callable

import aiohttp
import disnake
import pytest

from tests.simulator.calls import Control, until
from tests.simulator.conftest import Connect
from tests.simulator.ears import keeping
from tests.simulator.test_disnake import client
from tests.simulator.twins import Twins

GIF = b"GIF89a" + bytes(20)


async def test_a_bot_manages_its_webhooks(
    sim: Control, connect: Connect, twins: Callable[[disnake.Client], Twins]
) -> None:
    made = await sim.guild(channels=[{"name": "log"}, {"name": "den"}])
    bot = client()
    heard = keeping(bot, "on_webhooks_update")
    async with connect(bot):
        both = twins(bot)
        log, den = (bot.get_channel(int(made["channels"][name])) for name in ("log", "den"))
        assert isinstance(log, disnake.TextChannel)
        assert isinstance(den, disnake.TextChannel)
        webhook = await log.create_webhook(name="Gulls", avatar=GIF, reason="birds")
        await both.agree()
        assert webhook.user == bot.user
        assert webhook.application_id == bot.application_id
        assert webhook.avatar.is_animated()
        assert [each.id for each in await log.webhooks()] == [webhook.id]
        await both.agree()
        assert [each.token for each in await log.guild.webhooks()] == [webhook.token]
        await both.agree()
        assert (await bot.fetch_webhook(webhook.id)).name == "Gulls"
        await both.agree()
        moved = await webhook.edit(name="Terns", channel=den, reason="to the den")
        await both.agree()
        assert (moved.name, moved.channel, await log.webhooks()) == ("Terns", den, [])
        bare = await moved.edit(avatar=None)
        await both.agree()
        assert bare._avatar is None
        await webhook.delete(reason="gone")
        await both.agree()
        with pytest.raises(disnake.NotFound):
            await bot.fetch_webhook(webhook.id)
        await until(lambda: len(heard) == 5)
        assert heard == [log, log, den, den, den]
        entries = [entry async for entry in log.guild.audit_logs(limit=10, oldest_first=True)]
        assert [(entry.action.name, entry.reason) for entry in entries] == [
            ("webhook_create", "birds"),
            ("webhook_update", "to the den"),
            ("webhook_update", None),
            ("webhook_delete", "gone"),
        ]
        assert (entries[1].before.channel, entries[1].after.channel) == (log, den)
        assert entries[0].after.type is disnake.WebhookType.incoming


async def test_a_webhook_speaks_and_corrects_itself(
    sim: Control, connect: Connect, twins: Callable[[disnake.Client], Twins]
) -> None:
    made = await sim.guild(channels=[{"name": "log"}], members=[{"username": "ada"}])
    bot = client()
    messages, edits = keeping(bot, "on_message"), keeping(bot, "on_message_edit")
    deleted = keeping(bot, "on_raw_message_delete")
    async with connect(bot):
        both = twins(bot)
        log = bot.get_channel(int(made["channels"]["log"]))
        assert isinstance(log, disnake.TextChannel)
        webhook = await log.create_webhook(name="Gulls")
        await both.agree()
        assert await webhook.send("unanswered") is None
        await both.agree()
        ada = made["members"]["ada"]
        sent = await webhook.send(
            f"<@{ada}>",
            wait=True,
            username="Mew",
            avatar_url="https://example.org/mew.png",
            embeds=[disnake.Embed(title="T")],
            file=disnake.File(io.BytesIO(b"plank"), "plank.txt"),
            components=[disnake.ui.Button(label="Go", custom_id="go")],
            allowed_mentions=disnake.AllowedMentions.none(),
        )
        await both.agree()
        assert (sent.author.name, sent.author.id, sent.author.bot) == ("Mew", webhook.id, True)
        assert isinstance(sent.author, disnake.User)
        assert (sent.webhook_id, sent.application_id) == (webhook.id, bot.application_id)
        assert (sent.embeds[0].title, sent.attachments[0].filename, sent.mentions) == ("T", "plank.txt", [])
        await until(lambda: len(messages) == 2)
        assert (messages[1].id, messages[1].author.name, messages[1].webhook_id) == (
            sent.id,
            "Mew",
            webhook.id,
        )
        fetched = await webhook.fetch_message(sent.id)
        await both.agree()
        assert fetched.content == sent.content
        edited = await webhook.edit_message(sent.id, content="edited", embeds=[], components=[])
        await both.agree()
        assert (edited.content, edited.embeds, edited.components) == ("edited", [], [])
        again = await edited.edit("twice")
        await both.agree()
        assert again.edited_at is not None
        await until(lambda: len(edits) == 2)
        assert (await log.fetch_message(sent.id)).content == "twice"
        await webhook.delete_message(sent.id)
        await both.agree()
        await until(lambda: deleted)
        with pytest.raises(disnake.NotFound):
            await webhook.fetch_message(sent.id)
        with pytest.raises(disnake.NotFound):
            await webhook.send("x", thread=disnake.Object(1))


async def test_who_has_only_the_token_can_do_as_much(
    sim: Control, connect: Connect, twins: Callable[[disnake.Client], Twins]
) -> None:
    made = await sim.guild(channels=[{"name": "log"}])
    bot = client()
    async with connect(bot), aiohttp.ClientSession() as session:
        both = twins(bot)
        log = bot.get_channel(int(made["channels"]["log"]))
        assert isinstance(log, disnake.TextChannel)
        whole = await log.create_webhook(name="Gulls")
        await both.agree()
        address = f"https://discord.com/api/webhooks/{whole.id}/{whole.token}"
        webhook = disnake.Webhook.from_url(address, session=session)
        assert whole.url == address
        fetched = await webhook.fetch()
        await both.agree()
        assert (fetched.channel_id, fetched.guild_id, fetched.user) == (log.id, log.guild.id, None)
        sent = await webhook.send("mew", wait=True)
        await both.agree()
        await sent.edit("purr")
        await both.agree()
        await sent.delete()
        await both.agree()
        edited = await webhook.edit(name="Terns", reason="a better name")
        await both.agree()
        assert edited.name == "Terns"
        assert whole.token is not None
        wrong = disnake.Webhook.partial(whole.id, whole.token[::-1], session=session)
        with pytest.raises(disnake.HTTPException) as refused:
            await wrong.send("mew")
        assert (refused.value.status, refused.value.code) == (401, 50027)
        await webhook.delete(reason="enough")
        await both.agree()
        with pytest.raises(disnake.NotFound):
            await webhook.send("mew")
        entries = [entry async for entry in log.guild.audit_logs(limit=2)]
        assert [(entry.action.name, entry.user, entry.reason) for entry in entries] == [
            ("webhook_delete", None, "enough"),
            ("webhook_update", None, "a better name"),
        ]
