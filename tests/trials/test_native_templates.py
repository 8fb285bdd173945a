"""Real servers, as Discord's own templates describe them, made by the bot on a simulated Discord."""

import json
from pathlib import Path

import pytest

from core.templates.capture import document_of
from core.templates.documents.parse import read_document
from core.templates.documents.text import to_yaml
from core.templates.native import import_native
from tests.builders.doors import open_doors
from tests.builders.guilds import Thrown
from tests.builders.scenes import EXACT
from tests.trials.likeness import likeness
from tests.trials.pairs import pair_of
from tests.trials.report import Report
from tests.trials.stage import Stage

ROOT = Path(__file__).resolve().parents[2]
REAL = {
    path.stem: path.read_bytes()
    for path in sorted((ROOT.parent / "shared" / "discord" / "native-templates").glob("*.json"))
}
TOGETHER = 1
"""So many roles of real servers, which have dozens, are judged together."""


@pytest.mark.skipif(not REAL, reason="the real templates are not part of the project")
@pytest.mark.parametrize("name", REAL)
async def test_a_real_server_is_made_needs_nothing_more_and_can_be_made_again(
    stage: Stage, report: Report, name: str
) -> None:
    document = import_native(json.loads(REAL[name])).document
    guild = await stage.make_from({"name": "Empty"})
    pair = await pair_of(guild, document, {}, EXACT, Thrown(1))
    assert pair.plan.blockers == ()
    made = await guild.apply(pair.plan)
    assert stage.watch.refused == []
    assert len(stage.watch.writes) == pair.plan.calls
    report.add(pair.plan, stage.watch)
    ids = {**pair.plan.matched, **made}
    there = await guild.read()
    left = pair.plan_again(there, ids)
    assert (left.steps, left.blockers) == ((), ())
    assert list(open_doors(stage.watch.states, stage.watch.labels, TOGETHER)) == []
    exported = to_yaml(document_of(there, known=ids).document)
    again = read_document(exported, media="yaml")
    assert to_yaml(again) == exported
    copy = await stage.make_from({"name": "Empty"})
    second = await pair_of(copy, again, {}, EXACT, Thrown(1))
    assert second.plan.blockers == ()
    await copy.apply(second.plan)
    assert stage.watch.refused == []
    assert likeness(await copy.read()) == likeness(there)
