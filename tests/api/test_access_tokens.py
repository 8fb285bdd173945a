"""What a program shows for a quarter of an hour instead of its API token."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest

from core.rotation import rotate
from tests.api.programs import access_token, bearer, cookie, session, session_jwt, token
from tests.api.world import SECRET, Api
from tests.fixtures.keys import keyring

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def api(module_api: Api) -> Api:
    return module_api


def said_in(secret: str) -> dict[str, Any]:
    return jwt.decode(secret, options={"verify_signature": False})


async def ends(api: Api, secret: str) -> None:
    answer = await api.get("/me", headers=bearer(secret))
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_it_is_its_account_for_a_quarter_of_an_hour(api: Api) -> None:
    answer = await api.post("/auth/token")
    said = answer.json()
    assert (said["token_type"], said["expires_in"]) == ("Bearer", 900)
    assert answer.headers["cache-control"] == "no-store"
    me = (await api.get("/me")).json()
    assert (await api.get("/me", headers=bearer(said["access_token"]))).json() == me


async def test_it_carries_who_and_its_limits_and_nothing_of_what_the_account_may(api: Api) -> None:
    secret = await access_token(api, scopes=["jobs:read", "account:read"], guild_ids=["7"])
    claims = said_in(secret)
    assert claims.keys() == {"iss", "aud", "sub", "jti", "iat", "exp", "tid", "scope", "guild_ids"}
    assert (claims["scope"], claims["guild_ids"]) == ("jobs:read account:read", ["7"])
    assert claims["sub"] == (await api.get("/me")).json()["id"]
    header = jwt.get_unverified_header(secret)
    assert (header["alg"], header["kid"], header["typ"]) == ("HS256", keyring().primary, "at+jwt")
    assert said_in(await access_token(api)).keys().isdisjoint({"scope", "guild_ids"})


async def test_two_of_the_same_moment_differ(api: Api) -> None:
    one, two = [said_in(await access_token(api))["jti"] for _ in range(2)]
    assert UUID(one) != UUID(two)


async def test_it_ends_after_a_quarter_of_an_hour(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    secret, now = await access_token(api), api.database.clock()
    monkeypatch.setattr(api.database, "clock", lambda: now + timedelta(minutes=14, seconds=50))
    assert (await api.get("/me", headers=bearer(secret))).status_code == 200
    monkeypatch.setattr(api.database, "clock", lambda: now + timedelta(minutes=15, seconds=1))
    await ends(api, secret)


async def test_it_does_not_outlive_the_token_it_was_made_with(api: Api) -> None:
    soon = api.database.clock() + timedelta(minutes=5)
    secret = await access_token(api, await token(api, expires_at=soon.isoformat()))
    assert said_in(secret)["exp"] == int(soon.timestamp())


async def test_revoking_its_token_ends_it_at_once(api: Api) -> None:
    parent = await token(api)
    secret = await access_token(api, parent)
    assert (await api.get("/me", headers=bearer(secret))).status_code == 200
    token_id = said_in(secret)["tid"]
    assert (await api.client.delete(f"/api/v1/me/tokens/{token_id}")).status_code == 204
    await ends(api, secret)


@pytest.mark.parametrize(
    "change", ["revoked_at = now()", "expires_at = now()", "seen_at = now() - interval '8 days'"]
)
async def test_a_session_that_ends_takes_it_along(api: Api, change: str) -> None:
    made = await session(api)
    secret = await session_jwt(api, made)
    assert (await api.get("/me", headers=bearer(secret))).json()["name"] == "grace"
    await api.execute(f"UPDATE sessions SET {change}")
    await ends(api, secret)


async def test_logging_out_takes_it_along(api: Api) -> None:
    made = await session(api)
    secret = await session_jwt(api, made)
    async with api.database.unit() as unit:
        await unit.sessions.log_out(await unit.sessions.authenticate(made.secret))
    await ends(api, secret)


async def test_an_account_that_goes_takes_it_along(api: Api) -> None:
    secret = await session_jwt(api, await session(api, "78"))
    assert (await api.get("/me", headers=bearer(secret))).status_code == 200
    await api.execute("DELETE FROM accounts WHERE discord_user_id = 78")
    await ends(api, secret)


async def test_what_is_taken_from_the_account_is_taken_from_it_at_once(api: Api) -> None:
    secret = await session_jwt(api, await session(api, "79"))
    await api.execute("UPDATE accounts SET is_owner = true WHERE discord_user_id = 79")
    assert (await api.get("/system/status", headers=bearer(secret))).status_code == 200
    await api.execute("UPDATE accounts SET is_owner = false WHERE discord_user_id = 79")
    answer = await api.get("/system/status", headers=bearer(secret))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_it_may_less_than_its_token_where_that_is_asked_for(api: Api) -> None:
    parent = await token(api, scopes=["account:read", "jobs:create"], guild_ids=["7", "8"])
    secret = await access_token(api, parent, scopes=["jobs:create:message.send"], guild_ids=["8"])
    refused = await api.get("/me", headers=bearer(secret))
    assert (refused.status_code, refused.json()["code"]) == (403, "out_of_scope")
    plain = await access_token(api, parent)
    assert (said_in(plain)["scope"], said_in(plain)["guild_ids"]) == ("account:read jobs:create", ["7", "8"])
    assert (await api.get("/me", headers=bearer(plain))).status_code == 200


@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        ({"scopes": ["account:read", "audit:read"]}, "/scopes/1"),
        ({"scopes": ["jobs:create"]}, "/scopes/0"),
        ({"guild_ids": ["7", "9"]}, "/guild_ids/1"),
    ],
)
async def test_it_may_not_more_than_its_token(api: Api, wanted: dict[str, Any], pointer: str) -> None:
    parent = await token(api, scopes=["account:read", "jobs:create:message.send"], guild_ids=["7"])
    answer = await api.post("/auth/token", json=wanted, headers=bearer(parent))
    assert (answer.status_code, answer.json()["code"]) == (403, "out_of_scope")
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("body", [{"scopes": ["job:read"]}, {"scopes": []}, {"sub": "x"}, {"exp": 9}, []])
async def test_what_is_asked_for_has_to_exist(api: Api, body: object) -> None:
    assert (await api.post("/auth/token", json=body)).status_code == 422


@pytest.mark.parametrize("of", ["token", "session"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/auth/token", {"scopes": ["audit:read"]}),
        ("POST", "/auth/token", None),
        ("POST", "/me/tokens", {"name": "x"}),
        ("DELETE", "/me/tokens/{id}", None),
        ("DELETE", "/me/sessions/{id}", None),
        ("POST", "/auth/logout", None),
    ],
)
async def test_it_neither_makes_nor_ends_credentials(
    api: Api, of: str, method: str, path: str, body: Any
) -> None:
    made = await session(api)
    secret = await access_token(api) if of == "token" else await session_jwt(api, made)
    claims, before = said_in(secret), await api.rows()
    path = path.replace("{id}", claims.get("tid") or claims["sid"])
    answer = await api.client.request(method, f"/api/v1{path}", json=body, headers=bearer(secret))
    assert (answer.status_code, answer.json()["code"]) == (403, "access_token_refused")
    assert await api.rows() == before
    assert (await api.get("/me", headers=bearer(secret))).status_code == 200


async def test_it_is_no_session_and_gets_no_form_token(api: Api) -> None:
    secret = await session_jwt(api, await session(api))
    assert (await api.get("/me/session", headers=bearer(secret))).status_code == 404


async def test_a_session_s_cookie_does_not_take_one(api: Api) -> None:
    secret = await session_jwt(api, await session(api))
    del api.client.headers["Authorization"]
    try:
        answer = await api.get("/me", headers=cookie(secret))
    finally:
        api.client.headers.update(bearer(SECRET))
    assert answer.status_code == 401


async def test_its_use_is_a_use_of_its_token(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    secret, later = await access_token(api, await token(api)), api.database.clock() + timedelta(minutes=5)
    monkeypatch.setattr(api.database, "clock", lambda: later)
    async with api.database.unit() as unit:
        await unit.accounts.note_use(await unit.access_tokens.authenticate(secret))
    shown = {each["id"]: each for each in (await api.get("/me/tokens")).json()["items"]}
    used_at = datetime.fromisoformat(shown[said_in(secret)["tid"]]["last_used_at"])
    assert used_at == later


async def test_one_of_the_key_before_holds_as_long_as_there_is_that_key(api: Api) -> None:
    ring = keyring()
    old, secret = ring.primary, await access_token(api)
    ring.add()
    assert jwt.get_unverified_header(await access_token(api))["kid"] == ring.primary != old
    assert (await api.get("/me", headers=bearer(secret))).status_code == 200
    ring.remove({old})
    await ends(api, secret)


async def test_a_rotation_of_keys_ends_it_and_the_next_one_holds(api: Api) -> None:
    secret = await access_token(api)
    await rotate(str(api.database.engines.writing.url.render_as_string(hide_password=False)), keyring())
    await ends(api, secret)
    assert (await api.get("/me", headers=bearer(await access_token(api)))).status_code == 200


async def test_what_is_asked_for_with_one_names_the_token_and_the_access_token(api: Api) -> None:
    guild_id, secret = await api.guild(), await access_token(api)
    job = (await api.post(f"/guilds/{guild_id}/sync", headers=bearer(secret))).json()
    kept = await api.scalar("SELECT actor->>'jwt_id' FROM jobs WHERE id = :id", id=job["id"])
    assert kept == said_in(secret)["jti"]
