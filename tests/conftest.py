"""What holds for every test: no outside settings, a fixed size, and what needs special tools only on request."""

import gc
import threading
from collections.abc import Iterator

import hypothesis
import pytest

from tests.fixtures.environment import forbid_env_file, forget_settings
from tests.fixtures.memory import keep_in_memory
from tests.fixtures.size import SEED, SIZE, sized

forget_settings()
forbid_env_file()
keep_in_memory()
gc.disable()  # until everything is imported

pytest_plugins = ["tests.fixtures.servers"]

hypothesis.settings.register_profile(
    "small", derandomize=True, database=None, deadline=None, max_examples=20, print_blob=True
)
hypothesis.settings.register_profile("soak", database=None, deadline=None, max_examples=2000, print_blob=True)
hypothesis.settings.load_profile(SIZE)


def pytest_report_header() -> str:
    return f"size: {SIZE}, seed: {SEED}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what was not asked for by `-m` or by size."""
    asked = str(config.option.markexpr)
    left_out = {mark for mark in ("tools", sized(small="soak", soak="")) if mark and mark not in asked}
    out = [item for item in items if any(item.get_closest_marker(mark) for mark in left_out)]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in out]


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What was imported stays: looking through it for garbage again and again is a fifth of a suite's work."""
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def _no_heartbeat_outlives_its_test() -> Iterator[None]:
    """disnake sends them from threads: one left behind fails in some later test, if it happens to wake there. A bot
    that was there before is a whole file's."""
    before = _heartbeats()
    yield
    left = _heartbeats() - before
    for thread in left:
        thread.join(1)
    assert not left, "a client was closed without `bot.heartbeats.end_heartbeats`"


def _heartbeats() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if type(thread).__name__.endswith("KeepAliveHandler")}
