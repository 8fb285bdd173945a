"""The template that we ship: something to start from, to demonstrate with and to test against."""

from pathlib import Path
from typing import Final

EXAMPLE: Final[Path] = Path(__file__).parent / "examples" / "community.yaml"
