"""Serving the app on loopback: a bound socket, uvicorn without its signal handling, and a clean end."""

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import AsyncGenerator, Generator

import uvicorn

from bot.simulator.app import Simulator

_TICK = 0.1  # uvicorn counts its seconds in tenths
_GRACE = 1.0


class Server(uvicorn.Server):
    """uvicorn re-raises the signal that ended it and ends in tenths of a second; this one ends at once, with status 0.

    A test has a server of its own, and there are hundreds of them.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._leaving = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    def leave(self) -> None:
        self.should_exit = True
        self._leaving.set()

    async def main_loop(self) -> None:
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._leaving.wait(), _TICK)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close what listens, then what is connected; what does not end in time is cancelled."""
        for listening in [*self.servers, *(sockets or [])]:
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        state, loop = self.server_state, asyncio.get_running_loop()
        deadline = loop.time() + _GRACE
        while (state.connections or state.tasks) and loop.time() < deadline:  # noqa: ASYNC110 - two sets, no event
            await asyncio.sleep(0.001)
        for task in state.tasks:
            task.cancel()


def bind(port: int = 0, host: str = "127.0.0.1") -> socket.socket:
    """A listening socket; anything but a loopback address is refused."""
    if not ipaddress.ip_address(host).is_loopback:
        raise ValueError(f"the simulator listens on loopback only, not on {host}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio turns Nagle off only where it is; without it every answer waits 40 ms.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def address(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in str(host) else f"http://{host}:{port}"


def server_for(simulator: Simulator) -> Server:
    config = uvicorn.Config(
        simulator.app,
        http=simulator.sockets.protocol(),
        ws="websockets-sansio",
        ws_max_size=1 << 20,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
    )
    return Server(config)


async def started(server: Server, task: asyncio.Task[None]) -> None:
    """Wait until it listens, or has failed to."""
    while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn tells by a flag only
        await asyncio.sleep(0.001)


@contextlib.asynccontextmanager
async def serving(simulator: Simulator, port: int = 0) -> AsyncGenerator[str]:
    """Serve inside the running loop; yields the base address."""
    bound = bind(port)
    server = server_for(simulator)
    task = asyncio.create_task(server.serve(sockets=[bound]))
    try:
        await started(server, task)
        yield address(bound)
    finally:
        simulator.world.hub.cut(1001)
        server.leave()
        await task
        bound.close()
