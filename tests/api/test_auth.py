"""Who comes in."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio
from litestar import Controller, get

from api.app import assemble
from api.security import Credentials
from tests.api.world import SECRET, Api, transport_to

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def api(module_api: Api) -> Api:
    module_api.rings.rung.clear()
    return module_api


@pytest_asyncio.fixture(loop_scope="module")
async def nobody(api: Api) -> AsyncIterator[httpx.AsyncClient]:
    """A client that shows no token."""
    async with httpx.AsyncClient(transport=transport_to(api.app), base_url="http://api.test") as client:
        yield client


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic b3duZXI6", "Bearer gwt_somebody", "gwt_x"]
)
async def test_without_a_token_that_holds_nothing_is_answered(
    nobody: httpx.AsyncClient, header: str | None
) -> None:
    answer = await nobody.get("/api/v1/guilds", headers={} if header is None else {"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["code"] == "unauthenticated"


async def test_a_path_that_needs_a_token_says_so_before_it_looks_at_the_request(
    nobody: httpx.AsyncClient,
) -> None:
    answer = await nobody.post("/api/v1/templates", content=b"{", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 401


async def test_a_revoked_token_ends_at_once(api: Api) -> None:
    made = (await api.post("/me/tokens", json={"name": "short-lived"})).json()
    as_it = {"Authorization": f"Bearer {made['secret']}"}
    assert (await api.get("/me", headers=as_it)).status_code == 200
    revoked = await api.client.delete(f"/api/v1/me/tokens/{made['token']['id']}")
    assert revoked.status_code == 204
    assert (await api.get("/me", headers=as_it)).status_code == 401
    listed = (await api.get("/me/tokens")).json()["items"]
    assert listed[0]["revoked_at"] is not None


async def test_a_secret_is_shown_once(api: Api) -> None:
    made = (await api.post("/me/tokens", json={"name": "t"})).json()
    assert made["secret"] not in (await api.get("/me/tokens")).text


async def test_supervisors_and_browsers_need_no_token(nobody: httpx.AsyncClient) -> None:
    for path in (
        "/health/live",
        "/health/ready",
        "/schema",
        "/schema/openapi.json",
        "/api/v1/schemas/template.json",
    ):
        assert (await nobody.get(path)).status_code == 200, path


async def test_a_route_without_a_declared_permission_does_not_start() -> None:
    class Silent(Controller):
        @get("/silent")
        async def silent(self) -> dict[str, Any]:
            return {}

    with pytest.raises(RuntimeError, match=r"declare no permission: GET /api/v1/silent\."):
        assemble(further=(Silent,))


async def test_the_request_id_is_the_callers_or_a_new_one(api: Api) -> None:
    given = await api.get("/guilds/1", headers={"X-Request-Id": "trace-42"})
    assert given.headers["x-request-id"] == given.json()["request_id"] == "trace-42"
    for insane in ("a b", "x" * 200, "<script>"):
        answer = await api.get("/guilds/1", headers={"X-Request-Id": insane})
        assert answer.headers["x-request-id"] != insane
        assert answer.json()["request_id"] == answer.headers["x-request-id"]


async def test_what_is_done_carries_the_request_id(api: Api) -> None:
    guild = await api.guild()
    job = await api.post(f"/guilds/{guild}/sync", headers={"X-Request-Id": "trace-43"})
    assert job.json()["request_id"] == "trace-43"


async def test_who_came_is_remembered_of_so_many_and_written_once_a_minute(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.security._MOST_NOTED", 3)
    door = Credentials(api.app.asgi_handler)
    async with api.database.unit() as unit:
        owner = await unit.accounts.authenticate(SECRET)
        made = [await unit.accounts.create_token(owner, f"number {number}") for number in range(6)]
    actors = [msgspec.structs.replace(owner, token_id=each.token.id) for each in made]
    for actor in actors:
        await door._note_use(api.database, actor)
    assert list(door._noted) == [each.token.id for each in made[3:]]
    listed = (await api.get("/me/tokens?limit=200")).json()["items"]
    used = {token["id"]: token["last_used_at"] for token in listed}
    assert all(used[str(each.token.id)] for each in made)
    await api.execute("UPDATE api_tokens SET last_used_at = NULL WHERE name LIKE 'number %'")
    for actor in (actors[0], actors[5]):
        await door._note_use(api.database, actor)
    assert list(door._noted) == [made[index].token.id for index in (4, 5, 0)]
    written = (
        "SELECT string_agg(name, ',') FROM api_tokens WHERE name LIKE 'number %' AND last_used_at IS NOT NULL"
    )
    assert await api.scalar(written) == "number 0"
