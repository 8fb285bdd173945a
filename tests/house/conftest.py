"""A data folder and the programs that use it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.embedded import stop_abandoned
from tests.house.programs import Serving


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A data folder whose servers do not survive the test, even if it fails."""
    data_dir = tmp_path / "data"
    yield data_dir
    assert stop_abandoned(data_dir), "somebody still uses the servers"


@pytest.fixture
def serve(folder: Path) -> Iterator[Callable[..., Serving]]:
    """Starts programs that use the servers of `folder`."""
    started: list[Serving] = []

    def start(*options: str) -> Serving:
        started.append(Serving(folder, *options))
        return started[-1]

    yield start
    for serving in started:
        if serving.program.poll() is None:
            serving.end(by=9)
