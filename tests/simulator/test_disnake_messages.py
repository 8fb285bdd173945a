"""Unmodified disnake sends, edits, reads and deletes messages; events and answers tell the same."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any

import disnake
import pytest
from disnake import ui

from tests.simulator.calls import Control, until
from tests.simulator.conftest import Connect
from tests.simulator.test_members import DOT
from tests.simulator.twins import Twins

See = Callable[[disnake.Client], Twins]
SPEC: dict[str, Any] = {
    "roles": [{"name": "open", "mentionable": True}],
    "channels": [{"name": "log"}],
    "members": [{"username": "ada"}, {"username": "grace"}],
}


class Reader(disnake.Client):
    """Keeps the messages it hears of, as they are after the last event, and the other events in words."""

    def __init__(self) -> None:
        super().__init__(intents=disnake.Intents.all(), guild_ready_timeout=0.1)
        self.seen: dict[int, disnake.Message] = {}
        self.heard: list[Any] = []

    async def on_message(self, message: disnake.Message) -> None:
        self.seen[message.id] = message

    async def on_message_edit(self, _: disnake.Message, after: disnake.Message) -> None:
        self.seen[after.id] = after

    async def on_raw_message_delete(self, event: disnake.RawMessageDeleteEvent) -> None:
        self.heard.append(("delete", event.message_id))

    async def on_raw_bulk_message_delete(self, event: disnake.RawBulkMessageDeleteEvent) -> None:
        self.heard.append(("bulk", event.message_ids))

    async def on_typing(self, channel: disnake.TextChannel, user: disnake.Member, when: datetime) -> None:
        self.heard.append(("typing", channel.name, user.name, when.tzinfo is not None))


def facts(message: disnake.Message) -> dict[str, Any]:
    return {
        "content": message.content,
        "author": message.author.id,
        "type": message.type,
        "flags": message.flags.value,
        "tts": message.tts,
        "embeds": [embed.to_dict() for embed in message.embeds],
        "attachments": [attachment.to_dict() for attachment in message.attachments],
        "components": [component.to_dict() for component in message.components],
        "mentions": {user.id for user in message.mentions},
        "roles": {role.id for role in message.role_mentions},
        "everyone": message.mention_everyone,
        "created": message.created_at,
        "edited": message.edited_at,
        "reference": message.reference and message.reference.message_id,
    }


class Scene:
    """The bot in its channel; ``check`` compares an answer with the event, and with what is fetched."""

    def __init__(self, bot: disnake.Client, see: See) -> None:
        assert isinstance(bot, Reader)
        self.bot, self.both = bot, see(bot)
        [self.guild] = bot.guilds
        [self.channel] = self.guild.text_channels

    async def check(self, message: disnake.Message) -> disnake.Message:
        await self.both.agree()
        seen = self.bot.seen
        await until(lambda: message.id in seen and facts(seen[message.id]) == facts(message))
        assert facts(await self.channel.fetch_message(message.id)) == facts(message)
        return message

    def member(self, name: str) -> disnake.Member:
        found = self.guild.get_member_named(name)
        assert found
        return found


async def test_content_embeds_and_mentions_are_the_same_everywhere(
    sim: Control, connect: Connect, twins: See
) -> None:
    await sim.guild(**SPEC)
    async with connect(Reader()) as bot:
        scene = Scene(bot, twins)
        ada, role = scene.member("ada"), scene.guild.roles[1]
        embed = disnake.Embed(title="T", description="D", color=3, timestamp=disnake.utils.utcnow())
        embed.add_field("a", "b", inline=False).set_author(name="A", url="https://example.org")
        first = await scene.check(
            await scene.channel.send(
                f"@everyone {ada.mention} {role.mention}", embeds=[embed, disnake.Embed(title="2")], nonce="n"
            )
        )
        assert (first.mentions, first.role_mentions, first.mention_everyone) == ([ada], [role], True)
        assert first.nonce == "n"
        quiet = await scene.check(
            await scene.channel.send(
                f"@everyone {ada.mention} {role.mention}",
                allowed_mentions=disnake.AllowedMentions(everyone=False, users=[ada], roles=False),
                suppress_embeds=True,
            )
        )
        await scene.check(await scene.channel.send("aloud", tts=True))
        assert (quiet.mentions, quiet.role_mentions, quiet.mention_everyone) == ([ada], [], False)
        reply = await scene.check(await first.reply("re", mention_author=False))
        assert reply.reference
        resolved = reply.reference.resolved
        assert isinstance(resolved, disnake.Message)
        assert (resolved.id, reply.mentions) == (first.id, [])
        edited = await scene.check(await first.edit("bye", embed=None))
        assert (edited.embeds, edited.mentions) == ([], [])
        with pytest.raises(disnake.HTTPException) as empty:
            await first.edit(content=None)
        assert empty.value.code == 50006
        await scene.check(await quiet.edit(suppress_embeds=False))


async def test_a_message_of_somebody_else_can_be_quieted_but_not_edited(
    sim: Control, connect: Connect, twins: See
) -> None:
    made = await sim.guild(**SPEC)
    async with connect(Reader()) as bot:
        scene = Scene(bot, twins)
        path = f"/channels/{made['channels']['log']}/messages"
        body = {"content": "theirs", "embeds": [{"title": "t"}]}
        theirs = (await sim.edit("ada", "POST", path, body))["body"]
        message = await scene.channel.fetch_message(int(theirs["id"]))
        quieted = await scene.check(await message.edit(suppress_embeds=True))
        assert (quieted.embeds, quieted.edited_at) == ([], None)
        with pytest.raises(disnake.Forbidden) as foreign:
            await message.edit("mine")
        assert foreign.value.code == 50005
        await message.delete()
        await scene.both.agree()
        await until(lambda: scene.bot.heard == [("delete", message.id)])


async def test_files_go_up_and_come_down_again(sim: Control, connect: Connect, twins: See) -> None:
    await sim.guild(**SPEC)
    async with connect(Reader()) as bot:
        scene = Scene(bot, twins)
        embed = disnake.Embed(title="T").set_image(file=disnake.File(BytesIO(DOT), "dot.png"))
        files = [
            disnake.File(BytesIO(b"notes"), "notes.txt", description="what was said"),
            disnake.File(BytesIO(b"two"), "my two.txt", spoiler=True),
        ]
        message = await scene.check(await scene.channel.send("x", embed=embed, files=files))
        notes, two = message.attachments
        assert (notes.filename, notes.description, notes.size) == ("notes.txt", "what was said", 5)
        assert (two.filename, two.title, two.is_spoiler()) == ("SPOILER_my_two.txt", "SPOILER_my two", True)
        assert await notes.read() == b"notes"
        url = message.embeds[0].image.url
        assert url
        assert await bot.http.get_from_cdn(url) == DOT
        edited = await scene.check(
            await message.edit(attachments=[notes], file=disnake.File(BytesIO(b"3"), "three.txt"))
        )
        assert [each.filename for each in edited.attachments] == ["notes.txt", "three.txt"]
        with pytest.raises(disnake.NotFound):
            await two.read()
        assert edited.embeds[0].image.url is None
        added = await scene.check(await edited.edit(file=disnake.File(BytesIO(b"4"), "four.txt")))
        assert [each.filename for each in added.attachments] == ["notes.txt", "three.txt", "four.txt"]
        assert (await scene.check(await added.edit("y", attachments=None))).attachments == []
        with pytest.raises(disnake.HTTPException) as large:
            await scene.channel.send(file=disnake.File(BytesIO(bytes((10 << 20) + 1)), "large"))
        assert (large.value.status, large.value.code) == (413, 40005)


async def test_components_old_and_new_are_the_same_everywhere(
    sim: Control, connect: Connect, twins: See
) -> None:
    await sim.guild(**SPEC)
    async with connect(Reader()) as bot:
        scene = Scene(bot, twins)
        rows = [
            ui.ActionRow(
                ui.Button(label="Go", custom_id="go", emoji="✅"), ui.Button(label="W", url="https://x.org")
            ),
            ui.ActionRow(ui.StringSelect(custom_id="s", options=["a", "b"], max_values=2)),
            ui.ActionRow(ui.UserSelect(custom_id="u", default_values=[scene.member("ada")])),
            ui.ActionRow(ui.ChannelSelect(custom_id="c", channel_types=[disnake.ChannelType.text])),
        ]
        old = await scene.check(await scene.channel.send("x", components=rows))
        assert [len(row.children) for row in old.components if isinstance(row, disnake.ActionRow)] == [
            2,
            1,
            1,
            1,
        ]
        await scene.check(await old.edit(components=[]))
        new = await scene.check(
            await scene.channel.send(
                components=[
                    ui.Container(
                        ui.Section("text", accessory=ui.Thumbnail("attachment://dot.png", description="d")),
                        ui.Separator(spacing=disnake.SeparatorSpacing.large),
                        ui.MediaGallery(disnake.MediaGalleryItem("https://example.org/x.png", spoiler=True)),
                        ui.File("attachment://notes.txt"),
                        accent_colour=disnake.Colour(5),
                    ),
                    ui.TextDisplay(scene.member("ada").mention),
                    ui.ActionRow(ui.Button(label="Go", custom_id="go")),
                ],
                files=[
                    disnake.File(BytesIO(DOT), "dot.png"),
                    disnake.File(BytesIO(b"notes"), "notes.txt"),
                ],
            )
        )
        assert new.flags.is_components_v2
        assert [user.name for user in new.mentions] == ["ada"]
        box = new.components[0]
        assert isinstance(box, disnake.Container)
        file = box.children[3]
        assert isinstance(file, disnake.FileComponent)
        assert (file.name, file.size, new.attachments) == ("notes.txt", 5, [])
        await scene.check(await new.edit(components=[ui.TextDisplay("short")]))
        turned = await old.edit(content=None, components=[ui.TextDisplay("turned")])
        assert (await scene.check(turned)).flags.is_components_v2
        with pytest.raises(disnake.HTTPException) as full:
            await scene.channel.send(components=[ui.TextDisplay("t")] * 41)
        assert full.value.code == 50035


async def test_history_purge_and_deletion(sim: Control, connect: Connect, twins: See) -> None:
    made = await sim.guild(**SPEC)
    async with connect(Reader()) as bot:
        scene = Scene(bot, twins)
        sent = [await scene.check(await scene.channel.send(str(each))) for each in range(8)]
        path = f"/channels/{made['channels']['log']}/messages"
        await sim.edit("ada", "POST", path, {"content": "ada's"})
        read = [message.content async for message in scene.channel.history(limit=None, oldest_first=True)]
        assert read == [*map(str, range(8)), "ada's"]
        around = [message.content async for message in scene.channel.history(around=sent[4], limit=3)]
        assert sorted(around) == ["3", "4", "5"]
        await scene.channel.delete_messages(sent[:2])
        await scene.both.agree()
        await until(lambda: scene.bot.heard == [("bulk", {sent[0].id, sent[1].id})])
        purged = await scene.channel.purge(check=lambda message: message.author == scene.guild.me, limit=4)
        await scene.both.agree()
        assert [message.content for message in purged] == ["7", "6", "5"]
        await until(lambda: scene.bot.heard[1:] == [("bulk", {message.id for message in purged})])
        await sent[2].delete(delay=0)
        await until(lambda: scene.bot.heard[2:] == [("delete", sent[2].id)])
        await scene.both.agree()
        await sim("POST", "/clock", {"advance": 15 * 86_400})
        with pytest.raises(disnake.HTTPException) as old:
            await scene.channel.delete_messages(sent[3:5])
        assert old.value.code == 50034


async def test_typing_is_heard(sim: Control, connect: Connect, twins: See) -> None:
    made = await sim.guild(**SPEC)
    async with connect(Reader()) as bot:
        scene = Scene(bot, twins)
        await sim.edit("ada", "POST", f"/channels/{made['channels']['log']}/typing")
        await until(lambda: scene.bot.heard == [("typing", "log", "ada", True)])
        await scene.channel.trigger_typing()
        await until(lambda: scene.bot.heard[1:] == [("typing", "log", "simulated-bot", True)])
        await scene.both.agree()


async def test_a_ban_takes_the_messages_along(sim: Control, connect: Connect, twins: See) -> None:
    made = await sim.guild(**SPEC)
    async with connect(Reader()) as bot:
        scene = Scene(bot, twins)
        path = f"/channels/{made['channels']['log']}/messages"
        ids = {int((await sim.edit("ada", "POST", path, {"content": "x"}))["body"]["id"]) for _ in range(3)}
        await scene.guild.ban(scene.member("ada"), clean_history_duration=60)
        await scene.both.agree()
        await until(lambda: scene.bot.heard == [("bulk", ids)])
        assert [message async for message in scene.channel.history()] == []
