"""An answer is sent after the commit, and tells what became of it."""

import pytest

from api import errors
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
from tests.api.world import Api


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
