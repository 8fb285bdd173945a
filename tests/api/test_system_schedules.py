"""The installation's own schedules over HTTP: its owner sees, times and runs them."""

from typing import Any

import pytest

from core.guilds.snapshots import NEWEST_KEPT
from tests.api.people import ADMIN, someone
from tests.api.programs import bearer, token
from tests.api.test_schedules import Clocked
from tests.api.world import Api

MERGE = {"Content-Type": "application/merge-patch+json"}
KINDS = [
    "audit",
    "credentials",
    "deliveries",
    "images",
    "jobs",
    "left_guilds",
    "redeliveries",
    "snapshots",
]


@pytest.fixture
def clocked(api: Api) -> Clocked:
    """Its clock goes when it is told to."""
    clocked = Clocked(api.app, api.client, api.database, api.rings)
    api.database.clock = lambda: clocked.now
    return clocked


async def own(api: Api) -> dict[str, dict[str, Any]]:
    """By what they do."""
    page = (await api.get("/system/schedules")).json()
    assert page["next_cursor"] is None
    return {each["payload"]["kind"].partition(".")[2]: each for each in page["items"]}


async def edited(api: Api, id_: str, **changes: Any) -> Any:
    return await api.client.patch(f"/api/v1/schedules/{id_}", json=changes, headers=MERGE)


async def test_the_first_start_makes_them_and_the_application_does_what_they_ask_for(api: Api) -> None:
    found = await own(api)
    assert sorted(found) == KINDS
    assert {(each["guild_id"], each["owner"]["kind"]) for each in found.values()} == {(None, "system")}
    schedule = found["images"]
    shown = await run_now(api, schedule["id"])
    assert (shown["state"], shown["guild_id"], shown["actor"]["kind"]) == ("succeeded", None, "system")
    assert shown["result"] == {"kind": "housekeeping.images", "images": 0}
    [run] = (await api.get(f"/schedules/{schedule['id']}/runs")).json()["items"]
    assert (run["by_hand"], run["state"]) == (True, "succeeded")


async def run_now(api: Api, schedule_id: str) -> dict[str, Any]:
    """The job that did it."""
    answer = await api.post(f"/schedules/{schedule_id}/run")
    assert answer.status_code == 202, answer.text
    return (await api.get(f"/jobs/{answer.json()['job_id']}", headers={"Prefer": "wait=30"})).json()


async def test_what_a_schedule_captures_is_kept_for_as_long_as_the_guild_says(clocked: Clocked) -> None:
    """The first one and the newest are, however old they are."""
    guild, cleaning = await clocked.guild(), (await own(clocked))["snapshots"]["id"]
    await clocked.edit(f"/guilds/{guild}/settings", snapshot_retention_days=5)
    daily = {"type": "interval", "every_seconds": 86_400}
    draft = {"name": "Daily", "payload": {"kind": "guild.capture"}, "trigger": daily}
    assert (await clocked.post(f"/guilds/{guild}/schedules", json=draft)).status_code == 201
    captured = NEWEST_KEPT + 3
    for _ in range(captured):
        await clocked.pass_time(days=1)
        assert await clocked.work()
    await clocked.execute(
        "UPDATE snapshots SET created_at = asked_at FROM schedule_runs WHERE schedule_runs.job_id = snapshots.job_id"
    )
    ids = [each["id"] for each in (await clocked.get(f"/guilds/{guild}/snapshots")).json()["items"]]
    assert len(ids) == captured
    assert (await run_now(clocked, cleaning))["result"] == {"kind": "housekeeping.snapshots", "snapshots": 2}
    left = [each["id"] for each in (await clocked.get(f"/guilds/{guild}/snapshots")).json()["items"]]
    assert left == [*ids[:NEWEST_KEPT], ids[-1]]


async def test_its_owner_gives_it_other_times_and_pauses_it_but_cannot_change_or_delete_it(api: Api) -> None:
    id_ = (await own(api))["snapshots"]["id"]
    nightly = {"type": "cron", "expression": "0 4 * * *"}
    changed = await edited(api, id_, trigger=nightly, time_zone="Europe/Berlin")
    assert changed.status_code == 200
    assert (changed.json()["sentence"], changed.json()["owner"]["kind"]) == (
        "every day at 04:00, Europe/Berlin",
        "system",
    )
    assert (await api.post(f"/schedules/{id_}/pause")).json()["state"] == "paused"
    assert (await api.post(f"/schedules/{id_}/resume")).json()["state"] == "active"
    refused = await edited(api, id_, payload={"kind": "guild.capture"})
    assert refused.status_code == 422
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/payload"]
    refused = await api.client.delete(f"/api/v1/schedules/{id_}")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "ours")
    assert (await own(api))["snapshots"]["payload"] == {"kind": "housekeeping.snapshots"}


async def test_nobody_asks_for_housekeeping_by_a_schedule_or_a_job_of_theirs(api: Api) -> None:
    guild = await api.guild()
    timed = {"name": "x", "trigger": {"type": "cron", "expression": "@daily"}}
    for path, fields in ((f"/guilds/{guild}/schedules", timed), (f"/guilds/{guild}/jobs", {})):
        answer = await api.post(path, json={**fields, "payload": {"kind": "housekeeping.jobs"}})
        assert answer.status_code == 422, answer.text


async def test_to_everybody_else_they_are_not_there(api: Api) -> None:
    guild = await api.guild()
    id_ = (await own(api))["jobs"]["id"]
    await api.post(f"/schedules/{id_}/run")
    admin = await someone(api, guild_id=guild, bits=ADMIN)
    assert (await admin.get("/system/schedules")).status_code == 403
    for path in ("", "/runs", "/preview"):
        assert (await admin.get(f"/schedules/{id_}{path}")).status_code == 404
    assert (await admin.ask("POST", f"/schedules/{id_}/run")).status_code == 404
    assert [job["kind"] for job in (await admin.get("/jobs")).json()["items"]] == []
    assert (await admin.get(f"/guilds/{guild}/schedules")).json()["items"] == []


async def test_a_program_needs_the_scope_of_the_installation_beside_that_of_schedules(api: Api) -> None:
    id_ = (await own(api))["jobs"]["id"]
    reads = bearer(await token(api, scopes=["schedules:read", "schedules:write", "system:read"]))
    no_system = bearer(await token(api, scopes=["schedules:read"]))
    assert (await api.get(f"/schedules/{id_}", headers=reads)).status_code == 200
    for method, headers in (("GET", no_system), ("POST", reads)):
        path = f"/api/v1/schedules/{id_}{'/pause' if method == 'POST' else ''}"
        refused = await api.client.request(method, path, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "out_of_scope")
