"""Credentials stand in no log, no error and no `repr`."""

import logging
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import text

from core.accounts.schemas import Visit
from tests.api.programs import access_token, bearer, cookie, session, session_jwt, token
from tests.api.world import SECRET, Api

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def of_session(api: Api) -> str:
    return await session_jwt(api, await session(api))


MADE: dict[str, Callable[[Api], Awaitable[str]]] = {
    "an API token": token,
    "an access token": access_token,
    "an access token of a session": of_session,
}


SHOWING = {"secret", "access_token", "csrf_token"}
COLUMNS = """
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND data_type IN ('text', 'character varying', 'bytea', 'jsonb', 'json', 'ARRAY')
"""


@pytest.fixture
def api(module_api: Api) -> Api:
    return module_api


@pytest.mark.parametrize("kind", MADE)
async def test_a_credential_is_in_no_log_and_no_answer(
    api: Api, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = await MADE[kind](api)
    answers = [
        await api.get("/me", headers=bearer(secret)),
        await api.get("/me", headers=bearer(secret + "x")),
        await api.get("/guilds/x", headers=bearer(secret)),
        await api.post("/templates", content=b"{", headers=bearer(secret)),
    ]
    kept = secret[10:]
    assert caplog.records
    assert kept not in caplog.text
    assert not [answer.url for answer in answers if kept in answer.text]


async def test_a_session_is_in_no_log(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    made = await session(api)
    del api.client.headers["Authorization"]
    try:
        assert (await api.get("/me", headers=cookie(made.secret))).status_code == 200
        assert (await api.get("/me", headers=cookie(made.secret[:-1]))).status_code == 401
    finally:
        api.client.headers.update(bearer(SECRET))
    assert caplog.records
    assert made.secret[:-1] not in caplog.text


async def test_no_repr_shows_a_secret(api: Api) -> None:
    async with api.database.unit() as unit:
        owner = await unit.accounts.authenticate(SECRET)
        made = await unit.accounts.create_token(owner, "shown to nobody")
        issued = await unit.access_tokens.issue(owner)
    entered = await session(api)
    for value, secret in ((made, made.secret), (issued, issued.secret), (entered, entered.secret)):
        assert len(secret) > 40
        assert secret not in repr(value)
    assert SECRET not in repr((owner, Visit()))


async def shown_by_callbacks(api: Api) -> AsyncIterator[tuple[str, str]]:
    """With an Idempotency-Key, under which the answer is kept to be given again."""
    draft, once = {"url": "https://hooks.example/in", "events": ["job.*"]}, {"Idempotency-Key": "kept"}
    guild, made = await api.guild(), dict[str, Any]()
    for _ in range(2):
        made = (await api.post(f"/guilds/{guild}/callbacks", json=draft, headers=once)).json()
        yield "createCallback", made["secret"]
    for _ in range(2):
        rotated = await api.post(f"/callbacks/{made['id']}/rotate-secret", headers=once)
        yield "rotateCallbackSecret", rotated.json()["secret"]


async def shown_to_browsers(api: Api) -> AsyncIterator[tuple[str, str]]:
    async with api.database.unit() as unit:
        begun = await unit.logins.begin("/")
        for secret in (begun.state, begun.browser):
            yield "beginLogin", secret
    made = await session(api)
    yield "finishLogin", made.secret
    del api.client.headers["Authorization"]
    try:
        yield "getMySession", (await api.get("/me/session", headers=cookie(made.secret))).json()["csrf_token"]
    finally:
        api.client.headers.update(bearer(SECRET))


async def test_no_column_of_any_table_has_a_secret_that_was_ever_shown(api: Api, openapi: Any) -> None:
    shown = [("createMyToken", await token(api)), ("createAccessToken", await access_token(api))]
    shown += [each async for each in shown_by_callbacks(api)]
    shown += [each async for each in shown_to_browsers(api)]
    told_of = {
        operation["operationId"]
        for path in openapi["paths"].values()
        for operation in path.values()
        for answer in operation["responses"].values()
        if SHOWING & set(_properties(openapi, answer))
    }
    assert told_of <= {name for name, _ in shown}, "an operation that shows a secret is not in this tour"
    async with api.database.engines.connection() as connection:
        columns = (await connection.execute(text(COLUMNS))).all()
        kept = {
            f"{table}.{column}": await connection.scalar(
                text(f'SELECT coalesce(string_agg("{column}"::text, chr(10)), \'\') FROM "{table}"')
            )
            for table, column in columns
        }
    assert len(kept) > 100
    assert all(
        kept[name] for name in ("callbacks.sealed_secret", "idempotency_keys.sealed_body", "sessions.hash")
    )
    forms = {
        (name, form)
        for name, secret in shown
        for raw in (
            secret.encode(),
            b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode(),
        )
        for form in (raw.hex(), b64encode(raw).decode().rstrip("="), raw.decode("latin-1"))
    }
    assert [(name, column) for name, form in forms for column, whole in kept.items() if form in whole] == []


def _properties(openapi: Any, answer: Any) -> list[str]:
    """Of the body that an answer has."""
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    named = openapi["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {})
    return list(named.get("properties", {}))
