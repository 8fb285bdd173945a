"""Whoever asks too often hears when to ask again."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from core.config import Settings
from tests.api.conftest import installation
from tests.api.programs import access_token, bearer, cookie, session
from tests.api.world import SECRET, Api

LIMITED = {
    "address_requests_per_minute": 1000,
    "requests_per_minute": 1000,
    "jobs_per_minute": 1000,
    "logins_per_minute": 1000,
}


@asynccontextmanager
async def limited(database_url: str, redis_url: str, **limits: Any) -> AsyncGenerator[Api]:
    settings = Settings(database_url=database_url, redis_url=redis_url, owner_token=SECRET)
    async with installation(settings, limits=LIMITED | limits) as api:
        yield api


def refused(answer: httpx.Response, name: str) -> int:
    """The seconds to wait."""
    assert answer.status_code == 429, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.json()["code"], f"`{name}`" in answer.json()["detail"]) == ("rate_limited", True)
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    return int(answer.headers["retry-after"])


async def test_a_credential_has_its_quota_and_is_told_of_it(database_url: str, redis_url: str) -> None:
    async with limited(database_url, redis_url, requests_per_minute=3) as api:
        other = (await api.post("/me/tokens", json={"name": "other"})).json()["secret"]
        for left in (1, 0):
            answer = await api.get("/me")
            assert answer.headers["ratelimit-policy"] == '"address";q=1000;w=60, "credential";q=3;w=60'
            assert re.search(rf'"credential";r={left};t=\d+$', answer.headers["ratelimit"])
        assert 1 <= refused(await api.get("/me"), "credential") <= 20
        refused(await api.post("/templates", json={"name": "x"}), "credential")
        mine = {"Authorization": f"Bearer {other}"}
        assert (await api.get("/me", headers=mine)).status_code == 200
        for _ in range(5):
            health = await api.client.get("/health/live")
            assert (health.status_code, "ratelimit" in health.headers) == (200, False)


async def test_processes_share_a_quota(database_url: str, redis_url: str) -> None:
    async with (
        limited(database_url, redis_url, requests_per_minute=4) as one,
        limited(database_url, redis_url, requests_per_minute=4) as two,
    ):
        said = [(await api.get("/me")).status_code for api in (one, two) * 3]
    assert said == [200, 200, 200, 200, 429, 429]


async def test_an_address_is_limited_before_its_token_is_looked_at(database_url: str, redis_url: str) -> None:
    async with limited(database_url, redis_url, address_requests_per_minute=2) as api:
        guess = {"Authorization": "Bearer gwt_guessed"}
        said = [(await api.get("/me", headers=guess)).status_code for _ in range(4)]
        assert said == [401, 401, 429, 429]
        refused(await api.get("/nothing"), "address")


async def test_logging_in_is_limited_more_strictly(database_url: str, redis_url: str) -> None:
    async with limited(database_url, redis_url, logins_per_minute=2) as api:
        paths = (
            "/auth/discord/login",
            "/auth/discord/callback",
            "//auth/discord/login",
            "/auth/discord/login/",
        )
        said = [await api.client.get(f"/api/v1{path}", headers={"Authorization": ""}) for path in paths]
        assert said[0].headers["ratelimit-policy"] == '"address";q=1000;w=60, "login";q=2;w=60'
        assert [answer.status_code == 429 for answer in said] == [False, False, True, True]
        for answer in said[2:]:
            assert 1 <= refused(answer, "login") <= 60
            assert re.search(r'"login";r=0;t=\d+$', answer.headers["ratelimit"])
        assert (await api.get("/me")).status_code == 200


async def test_work_for_the_bot_is_limited_for_the_account(database_url: str, redis_url: str) -> None:
    async with limited(database_url, redis_url, jobs_per_minute=1) as api:
        guild = await api.guild()
        other = (await api.post("/me/tokens", json={"name": "other"})).json()["secret"]
        assert (await api.post(f"/guilds/{guild}/captures")).status_code == 202
        api.rings.rung.clear()
        before = await api.rows()
        for headers in ({}, {"Authorization": f"Bearer {other}"}):
            refused(await api.post(f"/guilds/{guild}/captures", headers=headers), "jobs")
        assert (await api.rows(), api.rings.rung) == (before, [])
        assert (await api.get(f"/guilds/{guild}")).status_code == 200


async def test_without_redis_a_process_still_limits(
    database_url: str, free_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    away = f"redis://127.0.0.1:{free_port}/0"
    async with limited(database_url, away, requests_per_minute=2) as api:
        said = [(await api.get("/me")).status_code for _ in range(4)]
    assert said == [200, 200, 429, 429]
    assert caplog.text.count("this process limits rates by itself") == 1


async def test_an_access_token_has_no_quota_of_its_own_and_neither_has_a_further_session(
    database_url: str, redis_url: str
) -> None:
    async with limited(database_url, redis_url, requests_per_minute=4) as api:
        made = [bearer(await access_token(api)) for _ in range(2)]
        for headers in made:
            assert (await api.get("/me", headers=headers)).status_code == 200
        for headers in made:
            refused(await api.get("/me", headers=headers), "credential")
        sessions = [cookie((await session(api)).secret) for _ in range(5)]
        del api.client.headers["Authorization"]
        for headers in sessions[:4]:
            assert (await api.get("/me", headers=headers)).status_code == 200
        refused(await api.get("/me", headers=sessions[4]), "credential")
