"""Serving the app on loopback: a bound socket, uvicorn without its signal handling, and a clean end."""

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import AsyncGenerator, Generator

import uvicorn

from bot.simulator.app import Simulator


class _Server(uvicorn.Server):
    """uvicorn re-raises the signal that ended it; this process ends with status 0 instead."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


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


def server_for(simulator: Simulator) -> uvicorn.Server:
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
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )
    return _Server(config)


async def started(server: uvicorn.Server, task: asyncio.Task[None]) -> None:
    """Wait until it listens, or has failed to."""
    while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn tells by a flag only
        await asyncio.sleep(0.005)


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
        server.should_exit = True
        await task
        bound.close()
