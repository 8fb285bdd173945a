"""A guild, captured as a document and put into an empty server, is there again."""

import pytest

from core.templates.capture import document_of
from core.templates.documents.parse import read_document
from core.templates.documents.text import to_yaml
from tests.builders.furnishing import FEATURES
from tests.builders.guilds import Thrown
from tests.builders.scenes import EXACT
from tests.fixtures.size import SEED, sized
from tests.trials.likeness import likeness
from tests.trials.pairs import make_lived_in_guild, pair_of
from tests.trials.report import Report
from tests.trials.stage import USERNAMES, Stage

EMPTY = {
    "name": "Empty",
    "features": sorted(FEATURES),
    "members": [{"username": name} for name in USERNAMES.values()],
}


@pytest.mark.timeout(sized(small=900, soak=3600))
async def test_a_captured_guild_is_the_same_in_an_empty_server(stage: Stage, report: Report) -> None:
    number = 0
    while report.applied < sized(small=40, soak=1000):
        choose = Thrown(SEED * 19_000_013 + number)
        number += 1
        original = await make_lived_in_guild(stage, choose)
        there = await original.read()
        captured = document_of(there).document
        document = read_document(to_yaml(captured), media="yaml")
        assert document == captured
        copy = await stage.make_from(EMPTY)
        pair = await pair_of(copy, document, {}, EXACT, choose)
        if pair.plan.blockers:
            report.block(pair.plan)
        else:
            made = await copy.apply(pair.plan)
            assert stage.watch.refused == [], number
            again = await copy.read()
            assert likeness(again) == likeness(there), number
            left = pair.plan_again(again, {**pair.plan.matched, **made})
            assert (left.steps, left.blockers) == ((), ()), number
            report.add(pair.plan, stage.watch)
        await stage.end(original)
        await stage.end(copy)
    assert report.blocked < report.applied / 4, report
