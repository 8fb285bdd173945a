"""Clients that generators make of the OpenAPI document."""

import os
import subprocess
import sys
from pathlib import Path

from tests.fixtures.environment import ROOT

NAME = "guildwright_client"
JOURNEY = ROOT / "tests" / "e2e" / "generated" / "journey.py"
"""A program that uses it."""

DOCUMENT = ROOT / "tests" / "api" / "openapi.json"
"""As it is committed; a test holds it against what the API serves."""
_TOOLS = Path(sys.executable).parent


def make_python_client(folder: Path) -> None:
    """The package `NAME`, in the folder."""
    subprocess.run(
        [
            _TOOLS / "openapi-python-client",
            "generate",
            *("--path", DOCUMENT, "--meta=none", "--output-path", folder / NAME),
        ],
        check=True,
        capture_output=True,
        env={**os.environ, "PATH": f"{_TOOLS}:{os.environ['PATH']}"},
    )
