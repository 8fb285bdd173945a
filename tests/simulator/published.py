"""Discord's published OpenAPI document, where it lies beside the checkout; it is not ours to bring along."""

from functools import lru_cache
from pathlib import Path

import msgspec
import pytest

from bot.simulator.contract import Contract, read_contract
from bot.simulator.shapes import JsonObject

PUBLISHED = Path(__file__).parents[3] / "shared" / "discord" / "openapi.json"

needs_document = pytest.mark.skipif(
    not PUBLISHED.exists(), reason="Discord's published document is not beside this folder"
)


def published_contract() -> Contract | None:
    """The judge, or None without the document: then the simulator's own reading is all there is."""
    return read_contract(PUBLISHED) if PUBLISHED.exists() else None


@lru_cache(maxsize=1)
def published_document() -> JsonObject:
    """The document as it lies there, without anybody's amendments."""
    return msgspec.json.decode(PUBLISHED.read_bytes(), type=dict[str, object])
