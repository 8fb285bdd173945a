"""Credentials stand in no log, no error and no `repr`."""

import logging
from collections.abc import Awaitable, Callable

import pytest

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


async def test_no_table_has_a_credential_that_could_be_shown(api: Api) -> None:
    made, issued = await token(api), await access_token(api)
    entered = (await session(api)).secret
    for table in await api.rows():
        whole = await api.scalar(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
        for secret in (made, issued, entered):
            for form in (secret, secret.encode().hex()):
                assert form not in whole, table
