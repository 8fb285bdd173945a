"""Tests run in a world of their own, whatever the developer's shell and `.env` say."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from core.config import VARIABLES, load_settings
from tests.fixtures.environment import ENV_FILE, RATES, ROOT, child_environment, is_setting

CANARY = "canary-that-nobody-may-use"


def test_no_setting_is_left_in_the_environment() -> None:
    assert [name for name in os.environ if is_setting(name)] == []


def test_children_are_given_no_setting_but_that_they_may_ask_as_often_as_they_like(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for variable in VARIABLES:
        monkeypatch.setenv(variable.name, "of the developer's")
    given = {name: value for name, value in child_environment().items() if is_setting(name)}
    assert given == dict.fromkeys(RATES, "0")


def test_every_variable_of_ours_counts_as_a_setting() -> None:
    assert [variable.name for variable in VARIABLES if not is_setting(variable.name)] == []


def test_opening_the_env_file_is_an_error() -> None:
    with pytest.raises(RuntimeError, match=r"a test opened \.env"):
        ENV_FILE.open()


def test_settings_are_read_without_it_in_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings().database_url is None


def test_addresses_and_tokens_from_outside_are_never_used() -> None:
    """A test run with canaries for settings: it passes, shows none of them, and nobody calls where they point."""
    with socket.socket() as canary:
        canary.bind(("127.0.0.1", 0))
        canary.listen()
        canary.setblocking(False)
        port = canary.getsockname()[1]
        settings = {variable.name: CANARY for variable in VARIABLES if variable.secret}
        settings["DATABASE_URL"] = f"postgresql://{CANARY}@127.0.0.1:{port}/{CANARY}"
        settings["REDIS_URL"] = f"redis://:{CANARY}@127.0.0.1:{port}/0"
        settings["PGHOST"], settings["PGPORT"] = "127.0.0.1", str(port)
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", f"{Path(__file__).parent}/test_fixtures.py"],
            cwd=ROOT,
            env={**child_environment(), **settings},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout
        assert CANARY not in run.stdout + run.stderr
        with pytest.raises(BlockingIOError):
            canary.accept()
