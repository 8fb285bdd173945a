"""An answer is sent after the commit, and tells what became of it."""

import asyncio
from typing import Any, cast

import asyncpg
import httpx
import pytest
from asyncpg.exceptions import InternalClientError

from api import errors
from api.app import create_app
from core.catalog import CATALOG
from core.config import Settings
from core.db import Engines
from core.errors import (
    Conflict,
    Forbidden,
    GuildwrightError,
    Invalid,
    NotFound,
    Stale,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from core.uow import Database
from tests.api.world import DOCUMENT, SECRET, Api, transport_to
from workers.wire import connect, disconnect


async def _fail_commits(api: Api, sqlstate: str) -> None:
    """From now on a transaction that made a job fails in COMMIT itself."""
    await api.execute(
        f"""CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'the commit fails: {sqlstate}' USING ERRCODE = '{sqlstate}'; END $$""",
        """CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON jobs
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()""",
    )


@pytest.mark.parametrize(
    ("sqlstate", "status", "code"),
    [("23505", 409, "conflict"), ("40001", 409, "conflict"), ("XX000", 500, "internal")],
)
async def test_a_commit_that_fails_is_never_a_success(
    api: Api, sqlstate: str, status: int, code: str
) -> None:
    guild = await api.guild()
    await _fail_commits(api, sqlstate)
    before = await api.rows()
    answer = await api.post(f"/guilds/{guild}/sync", headers={"Idempotency-Key": "k", "Prefer": "wait=5"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "commit fails" not in answer.text
    assert await api.rows() == before
    assert api.rings.rung == []


async def test_workers_are_rung_after_the_commit(api: Api) -> None:
    guild = await api.guild()
    job = (await api.post(f"/guilds/{guild}/sync")).json()
    assert [str(rung.job_id) for rung in api.rings.rung] == [job["id"]]


async def test_an_error_of_ours_tells_its_request_id_and_nothing_else(api: Api) -> None:
    await api.execute("ALTER TABLE templates RENAME TO elsewhere")
    answer = await api.get("/templates")
    assert answer.status_code == 500
    assert answer.json()["detail"].startswith("Something went wrong on our side")
    assert "elsewhere" not in answer.text
    assert "templates" not in answer.json()["detail"]


async def test_a_clash_before_the_commit_is_a_conflict_too(api: Api) -> None:
    """The unit turns the driver's error into its own while that is passing through it."""
    await api.execute("CREATE UNIQUE INDEX one_name ON templates (name)")
    assert (await api.post("/templates", json={"name": "x"})).status_code == 201
    before = await api.rows()
    answer = await api.post("/templates", json={"name": "x"})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert await api.rows() == before


async def test_of_two_who_saw_the_same_template_one_is_told_that_it_has_changed(api: Api) -> None:
    path = f"/api/v1/templates/{(await api.template())['id']}"
    seen = {"If-Match": (await api.client.get(path)).headers["etag"]}
    edits = [api.client.patch(path, json={"name": f"n{n}"}, headers=seen) for n in range(5)]
    assert sorted(answer.status_code for answer in await asyncio.gather(*edits)) == [200, 412, 412, 412, 412]
    base = {"document": DOCUMENT, "base_version": 1}
    versions = [api.client.post(f"{path}/versions", json=base) for _ in range(5)]
    assert sorted(answer.status_code for answer in await asyncio.gather(*versions)) == [
        201,
        409,
        409,
        409,
        409,
    ]


async def test_without_postgresql_everything_is_503_and_nothing_hangs(free_port: int, redis_url: str) -> None:
    away = Settings(database_url=f"postgresql://nobody@127.0.0.1:{free_port}/nothing", redis_url=redis_url)
    engines, redis = Engines(away.database_url or ""), connect(redis_url)
    app = create_app(away, Database(engines, CATALOG), redis=redis, announce=print)
    headers = {"Authorization": f"Bearer {SECRET}"}
    async with httpx.AsyncClient(
        transport=transport_to(app), base_url="http://api.test", headers=headers
    ) as client:
        answer = await client.get("/api/v1/me")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        ready = await client.get("/health/ready")
        assert (ready.status_code, ready.json()["parts"]["database"]) == (503, "down")
        assert (await client.get("/health/live")).status_code == 200
    await disconnect(redis)
    await engines.dispose()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Invalid, 422),
        (TooLarge, 413),
        (Unauthenticated, 401),
        (Forbidden, 403),
        (NotFound, 404),
        (Conflict, 409),
        (Stale, 409),
        (Unavailable, 503),
        (GuildwrightError, 500),
    ],
)
def test_each_refusal_of_the_domain_has_its_status(error: type[GuildwrightError], status: int) -> None:
    assert errors.status_of(error("no")) == status


def test_a_failed_precondition_is_412() -> None:
    assert errors.status_of(Stale("no", code="precondition_failed")) == 412


@pytest.mark.parametrize(
    "cause", [asyncpg.InterfaceError("connection is closed"), InternalClientError("cut")]
)
def test_a_connection_that_is_cut_while_it_is_set_up_is_503(cause: Exception) -> None:
    refusal = errors.refusal_of(cause, cast("Any", {}))
    assert (refusal.status, refusal.code) == (503, "unavailable")
