"""Callbacks over HTTP, and what a receiver gets; answers and events are compared with the OpenAPI document."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from polyfactory.factories.msgspec_factory import MsgspecFactory

from api.schemas.callback_events import CallbackEvent
from core.callbacks.events import body_of
from core.catalog import CATALOG
from core.clock import utc_now
from core.config import Settings
from core.jobs.mapping import event_data
from core.jobs.models import JobModel
from core.jobs.schemas import JobError, JobEvent
from core.jobs.spec import AnySpec
from core.jobs.states import OPEN, TERMINAL
from tests.api.conftest import conformity, installation
from tests.api.world import SECRET, Api
from tests.builders.core import owner, snowflake
from tests.fixtures.patience import PATIENCE
from tests.workers.receiver import Receiver, receiving, status

URL = "https://hooks.example/in"
DRAFT = {"url": URL, "events": ["job.settled"]}
EVENT = {"$ref": "#/components/schemas/CallbackEvent"}


@pytest.fixture
async def api(database_url: str, redis_url: str) -> AsyncIterator[Api]:
    """An installation that may call this machine."""
    settings = Settings(
        database_url=database_url, redis_url=redis_url, owner_token=SECRET, callback_allow="127.0.0.1"
    )
    async with installation(settings) as api:
        yield api


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


async def made(api: Api, **fields: Any) -> dict[str, Any]:
    answer = await api.post(f"/guilds/{await api.guild()}/callbacks", json={**DRAFT, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def seen_when(api: Api, path: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The answer, as soon as it is as it should be."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = (await api.get(path)).json()
            if holds(found):
                return found
            await asyncio.sleep(0.02)


async def test_a_callback_is_made_seen_edited_and_deleted(api: Api) -> None:
    guild = await api.guild()
    answer = await api.post(f"/guilds/{guild}/callbacks", json={**DRAFT, "description": "ours"})
    shown = answer.json()
    secret = shown.pop("secret")
    assert (answer.status_code, secret[:6]) == (201, "whsec_")
    assert answer.headers["location"] == f"/api/v1/callbacks/{shown['id']}"
    seen = await api.client.get(answer.headers["location"])
    assert seen.json() == shown
    assert (await api.get(f"/guilds/{guild}/callbacks")).json() == {"items": [shown], "next_cursor": None}
    tag = {"If-Match": seen.headers["etag"]}
    patch = {"events": ["job.*", "job.*"], "description": None}
    edited = await api.client.patch(answer.headers["location"], json=patch, headers=tag)
    assert edited.json() | {"updated_at": ""} == shown | {
        "events": ["job.*"],
        "description": None,
        "updated_at": "",
    }
    for ask in (
        api.client.patch(answer.headers["location"], json={"enabled": False}, headers=tag),
        api.client.delete(answer.headers["location"], headers=tag),
    ):
        stale = await ask
        assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
    assert (await api.client.delete(answer.headers["location"])).status_code == 204
    assert (await api.client.get(answer.headers["location"])).status_code == 404


async def test_of_two_who_saw_the_same_callback_one_is_told_that_it_has_changed(api: Api) -> None:
    path = f"/api/v1/callbacks/{(await made(api))['id']}"
    seen = {"If-Match": (await api.client.get(path)).headers["etag"]}
    edits = [api.client.patch(path, json={"description": f"n{n}"}, headers=seen) for n in range(5)]
    assert sorted(answer.status_code for answer in await asyncio.gather(*edits)) == [200, 412, 412, 412, 412]


async def test_a_receiver_gets_a_jobs_events_as_the_document_says_and_can_verify_them(
    api: Api, receiver: Receiver
) -> None:
    """The deliverer runs in the API's own process."""
    callback = await made(api, url=receiver.url, events=["job.*"])
    job = (await api.post(f"/guilds/{callback['guild_id']}/captures")).json()
    await api.work()
    received = await receiver.until(3)
    for got in received:
        event = got.verified_by(callback["secret"])
        conformity().require(event, EVENT)
        msgspec.convert(event, CallbackEvent)
        assert event["data"]["job_id"] == job["id"]
    assert [got.event["type"] for got in received] == ["job.queued", "job.running", "job.settled"]
    settled = (await api.get(f"/jobs/{job['id']}")).json()
    told = received[-1].event["data"]
    assert {name: told[name] for name in ("state", "result", "error", "progress", "kind", "guild_id")} == {
        name: settled[name] for name in ("state", "result", "error", "progress", "kind", "guild_id")
    }


@pytest.mark.parametrize("spec", tuple(CATALOG), ids=lambda spec: spec.kind)
def test_every_kind_in_every_state_is_told_as_the_document_says(spec: AnySpec) -> None:
    """With the result that a worker would store, and an error that says as little as one can."""
    results = MsgspecFactory.create_factory(spec.result)
    results.add_provider(str, snowflake)
    said = {"jump_url": "https://discord.com/channels/1/2/3"}
    said = {name: value for name, value in said.items() if name in spec.result.__struct_fields__}
    for state in sorted(OPEN | TERMINAL):
        result = results.build(**said) if state == "succeeded" else None
        model = JobModel(
            id=uuid4(),
            kind=spec.kind,
            lane="bot",
            guild_id="1200000000000000000",
            state=state,
            payload={},
            result=None if result is None else msgspec.to_builtins(result),
            error=JobError(code="failed", message="No.") if state in {"failed", "dead"} else None,
            progress_done=1,
            attempts=1,
            spent_attempts=1,
            max_attempts=5,
            cancel_requested=False,
            actor=owner(),
            created_at=utc_now(),
        )
        type_ = "job.settled" if state in TERMINAL else f"job.{state}"
        event = JobEvent(job_id=model.id, sequence=7, type=type_, at=utc_now(), data=event_data(model))
        told = msgspec.json.decode(body_of(event, kind=spec.kind, guild_id="1200000000000000000"))
        conformity().require(told, EVENT)
        assert msgspec.json.decode(msgspec.json.encode(msgspec.convert(told, CallbackEvent))) == told


async def test_a_test_is_sent_and_its_delivery_tells_what_became_of_it(api: Api, receiver: Receiver) -> None:
    callback = await made(api, url=receiver.url)
    receiver.answers = [status(500)]
    asked = await api.post(f"/callbacks/{callback['id']}/test")
    assert (asked.status_code, asked.json()["state"]) == (202, "pending")
    (got,) = await receiver.until(1)
    conformity().require(got.verified_by(callback["secret"]), EVENT)
    assert got.id == asked.json()["id"]
    path = asked.headers["location"].removeprefix("/api/v1")
    delivery = await seen_when(api, path, lambda delivery: delivery["last_status"] is not None)
    assert (delivery["state"], delivery["last_status"], delivery["attempts"]) == ("pending", 500, 1)
    assert delivery["next_attempt_at"] is not None


async def test_deliveries_are_listed_filtered_and_sent_again(api: Api, receiver: Receiver) -> None:
    callback = await made(api, url=receiver.url, events=["job.queued"])
    path = f"/callbacks/{callback['id']}/deliveries"
    for _ in range(3):
        await api.post(f"/guilds/{callback['guild_id']}/sync")
    await receiver.until(3)
    await seen_when(api, f"{path}?state=delivered", lambda page: len(page["items"]) == 3)
    items = (await api.get(path)).json()["items"]
    for query, number in (
        ("state=pending", 0),
        ("since=2001-01-01T00:00:00%2B01:00", 3),
        ("since=2999-01-01T00:00:00Z", 0),
        ("limit=2", 2),
        (f"cursor={items[1]['id']}", 1),
    ):
        assert len((await api.get(f"{path}?{query}")).json()["items"]) == number, query
    again = await api.post(f"{path}/{items[-1]['id']}/redeliver")
    assert (again.status_code, again.json()["state"]) == (202, "pending")
    assert again.headers["location"] == f"/api/v1{path}/{items[-1]['id']}"
    received = await receiver.until(4)
    assert received[3].id == received[0].id == items[-1]["id"]


async def test_a_secret_is_rotated_and_shown_once(api: Api) -> None:
    callback = await made(api)
    path = f"/callbacks/{callback['id']}"
    rotated = await api.post(f"{path}/rotate-secret", headers={"Idempotency-Key": "r"})
    assert rotated.status_code == 200
    assert rotated.json()["secret"] != callback["secret"]
    assert rotated.json()["previous_secret_until"] is not None
    again = await api.post(f"{path}/rotate-secret", headers={"Idempotency-Key": "r"})
    assert again.json() == rotated.json()
    seen = (await api.get(path)).json()
    assert "secret" not in seen
    assert seen == {name: value for name, value in rotated.json().items() if name != "secret"}


async def test_asking_twice_is_asking_once(api: Api) -> None:
    guild = await api.guild()
    headers = {"Idempotency-Key": "once"}
    answers = await asyncio.gather(
        *(api.post(f"/guilds/{guild}/callbacks", json=DRAFT, headers=headers) for _ in range(8))
    )
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    path = f"/callbacks/{answers[0].json()['id']}/test"
    sent = await asyncio.gather(*(api.post(path, headers=headers) for _ in range(8)))
    assert len({answer.content for answer in sent}) == 1
    rows = await api.rows()
    assert (rows["callbacks"], rows["callback_deliveries"]) == (1, 1)


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"url": "https://10.0.0.1/"}, "/url", "forbidden_address"),
        ({"url": "https://[::ffff:10.0.0.1]/"}, "/url", "forbidden_address"),
        ({"url": "https://[64:ff9b::a00:1]/"}, "/url", "forbidden_address"),
        ({"url": "https://169.254.169.254/latest"}, "/url", "forbidden_address"),
        ({"url": "https://100.64.0.1/"}, "/url", "forbidden_address"),
        ({"url": "https://localhost/"}, "/url", "forbidden_address"),
        ({"url": "http://hooks.example/"}, "/url", "scheme"),
        ({"url": "http://8.8.8.8/"}, "/url", "scheme"),
        ({"url": "https://a:b@hooks.example/"}, "/url", "credentials"),
        ({"url": "https://127.1/"}, "/url", "format"),
        ({"url": "https://hooks.example/#x"}, "/url", "format"),
        ({"url": ""}, "/url", "length"),
        ({"url": "https://hooks.example/" + "x" * 2000}, "/url", "length"),
        ({"url": "https://hooks.example/\x00"}, "/url", "invalid_character"),
        ({"url": None}, "/url", "type"),
        ({"events": []}, "/events", "length"),
        ({"events": ["job.exploded"]}, "/events/0", "unknown_value"),
        ({"events": ["callback.test"]}, "/events/0", "unknown_value"),
        ({"description": "x" * 501}, "/description", "length"),
        ({"enabled": "yes"}, "/enabled", "type"),
        ({"secret": "whsec_mine"}, "/secret", "unknown_field"),
    ],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_what_cannot_be_is_named_and_leaves_nothing_behind(
    module_api: Api, body: dict[str, Any], pointer: str, code: str
) -> None:
    callback = await made(module_api)
    before = await module_api.rows()
    for ask in (
        module_api.post(f"/guilds/{callback['guild_id']}/callbacks", json={**DRAFT, **body}),
        module_api.client.patch(f"/api/v1/callbacks/{callback['id']}", json=body),
    ):
        refused = await ask
        assert refused.status_code == 422, refused.text
        assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [(pointer, code)]
    assert await module_api.rows() == before
    assert (await module_api.get(f"/callbacks/{callback['id']}")).json() == {
        name: value for name, value in callback.items() if name != "secret"
    }


async def test_what_the_present_state_does_not_allow_is_a_conflict(api: Api) -> None:
    callback = await made(api, enabled=False)
    path = f"/callbacks/{callback['id']}"
    assert (await api.post(f"{path}/test")).json()["code"] == "callback_disabled"
    for number in range(19):
        await api.post(
            f"/guilds/{callback['guild_id']}/callbacks", json={**DRAFT, "description": f"{number}"}
        )
    full = await api.post(f"/guilds/{callback['guild_id']}/callbacks", json=DRAFT)
    assert (full.status_code, full.json()["code"]) == (409, "callback_limit")
    await api.execute("UPDATE guilds SET state = 'left'")
    gone = await api.post(f"/guilds/{callback['guild_id']}/callbacks", json=DRAFT)
    assert (gone.status_code, gone.json()["code"]) == (409, "guild_state")


async def test_what_does_not_exist_is_404_and_a_bad_parameter_is_named(api: Api) -> None:
    callback, other = await made(api, url="https://hooks.example/a"), await made(api)
    delivery = (await api.post(f"/callbacks/{callback['id']}/test")).json()["id"]
    nobody = uuid4()
    for method, path in (
        ("GET", "/guilds/1/callbacks"),
        ("POST", "/guilds/1/callbacks"),
        ("GET", f"/callbacks/{nobody}"),
        ("PATCH", f"/callbacks/{nobody}"),
        ("DELETE", f"/callbacks/{nobody}"),
        ("GET", "/callbacks/nonsense"),
        ("POST", f"/callbacks/{nobody}/rotate-secret"),
        ("POST", f"/callbacks/{nobody}/test"),
        ("GET", f"/callbacks/{nobody}/deliveries"),
        ("GET", f"/callbacks/{other['id']}/deliveries/{delivery}"),
        ("POST", f"/callbacks/{other['id']}/deliveries/{delivery}/redeliver"),
        ("POST", f"/callbacks/{callback['id']}/deliveries/{nobody}/redeliver"),
    ):
        body = {"PATCH": {}, "POST": DRAFT if path.endswith("callbacks") else None}.get(method)
        answer = await api.client.request(method, f"/api/v1{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
    for query, parameter in (
        ("state=lost", "state"),
        ("since=2024-01-01T00:00:00", "since"),
        ("limit=0", "limit"),
    ):
        answer = await api.get(f"/callbacks/{callback['id']}/deliveries?{query}")
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, parameter)


def test_the_document_tells_receivers_what_they_get(openapi: dict[str, Any]) -> None:
    sent = openapi["webhooks"]["callbackEvent"]["post"]
    content = sent["requestBody"]["content"]["application/json"]
    assert content["schema"] == EVENT
    conformity().require(content["example"], EVENT)
    headers = {parameter["name"] for parameter in sent["parameters"]}
    assert headers == {"webhook-id", "webhook-timestamp", "webhook-signature"}
    types = openapi["components"]["schemas"]["CallbackEvent"]["discriminator"]["mapping"]
    asked_for = openapi["components"]["schemas"]["CreateCallback"]["properties"]["events"]["items"]["enum"]
    assert set(asked_for) - {"job.*", "guild.*", "schedule.*", "announcement.*"} == set(types) - {
        "callback.test"
    }
