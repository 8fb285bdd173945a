"""What may lie in the repository."""

import subprocess
from pathlib import Path

import pytest

from tests.fixtures.environment import ROOT

FOLDERS = {"api", "bot", "core", "workers", "migrations", "tests"}
FILES = {"pyproject.toml", "justfile", "README.md", "requirements.lock"}
LOCKS = ("requirements.lock", "tests/bench/peers.lock")
MEBIBYTE = 1024 * 1024


def tracked() -> list[Path]:
    """What is committed or would be: everything that `.gitignore` does not name."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def files() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    return tracked()


def test_no_file_is_larger_than_a_mebibyte(files: list[Path]) -> None:
    assert [path for path in files if path.stat().st_size > MEBIBYTE] == []


def test_the_top_level_holds_only_what_it_should(files: list[Path]) -> None:
    top = {path.relative_to(ROOT).parts[0] for path in files}
    assert {name for name in top if not name.startswith(".")} <= FOLDERS | FILES


def test_no_secrets_are_tracked(files: list[Path]) -> None:
    assert ROOT / ".env" not in files


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_names_no_host(name: str) -> None:
    lock = (ROOT / name).read_text()
    assert "://" not in lock
    assert not [line for line in lock.splitlines() if line.lstrip().startswith("-") and "--hash=" not in line]


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_hash(name: str) -> None:
    lock = (ROOT / name).read_text().replace("\\\n", "")
    requirements = [line for line in lock.splitlines() if line and not line.lstrip().startswith("#")]
    assert requirements
    assert [line for line in requirements if "--hash=sha256:" not in line] == []
