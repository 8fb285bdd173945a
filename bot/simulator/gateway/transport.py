"""How frames travel (Discord docs: Gateway > Connecting, Encoding and Compression)."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from bot.simulator.gateway.codes import INVALID_VERSION, GatewayClosed

_VERSIONS = ("9", "10")
_PACKED_FROM = 1024


@dataclass(slots=True, frozen=True)
class Chosen:
    """``is_stream``: one zlib context for all frames of the connection."""

    version: int
    is_stream: bool


def chosen(query: Mapping[str, str]) -> Chosen:
    """What the query string asks for, or 4012.

    A version left out is Discord's default, 6, which is not simulated. Neither are ETF and zstd, which Discord knows:
    a connection that could not be understood is refused like one of an unknown version.
    """
    version, compress = query.get("v"), query.get("compress")
    if version not in _VERSIONS or query.get("encoding", "json") != "json":
        raise GatewayClosed(INVALID_VERSION)
    if compress not in (None, "zlib-stream"):
        raise GatewayClosed(INVALID_VERSION)
    return Chosen(int(version), compress is not None)


class Wrapping:
    """Turns frames into what is sent: text, or bytes where they are compressed."""

    def __init__(self, *, is_stream: bool) -> None:
        self._stream = zlib.compressobj(1) if is_stream else None

    def wrap(self, frame: bytes, *, packed: bool) -> str | bytes:
        """``packed`` is payload compression, which transport compression disables; small frames stay text."""
        if self._stream is not None:
            return self._stream.compress(frame) + self._stream.flush(zlib.Z_SYNC_FLUSH)
        if packed and len(frame) >= _PACKED_FROM:
            return zlib.compress(frame)
        return frame.decode()
