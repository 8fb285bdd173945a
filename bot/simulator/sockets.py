"""Open TCP connections by peer address, so that a fault can close one without an answer or a close frame."""

import asyncio
from typing import cast
from weakref import WeakValueDictionary

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from bot.simulator.corking import Corked

Peer = tuple[str, int]


class Sockets:
    """A websocket keeps the transport its HTTP upgrade came in on, so both kinds are found here."""

    def __init__(self) -> None:
        self._open: WeakValueDictionary[Peer, asyncio.Transport] = WeakValueDictionary()

    def opened(self, transport: asyncio.Transport) -> None:
        peer = cast("tuple[str, int] | None", transport.get_extra_info("peername"))
        if peer is not None:
            self._open[peer[0], peer[1]] = transport

    def cut(self, peer: Peer | None) -> bool:
        """Close the socket; False when there is none, as when the app is driven in process."""
        transport = None if peer is None else self._open.get((peer[0], peer[1]))
        if transport is None:
            return False
        transport.close()
        return True

    def protocol(self) -> type[asyncio.Protocol]:
        """The HTTP protocol for uvicorn, the fastest there is, that reports its connections here."""
        watch = self.opened

        class Watched(AutoHTTPProtocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                corked = Corked(cast("asyncio.Transport", transport))
                watch(corked)
                super().connection_made(corked)

        return Watched
