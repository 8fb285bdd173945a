"""Metrics: what is counted, who may read it, and what never stands in it."""

from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families

from api.metrics import exposition
from api.parts import parts_in
from core.catalog import CATALOG
from core.config import settings_from
from core.db import Engines
from core.errors import ConfigurationError
from core.uow import Database
from tests.api.conftest import document
from tests.api.test_limits import limited
from tests.api.world import Api


async def metrics(api: Api) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample, by its name and labels."""
    answer = await api.client.get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


class Read:
    """Samples, asked for by name and labels; what is not there is 0."""

    def __init__(self, samples: Mapping[Any, float]) -> None:
        self._samples = samples

    def __call__(self, name: str, **labels: str) -> float:
        return self._samples.get((f"guildwright_{name}", tuple(sorted(labels.items()))), 0)


async def read(api: Api) -> Read:
    return Read(await metrics(api))


async def test_they_are_for_owners_and_no_part_of_the_document(api: Api) -> None:
    assert (await api.client.get("/metrics", headers={"Authorization": ""})).status_code == 401
    wrong = await api.client.get("/metrics", headers={"Authorization": "Bearer gwt_guessed"})
    assert wrong.status_code == 401
    me = (await api.get("/me")).json()["id"]
    await api.execute(f"UPDATE accounts SET is_owner = false WHERE id = '{me}'")
    assert (await api.client.get("/metrics")).status_code == 403
    assert "/metrics" not in document()["paths"]


async def test_requests_are_counted_by_route_and_status(api: Api) -> None:
    before = await read(api)
    template = await api.template()
    for _ in range(3):
        await api.get(f"/templates/{template['id']}")
    await api.get("/templates/00000000-0000-7000-8000-000000000000")
    await api.client.get("/somewhere/else")
    await api.client.head("/api/v1/me")
    await api.client.request("BREW", "/api/v1/me")
    after = await read(api)
    route = "/api/v1/templates/{template_id}"
    for labels, count in (
        ({"method": "POST", "route": "/api/v1/templates", "status": "201"}, 1),
        ({"method": "GET", "route": route, "status": "200"}, 3),
        ({"method": "GET", "route": route, "status": "404"}, 1),
        ({"method": "GET", "route": "unmatched", "status": "404"}, 1),
        ({"method": "HEAD", "route": "/api/v1/me", "status": "200"}, 1),
        ({"method": "other", "route": "unmatched", "status": "405"}, 1),
    ):
        assert after("http_requests_total", **labels) - before("http_requests_total", **labels) == count, (
            labels
        )
    assert after("http_request_seconds_count", method="GET", route=route) == 4
    assert after("http_request_seconds_bucket", method="GET", route=route, le="+Inf") == 4
    assert 0 < after("http_request_seconds_sum", method="GET", route=route) < 60


async def test_refusals_for_asking_too_often_are_counted_by_limit(database_url: str, redis_url: str) -> None:
    async with limited(database_url, redis_url, logins_per_minute=1) as api:
        for _ in range(3):
            await api.get("/auth/discord/login")
        now = await read(api)
    assert now("http_rate_limited_total", limit="login") == 2
    assert now("http_requests_total", method="GET", route="unmatched", status="429") == 2


async def test_jobs_guilds_and_callbacks_are_counted_where_they_are_kept(api: Api) -> None:
    one, other = await api.guild(), await api.guild()
    await api.execute(f"UPDATE guilds SET state = 'pending' WHERE id = {other}")
    for _ in range(2):
        assert (await api.post(f"/guilds/{one}/captures")).status_code == 202
    await api.work()
    assert (await api.post(f"/guilds/{one}/captures")).status_code == 202
    callback = {"url": "https://hooks.example.com/x", "events": ["job.*"]}
    made = (await api.post(f"/guilds/{one}/callbacks", json=callback)).json()
    await api.client.patch(f"/api/v1/callbacks/{made['id']}", json={"enabled": False})
    now = await read(api)
    assert (now("guilds", state="approved"), now("guilds", state="pending")) == (1, 1)
    assert now("jobs_last_hour", kind="guild.capture", state="succeeded") == 2
    unended = sum(now("jobs_open", kind="guild.capture", state=state) for state in ("queued", "waiting"))
    assert unended == 1
    assert (now("callbacks", state="enabled"), now("callbacks", state="disabled")) == (0, 1)
    assert (now("bot_connected"), now("processes", kind="api")) == (0, 1)
    await api.keep_bot()
    now = await read(api)
    assert (now("bot_connected"), now("processes", kind="bot"), now("database_up")) == (1, 1, 1)
    assert now("database_connections_in_use", pool="reading") >= 0


async def test_the_lag_is_that_of_the_oldest_job_that_could_be_begun(api: Api) -> None:
    await api.keep_bot()
    guild = await api.guild()
    assert (await read(api))("queue_lag_seconds", lane="bot") == 0
    jobs = [(await api.post(f"/guilds/{guild}/captures")).json()["id"] for _ in range(4)]
    ages = {
        jobs[0]: "state = 'waiting', waiting_for = 'approval', created_at = now() - interval '3 hours'",
        jobs[1]: "run_at = now() + interval '1 hour', created_at = now() - interval '2 hours'",
        jobs[2]: "created_at = now() - interval '1 hour'",
        jobs[3]: "state = 'waiting', waiting_for = 'rate_limit', resume_at = now() - interval '5 minutes'",
    }
    await api.execute(*(f"UPDATE jobs SET {set_} WHERE id = '{job}'" for job, set_ in ages.items()))
    assert 3600 <= (await read(api))("queue_lag_seconds", lane="bot") < 3700
    await api.execute(f"UPDATE jobs SET state = 'succeeded' WHERE id = '{jobs[2]}'")
    assert 300 <= (await read(api))("queue_lag_seconds", lane="bot") < 400
    assert (await read(api))("queue_lag_seconds", lane="background") == 0


async def test_no_id_and_no_name_becomes_a_label(api: Api) -> None:
    guild = await api.guild()
    template = await api.template(name="Wisteria")
    await api.get(f"/guilds/{guild}")
    await api.get("/guilds/999999999999999999")
    await api.get(f"/templates/{template['id']}")
    await api.client.get("/a-path-of-my-own?x=y")
    await api.client.request("MYMETHOD", "/api/v1/me")
    job = (await api.post(f"/guilds/{guild}/captures")).json()["id"]
    await api.get(f"/jobs/{job}")
    text = (await api.client.get("/metrics")).text
    for said in (
        guild,
        "999999999999999999",
        template["id"],
        job,
        "Wisteria",
        "of-my-own",
        "MYMETHOD",
    ):
        assert said not in text


async def test_while_postgresql_is_away_they_say_so(api: Api, free_port: int) -> None:
    engines = Engines(f"postgresql://nobody@127.0.0.1:{free_port}/nothing")
    parts = replace(parts_in(api.app), database=Database(engines, CATALOG))
    text = (await exposition(parts)).decode()
    await engines.dispose()
    assert "guildwright_database_up 0.0\n" in text
    assert "guildwright_http_requests_total" in text
    assert "guildwright_guilds" not in text


@pytest.mark.parametrize("port", ["-1", "65536", "8420", "many"])
def test_a_port_that_cannot_be_is_refused_at_the_start(port: str) -> None:
    with pytest.raises(ConfigurationError, match="GUILDWRIGHT_METRICS_PORT"):
        settings_from({"GUILDWRIGHT_METRICS_PORT": port})
