from collections.abc import AsyncIterator

import pytest

from core.catalog import CATALOG
from core.composition.people import People
from core.db import Engines
from core.jobs.ring import Rung
from core.uow import Database
from tests.fixtures.keys import keyring


class Rings:
    """Remembers who was rung."""

    def __init__(self) -> None:
        self.rung: list[Rung] = []

    async def __call__(self, *rungs: Rung) -> None:
        self.rung += rungs


@pytest.fixture
def rings() -> Rings:
    return Rings()


@pytest.fixture
async def database(database_url: str, rings: Rings) -> AsyncIterator[Database]:
    """The product's own catalog on an empty, migrated database."""
    engines = Engines(database_url)
    yield Database(engines, CATALOG, ring=rings, people=People(keyring=keyring()))
    await engines.dispose()
