"""`just routes` tells the truth about what is implemented, and its status says whether all of it was judged."""

import io

import pytest
from rich.console import Console

from bot.simulator.routes import TABLE
from tests.simulator import coverage
from tests.simulator.judging import Evidence
from tests.simulator.published import needs_document, published_contract


def page() -> Console:
    return Console(file=io.StringIO(), width=240)


def text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@needs_document
def test_the_table_has_every_route_and_all_of_them_were_judged() -> None:
    console = page()
    assert coverage.main(["--steps", "600"], console) == 0, text(console)
    shown = text(console)
    for route in TABLE.routes:
        assert f"{route.method:<6} {route.template} " in shown
    assert "PUT    /lobbies " in shown


@needs_document
def test_a_route_that_was_not_judged_is_named() -> None:
    contract = published_contract()
    assert contract is not None
    assert ("GET", "/guilds/{guild_id}") in coverage.unproven(contract, Evidence())


def test_without_the_document_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage, "published_contract", lambda: None)
    console = page()
    assert coverage.main([], console) == 1
    assert "openapi.json" in text(console)
