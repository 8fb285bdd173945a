"""`python -m api`: the HTTP API, and the background work that must run while the bot is away."""

import gc

if __name__ == "__main__":
    gc.disable()  # looking for garbage while modules are loaded is a fifth of a start; `main` begins with it

import asyncio
import errno
import signal
import socket
import sys
from contextlib import ExitStack
from types import FrameType

import uvicorn
from litestar import Litestar

from api.app import application
from api.parts import parts_in
from api.protocol import serving
from core.config import Settings, load_settings
from core.errors import EX_CONFIG, ConfigurationError, GuildwrightError
from core.logs import write_logs
from core.migrate import require_current


class Server(uvicorn.Server):
    """Ends open event streams when it is told to stop; uvicorn itself would wait for them."""

    def __init__(self, app: Litestar, settings: Settings) -> None:
        super().__init__(serving(app))
        self._hub = parts_in(app).hub
        self._settings = settings

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._settings.metrics_port:
            address = f"{self._settings.metrics_address}:{self._settings.metrics_port}"
            print(f"api: metrics at http://{address}/metrics", flush=True)
        if self.started:
            print(f"api: listening on http://{self._settings.host}:{self._settings.port}", flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._hub.close()
        await super().shutdown(sockets)


def listening(host: str, port: int, *, named: str = "GUILDWRIGHT_") -> socket.socket:
    """Raises `ConfigurationError` for an address that cannot be had; `named` is how its settings begin."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle off only where the protocol is named; with it, answers on a kept connection wait 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        address = "HOST" if named == "GUILDWRIGHT_" else "ADDRESS"
        if error.errno == errno.EADDRINUSE:
            raise ConfigurationError(
                f"Port {port} on {host} is in use: set {named}PORT to a free one."
            ) from error
        raise ConfigurationError(f"{named}{address} {host}, {named}PORT {port}: {error.strerror}.") from error
    return listener


def listeners(settings: Settings) -> list[socket.socket]:
    """Where the API is, and where metrics are alone."""
    found = [listening(settings.host, settings.port)]
    if settings.metrics_port:
        try:
            found.append(
                listening(settings.metrics_address, settings.metrics_port, named="GUILDWRIGHT_METRICS_")
            )
        except ConfigurationError:
            found[0].close()
            raise
    return found


def serve(settings: Settings) -> int:
    app = application(settings, announce=_show_token)
    asyncio.run(require_current(settings.database_url or ""))
    # uvicorn raises what it caught once more when it is done; to be told to stop is no failure.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _hear_out)
    with ExitStack() as open_sockets:
        sockets = [open_sockets.enter_context(listener) for listener in listeners(settings)]
        server = Server(app, settings)
        server.run(sockets=sockets)
    return 0 if server.started else 1


def _hear_out(number: int, frame: FrameType | None) -> None:
    """Nothing more is to be done."""


def _show_token(secret: str) -> None:
    print(f"api: the owner's API token, shown this once: {secret}", flush=True)


def main() -> int:
    gc.freeze()
    gc.enable()
    try:
        settings = load_settings()
        write_logs(settings)
        return serve(settings)
    except GuildwrightError as error:
        print(f"api: {error.message}", file=sys.stderr)
        return EX_CONFIG


if __name__ == "__main__":
    sys.exit(main())
