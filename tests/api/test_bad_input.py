"""Each line of bad input is a 4xx problem that names the place, and leaves nothing behind."""

import json
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace

from tests.api.world import DOCUMENT, YAML, Api, refused
from tests.builders.core import RoleFactory, powers, snapshot

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def api(module_api: Api) -> Api:
    module_api.rings.rung.clear()
    return module_api


NOBODY = uuid4()
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def channels(number: int) -> list[dict[str, str]]:
    return [{"key": f"c{n}", "type": "text", "name": f"c{n}"} for n in range(number)]


def document(**fields: Any) -> dict[str, Any]:
    return {"guildwright": 1, **fields}


def role(**fields: Any) -> dict[str, Any]:
    return {"key": "a", "name": "A", **fields}


FULL = {"key": "cat", "type": "category", "name": "cat", "channels": channels(51)}
DOCUMENTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "an unknown permission": (
        document(roles=[role(permissions=["view_chanel"])]),
        "unknown_permission",
        "/roles/0/permissions/0",
    ),
    "a key twice": (document(roles=[role(), role()]), "duplicate_key", "/roles/1/key"),
    "51 channels in a category": (document(channels=[FULL]), "too_many", "/channels/0/channels"),
    "501 channels": (document(channels=channels(501)), "too_many", "/channels"),
    "a name of 101 characters": (document(roles=[role(name="x" * 101)]), "length", "/roles/0/name"),
    "an unknown field": (document(colour="red"), "unknown_field", "/colour"),
    "a wrong type": (document(roles={}), "type", "/roles"),
    "no version": ({}, "missing_field", ""),
}


@pytest.mark.parametrize("what", DOCUMENTS)
async def test_a_document_names_each_bad_place(api: Api, what: str) -> None:
    body, code, pointer = DOCUMENTS[what]
    template = await api.template()
    before = await api.rows()
    for path, sent, prefix in (
        ("/templates", {"json": {"name": "x", "document": body}}, "/document"),
        (f"/templates/{template['id']}/versions", {"json": {"document": body}}, "/document"),
        ("/templates/import?name=x", {"json": body}, ""),
        ("/templates/import?name=x", {"content": json.dumps(body), "headers": YAML}, ""),
    ):
        problem = await refused(api, await api.post(path, **sent), before, 422)
        found = {(error["code"], error["pointer"]) for error in problem["errors"]}
        assert (code, prefix + pointer) in found, found


async def test_an_unknown_permission_comes_with_the_nearest_one(api: Api) -> None:
    body = DOCUMENTS["an unknown permission"][0]
    problem = (await api.post("/templates", json={"name": "x", "document": body})).json()
    assert "`view_channel`" in problem["errors"][0]["message"]


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("guildwright: 1\nroles:\n  - key: [a\n", YAML),
        ("guildwright: 1\n\troles: []\n", YAML),
        ('{"guildwright": 1,\n "roles": [}\n', {"Content-Type": "application/json"}),
        ("", YAML),
        (b"guildwright: 1\nname: \xff\n", YAML),
    ],
)
async def test_text_that_does_not_read_is_400_or_422_with_line_and_column(
    api: Api, text: str | bytes, headers: dict[str, str]
) -> None:
    before = await api.rows()
    answer = await api.post("/templates/import?name=x", content=text, headers=headers)
    problem = await refused(api, answer, before, answer.status_code)
    assert answer.status_code in {400, 422}
    if text:
        assert problem["errors"][0]["line"] >= 1
        assert problem["errors"][0]["column"] >= 1


async def test_malformed_json_is_400_with_line_and_column(api: Api) -> None:
    before = await api.rows()
    answer = await api.post(
        "/templates", content=b'{"name":\n  oops}', headers={"Content-Type": "application/json"}
    )
    problem = await refused(api, answer, before, 400)
    assert problem["code"] == "malformed"
    assert (problem["errors"][0]["line"], problem["errors"][0]["column"]) == (2, 3)


@pytest.mark.parametrize("text", [BOMB, "a: " + "[" * 5000, "guildwright: 1\nroles: " + "{a: " * 300])
async def test_yaml_bombs_do_not_go_off(api: Api, text: str) -> None:
    before = await api.rows()
    answer = await api.post("/templates/import?name=x", content=text, headers=YAML)
    await refused(api, answer, before, answer.status_code)
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("depth", [200, 100_000])
async def test_deep_json_does_not_overflow(api: Api, depth: int) -> None:
    before = await api.rows()
    body = '{"name": "x", "document": ' + "[" * depth + "]" * depth + "}"
    answer = await api.post("/templates", content=body, headers={"Content-Type": "application/json"})
    await refused(api, answer, before, answer.status_code)
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize("headers", [YAML, {"Content-Type": "application/json"}])
async def test_five_megabytes_are_413(api: Api, headers: dict[str, str]) -> None:
    before = await api.rows()
    answer = await api.post("/templates/import?name=x", content=b"a" * 5_000_000, headers=headers)
    assert (await refused(api, answer, before, 413))["code"] == "too_large"


async def test_a_body_without_a_length_is_cut_off_at_the_limit(api: Api) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        for _ in range(5000):
            sent += 1000
            yield b"a" * 1000

    before = await api.rows()
    await refused(
        api, await api.post("/templates/import?name=x", content=endless(), headers=YAML), before, 413
    )


BODIES: dict[str, tuple[str, Any, str, str]] = {
    "no body": ("/templates", None, "malformed", ""),
    "not an object": ("/templates", [], "type", ""),
    "a missing field": ("/templates", {}, "missing_field", ""),
    "an unknown field": ("/templates", {"name": "x", "colour": 1}, "unknown_field", "/colour"),
    "a number for text": ("/templates", {"name": 5}, "type", "/name"),
    "text for a number": (
        "/guilds/{guild}/plans",
        {"template_id": str(NOBODY), "max_deletes": "5"},
        "type",
        "/max_deletes",
    ),
    "an unknown word": ("/templates", {"name": "x", "visibility": "secret"}, "unknown_value", "/visibility"),
    "text too long": ("/templates", {"name": "x" * 101}, "length", "/name"),
    "text too short": ("/templates", {"name": ""}, "length", "/name"),
    "a number too large": (
        "/guilds/{guild}/plans",
        {"template_id": str(NOBODY), "max_deletes": 751},
        "range",
        "/max_deletes",
    ),
    "no id": ("/guilds/{guild}/plans", {"template_id": "x"}, "format", "/template_id"),
    "a time without a zone": (
        "/me/tokens",
        {"name": "x", "expires_at": "2999-01-01T00:00:00"},
        "format",
        "/expires_at",
    ),
    "a time that is over": (
        "/me/tokens",
        {"name": "x", "expires_at": "2001-01-01T00:00:00Z"},
        "past",
        "/expires_at",
    ),
    "a character that cannot be stored": ("/templates", {"name": "a\x00b"}, "invalid_character", "/name"),
    "a wrong base version": (
        "/templates/{template}/versions",
        {"document": DOCUMENT, "base_version": -1},
        "range",
        "/base_version",
    ),
}


@pytest.mark.parametrize("what", BODIES)
async def test_a_body_that_is_not_as_the_document_says_is_named(api: Api, what: str) -> None:
    path, body, code, pointer = BODIES[what]
    path = path.format(guild=await api.guild(), template=(await api.template())["id"])
    before = await api.rows()
    sent: dict[str, Any] = (
        {"headers": {"Content-Type": "application/json"}} if body is None else {"json": body}
    )
    problem = await refused(api, await api.post(path, **sent), before, 400 if body is None else 422)
    assert problem["errors"][0]["pointer"] == pointer
    assert body is None or problem["errors"][0]["code"] == code


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("/jobs?limit=0", "limit"),
        ("/jobs?limit=x", "limit"),
        ("/jobs?cursor=x", "cursor"),
        ("/jobs?state=sleeping", "state"),
        ("/jobs?actor=me", "actor"),
        ("/jobs?since=yesterday", "since"),
        ("/jobs?since=2024-01-01T00:00:00", "since"),
        ("/jobs?since=0001-01-01T00:00:00%2B14:00", "since"),
        ("/jobs?since=1772366400", "since"),
        ("/jobs?since=20260301", "since"),
        ("/audit?until=0.5", "until"),
        ("/audit?since=2026-03-01%2012:00:00Z", "since"),
        ("/audit?discord_user_id=x", "discord_user_id"),
        ("/jobs?guild_id=x", "guild_id"),
        ("/jobs?guild_id=99999999999999999999", "guild_id"),
        ("/jobs?kind=%00", "kind"),
        ("/guilds?cursor=x", "cursor"),
        ("/guilds?cursor=null", "cursor"),
        ("/templates?cursor=null&cursor=null", "cursor"),
        ("/jobs?since=NULL", "since"),
        ("/guilds?state=null", "state"),
        ("/audit?via=null", "via"),
        ("/guilds?state=gone", "state"),
        ("/templates?limit=201", "limit"),
    ],
)
async def test_a_bad_parameter_is_named(api: Api, query: str, parameter: str) -> None:
    problem = await refused(api, await api.get(query), await api.rows(), 422)
    assert [error["parameter"] for error in problem["errors"]] == [parameter]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/jobs/{id}"),
        ("GET", "/jobs/{id}/steps"),
        ("GET", "/jobs/{id}/events"),
        ("POST", "/jobs/{id}/cancel"),
        ("POST", "/jobs/{id}/retry"),
        ("GET", "/jobs/nonsense"),
        ("GET", "/templates/{id}"),
        ("PATCH", "/templates/{id}"),
        ("DELETE", "/templates/{id}"),
        ("GET", "/templates/{id}/versions"),
        ("GET", "/templates/{id}/versions/1"),
        ("GET", "/templates/{template}/versions/2"),
        ("GET", "/templates/{template}/versions/99999999999999999999"),
        ("GET", "/templates/{template}/versions/x"),
        ("GET", "/plans/{id}"),
        ("POST", "/plans/{id}/apply"),
        ("GET", "/guilds/1"),
        ("GET", "/guilds/99999999999999999999999"),
        ("GET", "/guilds/x"),
        ("GET", "/guilds/%00"),
        ("GET", "/guilds/1/structure"),
        ("POST", "/guilds/%F4%82%B7%A7%C3%A1%7F%C2%AD/drift/capture"),
        ("PATCH", "/guilds/%F4%82%B7%A7%C3%A1%7F%C2%AD/settings"),
        ("GET", "/guilds/x/drift"),
        ("GET", "/guilds/99999999999999999999/drift"),
        ("POST", "/guilds/1/sync"),
        ("POST", "/guilds/1/captures"),
        ("GET", "/guilds/1/snapshots"),
        ("GET", "/guilds/{guild}/snapshots/{id}"),
        ("GET", "/guilds/{guild}/snapshots/{id}/document"),
        ("GET", "/images/x"),
        ("DELETE", "/me/tokens/{id}"),
    ],
)
async def test_what_does_not_exist_is_404(api: Api, method: str, path: str) -> None:
    path = path.format(id=NOBODY, guild=await api.guild(), template=(await api.template())["id"])
    before = await api.rows()
    body = {} if method == "PATCH" else None
    answer = await api.client.request(method, f"/api/v1{path}", headers={"Prefer": "wait=1"}, json=body)
    assert (await refused(api, answer, before, 404))["code"] == "not_found"


@pytest.mark.parametrize(
    "body",
    [{"template_id": str(NOBODY)}, {"template_id": "{template}", "version": 7}],
    ids=["template", "version"],
)
async def test_a_plan_of_nothing_is_404(api: Api, body: dict[str, Any]) -> None:
    guild, template = await api.guild(), await api.template()
    body = {key: template["id"] if value == "{template}" else value for key, value in body.items()}
    before = await api.rows()
    await refused(api, await api.post(f"/guilds/{guild}/plans", json=body), before, 404)
    snapshot_of_none = {"snapshot_id": str(NOBODY)}
    await refused(api, await api.post(f"/guilds/{guild}/rollbacks", json=snapshot_of_none), before, 404)


async def test_a_role_above_the_bots_blocks_the_plan_and_nothing_is_asked_of_the_bot(api: Api) -> None:
    seen = snapshot(channels=0)
    above = RoleFactory.build(name="Above", position=50, permissions=0)
    async with api.database.unit() as unit:
        await unit.guilds.store(replace(seen, roles=(above, *seen.roles)), powers(seen), vouched=True)
    template = await api.template(document=document(roles=[role(name="Above", permissions=["ban_members"])]))
    plan = (await api.post(f"/guilds/{seen.guild_id}/plans", json={"template_id": template["id"]})).json()
    assert plan["blockers"], plan
    before = await api.rows()
    problem = await refused(api, await api.post(f"/plans/{plan['id']}/apply"), before, 409)
    assert problem["code"] == "plan_blocked"
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [
        (f"/blockers/{index}", blocker["code"]) for index, blocker in enumerate(plan["blockers"])
    ]


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "ä"])
async def test_an_idempotency_key_that_cannot_be_kept_is_refused(api: Api, key: str) -> None:
    guild = await api.guild()
    before = await api.rows()
    headers = {"Idempotency-Key": key.encode("latin-1")}
    problem = await refused(api, await api.post(f"/guilds/{guild}/sync", headers=headers), before, 422)
    assert problem["errors"][0]["parameter"] == "Idempotency-Key"


@pytest.mark.parametrize("path", ["/me/tokens", "/auth/token"])
async def test_a_credential_for_what_can_be_no_guild_is_refused(api: Api, path: str) -> None:
    before = await api.rows()
    body = {"name": "greeter"} if path == "/me/tokens" else {}
    answer = await api.post(path, json={**body, "guild_ids": ["7", "18660487652224619496"]})
    problem = await refused(api, answer, before, 422)
    assert [error["pointer"] for error in problem["errors"]] == ["/guild_ids/1"]
