"""Scheduled events: Discord's rules, their covers, and disnake's cache after each step."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import disnake
import httpx
import pytest

from bot.simulator import Simulator
from bot.simulator.events import GUILD_SCHEDULED_EVENTS, KNOWN_INTENTS
from tests.simulator.calls import Control, Rest, form_codes
from tests.simulator.conftest import Connect
from tests.simulator.ears import Ear
from tests.simulator.pictures import png, uri
from tests.simulator.twins import Twins

STARTS, ENDS = "2099-07-01T12:00:00+00:00", "2099-07-01T14:00:00+00:00"
OUTSIDE: dict[str, Any] = {
    "name": "Regatta",
    "privacy_level": 2,
    "scheduled_start_time": STARTS,
    "scheduled_end_time": ENDS,
    "entity_type": 3,
    "entity_metadata": {"location": "Quay 3"},
}
CHANNELS: list[dict[str, Any]] = [
    {"name": "log"},
    {"name": "Lounge", "type": "voice"},
    {"name": "Stage", "type": "stage"},
]


def inside(channel_id: object, kind: int) -> dict[str, Any]:
    return {
        "name": "Shanties",
        "privacy_level": 2,
        "scheduled_start_time": STARTS,
        "entity_type": kind,
        "channel_id": channel_id,
    }


async def test_an_event_is_everywhere_until_it_is_deleted(
    sim: Control, rest: Rest, http: httpx.AsyncClient, simulator: Simulator
) -> None:
    made = await sim.guild()
    path = f"/guilds/{made['id']}/scheduled-events"
    sent = {
        "description": "Bring oars",
        "image": uri(png()),
        "scheduled_start_time": "2099-07-01T14:00:00+02:00",
    }
    event = await rest.ok("POST", path, OUTSIDE | sent)
    assert event == {
        "id": event["id"],
        "guild_id": made["id"],
        "channel_id": None,
        "creator_id": str(simulator.world.application.bot_id),
        "name": "Regatta",
        "description": "Bring oars",
        "image": event["image"],
        "scheduled_start_time": STARTS,
        "scheduled_end_time": ENDS,
        "privacy_level": 2,
        "status": 1,
        "entity_type": 3,
        "entity_id": None,
        "entity_metadata": {"location": "Quay 3"},
        "recurrence_rule": None,
        "guild_scheduled_event_exceptions": [],
    }
    assert await rest.ok("GET", path) == [event]
    assert await rest.ok("GET", f"{path}/{event['id']}?with_user_count=true") == event | {"user_count": 0}
    assert (await sim.dump(made["id"]))["scheduled_events"] == [event]
    served = await http.get(f"/guild-events/{event['id']}/{event['image']}.png")
    assert served.content == png()

    await rest.ok("DELETE", f"{path}/{event['id']}")
    assert await rest.ok("GET", path) == []
    for method in ("GET", "PATCH", "DELETE"):
        assert await rest.refused(method, f"{path}/{event['id']}", {}) == (404, 10070)


@pytest.mark.parametrize(
    ("wrong", "codes"),
    [
        ({"name": ""}, {"name": "BASE_TYPE_BAD_LENGTH"}),
        ({"name": "n" * 101}, {"name": "BASE_TYPE_BAD_LENGTH"}),
        ({"name": None}, {"name": "BASE_TYPE_REQUIRED"}),
        ({"description": "d" * 1001}, {"description": "BASE_TYPE_MAX_LENGTH"}),
        ({"privacy_level": 1}, {"privacy_level": "BASE_TYPE_CHOICES"}),
        ({"entity_type": 4}, {"entity_type": "BASE_TYPE_CHOICES"}),
        ({"scheduled_start_time": "tomorrow"}, {"scheduled_start_time": "DATE_TIME_TYPE_PARSE"}),
        (
            {"scheduled_start_time": "2001-01-01T00:00:00Z"},
            {"scheduled_start_time": "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST"},
        ),
        ({"scheduled_end_time": STARTS}, {"scheduled_end_time": "GUILD_SCHEDULED_EVENT_END_BEFORE_START"}),
        ({"scheduled_end_time": None}, {"scheduled_end_time": "BASE_TYPE_REQUIRED"}),
        ({"entity_metadata": None}, {"entity_metadata": "BASE_TYPE_REQUIRED"}),
        ({"channel_id": "1"}, {"channel_id": "GUILD_SCHEDULED_EVENT_CHANNEL_INVALID"}),
        ({"image": "cover.png"}, {"image": "BASE_TYPE_INVALID_IMAGE"}),
    ],
)
async def test_a_form_that_is_no_event_makes_none(
    sim: Control, rest: Rest, wrong: dict[str, Any], codes: dict[str, str]
) -> None:
    made = await sim.guild()
    path = f"/guilds/{made['id']}/scheduled-events"
    assert form_codes(await rest("POST", path, OUTSIDE | wrong)) == codes
    assert await rest.ok("GET", path) == []


async def test_an_event_takes_place_in_a_channel_of_its_kind_or_elsewhere(sim: Control, rest: Rest) -> None:
    made = await sim.guild(channels=CHANNELS)
    path, ids = f"/guilds/{made['id']}/scheduled-events", made["channels"]
    for kind, fits in ((1, "Stage"), (2, "Lounge")):
        for name, channel_id in {**ids, "nowhere": None}.items():
            answer = await rest("POST", path, inside(channel_id, kind))
            assert answer.is_success == (name == fits), answer.text
    event = await rest.ok("POST", path, inside(ids["Lounge"], 2) | {"entity_metadata": {"location": "Quay"}})
    assert (event["channel_id"], event["entity_metadata"]) == (ids["Lounge"], None)
    one = f"{path}/{event['id']}"
    moved = {"entity_type": 3, "channel_id": None, "entity_metadata": {"location": "Quay 3"}}
    assert form_codes(await rest("PATCH", one, moved)) == {"scheduled_end_time": "BASE_TYPE_REQUIRED"}
    event = await rest.ok("PATCH", one, moved | {"scheduled_end_time": ENDS})
    assert (event["channel_id"], event["entity_metadata"]) == (None, {"location": "Quay 3"})


async def test_a_channel_takes_its_events_with_it(sim: Control, rest: Rest, simulator: Simulator) -> None:
    made = await sim.guild(
        channels=CHANNELS, scheduled_events=[{"name": "Shanties", "channel": "Lounge"}, {"name": "Regatta"}]
    )
    ear = Ear(simulator)
    await rest.ok("DELETE", f"/channels/{made['channels']['Lounge']}")
    left = await rest.ok("GET", f"/guilds/{made['id']}/scheduled-events")
    assert [each["name"] for each in left] == ["Regatta"]
    assert [each["name"] for each in ear.heard("GUILD_SCHEDULED_EVENT_DELETE")] == ["Shanties"]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [((2,), True), ((4,), True), ((2, 3), True), ((3,), False), ((2, 4), False), ((2, 1), False)],
)
async def test_an_event_starts_and_ends_once(
    sim: Control, rest: Rest, path: tuple[int, ...], allowed: bool
) -> None:
    made = await sim.guild(scheduled_events=[{"name": "Regatta"}])
    events = f"/guilds/{made['id']}/scheduled-events"
    one = f"{events}/{made['scheduled_events']['Regatta']}"
    for status in path[:-1]:
        await rest.ok("PATCH", one, {"status": status})
    answer = await rest("PATCH", one, {"status": path[-1]})
    assert answer.is_success == allowed
    if allowed and path[-1] in (3, 4):
        assert await rest.refused("PATCH", one, {"name": "Too late"}) == (400, 180_000)
        assert await rest.ok("GET", events) == []


async def test_a_hundred_events_are_to_come_at_most(sim: Control, rest: Rest) -> None:
    made = await sim.guild(scheduled_events=[{"name": f"e{number}"} for number in range(99)])
    path = f"/guilds/{made['id']}/scheduled-events"
    await rest.ok("POST", path, OUTSIDE)
    assert await rest.refused("POST", path, OUTSIDE) == (400, 30038)
    await rest.ok("PATCH", f"{path}/{made['scheduled_events']['e0']}", {"status": 4})
    await rest.ok("POST", path, OUTSIDE)


WEEKLY = {"start": STARTS, "frequency": 2, "interval": 2, "by_weekday": [2]}


@pytest.mark.parametrize(
    "rule",
    [
        WEEKLY,
        {"start": STARTS, "frequency": 3, "interval": 1, "by_weekday": [0, 1, 2, 3, 4]},
        {"start": STARTS, "frequency": 3, "interval": 1},
        {"start": STARTS, "frequency": 1, "interval": 1, "by_n_weekday": [{"n": 4, "day": 2}]},
        {"start": STARTS, "frequency": 0, "interval": 1, "by_month": [7], "by_month_day": [24]},
    ],
)
async def test_the_documented_recurrences_are_kept_as_sent(
    sim: Control, rest: Rest, rule: dict[str, Any]
) -> None:
    made = await sim.guild()
    path = f"/guilds/{made['id']}/scheduled-events"
    event = await rest.ok("POST", path, OUTSIDE | {"recurrence_rule": rule})
    kept = event["recurrence_rule"]
    assert {key: kept[key] for key in rule} == rule
    assert [value for key, value in kept.items() if key not in rule] == [None] * (len(kept) - len(rule))
    event = await rest.ok("PATCH", f"{path}/{event['id']}", {"recurrence_rule": None})
    assert event["recurrence_rule"] is None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"by_weekday": [1, 2]}, "by_weekday"),
        ({"frequency": 3, "by_weekday": [5, 6]}, "interval"),
        ({"interval": 3}, "interval"),
        ({"by_month": [7]}, "by_month"),
        ({"count": 5}, "count"),
        ({"end": ENDS}, "end"),
        ({"frequency": 3, "interval": 1, "by_weekday": [0, 2]}, "by_weekday"),
        (
            {"frequency": 1, "interval": 1, "by_weekday": None, "by_n_weekday": [{"n": 1, "day": 1}] * 2},
            "by_n_weekday",
        ),
        ({"frequency": 0, "interval": 1, "by_weekday": None, "by_month": [7]}, "by_month_day"),
    ],
)
async def test_recurrences_that_clients_cannot_show_are_refused(
    sim: Control, rest: Rest, changed: dict[str, Any], field: str
) -> None:
    made = await sim.guild()
    answer = await rest(
        "POST", f"/guilds/{made['id']}/scheduled-events", OUTSIDE | {"recurrence_rule": WEEKLY | changed}
    )
    assert list(answer.json()["errors"]["recurrence_rule"]) == [field]


async def test_own_events_need_less_than_those_of_others(sim: Control, rest: Rest) -> None:
    made = await sim.guild(
        everyone_permissions=["VIEW_CHANNEL"],
        bot_permissions=["CREATE_EVENTS"],
        roles=[{"name": "Keepers", "permissions": ["MANAGE_EVENTS"]}],
        members=[{"username": "ada"}, {"username": "grace", "roles": ["Keepers"]}],
        channels=CHANNELS,
        scheduled_events=[{"name": "Regatta"}],
    )
    path, ids = f"/guilds/{made['id']}/scheduled-events", made["channels"]
    own = await rest.ok("POST", path, OUTSIDE)
    theirs = f"{path}/{made['scheduled_events']['Regatta']}"
    await rest.ok("PATCH", f"{path}/{own['id']}", {"name": "Race"})
    for method in ("PATCH", "DELETE"):
        assert await rest.refused(method, theirs, {}) == (403, 50013)
    for body in (inside(ids["Lounge"], 2), inside(ids["Stage"], 1)):  # CONNECT, and what moderates a stage
        assert await rest.refused("POST", path, body) == (403, 50013)
    for user in ("ada", "grace"):
        assert (await sim.edit(user, "POST", path, OUTSIDE))["body"]["code"] == 50013
    assert (await sim.edit("grace", "DELETE", theirs))["status"] == 204


async def test_events_in_channels_one_cannot_see_are_not_shown(sim: Control, rest: Rest) -> None:
    hidden = {
        "name": "Cabin",
        "type": "voice",
        "permission_overwrites": [{"role": "@everyone", "deny": ["VIEW_CHANNEL"]}],
    }
    made = await sim.guild(
        bot_permissions=["VIEW_CHANNEL"],
        channels=[hidden],
        scheduled_events=[{"name": "Secret", "channel": "Cabin"}, {"name": "Regatta"}],
    )
    path = f"/guilds/{made['id']}/scheduled-events"
    assert [each["name"] for each in await rest.ok("GET", path)] == ["Regatta"]
    assert await rest.refused("GET", f"{path}/{made['scheduled_events']['Secret']}") == (403, 50001)


async def test_the_gateway_and_the_audit_log_tell_of_events(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    made = await sim.guild()
    ear, deaf = Ear(simulator), Ear(simulator, KNOWN_INTENTS & ~GUILD_SCHEDULED_EVENTS)
    path, reason = f"/guilds/{made['id']}/scheduled-events", {"X_Audit_Log_Reason": "harbour%20day"}
    event = await rest.ok("POST", path, OUTSIDE, **reason)
    for _ in range(2):
        await rest.ok("PATCH", f"{path}/{event['id']}", {"entity_metadata": {"location": "Quay 4"}}, **reason)
    await rest.ok("DELETE", f"{path}/{event['id']}", **reason)
    names = [f"GUILD_SCHEDULED_EVENT_{each}" for each in ("CREATE", "UPDATE", "DELETE")]
    places = [[each["entity_metadata"]["location"] for each in ear.heard(name)] for name in names]
    assert places == [["Quay 3"], ["Quay 4"], ["Quay 4"]]
    assert [deaf.heard(name) for name in names] == [[], [], []]
    entries = (await rest.ok("GET", f"/guilds/{made['id']}/audit-logs"))["audit_log_entries"]
    assert [(each["action_type"], each["target_id"], each["reason"]) for each in entries] == [
        (action, event["id"], "harbour day") for action in (102, 101, 100)
    ]
    assert entries[1]["changes"] == [{"key": "location", "old_value": "Quay 3", "new_value": "Quay 4"}]


async def test_disnake_makes_edits_starts_and_deletes_events(
    sim: Control, connect: Connect, twins: Callable[[disnake.Client], Twins], cdn: str
) -> None:
    made = await sim.guild(channels=CHANNELS, scheduled_events=[{"name": "Regatta", "image": uri(png(7))}])
    bot: Any = disnake.Client(intents=disnake.Intents.all(), guild_ready_timeout=0.1)
    starts = datetime.now(UTC) + timedelta(days=1)
    async with connect(bot):
        pair = twins(bot)
        await pair.agree()
        guild = bot.get_guild(int(made["id"]))
        assert await guild.scheduled_events[0].image.read() == png(7)
        lounge = guild.get_channel(int(made["channels"]["Lounge"]))
        event = await guild.create_scheduled_event(
            name="Shanties", channel=lounge, scheduled_start_time=starts
        )
        await pair.agree()
        await event.edit(description="All join in", image=png())
        await pair.agree()
        assert (await (await event.start()).end()).status is disnake.GuildScheduledEventStatus.completed
        await pair.agree()
        await guild.scheduled_events[0].delete()
        await pair.agree()
    assert cdn
