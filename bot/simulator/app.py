"""The whole as one ASGI app: REST under ``/api/v10``, the gateway at ``/``, the control surface at ``/_sim``."""

from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.routing import Mount, WebSocketRoute
from starlette.websockets import WebSocket

from bot.simulator.arrivals import PREFIX
from bot.simulator.connection import Connection
from bot.simulator.control import control_routes
from bot.simulator.ratelimits import Profile
from bot.simulator.rest import Rest
from bot.simulator.routes import TABLE
from bot.simulator.sockets import Sockets
from bot.simulator.world import World


@dataclass(slots=True, frozen=True)
class Simulator:
    app: Starlette
    world: World
    sockets: Sockets


def build(*, token: str = "sim-token", profile: Profile = "free") -> Simulator:  # noqa: S107 - no secret
    """A simulator with the parts a server needs; :func:`create_app` gives the ASGI app alone."""
    world = World(token=token, profile=profile)
    sockets = Sockets()

    async def gateway(socket: WebSocket) -> None:
        await Connection(world, sockets, socket).run()

    app = Starlette(
        routes=[
            Mount(PREFIX, app=Rest(world, TABLE, sockets)),
            Mount("/_sim", routes=control_routes(world, TABLE)),
            WebSocketRoute("/", gateway),
            WebSocketRoute("/gateway", gateway),
        ]
    )
    return Simulator(app, world, sockets)


def create_app(*, token: str = "sim-token", profile: Profile = "free") -> Starlette:  # noqa: S107 - no secret
    """The ASGI app with a fresh world, to be served or driven in process."""
    return build(token=token, profile=profile).app
