"""Bad bodies × each role: who may not do a thing is told so, and not what is wrong with how they asked.

A body of the wrong shape is refused before anybody is looked for: the published document tells as much, and the answer
is the same whether there is what the path names or not.
"""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from tests.api.conftest import document
from tests.api.matrix.asking import outcome_in, prepare, sent
from tests.api.matrix.bad_bodies import SHAPE_IS_ALL, meaningless
from tests.api.matrix.credentials import Wallet
from tests.api.matrix.outcomes import Cell, outcome_of
from tests.api.matrix.scene import Scene, scene
from tests.api.matrix.table import RESOURCES, ROLES, TABLE
from tests.api.test_openapi import operations
from tests.api.world import Api, transport_to
from tests.builders.core import snowflake

pytestmark = pytest.mark.asyncio(loop_scope="module")
TAKING = {
    operation["operationId"]: (method.upper(), path)
    for path, method, operation in operations(document())
    if "requestBody" in operation
}
"""Every operation that takes a body."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def there(module_api: Api) -> Scene:
    return await scene(module_api)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(module_api: Api) -> AsyncIterator[httpx.AsyncClient]:
    """Shows nothing by itself."""
    transport = transport_to(module_api.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as made:
        yield made


def cells_of(name: str) -> list[Cell]:
    return [Cell(name, role, resource, "token") for role in ROLES for resource in RESOURCES[TABLE[name].kind]]


async def test_every_operation_that_takes_a_body_has_a_bad_one(there: Scene) -> None:
    bad = set(meaningless(there, Cell("createPlan", "user", "shared", "token")))
    assert bad | SHAPE_IS_ALL == set(TAKING)
    assert not bad & SHAPE_IS_ALL


@pytest.mark.parametrize("name", sorted(set(TAKING) - SHAPE_IS_ALL))
async def test_who_may_not_is_told_so_and_others_what_is_wrong_with_it(
    there: Scene, client: httpx.AsyncClient, name: str
) -> None:
    wallet, (method, path), wrong = Wallet(there, {}), TAKING[name], list[str]()
    for cell in cells_of(name):
        await prepare(there, cell)
        options = sent(there, cell)
        options["json"] = meaningless(there, cell)[name]
        options["headers"].pop("If-Match", None)
        options["headers"] |= await wallet.headers(cell)
        before = await there.api.rows()
        answer = await client.request(method, path.format(**there.names(cell)), **options)
        expected, found = outcome_of(cell), outcome_in(answer)
        if found != expected or (found == "allowed" and answer.status_code not in {409, 422}):
            wrong.append(f"{cell}: {expected} expected, {answer.status_code} {answer.text[:200]}")
        assert await there.api.rows() == before, cell
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", sorted(set(TAKING) - {"uploadImage"}))
async def test_a_body_of_the_wrong_shape_is_no_way_to_find_out_what_there_is(
    there: Scene, client: httpx.AsyncClient, name: str
) -> None:
    cell = Cell(name, "stranger", RESOURCES[TABLE[name].kind][-1], "token")
    wallet, (method, path) = Wallet(there, {}), TAKING[name]
    options: dict[str, Any] = {**sent(there, cell), "json": {"surprise": 1}}
    options["headers"] |= await wallet.headers(cell)
    names = there.names(cell)
    nowhere = {key: snowflake() if key == "guild_id" else str(uuid4()) for key in names}
    found, missed = [
        await client.request(method, path.format(**each), **options) for each in (names, nowhere)
    ]
    assert 400 <= found.status_code < 500, found.text
    if found.status_code == 422:
        assert (found.status_code, found.json()["code"]) == (missed.status_code, missed.json()["code"])
    else:
        assert found.status_code in {403, 404}
