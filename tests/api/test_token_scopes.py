"""API tokens that may less than their account."""

from typing import Any
from uuid import UUID

import pytest

from tests.api.people import someone
from tests.api.programs import bearer, token
from tests.api.world import SECRET, Api

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def api(module_api: Api) -> Api:
    return module_api


async def test_a_token_says_what_it_is_limited_to(api: Api) -> None:
    limits = {"scopes": ["jobs:read", "jobs:create:message.send"], "guild_ids": ["9007199254740993"]}
    await token(api, SECRET, **limits)
    shown = (await api.get("/me/tokens")).json()["items"]
    assert {name: shown[0][name] for name in limits} == limits
    owners = next(each for each in shown if each["name"] == "GUILDWRIGHT_OWNER_TOKEN")
    assert (owners["scopes"], owners["guild_ids"]) == (None, None)
    kept = await api.scalar("SELECT after::text FROM audit_entries WHERE target_id = :id", id=shown[0]["id"])
    assert "jobs:create:message.send" in kept
    assert "9007199254740993" in kept


async def test_a_scope_said_twice_is_one(api: Api) -> None:
    await token(api, scopes=["jobs:read", "audit:read", "jobs:read"], guild_ids=["7", "7"])
    made = (await api.get("/me/tokens")).json()["items"][0]
    assert (made["scopes"], made["guild_ids"]) == (["jobs:read", "audit:read"], ["7"])


@pytest.mark.parametrize(
    ("scopes", "pointer", "code"),
    [
        (["jobs:read", "job:read"], "/scopes/1", "unknown_scope"),
        (["owner"], "/scopes/0", "unknown_scope"),
        (["jobs:*"], "/scopes/0", "unknown_scope"),
        (["jobs:read audit:read"], "/scopes/0", "unknown_scope"),
        (["'; DROP TABLE api_tokens"], "/scopes/0", "unknown_scope"),
        ([""], "/scopes/0", "length"),
        (["x" * 101], "/scopes/0", "length"),
        ([], "/scopes", "length"),
        ("jobs:read", "/scopes", "type"),
        ([7], "/scopes/0", "type"),
    ],
)
async def test_scopes_that_are_nonsense_are_refused(
    api: Api, scopes: object, pointer: str, code: str
) -> None:
    answer = await api.post("/me/tokens", json={"name": "ci", "scopes": scopes})
    assert answer.status_code == 422
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(pointer, code)]


@pytest.mark.parametrize("guild_ids", [[], ["x"], ["-1"], "7", [7], ["1" * 30]])
async def test_guilds_that_are_nonsense_are_refused(api: Api, guild_ids: object) -> None:
    answer = await api.post("/me/tokens", json={"name": "ci", "guild_ids": guild_ids})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("/guild_ids")


@pytest.mark.parametrize(
    ("had", "wanted", "pointer"),
    [
        ({"scopes": ["account:write"]}, {}, "/scopes"),
        ({"scopes": ["account:write"]}, {"scopes": None}, "/scopes"),
        ({"scopes": ["account:write"]}, {"scopes": ["account:write", "audit:read"]}, "/scopes/1"),
        (
            {"scopes": ["account:write", "jobs:create:message.send"]},
            {"scopes": ["jobs:create"]},
            "/scopes/0",
        ),
        ({"guild_ids": ["7"]}, {}, "/guild_ids"),
        ({"guild_ids": ["7"]}, {"guild_ids": ["7", "8"]}, "/guild_ids/1"),
    ],
)
async def test_a_token_makes_none_that_may_more(
    api: Api, had: dict[str, Any], wanted: dict[str, Any], pointer: str
) -> None:
    maker, before = await token(api, **had), await api.rows()
    answer = await api.post("/me/tokens", json={"name": "wider", **wanted}, headers=bearer(maker))
    assert (answer.status_code, answer.json()["code"]) == (403, "out_of_scope")
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
    assert await api.rows() == before


async def test_a_token_makes_one_that_may_less(api: Api) -> None:
    maker = await token(api, scopes=["account:write", "jobs:create"], guild_ids=["7", "8"])
    less = await token(api, maker, scopes=["jobs:create:message.send"], guild_ids=["8"])
    refused = await api.post(
        "/me/tokens", json={"name": "x", "scopes": ["jobs:create:message.send"]}, headers=bearer(less)
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "out_of_scope")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/me"),
        ("GET", "/me/tokens"),
        ("POST", "/me/tokens"),
        ("DELETE", f"/me/tokens/{UUID(int=0)}"),
        ("GET", "/me/sessions"),
        ("DELETE", f"/me/sessions/{UUID(int=0)}"),
        ("GET", "/images/sha256:" + "0" * 64),
        ("GET", "/system/status"),
    ],
)
async def test_what_is_the_accounts_own_needs_its_scope_too(api: Api, method: str, path: str) -> None:
    secret = await token(api, scopes=["jobs:read"])
    body = {"name": "x", "scopes": ["jobs:read"]} if method == "POST" else None
    answer = await api.client.request(method, f"/api/v1{path}", headers=bearer(secret), json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "out_of_scope")


async def test_a_token_bound_to_a_guild_finds_no_other(api: Api) -> None:
    here, there = await api.guild(), await api.guild(guild_id="12")
    bound = bearer(await token(api, guild_ids=[here]))
    assert (await api.get(f"/guilds/{here}", headers=bound)).status_code == 200
    listed = (await api.get("/guilds", headers=bound)).json()["items"]
    assert [each["id"] for each in listed] == [here]
    for path in ("", "/structure", "/settings", "/snapshots", "/audit", "/policies", "/drift"):
        answer = await api.get(f"/guilds/{there}{path}", headers=bound)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
    assert (await api.post(f"/guilds/{there}/sync", headers=bound)).status_code == 404
    assert (await api.get("/system/status", headers=bound)).json()["code"] == "out_of_scope"


async def test_an_owners_token_that_is_bound_to_a_guild_changes_nobody_elses_public_template(
    api: Api,
) -> None:
    person = await someone(api)
    body = {"name": "Theirs", "visibility": "public"}
    path = f"/templates/{(await person.ask('POST', '/templates', json=body)).json()['id']}"
    bound = bearer(await token(api, guild_ids=[await api.guild()]))
    merge = {"Content-Type": "application/merge-patch+json"}
    answer = await api.client.patch(f"/api/v1{path}", json={"name": "Ours"}, headers=bound | merge)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert (await api.get(path, headers=bound)).json()["name"] == "Theirs"
    answer = await api.client.patch(f"/api/v1{path}", json={"name": "Ours"}, headers=merge)
    assert answer.status_code == 200
