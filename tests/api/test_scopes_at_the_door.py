"""Every operation against the scopes of the credential that asks: at the door, and in the service behind it."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.app import assemble
from api.guards import Needs, anyone, guards_of, needed_by, signed_in
from api.operations import operation_of
from core.catalog import CATALOG
from core.rights import Right, covers
from tests.api.conftest import document
from tests.api.programs import access_token, bearer, session, token
from tests.api.test_every_post import ASK
from tests.api.test_openapi import operations
from tests.api.world import Api

pytestmark = pytest.mark.asyncio(loop_scope="module")
SCOPELESS = {"logout", "getMySession", "createAccessToken"}
"""What is done with the credential itself: no scope could be missing."""
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation["x-required-scope"])
    for path, method, operation in operations(document())
    if "x-required-scope" in operation
}
NOBODY = str(UUID(int=0))
ALSO: dict[str, tuple[str, ...]] = dict.fromkeys(
    ("createSchedule", "resumeSchedule", "runSchedule"), ("jobs:create:guild.sync",)
)
"""Of the payload's kind: a schedule may ask for no more than whoever makes it, resumes it or has it run."""


@pytest.fixture
def api(module_api: Api) -> Api:
    return module_api


def handlers() -> dict[str, Any]:
    every = [each for route in assemble().routes for each in getattr(route, "route_handlers", ())]
    return {each.operation_id: each for each in every if operation_of(each) is not None}


def meets(scopes: tuple[str, ...], needed: str) -> bool:
    right = needed.removesuffix(":{kind}")
    some = needed != right and any(scope.startswith(f"{right}:") for scope in scopes)
    return some or covers(scopes, right)


async def test_what_needs_no_scope_is_named_here() -> None:
    guards = {name: guards_of(handler) for name, handler in handlers().items()}
    plain = {name for name, found in guards.items() if signed_in in found and not needed_by(handlers()[name])}
    assert plain == SCOPELESS
    for name, found in guards.items():
        assert len([each for each in found if each in {anyone, signed_in} or isinstance(each, Needs)]) == 1, (
            name
        )


async def test_every_needed_scope_is_one_that_a_token_can_have() -> None:
    needed = {scope.removesuffix(":{kind}") for _, _, scope in OPERATIONS.values()}
    assert needed <= CATALOG.scopes
    described = document()["info"]["description"]
    assert all(f"`{right}`" in described for right in Right)


async def test_the_document_says_which_scope_each_operation_needs(openapi: dict[str, Any]) -> None:
    schemes = openapi["components"]["securitySchemes"]
    for path, method, operation in operations(openapi):
        security = operation["security"]
        assert {name for one in security for name in one} <= set(schemes), path
        if security:
            scopes = [operation["x-required-scope"]] if "x-required-scope" in operation else []
            cookie = {"session": []} if method == "get" else {"session": [], "csrf": []}
            assert security == [{"apiToken": scopes}, {"jwt": scopes}, cookie], path


@given(
    name=st.sampled_from(sorted(OPERATIONS)),
    scopes=st.lists(st.sampled_from(sorted(CATALOG.scopes)), min_size=1, max_size=25, unique=True),
    helped=st.booleans(),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
async def test_the_door_opens_where_a_scope_covers_the_right_and_nowhere_else(
    api: Api, name: str, scopes: list[str], helped: bool
) -> None:
    method, path, needed = OPERATIONS[name]
    if helped:
        scopes.append(needed.replace("{kind}", "guild.sync"))
    secret = await access_token(api, scopes=scopes)
    for parameter in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
        path = path.replace(f"{{{parameter}}}", {"guild_id": "4", "number": "1"}.get(parameter, NOBODY))
    answer = await api.client.request(method, path, headers=bearer(secret))
    is_refused = answer.status_code == 403 and answer.json()["code"] == "out_of_scope"
    assert is_refused != meets(tuple(scopes), needed), (name, scopes, answer.text)
    if name == "pauseSystem" and answer.is_success:
        # The installation is that of all tests here.
        await api.post("/system/resume")


@pytest.mark.parametrize("name", ASK)
async def test_what_is_asked_for_needs_its_own_scope_and_no_other(api: Api, name: str) -> None:
    """Its service asks for no further right, neither of the credential nor of another one's."""
    needed = OPERATIONS[name][2].replace("{kind}", "guild.sync")
    path, sent = await ASK[name](api)
    others = [scope for scope in CATALOG.scopes if not covers([scope], needed)]
    for without in (await token(api, scopes=others[:100]), await access_token(api, scopes=others[:100])):
        before = await api.rows()
        refused = await api.post(path, headers=bearer(without), **sent)
        assert (refused.status_code, refused.json()["code"]) == (403, "out_of_scope")
        assert await api.rows() == before
    scopes = [needed, *ALSO.get(name, ())]
    answer = await api.post(path, headers=bearer(await token(api, scopes=scopes)), **sent)
    assert answer.is_success, answer.text


async def test_a_program_asks_for_the_kinds_of_jobs_that_it_was_made_for(api: Api) -> None:
    guild_id = await api.guild()
    secret = bearer(await token(api, scopes=["jobs:create:message.send"]))
    answer = await api.post(
        f"/guilds/{guild_id}/jobs", json={"payload": {"kind": "guild.sync"}}, headers=secret
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "out_of_scope")
    assert "jobs:create:guild.sync" in answer.json()["detail"]
    sending = {"kind": "message.send", "channel_id": "1", "content": "hello"}
    answer = await api.post(f"/guilds/{guild_id}/jobs", json={"payload": sending}, headers=secret)
    assert answer.json().get("code") != "out_of_scope", answer.text


async def test_a_session_has_no_scopes_to_lack(api: Api) -> None:
    made = await session(api)
    async with api.database.read() as unit:
        assert (await unit.sessions.authenticate(made.secret)).scopes is None


async def test_a_scope_is_missed_before_anything_is_said_of_what_is_there(api: Api) -> None:
    there, secret = await api.guild(), bearer(await token(api, scopes=["jobs:read"]))
    answers = [
        await api.get(f"/guilds/{guild_id}/structure", headers=secret) for guild_id in (there, "4", "x")
    ]
    assert {(each.status_code, each.json()["detail"]) for each in answers} == {
        (403, answers[0].json()["detail"])
    }
