"""Whatever is sent to be done: it is accepted and written once, or refused and not written at all."""

import json
from typing import Any

import pytest
from hypothesis import given, settings

from tests.api.conftest import document
from tests.api.world import Api
from tests.builders.from_schema import spoilt, valid
from tests.fixtures.size import sized

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(900)]

MANY = sized(small=30, soak=1000)

SCHEMAS: dict[str, Any] = document()["components"]["schemas"]
ASKED = valid(SCHEMAS["CreateJob"], SCHEMAS)


@settings(max_examples=MANY)
@given(body=spoilt(ASKED))
async def test_what_is_asked_for_is_written_once_or_not_at_all(module_api: Api, body: Any) -> None:
    """The client of these tests holds every answer, also a refusal, against the document."""
    await module_api.keep_bot()
    guild_id = await module_api.guild()
    before = await module_api.rows()
    answer = await module_api.post(
        f"/guilds/{guild_id}/jobs", content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    after = await module_api.rows()
    if answer.status_code == 202:
        assert after == before | {
            "jobs": before["jobs"] + 1,
            "job_events": before["job_events"] + 1,
            "audit_entries": before["audit_entries"] + 1,
        }
        again = await module_api.get(f"/jobs/{answer.json()['id']}")
        assert (again.status_code, again.json()["payload"]) == (200, answer.json()["payload"])
    else:
        assert answer.status_code in {400, 422}, answer.text
        assert all(error["code"] and error["message"] for error in answer.json()["errors"])
        assert answer.json()["errors"]
        assert after == before


@settings(max_examples=MANY)
@given(body=ASKED)
async def test_what_the_document_allows_is_accepted_or_refused_by_its_place(
    module_api: Api, body: Any
) -> None:
    guild_id = await module_api.guild()
    answer = await module_api.post(f"/guilds/{guild_id}/jobs", json=body)
    assert answer.status_code in {202, 422}, answer.text
    if answer.status_code == 422:
        assert all(error["pointer"] for error in answer.json()["errors"]), answer.text
