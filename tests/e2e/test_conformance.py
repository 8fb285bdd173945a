"""Whatever the document lets be asked, and much that it does not, is answered as the document says."""

from http import HTTPStatus

import httpx
import pytest
import pytest_asyncio

from tests.api.conftest import document
from tests.api.test_openapi import operations
from tests.e2e.fuzzing import Report, fuzzed
from tests.e2e.road import OWNER_TOKEN, Road
from tests.e2e.stock import cared_for, stocked
from tests.fixtures.size import sized

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(sized(small=900, soak=7200))]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def report(road: Road, tmp_path_factory: pytest.TempPathFactory) -> Report:
    bot = await road.start_bot()
    known = await stocked(road)
    folder = tmp_path_factory.mktemp("fuzzing")
    async with (
        httpx.AsyncClient(base_url=road.http.base_url.join("/"), timeout=60, trust_env=False) as http,
        cared_for(road, known),
    ):
        report = await fuzzed(http, known, folder, token=OWNER_TOKEN)
    await bot.kill()
    return report


async def test_every_answer_is_as_documented_and_no_fault_of_ours(report: Report) -> None:
    assert report.status == 0, report.failures


async def test_every_operation_was_asked_and_most_did_what_they_were_asked_for(report: Report) -> None:
    known = {operation["operationId"] for _, _, operation in operations(document())}
    assert report.answers.keys() == known
    done = {name for name, statuses in report.answers.items() if min(statuses) < HTTPStatus.BAD_REQUEST}
    assert len(done) > len(known) * 3 / 4, f"nothing but refusals: {sorted(known - done)}"
