"""/announce, from what people type into its form to what Discord shows."""

from collections.abc import AsyncIterator
from typing import Any

import disnake
import pytest
import pytest_asyncio

from bot.announcement_replies import REFUSED
from bot.ui.announcement_ids import AnnouncementPress, press_id
from bot.ui.confirm import NOT_YOURS
from core.announcements.schemas import (
    Announcement,
    AnnouncementChanges,
    AnnouncementDraft,
    AnnouncementMessage,
)
from core.discord.messages import Embed
from core.embedded import Servers
from core.paging import Paging
from tests.bot.conftest import seen
from tests.bot.road import GUILD, Installation, Road, buttons, installed, words

pytestmark = pytest.mark.asyncio(loop_scope="module")

SPEC: dict[str, Any] = GUILD | {
    "features": ["COMMUNITY"],
    "verification_level": 1,
    "explicit_content_filter": 2,
    "rules_channel": "log",
    "public_updates_channel": "log",
    "channels": [*GUILD["channels"], {"name": "news", "type": "announcement"}],
    "members": [
        *GUILD["members"],
        {"username": "hedy", "roles": ["Planner"]},
        {"username": "bea", "roles": ["Captain"]},
    ],
}
TEXT = "Ahoy @everyone in ${guild.name}"
SAID = "Ahoy @everyone in Harbour"
LINKS = "Website | https://example.org | ⚓\nHarbour | https://example.org/h"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def installation(servers: Servers, template_database: str) -> AsyncIterator[Installation]:
    async with installed(servers, template_database) as installation:
        yield installation


@pytest_asyncio.fixture(loop_scope="module")
async def road(installation: Installation) -> Road:
    """A guild of the test's own, with hedy, who may what grace may, and bea, who may what ada may."""
    return await installation.road(SPEC)


async def announcements(road: Road) -> list[Announcement]:
    async with road.database.read() as unit:
        return list((await unit.announcements.list(road.owner, road.guild_id, Paging())).items)


async def posted(road: Road, channel: str = "news") -> list[dict[str, Any]]:
    return (await road.discord.dump(road.guild_id))["messages"].get(str(road.guild["channels"][channel]), [])


async def form(road: Road, user: str, verb: str = "write", **options: Any) -> dict[str, Any]:
    """What is opened: a new one is for #news unless said otherwise."""
    given = {"name": "Ahoy", **({"channel": "news"} if verb == "write" else {}), **options}
    opened = await road.use(user, "command", name=f"announce {verb}", options=given)
    assert opened["modal"], opened["message"]
    return opened["modal"]


def filled(modal: dict[str, Any]) -> dict[str, str]:
    fields = [label["component"] for label in modal["components"]]
    return {field["custom_id"]: field.get("value") or "" for field in fields}


async def submit(road: Road, user: str, modal: dict[str, Any], **fields: str) -> dict[str, Any]:
    """The interaction, once its reply is there."""
    begun = await road.use(user, "modal", custom_id=modal["custom_id"], fields=fields)
    assert begun["ephemeral"]
    await road.message(begun["id"], lambda message: not message["flags"] & 128)
    return begun


async def write(road: Road, user: str = "grace", /, **options: Any) -> dict[str, Any]:
    """The reply to one with that text."""
    text = options.pop("text", TEXT)
    begun = await submit(road, user, await form(road, user, **options), text=text)
    return await road.message(begun["id"], lambda message: "This is what it says" in message["content"])


async def shown_below(road: Road, interaction_id: str) -> dict[str, Any]:
    """The message itself, as whoever asked sees it."""

    async def look() -> list[dict[str, Any]]:
        async with road.discord.http.get(f"{road.discord.base}/_sim/interactions/{interaction_id}") as answer:
            return (await answer.json())["followups"]

    [message] = await seen(look, bool)
    assert message["flags"] & 64
    return message


async def ended(road: Road, begun: dict[str, Any]) -> dict[str, Any]:
    """The reply that follows a job, once that has ended."""
    return await road.message(
        begun["id"], lambda message: any(word in words(message) for word in ("**Done**", "**Failed**"))
    )


async def test_what_is_written_is_shown_to_its_author_alone_and_posted_by_the_button(road: Road) -> None:
    modal = await form(road, "ada", crosspost=True)
    assert filled(modal) == {"name": "Ahoy", "text": "", "title": "", "colour": "", "links": ""}
    begun = await submit(road, "ada", modal, text=TEXT, title="Noon", colour="#ff8800", links=LINKS)
    message = await shown_below(road, begun["id"])
    assert (message["content"], message["mention_everyone"]) == ("", False)
    [embed] = message["embeds"]
    assert (embed["title"], embed["description"], embed["color"]) == ("Noon", SAID, 0xFF8800)
    assert [(each["label"], each["url"]) for each in buttons(message)] == [
        ("Website", "https://example.org"),
        ("Harbour", "https://example.org/h"),
    ]
    reply = await road.message(begun["id"], lambda message: bool(message["components"]))
    assert f"“Ahoy” is kept. It is for <#{road.guild['channels']['news']}>, published" in words(reply)
    assert await posted(road) == []
    pressed = await road.press("ada", reply, "Post now")
    told = await ended(road, pressed)
    assert "It is posted." in words(told)
    [message] = await posted(road)
    assert message["id"] in words(told)
    assert (message["embeds"][0]["description"], message["mention_everyone"]) == (SAID, False)
    assert message["flags"] & 1
    assert buttons(told) == []


async def test_what_is_to_be_known_stands_above_the_message(road: Road) -> None:
    reply = words(await write(road, channel="log", crosspost=True, text="Ahoy @everyone"))
    assert "⚠️ @everyone is shown and pings nobody" in reply
    assert "⚠️ #log is of type text" in reply


WRONG: tuple[tuple[dict[str, str], str], ...] = (
    ({"text": "x" * 2001}, "text: At most 2000 characters, not 2001."),
    ({"text": " "}, "text: A message needs content"),
    ({"text": "Hello ${guild.nam}"}, "text: There is no variable guild.nam"),
    ({"colour": "red"}, "colour: Write a colour as #ff8800."),
    ({"links": "Website"}, "links: “Website” is no link button"),
    ({"links": f"{'x' * 81} | https://example.org"}, "link 1: At most 80 characters, not 81."),
    ({"links": "Web | https://example.org | ship"}, "link 1: Give one emoji"),
    ({"name": " "}, "name: A name has 1 to 100 characters."),
)


async def test_what_is_wrong_is_said_under_the_name_of_its_field_and_what_was_typed_comes_back(
    road: Road,
) -> None:
    for fields, said in WRONG:
        begun = await submit(road, "grace", await form(road, "grace"), **{"text": TEXT, **fields})
        reply = await road.message(begun["id"], lambda message: bool(message["attachments"]))
        assert said in words(reply).replace("`", "")
        async with road.discord.http.get(reply["attachments"][0]["url"]) as kept:
            text = await kept.text()
        assert all(value in text for value in fields.values())
    assert await announcements(road) == []


async def test_the_form_of_an_edit_has_what_it_says_and_what_is_changed_is_shown(road: Road) -> None:
    await write(road, approval=True)
    modal = await form(road, "grace", "edit", name="aHOY", channel="log")
    assert filled(modal) == {"name": "Ahoy", "text": TEXT, "title": "", "colour": "", "links": ""}
    begun = await submit(
        road, "grace", modal, name="Ahoy again", text="Bye", links="Website | https://example.org"
    )
    message = await shown_below(road, begun["id"])
    assert (message["content"], [each["label"] for each in buttons(message)]) == ("Bye", ["Website"])
    reply = await road.message(begun["id"], lambda message: "is changed" in message["content"])
    assert "“Ahoy again” is changed." in words(reply)
    [changed] = await announcements(road)
    assert (changed.channel_id, changed.revision) == (str(road.guild["channels"]["log"]), 2)
    assert changed.needs_approval


async def test_a_form_that_was_opened_before_somebody_changed_it_changes_nothing(road: Road) -> None:
    await write(road)
    modal = await form(road, "grace", "edit")
    [found] = await announcements(road)
    async with road.database.unit() as unit:
        await unit.announcements.edit(road.owner, found.id, AnnouncementChanges(name="Ahoi"))
    begun = await submit(road, "grace", modal, text="Bye")
    reply = await road.message(begun["id"], lambda message: bool(message["attachments"]))
    assert "was changed after you read it" in words(reply)
    assert [each.message.content for each in await announcements(road)] == [TEXT]


async def test_what_discord_would_not_take_is_said_before_it_is_posted(road: Road) -> None:
    """Whether the bot may show an emoji only Discord knows."""
    links = "Website | https://example.org | <:elsewhere:1>"
    begun = await submit(road, "grace", await form(road, "grace"), text=TEXT, links=links)
    reply = await road.message(begun["id"], lambda message: REFUSED in message["content"])
    assert "Invalid emoji" in words(reply)
    assert "“Ahoy” is kept" in words(reply)
    assert buttons(reply) == []


async def test_a_name_that_is_taken_is_not_written_to_the_end(road: Road) -> None:
    await write(road)
    taken = await road.use(
        "grace", "command", name="announce write", options={"name": " AHOY", "channel": "log"}
    )
    assert (taken["modal"], taken["ephemeral"]) == (None, True)
    assert "There is an announcement “Ahoy” already: /announce edit" in words(taken["message"])


async def test_what_a_form_cannot_show_is_not_cut_down_to_it(road: Road) -> None:
    message = AnnouncementMessage(embeds=(Embed(title="One"), Embed(title="Two")))
    draft = AnnouncementDraft(name="Ahoy", channel_id=str(road.guild["channels"]["news"]), message=message)
    async with road.database.unit() as unit:
        await unit.announcements.create(road.owner, road.guild_id, draft)
    refused = await road.use("ada", "command", name="announce edit", options={"name": "Ahoy"})
    assert refused["modal"] is None
    assert refused["ephemeral"]
    assert "says more than a form can show" in refused["message"]["content"]


async def test_nothing_is_posted_before_somebody_else_agrees(road: Road) -> None:
    reply = await write(road, "ada", approval=True)
    assert buttons(reply) == []
    refused = await road.command("ada", "announce post", name="Ahoy")
    assert "waits to be approved" in words(refused)
    own = await road.command("ada", "announce approve")
    assert "needs somebody else's approval" in words(own)
    assert [each["label"] for each in buttons(own)] == ["Reject"]
    refused = await road.command("grace", "announce approve", name="Ahoy")
    assert "needs the role admin" in words(refused)
    begun = await road.use("bea", "command", name="announce approve", options={})
    assert (await shown_below(road, begun["id"]))["content"] == SAID
    asked = await road.message(begun["id"], lambda message: len(buttons(message)) == 2)
    pressed = await road.press("bea", asked, "Approve")
    told = await road.message(pressed["id"], lambda message: "is approved by bea" in words(message))
    again = await road.command("bea", "announce approve")
    assert words(again) == "No announcement waits for approval here."
    await road.press("bea", told, "Post now")
    assert [each["content"] for each in await seen(lambda: posted(road), bool)] == [SAID]


async def test_what_was_rejected_is_not_posted(road: Road) -> None:
    await write(road, approval=True)
    asked = await road.command("bea", "announce approve")
    pressed = await road.press("bea", asked, "Reject")
    told = await road.message(pressed["id"], lambda message: "is rejected by bea" in words(message))
    assert buttons(told) == []
    assert "was rejected" in words(await road.command("grace", "announce post", name="Ahoy"))


async def test_the_button_posts_what_was_shown_or_nothing(road: Road) -> None:
    reply = await write(road)
    await submit(road, "grace", await form(road, "grace", "edit"), text="Bye")
    pressed = await road.press("grace", reply, "Post now")
    told = await road.message(pressed["id"], lambda message: "says something else by now" in words(message))
    assert buttons(told) == []
    assert await road.jobs() == ()


async def test_a_button_that_everybody_sees_is_one_persons(road: Road) -> None:
    await write(road)
    [made] = await announcements(road)
    channel = road.bot.get_channel(int(road.guild["channels"]["log"]))
    assert isinstance(channel, disnake.TextChannel)
    custom_id = press_id(AnnouncementPress("post", made.id, 1, str(road.guild["members"]["grace"])))
    button = disnake.ui.Button[Any](label="Post now", custom_id=custom_id)
    message = await channel.send("Where everybody sees it", components=[button])
    stranger = await road.use("hedy", "component", message_id=str(message.id), custom_id=custom_id)
    told = await road.message(stranger["id"], lambda message: message and message["content"] == NOT_YOURS)
    assert told["flags"] & 64
    assert await road.jobs() == ()


async def test_what_was_posted_says_what_was_changed_once_the_button_is_pressed(road: Road) -> None:
    reply = await write(road, "ada")
    assert [each["label"] for each in buttons(reply)] == ["Post now"]
    await ended(road, await road.press("ada", reply, "Post now"))
    begun = await submit(road, "ada", await form(road, "ada", "edit"), text="Bye")
    reply = await road.message(begun["id"], lambda message: bool(message["components"]))
    assert [message["content"] for message in await posted(road)] == [SAID]
    told = await ended(road, await road.press("ada", reply, "Write it into the last message"))
    assert "The message says so now." in words(told)
    assert [message["content"] for message in await posted(road)] == ["Bye"]


async def test_its_last_message_is_deleted_and_then_the_announcement(road: Road) -> None:
    await write(road, "ada")
    begun = await road.use("ada", "command", name="announce post", options={"name": "Ahoy"})
    assert "It is posted." in words(await ended(road, begun))
    [message] = await posted(road)
    assert message["content"] == SAID
    preview = await road.command("ada", "announce preview", name="ahoy")
    assert "Last posted <t:" in words(preview)
    deleted = await road.use(
        "ada", "command", name="announce delete", options={"name": "ahoy", "what": "its last message"}
    )
    assert "The message is deleted." in words(await ended(road, deleted))
    assert await posted(road) == []
    again = await road.command("ada", "announce delete", name="ahoy", what="its last message")
    assert words(again) == "No message of “Ahoy” is left."
    assert words(await road.command("ada", "announce delete", name="ahoy")) == "“Ahoy” is deleted."
    assert await announcements(road) == []


async def test_what_others_wrote_only_administrators_change(road: Road) -> None:
    await write(road)
    assert "needs the role admin" in words(await road.command("hedy", "announce delete", name="Ahoy"))
    refused = await road.use("hedy", "command", name="announce edit", options={"name": "Ahoy"})
    assert "needs the role admin" in words(refused["message"])
    assert [each.message.content for each in await announcements(road)] == [TEXT]


async def test_names_are_completed_for_who_may_look_at_them(road: Road) -> None:
    async def completed(user: str, verb: str, channel: str = "log") -> list[str]:
        answer = await road.use(
            user, "autocomplete", name=f"announce {verb}", options={"name": "aHO"}, channel=channel
        )
        return [choice["name"] for choice in answer["choices"]]

    await write(road)
    await write(road, name="Land ahoy", approval=True)
    assert await completed("grace", "post") == ["Ahoy", "Land ahoy · waiting"]
    assert await completed("ada", "approve") == ["Land ahoy · waiting"]
    assert await completed("grace", "approve") == []
    assert await completed("linus", "post", "cabin") == []
    listed = words(await road.command("hedy", "announce list"))
    assert "**Land ahoy** · waits for somebody else's approval\n├ <#" in listed
    assert "└ Ahoy @everyone in ${guild.name}" in listed


async def test_who_may_not_write_gets_no_form(road: Road) -> None:
    refused = await road.use(
        "linus", "command", name="announce write", channel="cabin", options={"name": "x", "channel": "log"}
    )
    assert refused["modal"] is None
    assert "needs the role moderator" in words(refused["message"])


async def test_an_announcement_of_another_guild_is_not_found(installation: Installation, road: Road) -> None:
    await write(road, "owner")
    there = await installation.road(SPEC | {"name": "Lagoon"})
    [made] = await announcements(road)
    for name in ("Ahoy", str(made.id)):
        refused = await there.command("owner", "announce delete", name=name)
        assert "There is no announcement" in words(refused)
    assert len(await announcements(road)) == 1


async def test_a_schedule_posts_an_announcement(road: Road) -> None:
    await write(road)
    typed = await road.use("grace", "autocomplete", name="schedule add", options={"announcement": "ah"})
    [choice] = typed["choices"]
    made = await road.command(
        "grace",
        "schedule add",
        what="announcement",
        name="Daily",
        every="1 day",
        announcement=choice["value"],
    )
    assert "“Daily” posts the announcement “Ahoy”: every day" in words(made)
    shown = await road.command("grace", "schedule show", name="Daily")
    assert "It posts the announcement “Ahoy”: every day." in words(shown)
    used = await road.command("grace", "announce delete", name="Ahoy")
    assert "Schedules post this announcement: “Daily”" in words(used)
    preview = words(await road.command("grace", "announce preview", name="Ahoy"))
    assert "“Ahoy” needs nobody's approval" in preview
    await road.command("grace", "schedule run", name="Daily")
    assert [each["content"] for each in await seen(lambda: posted(road), bool)] == [SAID]
