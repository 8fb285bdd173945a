"""Every operation of the document × role × resource × credential: what comes of it is what the table says."""

import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import pytest_asyncio

from tests.api.conftest import conformity, document
from tests.api.matrix.asking import Impatient, mend, outcome_in, prepare, sent
from tests.api.matrix.credentials import Wallet
from tests.api.matrix.outcomes import Cell, cells, outcome_of
from tests.api.matrix.scene import Scene, scene
from tests.api.matrix.table import CREDENTIALS, ROLES, TABLE
from tests.api.test_openapi import operations
from tests.api.world import Api
from tests.fixtures.size import SEED, sized

pytestmark = pytest.mark.asyncio(loop_scope="module")
OPERATIONS = {
    operation["operationId"]: (method.upper(), path) for path, method, operation in operations(document())
}
SCOPES = {
    operation["operationId"]: operation["x-required-scope"].replace("{kind}", "guild.sync")
    for *_, operation in operations(document())
    if "x-required-scope" in operation
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def there(module_api: Api) -> Scene:
    return await scene(module_api)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(module_api: Api) -> AsyncIterator[httpx.AsyncClient]:
    """Shows nothing by itself."""
    transport = httpx.ASGITransport(Impatient(module_api.app), raise_app_exceptions=False)  # pyright: ignore[reportArgumentType]
    hooks = {"response": [conformity().check]}
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test", event_hooks=hooks) as made:
        yield made


def pairs_of(cell: Cell) -> Iterator[tuple[str, ...]]:
    row = TABLE[cell.operation]
    yield (cell.operation, cell.role)
    yield (cell.operation, cell.credential)
    yield (cell.operation, cell.resource)
    yield (row.kind, str(row.changes), cell.role, cell.resource, cell.credential)


def sample(seed: int) -> list[Cell]:
    """Together they have every role, credential and resource of each operation, and everything of each kind."""
    shuffled, seen, chosen = list(cells()), set[tuple[str, ...]](), list[Cell]()
    random.Random(seed).shuffle(shuffled)
    # Those first that bring the most, so that few are enough.
    for news in (4, 3, 2, 1):
        for cell in shuffled:
            pairs = set(pairs_of(cell))
            if len(pairs - seen) >= news:
                seen |= pairs
                chosen.append(cell)
    return chosen


CHOSEN = sized(small=sample(SEED), soak=list(cells()))


async def test_every_operation_stands_in_the_table_and_nothing_else_does() -> None:
    assert set(TABLE) == set(OPERATIONS)
    assert {name for name, row in TABLE.items() if row.scoped} == set(SCOPES)


async def test_the_cells_are_of_every_outcome_and_of_every_role_and_credential_of_each_operation() -> None:
    counted = Counter(map(outcome_of, CHOSEN))
    assert set(counted) == {"allowed", "unauthenticated", "forbidden", "not found"}
    assert min(counted.values()) > len(CHOSEN) / 20, counted
    for name in TABLE:
        of_it = [cell for cell in CHOSEN if cell.operation == name]
        assert {cell.role for cell in of_it} == set(ROLES)
        assert {cell.credential for cell in of_it} == set(CREDENTIALS)


async def test_every_cell_comes_out_as_the_table_says(there: Scene, client: httpx.AsyncClient) -> None:
    wallet, wrong = Wallet(there, SCOPES), list[str]()
    for cell in CHOSEN:
        await prepare(there, cell)
        method, path = OPERATIONS[cell.operation]
        options = sent(there, cell)
        options["headers"] |= await wallet.headers(cell)
        answer = await client.request(method, path.format(**there.names(cell)), **options)
        if answer.status_code == 204:
            await mend(there, cell)
        expected, found = outcome_of(cell), outcome_in(answer)
        if found != expected:
            wrong.append(f"{cell}: {expected} expected, {answer.status_code} {answer.text[:200]}")
    assert not wrong, f"{len(wrong)} of {len(CHOSEN)}:\n" + "\n".join(wrong[:40])
