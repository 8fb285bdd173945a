"""What `python -m bot` ends with tells whoever started it whether to start it again."""

import sys
from typing import NoReturn

import pytest

from bot import __main__ as program
from core.config import Settings
from core.errors import EX_CONFIG, ConfigurationError, Conflict, Unavailable


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ConfigurationError("DISCORD_TOKEN is wrong."), EX_CONFIG),
        (Unavailable("The connection ended."), 1),
        (Conflict("Somebody was faster."), 1),
    ],
)
def test_only_what_no_new_start_can_mend_ends_as_a_wrong_setting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, status: int
) -> None:
    async def serve(settings: Settings) -> NoReturn:
        raise error

    monkeypatch.setattr(sys, "argv", ["bot"])
    monkeypatch.setattr(program, "load_settings", Settings)
    monkeypatch.setattr(program, "write_logs", lambda level: None)
    monkeypatch.setattr(program, "serve", serve)
    assert program.main() == status
    assert capsys.readouterr().err == f"bot: {error}\n"
