"""Every change makes exactly one entry, and what is refused, rolled back or without effect makes none.

Whether something has changed is read from the rows of all tables, so no service is asked about itself.
"""

import ast
import asyncio
import re
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, Final

import hypothesis
import pytest
from hypothesis import strategies as st

import core
from core.catalog import CATALOG
from core.db import Engines
from core.embedded import Servers
from core.uow import Database
from tests.core.audit.installation import ACTORS, Installation
from tests.core.audit.judged import Step, judged
from tests.core.audit.operations import BY_OURSELVES, OPERATIONS
from tests.fixtures.servers import fresh_database
from tests.fixtures.size import sized

EXAMPLES = sized(small=5, soak=400)
STEPS = sized(small=40, soak=80)
# A failure names its step; making the way to it short takes minutes.
PHASES = sized(small=(hypothesis.Phase.generate,), soak=tuple(hypothesis.Phase))

Run = Callable[[Coroutine[Any, Any, None]], None]

WAY: Final = (
    Step("template", "owner"),
    Step("empty template", "admin"),
    Step("edit template", "owner", 2),
    Step("version", "owner"),
    Step("operate", "owner", 2),
    Step("copy", "moderator"),
    Step("settings", "admin", 0),
    Step("policies", "admin"),
    Step("schedule", "moderator"),
    Step("edit schedule", "admin", 1),
    Step("run schedule", "admin"),
    Step("pause schedule", "admin"),
    Step("resume schedule", "admin"),
    Step("delete schedule", "admin"),
    Step("announcement", "moderator"),
    Step("edit announcement", "admin", 1),
    Step("reject announcement", "colleague"),
    Step("approve announcement", "colleague"),
    Step("post announcement", "moderator"),
    Step("delete announcement", "admin"),
    Step("callback", "admin"),
    Step("edit callback", "admin", 1),
    Step("rotate secret", "admin"),
    Step("test callback", "admin"),
    Step("edit callback", "admin", 3),
    Step("edit callback", "admin", 1),
    Step("redeliver", "admin"),
    Step("rename snapshot", "moderator"),
    Step("ask", "messenger"),
    Step("capture", "moderator"),
    Step("notifications", "admin", 1),
    Step("settings", "admin", 2),
    Step("settings", "admin", 1),
    Step("plan", "builder"),
    Step("plan", "admin", 3),
    Step("apply", "admin"),
    Step("reject plan", "colleague"),
    Step("retry", "admin"),
    Step("rollback", "admin"),
    Step("ask", "admin"),
    Step("cancel", "messenger", -1),
    Step("plan", "admin", 3),
    Step("apply", "admin"),
    Step("approve plan", "colleague"),
    Step("active version", "admin"),
    Step("no active version", "admin"),
    Step("pause", "owner"),
    Step("resume", "owner"),
    Step("reject guild", "owner", 1),
    Step("approve guild", "owner"),
    Step("suspend guild", "owner"),
    Step("ban guild", "owner", 1),
    Step("grant", "owner"),
    Step("take grant", "owner"),
    Step("picture", "owner"),
    Step("token", "moderator"),
    Step("revoke token", "admin"),
    Step("revoke a person's token", "owner", 2),
    Step("log in", "owner", 8),
    Step("log in", "owner", 0),
    Step("end session", "admin", -1),
    Step("end a person's session", "owner", 1),
    Step("rollback", "owner", -1),
    Step("delete snapshot", "owner", -1),
    Step("delete callback", "owner"),
    Step("delete template", "owner"),
    Step("remove account", "owner", 4),
)
"""Each of the operations once or more, so that each finds what it needs."""

BEFORE: Final = tuple(
    Step(operation, "admin")
    for operation in ("template", "callback", "test callback", "plan", "active version", "grant")
)
"""What a random sequence finds, so that most of its calls have something to work on."""


@pytest.fixture
def run_on(servers: Servers, template_database: str) -> Iterator[tuple[Run, Database]]:
    """A loop and a database for the whole test, since hypothesis runs it as no coroutine."""
    with asyncio.Runner() as runner:
        opened = fresh_database(servers, template_database)
        engines = Engines(runner.run(opened.__aenter__()))
        yield runner.run, Database(engines, CATALOG)
        runner.run(engines.dispose())
        runner.run(opened.__aexit__(None, None, None))


async def test_everything_that_can_be_changed_makes_its_entry_and_rolled_back_none(
    database: Database,
) -> None:
    there = Installation(database)
    await there.begin()
    for step in WAY:
        undone = await judged(there, step._replace(fate="rolled back"))
        kept = await judged(there, step)
        assert (undone, kept) == ("rolled back", "changed"), step
    assert {step.operation for step in WAY} == set(OPERATIONS)


def test_whatever_is_called_by_whomever_what_changed_is_told_once(run_on: tuple[Run, Database]) -> None:
    run, database = run_on
    seen: Counter[str] = Counter()
    steps = st.builds(
        Step,
        operation=st.sampled_from(sorted(OPERATIONS)),
        who=st.sampled_from((*ACTORS, "owner", "admin", "admin")),
        number=st.integers(0, 11),
        fate=st.sampled_from(("kept", "kept", "kept", "rolled back")),
    )

    @hypothesis.settings(
        max_examples=EXAMPLES,
        phases=PHASES,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
        deadline=None,
    )
    @hypothesis.given(st.lists(steps, min_size=STEPS // 2, max_size=STEPS))
    def whatever(sequence: list[Step]) -> None:
        async def all_of_them() -> None:
            there = Installation(database)
            await there.begin()
            for step in (*BEFORE, *sequence):
                seen[await judged(there, step)] += 1

        run(all_of_them())

    whatever()
    assert {"changed", "refused", "rolled back"} <= set(seen), seen


def test_whatever_core_writes_into_the_log_stands_in_the_table() -> None:
    told = {action for operation in OPERATIONS.values() for action in (*operation.actions, *operation.brings)}
    assert told.isdisjoint(BY_OURSELVES)
    assert set(_recorded()) == told | BY_OURSELVES


def _recorded() -> Iterator[str]:
    """Actions where they are handed on to the log, and in the tables from which they are taken."""
    for path in Path(core.__path__[0]).rglob("*.py"):
        tree = ast.parse(path.read_text())
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _records(node)]
        tables = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)] if calls else []
        for node in (*(each for call in calls for each in call.args[:3]), *tables):
            yield from (word for word in _words(node) if re.fullmatch(r"[a-z]+\.[a-z_]+", word))


def _records(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Name):
        return call.func.id == "Act"
    return isinstance(call.func, ast.Attribute) and call.func.attr in ("record", "_record", "_note")


def _words(node: ast.AST) -> Iterator[str]:
    return (
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    )
