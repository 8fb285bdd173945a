"""What an account is told by direct message, over HTTP."""

import pytest

from tests.api.world import Api

PATH = "/api/v1/me/notifications"
MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}
UNCHOSEN = {
    "job_results": "none",
    "guild_failures": False,
    "waiting_announcements": False,
    "paused_schedules": True,
    "pending_guilds": True,
}


@pytest.fixture
async def reachable(api: Api) -> Api:
    """Of somebody at Discord."""
    await api.execute("UPDATE accounts SET discord_user_id = 80351110224678912")
    return api


async def test_absent_stays_and_only_what_changes_is_in_the_audit_log(reachable: Api) -> None:
    before = (await reachable.get("/me/notifications")).json()
    assert {name: before[name] for name in UNCHOSEN} == UNCHOSEN
    changed, again = [
        await reachable.client.patch(PATH, json={"job_results": "failed"}, headers=MERGE_PATCH)
        for _ in range(2)
    ]
    assert changed.status_code == again.status_code == 200
    after = (await reachable.get("/me/notifications")).json()
    assert after == changed.json() == again.json()
    assert {name: after[name] for name in UNCHOSEN} == UNCHOSEN | {"job_results": "failed"}
    entries = (await reachable.get("/audit?action=account.notifications")).json()["items"]
    assert [each["after"] for each in entries] == [{"job_results": "failed"}]


async def test_who_has_read_something_older_changes_nothing(reachable: Api) -> None:
    etag = (await reachable.get("/me/notifications")).headers["etag"]
    headers = MERGE_PATCH | {"If-Match": etag}
    assert (await reachable.client.patch(PATH, json={"guild_failures": True}, headers=headers)).is_success
    stale = await reachable.client.patch(PATH, json={"guild_failures": False}, headers=headers)
    assert stale.status_code == 412


async def test_an_account_of_nobody_at_discord_is_told_why_it_cannot_choose(api: Api) -> None:
    refused = await api.client.patch(PATH, json={"job_results": "all"}, headers=MERGE_PATCH)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_discord_user")
    assert (await api.get("/me/notifications")).status_code == 200
