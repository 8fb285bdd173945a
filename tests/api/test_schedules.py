"""Schedules over HTTP: made, looked at, changed and run; answers are compared with the OpenAPI document."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from core.config import Settings, asyncpg_dsn
from tests.api.conftest import installation
from tests.api.people import ADMIN, MODERATOR, someone
from tests.api.programs import bearer, token
from tests.api.world import SECRET, Api
from tests.fixtures.patience import PATIENCE
from workers.scheduler import Scheduler

NOW = datetime(2026, 3, 26, 12, tzinfo=UTC)
"""Three days before clocks go forward in Berlin."""
SYNC = {"kind": "guild.sync"}
WEEKDAYS = {"type": "cron", "expression": "0 9 * * mon-fri"}
DRAFT = {"name": "Morning", "payload": SYNC, "trigger": WEEKDAYS, "time_zone": "Europe/Berlin"}
MERGE = {"Content-Type": "application/merge-patch+json"}


class Clocked(Api):
    """An installation whose clock goes when it is told to."""

    now = NOW

    async def pass_time(self, **passed: float) -> None:
        """All that is due then becomes jobs; some of it may be in the hands of the application's own scheduler."""
        self.now += timedelta(**passed)
        url = self.database.engines.writing.url.render_as_string(hide_password=False)
        scheduler = Scheduler(self.database, dsn=asyncpg_dsn(url))
        async with asyncio.timeout(PATIENCE):
            while await self._is_something_due():
                await scheduler.run_until_idle()
                await asyncio.sleep(0.02)

    async def _is_something_due(self) -> bool:
        async with self.database.read() as unit:
            due = (await unit.runs.outlook()).first
        return due is not None and due <= self.now

    async def edit(self, path: str, headers: dict[str, str] | None = None, **changes: Any) -> Any:
        return await self.client.patch(f"/api/v1{path}", json=changes, headers={**MERGE, **(headers or {})})


@pytest.fixture
async def api(database_url: str, redis_url: str) -> AsyncIterator[Clocked]:
    settings = Settings(database_url=database_url, redis_url=redis_url, owner_token=SECRET)
    async with installation(settings) as api:
        clocked = Clocked(api.app, api.client, api.database, api.rings)
        api.database.clock = lambda: clocked.now
        yield clocked


async def made(api: Api, **fields: Any) -> dict[str, Any]:
    answer = await api.post(f"/guilds/{await api.guild()}/schedules", json={**DRAFT, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


def local(planned: list[dict[str, Any]]) -> list[str]:
    return [each["local"] for each in planned]


async def test_a_schedule_is_made_seen_edited_and_deleted(api: Clocked) -> None:
    guild = await api.guild()
    answer = await api.post(f"/guilds/{guild}/schedules", json=DRAFT)
    shown = answer.json()
    assert (answer.status_code, shown["state"], shown["owner"]["via"]) == (201, "active", "schedule")
    assert shown["sentence"] == "every weekday at 09:00, Europe/Berlin"
    assert local(shown["next_runs"][:3]) == [
        "2026-03-27T09:00:00+01:00",
        "2026-03-30T09:00:00+02:00",
        "2026-03-31T09:00:00+02:00",
    ]
    assert [each["at"] for each in shown["next_runs"][:2]] == ["2026-03-27T08:00:00Z", "2026-03-30T07:00:00Z"]
    assert shown["next_run"] == shown["next_runs"][0]
    path = answer.headers["location"].removeprefix("/api/v1")
    assert path == f"/schedules/{shown['id']}"
    seen = await api.get(path)
    assert seen.json() == shown
    del shown["next_runs"]
    assert (await api.get(f"/guilds/{guild}/schedules")).json() == {"items": [shown], "next_cursor": None}

    tag = {"If-Match": seen.headers["etag"]}
    api.now += timedelta(seconds=1)
    edited = await api.edit(
        path,
        tag,
        name="Noon",
        trigger={"type": "cron", "expression": "0 12 * * *"},
        ends_at="2026-03-27T23:00:00Z",
    )
    assert edited.status_code == 200, edited.text
    assert edited.json()["sentence"] == "every day at 12:00, Europe/Berlin"
    assert local(edited.json()["next_runs"]) == ["2026-03-27T12:00:00+01:00"]
    assert {edited.json()[name] for name in ("time_zone", "name")} == {"Europe/Berlin", "Noon"}
    cleared = await api.edit(path, {"If-Match": edited.headers["etag"]}, ends_at=None)
    assert (cleared.json()["ends_at"], len(cleared.json()["next_runs"])) == (None, 5)
    stale = [await api.edit(path, tag, name="late"), await api.client.delete(f"/api/v1{path}", headers=tag)]
    assert [(each.status_code, each.json()["code"]) for each in stale] == [(412, "precondition_failed")] * 2
    assert (await api.client.delete(f"/api/v1{path}")).status_code == 204
    assert (await api.get(path)).status_code == 404


async def test_of_two_who_saw_the_same_schedule_one_is_told_that_it_has_changed(api: Clocked) -> None:
    path = f"/schedules/{(await made(api))['id']}"
    seen = {"If-Match": (await api.get(path)).headers["etag"]}
    api.now += timedelta(seconds=1)
    answers = await asyncio.gather(*(api.edit(path, seen, name=f"n{n}") for n in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]


async def test_a_preview_tells_when_it_would_run_through_changes_of_clocks_and_keeps_nothing(
    api: Clocked,
) -> None:
    """02:30 does not exist on 29 March in Berlin, and comes twice on 25 October."""
    path = f"/guilds/{await api.guild()}/schedules/preview"
    wanted = {"trigger": {"type": "cron", "expression": "30 2 * * *"}, "time_zone": "Europe/Berlin"}
    before = await api.rows()
    spring = (await api.post(f"{path}?n=4", json=wanted)).json()
    assert spring["sentence"] == "every day at 02:30, Europe/Berlin"
    assert local(spring["items"]) == [
        "2026-03-27T02:30:00+01:00",
        "2026-03-28T02:30:00+01:00",
        "2026-03-29T03:00:00+02:00",
        "2026-03-30T02:30:00+02:00",
    ]
    autumn = await api.post(f"{path}?n=3", json={**wanted, "starts_at": "2026-10-23T22:00:00Z"})
    assert [(each["local"], each["at"]) for each in autumn.json()["items"]] == [
        ("2026-10-24T02:30:00+02:00", "2026-10-24T00:30:00Z"),
        ("2026-10-25T02:30:00+02:00", "2026-10-25T00:30:00Z"),
        ("2026-10-26T02:30:00+01:00", "2026-10-26T01:30:00Z"),
    ]
    assert await api.rows() == before


async def test_a_schedules_preview_goes_as_far_as_it_does(api: Clocked) -> None:
    schedule = await made(api, max_runs=7)
    path = f"/schedules/{schedule['id']}/preview"
    found = (await api.get(f"{path}?n=3")).json()
    assert found == {"sentence": schedule["sentence"], "items": schedule["next_runs"][:3]}
    assert len((await api.get(f"{path}?n=100")).json()["items"]) == 7
    for n in (0, 101):
        refused = await api.get(f"{path}?n={n}")
        assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "n")


async def test_an_interval_counts_from_when_it_was_made_and_is_no_matter_of_zones(api: Clocked) -> None:
    shown = await made(api, trigger={"type": "interval", "every_seconds": 5400})
    assert shown["trigger"] == {"type": "interval", "every_seconds": 5400, "anchor": "2026-03-26T12:00:00Z"}
    assert (shown["sentence"], shown["next_run"]["at"]) == (
        "every 1 hour and 30 minutes",
        "2026-03-26T13:30:00Z",
    )


async def test_moments_are_shown_in_utc_however_they_were_said(api: Clocked) -> None:
    shown = await made(
        api,
        trigger={"type": "once", "run_at": "2026-04-01T12:00:00+05:30"},
        ends_at="2026-05-01T00:00:00-08:00",
    )
    assert (shown["trigger"]["run_at"], shown["ends_at"]) == ("2026-04-01T06:30:00Z", "2026-05-01T08:00:00Z")
    assert shown["next_run"]["local"] == "2026-04-01T08:30:00+02:00"


async def test_one_that_waits_for_its_jitter_is_still_to_come(api: Clocked) -> None:
    shown = await made(api, trigger={"type": "cron", "expression": "0 * * * *"}, jitter_seconds=3000)
    pending = shown["next_run"]
    assert pending["at"] < pending["due_at"]
    api.now = datetime.fromisoformat(pending["due_at"]) - timedelta(milliseconds=1)
    path = f"/schedules/{shown['id']}"
    assert (await api.get(path)).json()["next_runs"] == shown["next_runs"]
    assert (await api.edit(path, max_runs=2)).json()["next_runs"] == shown["next_runs"][:2]


async def test_it_is_paused_with_a_reason_and_goes_on_from_when_it_is_resumed(api: Clocked) -> None:
    schedule = await made(api, trigger={"type": "interval", "every_seconds": 60})
    path = f"/schedules/{schedule['id']}"
    paused = await api.post(f"{path}/pause", json={"reason": "Holidays"})
    assert (paused.status_code, paused.json()["state"]) == (200, "paused")
    pause = paused.json()["pause"]
    assert (pause["code"], pause["reason"], pause["at"]) == ("by_hand", "Holidays", "2026-03-26T12:00:00Z")
    assert (paused.json()["next_run"], len(paused.json()["next_runs"])) == (None, 5)
    again = await api.post(f"{path}/pause")
    assert (again.status_code, again.json()["code"]) == (409, "schedule_state")
    await api.pass_time(minutes=10, seconds=30)
    resumed = await api.post(f"{path}/resume")
    assert (resumed.json()["state"], resumed.json()["pause"]) == ("active", None)
    assert resumed.json()["next_run"]["at"] == "2026-03-26T12:11:00Z"
    assert (await api.get(f"{path}/runs")).json()["items"] == []
    assert (await api.post(f"{path}/resume")).json()["code"] == "schedule_state"


async def test_it_runs_now_and_its_history_tells_what_became_of_that(api: Clocked) -> None:
    path = f"/schedules/{(await made(api))['id']}"
    ran = await api.post(f"{path}/run")
    run = ran.json()
    assert (ran.status_code, run["state"], run["by_hand"]) == (202, "asked", True)
    assert ran.headers["location"] == f"/api/v1/jobs/{run['job_id']}"
    job = (await api.client.get(ran.headers["location"])).json()
    assert (job["kind"], job["actor"]["kind"], job["actor"]["via"]) == ("guild.sync", "schedule", "schedule")
    again = await api.post(f"{path}/run")
    assert (again.status_code, again.json()["code"]) == (409, "run_open")
    await api.work()
    for _ in range(2):
        api.now += timedelta(seconds=1)
        assert (await api.post(f"{path}/run")).status_code == 202
        await api.work()
    page = (await api.get(f"{path}/runs?limit=2")).json()
    rest = (await api.get(f"{path}/runs?cursor={page['next_cursor']}")).json()
    assert [each["state"] for each in (*page["items"], *rest["items"])] == ["succeeded"] * 3
    assert [each["planned_at"] for each in page["items"]] == ["2026-03-26T12:00:02Z", "2026-03-26T12:00:01Z"]
    assert rest["items"][0] | {"state": "", "ended_at": ""} == run | {"state": "", "ended_at": ""}
    assert rest["next_cursor"] is None


async def test_what_queues_waits_for_its_turn_and_has_no_job_yet(api: Clocked) -> None:
    path = f"/schedules/{(await made(api, overlap='queue'))['id']}"
    assert (await api.post(f"{path}/run")).json()["state"] == "asked"
    waiting = await api.post(f"{path}/run")
    assert (waiting.status_code, waiting.json()["state"], waiting.json()["job_id"]) == (202, "waiting", None)
    assert waiting.headers["location"] == f"/api/v1{path}"


async def test_a_one_off_becomes_a_job_ends_and_may_be_renamed_and_given_another_time(api: Clocked) -> None:
    once = {"type": "once", "run_at": "2026-03-26T12:05:00Z"}
    path = f"/schedules/{(await made(api, trigger=once))['id']}"
    await api.pass_time(minutes=5)
    [run] = (await api.get(f"{path}/runs")).json()["items"]
    assert (run["planned_at"], run["asked_at"], run["by_hand"]) == (
        "2026-03-26T12:05:00Z",
        "2026-03-26T12:05:00Z",
        False,
    )
    ended = (await api.get(path)).json()
    assert (ended["state"], ended["runs"], ended["next_runs"]) == ("ended", 1, [])
    assert (await api.post(f"{path}/pause")).json()["code"] == "schedule_state"
    api.now += timedelta(minutes=1)
    renamed = (await api.edit(path, name="Was once", trigger=once)).json()
    assert (renamed["state"], renamed["name"], renamed["next_run"]) == ("ended", "Was once", None)
    kept = (await api.edit(path, misfire="skip", grace_seconds=5, pause_after=2)).json()
    assert (kept["state"], kept["misfire"], kept["grace_seconds"]) == ("ended", "skip", 5)
    past = await api.edit(path, trigger={"type": "once", "run_at": "2026-03-26T12:05:30Z"})
    assert past.json()["errors"][0]["pointer"] == "/trigger/run_at"
    again = (await api.edit(path, trigger={"type": "once", "run_at": "2026-03-26T13:00:00Z"})).json()
    assert (again["state"], again["next_run"]["at"]) == ("active", "2026-03-26T13:00:00Z")
    await api.work()
    await api.pass_time(minutes=54)
    assert (await api.get(path)).json()["runs"] == 2


async def test_the_end_of_what_was_done_for_a_time_is_shown_and_only_its_moment_can_be_changed(
    api: Clocked,
) -> None:
    once = {"type": "once", "run_at": "2026-03-27T12:00:00Z"}
    schedule = await made(api, trigger=once)
    act = {"kind": "role.grant", "role_id": "5", "member_ids": ["6"]}
    payload = {"kind": "action.undo", "job_id": str(uuid4()), "act": act}
    async with api.database.engines.writing.begin() as connection:
        await connection.execute(
            text("UPDATE schedules SET payload = :payload"), {"payload": json.dumps(payload)}
        )
    path = f"/schedules/{schedule['id']}"
    assert (await api.get(path)).json()["payload"] == payload
    [listed] = (await api.get(f"/guilds/{schedule['guild_id']}/schedules")).json()["items"]
    assert listed["payload"] == payload
    moved = await api.edit(path, trigger={"type": "once", "run_at": "2026-03-28T12:00:00Z"})
    assert moved.json()["next_run"]["at"] == "2026-03-28T12:00:00Z"
    for changes in ({"payload": SYNC}, {"trigger": WEEKDAYS}):
        refused = await api.edit(path, **changes)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "ours")


async def test_asking_twice_is_asking_once(api: Clocked) -> None:
    every, key = f"/guilds/{await api.guild()}/schedules", {"Idempotency-Key": "once"}
    answers = await asyncio.gather(*(api.post(every, json=DRAFT, headers=key) for _ in range(8)))
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    path = answers[0].headers["location"].removeprefix("/api/v1")
    runs = await asyncio.gather(*(api.post(f"{path}/run", headers=key) for _ in range(8)))
    assert len({answer.content for answer in runs}) == 1
    kept = [len((await api.get(where)).json()["items"]) for where in (every, f"{path}/runs")]
    assert kept == [1, 1]


async def test_who_changes_what_somebody_elses_does_owns_it_and_who_renames_it_does_not(api: Clocked) -> None:
    guild = await api.guild()
    maker, other = [await someone(api, name, guild, MODERATOR) for name in ("maker", "other")]
    boss = await someone(api, "boss", guild, ADMIN)
    answer = await maker.ask("POST", f"/guilds/{guild}/schedules", json=DRAFT)
    path = f"/schedules/{answer.json()['id']}"
    refused = await other.ask("PATCH", path, json={"name": "Mine"})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    for asker, changes, owner in (
        (maker, {"overlap": "queue"}, "maker"),
        (boss, {"name": "Ours"}, "maker"),
        (boss, {"trigger": {"type": "cron", "expression": "@daily"}}, "boss"),
    ):
        edited = await asker.ask("PATCH", path, json=changes)
        assert (edited.status_code, edited.json()["owner"]["name"]) == (200, owner), edited.text
    late = await maker.ask("PATCH", path, json={"overlap": "skip"})
    assert late.status_code == 403


async def test_it_runs_with_the_rights_that_its_owner_has_then(api: Clocked) -> None:
    guild = await api.guild()
    maker = await someone(api, "maker", guild, MODERATOR)
    wanted = {**DRAFT, "trigger": {"type": "interval", "every_seconds": 60}}
    answer = await maker.ask("POST", f"/guilds/{guild}/schedules", json=wanted)
    path = f"/schedules/{answer.json()['id']}"
    await maker.leaves(guild)
    await api.pass_time(minutes=1)
    seen = (await api.get(path)).json()
    assert (seen["state"], seen["pause"]["code"], seen["next_run"]) == ("paused", "authority_lost", None)
    [run] = (await api.get(f"{path}/runs")).json()["items"]
    assert (run["state"], run["job_id"], run["trouble"]["message"]) == (
        "refused",
        None,
        seen["pause"]["reason"],
    )


async def test_a_program_needs_the_scope_of_what_its_schedule_asks_for(api: Clocked) -> None:
    path = f"/guilds/{await api.guild()}/schedules"
    narrow = bearer(await token(api, scopes=["schedules:write"]))
    refused = await api.post(path, json=DRAFT, headers=narrow)
    assert (refused.status_code, refused.json()["code"]) == (403, "out_of_scope")
    wide = bearer(await token(api, scopes=["schedules:write", "jobs:create:guild.sync"]))
    allowed = await api.post(path, json=DRAFT, headers=wide)
    assert (allowed.status_code, allowed.json()["owner"]["kind"]) == (201, "token"), allowed.text


def refusal(body: dict[str, Any], *problems: tuple[str, str], **options: Any) -> Any:
    return pytest.param(body, set(problems), id="+".join(f"{p}:{c}" for p, c in problems), **options)


CRON = "/trigger/expression"
REFUSED = [
    refusal({"name": ""}, ("/name", "length")),
    refusal({"name": "  "}, ("/name", "length")),
    refusal({"time_zone": "Berlin"}, ("/time_zone", "unknown_zone")),
    refusal({"trigger": {"type": "cron", "expression": "0 0 31 2 *"}}, (CRON, "bad_cron")),
    refusal({"trigger": {"type": "cron", "expression": "often"}}, (CRON, "bad_cron")),
    refusal({"trigger": {"type": "cron", "expression": "* * * * * *"}}, (CRON, "too_often")),
    refusal({"trigger": {"type": "interval", "every_seconds": 9}}, ("/trigger/every_seconds", "range")),
    refusal(
        {"trigger": {"type": "interval", "every_seconds": 60, "anchor": "0001-01-01T00:00:00+14:00"}},
        ("/trigger/anchor", "too_early"),
    ),
    refusal(
        {"trigger": {"type": "once", "run_at": "2026-03-26T11:59:59Z"}}, ("/trigger/run_at", "in_the_past")
    ),
    refusal({"trigger": {"type": "once", "run_at": "2026-03-27T11:59:59"}}, ("/trigger/run_at", "format")),
    refusal({"trigger": {"type": "never"}}, ("/trigger/type", "unknown_value")),
    refusal({"trigger": None}, ("/trigger", "type")),
    refusal({"starts_at": "0001-01-01T00:00:00Z"}, ("/starts_at", "too_early")),
    refusal({"ends_at": "9999-12-31T23:59:59-14:00"}, ("/ends_at", "too_far")),
    refusal({"ends_at": "2026-03-26T13:00:00Z"}, ("/ends_at", "never")),
    refusal({"starts_at": "2026-05-01T00:00:00Z", "ends_at": "2026-04-01T00:00:00Z"}, ("/ends_at", "order")),
    refusal(
        {"trigger": {"type": "interval", "every_seconds": 60}, "jitter_seconds": 60},
        ("/jitter_seconds", "too_long"),
    ),
    refusal({"jitter_seconds": 3601}, ("/jitter_seconds", "range")),
    refusal({"overlap": "pile"}, ("/overlap", "unknown_value")),
    refusal({"max_runs": 0}, ("/max_runs", "range")),
    refusal({"owner": "me"}, ("/owner", "unknown_field")),
    refusal(
        {"time_zone": "Mars/Base", "trigger": {"type": "once", "run_at": "2026-01-01T00:00:00Z"}},
        ("/time_zone", "unknown_zone"),
        ("/trigger/run_at", "in_the_past"),
    ),
    refusal({"payload": {"kind": "guild.leave"}}, ("/payload/kind", "unknown_value")),
    refusal({"payload": {"kind": "action.undo"}}, ("/payload/kind", "unknown_value")),
    refusal({"payload": {"kind": "message.send", "channel_id": "1"}}, ("/payload/content", "empty")),
    refusal(
        {"payload": {"kind": "message.send", "channel_id": "1", "content": "Hello"}},
        ("/payload/channel_id", "unknown_channel"),
    ),
    refusal(
        {"payload": {"kind": "template.apply", "template_id": str(uuid4())}},
        ("/payload/template_id", "not_found"),
    ),
    refusal(
        {"payload": {"kind": "announcement.post", "announcement_id": str(uuid4())}},
        ("/payload/announcement_id", "not_found"),
    ),
    refusal(
        {"payload": {"kind": "role.grant", "role_id": "1", "member_ids": ["2"]}},
        ("/payload/role_id", "unknown_role"),
    ),
    refusal(
        {
            "payload": {
                "kind": "channel.overwrite",
                "channel_id": "1",
                "target_kind": "role",
                "target_id": "2",
            }
        },
        ("/payload/channel_id", "unknown_channel"),
        ("/payload/target_id", "unknown_role"),
    ),
    refusal(
        {"payload": {"kind": "member.kick", "member_ids": ["2", "2"]}}, ("/payload/member_ids/1", "duplicate")
    ),
    refusal({"trigger": {"type": "cron", "expression": "0 9 31 feb *"}}, (CRON, "bad_cron")),
    refusal({"payload": {"kind": "drift.check"}}, ("/payload", "no_active_version")),
]


@pytest.mark.parametrize(("body", "problems"), REFUSED)
async def test_what_cannot_be_is_named_and_leaves_nothing_behind(
    api: Clocked, body: dict[str, Any], problems: set[tuple[str, str]]
) -> None:
    schedule = await made(api)
    before = await api.rows()
    for ask in (
        api.post(f"/guilds/{schedule['guild_id']}/schedules", json={**DRAFT, **body}),
        api.edit(f"/schedules/{schedule['id']}", **body),
    ):
        refused = await ask
        assert refused.status_code == 422, refused.text
        assert {(e["pointer"], e["code"]) for e in refused.json()["errors"]} == problems
    assert await api.rows() == before
    assert (await api.get(f"/schedules/{schedule['id']}")).json() == schedule


async def test_a_value_that_a_template_does_not_know_is_named_where_it_stands(api: Clocked) -> None:
    payload = {
        "kind": "template.apply",
        "template_id": (await api.template())["id"],
        "values": {"hue": "red"},
    }
    refused = await api.post(f"/guilds/{await api.guild()}/schedules", json={**DRAFT, "payload": payload})
    assert refused.status_code == 422, refused.text
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/payload/values/hue"]


async def test_an_unknown_zone_is_told_with_the_nearest(api: Clocked) -> None:
    wanted = {"trigger": WEEKDAYS, "time_zone": "Berlin"}
    refused = await api.post(f"/guilds/{await api.guild()}/schedules/preview", json=wanted)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/time_zone")
    assert "Did you mean Europe/Berlin?" in refused.json()["errors"][0]["message"]


async def test_what_does_not_exist_is_404(api: Clocked) -> None:
    nobody = uuid4()
    for method, path, body in (
        ("GET", "/guilds/1/schedules", None),
        ("POST", "/guilds/1/schedules", DRAFT),
        ("POST", "/guilds/1/schedules/preview", {"trigger": WEEKDAYS}),
        ("GET", f"/schedules/{nobody}", None),
        ("PATCH", f"/schedules/{nobody}", {}),
        ("DELETE", f"/schedules/{nobody}", None),
        ("GET", f"/schedules/{nobody}/runs", None),
        ("GET", f"/schedules/{nobody}/preview", None),
        *(("POST", f"/schedules/{nobody}/{verb}", None) for verb in ("pause", "resume", "run")),
    ):
        answer = await api.client.request(method, f"/api/v1{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
