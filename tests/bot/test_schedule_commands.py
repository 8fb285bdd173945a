"""/schedule, from what people type to what Discord shows."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import disnake
import pytest
import pytest_asyncio
from sqlalchemy import text

from bot.cogs.schedule import DELETED_AGAIN
from bot.ui.confirm import NOT_YOURS
from bot.ui.schedule_list import undo_row
from core.actions.payloads import ChannelLock
from core.embedded import Servers
from core.paging import Paging
from core.schedules.schemas import Schedule
from core.schedules.triggers import CronTrigger, IntervalTrigger
from tests.bot.conftest import seen
from tests.bot.road import GUILD, Installation, Road, buttons, dsn_of, installed, words
from workers.scheduler import Scheduler

pytestmark = pytest.mark.asyncio(loop_scope="module")

MOMENT = re.compile(r"<t:(\d+):F> \(<t:\1:R>\)")
SPEC = GUILD | {"members": [*GUILD["members"], {"username": "hedy", "roles": ["Planner"]}]}
MESSAGE = {"what": "message", "channel": "log", "text": "Ahoy @everyone"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def installation(servers: Servers, template_database: str) -> AsyncIterator[Installation]:
    async with installed(servers, template_database) as installation:
        yield installation


@pytest_asyncio.fixture(loop_scope="module")
async def road(installation: Installation) -> Road:
    """A guild of the test's own, with hedy, who may what grace may."""
    return await installation.road(SPEC)


async def schedules(road: Road) -> list[Schedule]:
    async with road.database.read() as unit:
        return list((await unit.schedules.list(road.owner, road.guild_id, Paging())).items)


async def add(road: Road, user: str = "grace", **options: Any) -> dict[str, Any]:
    """What is not given is that of a message; None leaves it out."""
    given = {"name": "Ahoy", **MESSAGE, **options}
    said = {name: value for name, value in given.items() if value is not None}
    begun = await road.use(user, "command", name="schedule add", options=said)
    return await road.message(begun["id"], lambda message: not message["flags"] & 128)


async def sent(road: Road) -> list[str]:
    channel_id = str(road.guild["channels"]["log"])
    messages = (await road.discord.dump(road.guild_id))["messages"].get(channel_id, [])
    return [message["content"] for message in messages]


async def test_what_is_added_is_shown_with_its_next_five_runs_and_is_its_askers(road: Road) -> None:
    reply = await add(road, cron="0 9 * * mon-fri", zone="Europe/Berlin")
    (made,) = await schedules(road)
    assert made.next is not None
    soonest = f"<t:{int(made.next.at.timestamp())}:F>"
    assert f"every weekday at 09:00, Europe/Berlin.\nNext:\n{soonest}" in reply["content"]
    assert len(MOMENT.findall(reply["content"])) == 5
    assert made.timing.trigger == CronTrigger(expression="0 9 * * mon-fri")
    assert (made.actor.discord_user_id, made.actor.kind) == (str(road.guild["members"]["grace"]), "account")


async def test_what_somebody_without_an_account_schedules_is_done_when_it_is_due(road: Road) -> None:
    await add(road, every="1 hour")
    (made,) = await schedules(road)
    assert isinstance(made.timing.trigger, IntervalTrigger)
    now = road.database.clock() + timedelta(hours=1)
    road.database.clock, clock = lambda: now, road.database.clock
    await Scheduler(road.database, dsn=dsn_of(road.database)).run_until_idle()
    road.database.clock = clock
    assert await seen(lambda: sent(road), bool) == ["Ahoy @everyone"]
    listed = await seen(
        lambda: road.command("hedy", "schedule list"), lambda reply: "succeeded" in words(reply)
    )
    entry = words(listed)
    assert "**Ahoy** · active\n├ every hour\n├ next <t:" in entry
    assert "└ last succeeded <t:" in entry
    assert MOMENT.search(entry)


async def test_the_zone_is_that_of_what_was_last_scheduled_and_utc_before(road: Road) -> None:
    await add(road, cron="@daily", name="first")
    await add(road, cron="@daily", name="second", zone="Asia/Tokyo")
    await add(road, cron="@daily", name="third")
    assert [each.timing.time_zone for each in await schedules(road)] == ["Asia/Tokyo", "Asia/Tokyo", "UTC"]


async def test_zones_are_completed_from_a_part_of_their_name(road: Road) -> None:
    async def typed(user: str, zone: str, channel: str = "log") -> list[str]:
        answer = await road.use(
            user, "autocomplete", name="schedule add", options={"zone": zone}, channel=channel
        )
        return [choice["value"] for choice in answer["choices"]]

    assert "Europe/Berlin" in await typed("grace", "berl")
    assert await typed("grace", "new york") == ["America/New_York"]
    assert await typed("grace", "") == ["UTC"]
    await add(road, cron="@daily", zone="Asia/Tokyo")
    assert await typed("grace", "") == ["Asia/Tokyo", "UTC"]
    assert await typed("linus", "", "cabin") == [], (
        "a guild's zone is for those who may look at its schedules"
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"cron": "0 9 31 2 *"}, "cron: '0 9 31 2 *'"),
        ({"cron": "now and then"}, "cron: 'now and then' is no cron expression"),
        ({"every": "5 s"}, "every: Every 5 s is too often; 10 s is the least."),
        ({"every": "soon"}, "every: 'soon' is no length of time"),
        ({"at": "2020-01-01 10:00"}, "at: 2020-01-01T10:00:00+00:00 is over"),
        ({"at": "later"}, "at: 'later' is no time"),
        ({"at": "18:00", "zone": "Europe/Berln"}, "zone: There is no time zone 'Europe/Berln'. Did you mean"),
        ({}, "at: Say when: by cron, every or at."),
        ({"cron": "@daily", "every": "2h"}, "every: Say when by one of"),
        ({"every": "2h", "label": "x"}, "label: message takes no label."),
        ({"every": "2h", "what": "capture", "text": None}, "channel: capture takes no channel."),
        ({"every": "2h", "what": "message", "text": None}, "text: message needs a text."),
        ({"every": "2h", "for": "1h"}, "for: message takes no for."),
        ({"every": "2h", "what": "lock channel", "text": None, "for": "long"}, "for: 'long' is no length"),
        ({"every": "2h", "what": "lock channel", "text": None, "for": "5 s"}, "for: From 60 to "),
    ],
)
async def test_what_is_wrong_is_said_under_the_name_of_its_option(
    road: Road, options: dict[str, Any], said: str
) -> None:
    reply = await add(road, **options)
    assert said in words(reply)
    assert await schedules(road) == []
    assert await road.jobs() == ()


async def test_who_may_not_apply_a_template_by_hand_schedules_none(road: Road) -> None:
    template = await road.template("Crewed")
    wanted = {"name": "Weekly", "what": "apply template", "every": "1 week", "template": str(template.id)}
    refused = await road.command("grace", "schedule add", **wanted)
    assert "plans:apply" in words(refused)
    assert await schedules(road) == []
    made = await road.command("ada", "schedule add", **wanted)
    assert "applies the newest version of a template, and deletes nothing: every 7 days" in words(made)


async def test_a_channel_can_be_locked_every_night_for_some_hours(road: Road) -> None:
    made = await add(
        road, "ada", what="lock channel", text=None, name="Night", cron="0 22 * * *", **{"for": "8h"}
    )
    log = str(road.guild["channels"]["log"])
    assert f"locks <#{log}> for 8 hours: every day at 22:00, UTC" in words(made)
    (schedule,) = await schedules(road)
    assert schedule.payload == ChannelLock(channel_id=log, expires_in=8 * 3600)


async def test_a_schedule_is_found_by_its_name_paused_resumed_run_and_deleted(road: Road) -> None:
    await add(road, every="1 day")

    async def completed(user: str, verb: str, channel: str = "log") -> list[str]:
        answer = await road.use(
            user, "autocomplete", name=f"schedule {verb}", options={"name": "aHO"}, channel=channel
        )
        return [choice["name"] for choice in answer["choices"]]

    assert await completed("grace", "pause") == ["Ahoy"]
    assert await completed("linus", "pause", "cabin") == []
    paused = await road.command("grace", "schedule pause", name="ahoy", reason="No wind")
    assert words(paused) == "“Ahoy” is paused."
    assert await completed("grace", "resume") == ["Ahoy · paused"]
    shown = words(await road.command("hedy", "schedule show", name="ahoy"))
    assert "State: paused by grace <t:" in shown
    assert "No wind" in shown
    assert "only an active one is paused" in words(await road.command("grace", "schedule pause", name="ahoy"))
    resumed = await road.command("grace", "schedule resume", name="ahoy")
    assert re.match(r"“Ahoy” goes on\. Next: <t:\d+:F>", words(resumed))
    ran = words(await road.command("grace", "schedule run", name="ahoy"))
    (job,) = await road.jobs()
    assert ran == f"“Ahoy” is being done now, as job `{job.id}`."
    assert await seen(lambda: sent(road), bool) == ["Ahoy @everyone"]
    assert words(await road.command("grace", "schedule delete", name="ahoy")) == "“Ahoy” is deleted."
    assert await schedules(road) == []
    gone = await road.command("grace", "schedule show", name="ahoy")
    assert words(gone) == "Nothing called “ahoy” is scheduled here."


async def test_what_others_scheduled_only_administrators_change(road: Road) -> None:
    await add(road, every="1 day")
    for verb in ("pause", "run", "delete"):
        refused = await road.command("hedy", f"schedule {verb}", name="ahoy")
        assert "needs the role admin" in words(refused), verb
    assert [each.state for each in await schedules(road)] == ["active"]
    assert words(await road.command("ada", "schedule pause", name="ahoy")) == "“Ahoy” is paused."


async def test_two_of_one_name_are_told_apart_by_choosing(road: Road) -> None:
    await add(road, every="1 day")
    await add(road, every="2 days")
    assert "2 schedules are called “Ahoy”" in words(
        await road.command("grace", "schedule delete", name="Ahoy")
    )
    newest, oldest = await schedules(road)
    await road.command("grace", "schedule delete", name=str(newest.id))
    assert [each.id for each in await schedules(road)] == [oldest.id]


async def test_the_button_deletes_what_was_just_added_for_who_added_it(road: Road) -> None:
    reply = await add(road, every="1 day")
    (made,) = await schedules(road)
    channel = road.bot.get_channel(int(road.guild["channels"]["log"]))
    assert isinstance(channel, disnake.TextChannel)
    row = undo_row(made, str(road.guild["members"]["grace"]))
    posted = await channel.send("Where everybody sees it", components=[row])
    custom_id = row.children[0].custom_id
    stranger = await road.use("ada", "component", message_id=str(posted.id), custom_id=custom_id)
    told = await road.message(stranger["id"], lambda message: message and message["content"] == NOT_YOURS)
    assert told["flags"] & 64
    assert len(await schedules(road)) == 1
    pressed = await road.press("grace", reply, "Delete it again")
    left = await road.message(pressed["id"], lambda message: message["content"] == DELETED_AGAIN)
    assert buttons(left) == []
    assert await schedules(road) == []


async def test_a_schedule_of_another_guild_is_neither_found_nor_deleted(
    installation: Installation, road: Road
) -> None:
    await add(road, "owner", every="1 day")
    there = await installation.road(SPEC | {"name": "Lagoon"})
    (made,) = await schedules(road)
    for name in ("Ahoy", str(made.id)):
        refused = await there.command("owner", "schedule delete", name=name)
        assert "is scheduled here" in words(refused)
    assert len(await schedules(road)) == 1


async def test_who_is_refused_gets_no_account_by_asking(road: Road) -> None:
    refused = await road.command("linus", "schedule add", channel="cabin", what="drift check", name="x")
    assert "needs the role moderator" in words(refused)
    async with road.database.engines.connection() as connection:
        found = await connection.scalar(
            text("SELECT count(*) FROM accounts WHERE discord_user_id = :id"),
            {"id": int(road.guild["members"]["linus"])},
        )
    assert not found


async def test_many_are_shown_page_by_page(road: Road) -> None:
    for number in range(9):
        await add(road, "ada", every="1 day", name=f"Number {number} " + "*" * 85)
    first = await road.command("grace", "schedule list")
    assert "Page 1 of 2 · /schedule list page:2 shows more." in words(first)
    second = await road.command("grace", "schedule list", page=2)
    assert "Number 0" in words(second)
    assert "Number 8" not in words(second)
    assert "Page 2 of 2" in words(second)
