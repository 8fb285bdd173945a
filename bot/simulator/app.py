"""The whole as one ASGI app: REST under ``/api/v10``, the gateway at ``/``, the control surface at
``/_sim``, and the CDN's folders beside them."""

from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.routing import Mount, WebSocketRoute
from starlette.websockets import WebSocket

from bot.simulator.arrivals import PREFIX
from bot.simulator.cdn import cdn_routes
from bot.simulator.connection import Connection
from bot.simulator.contract import Contract
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


def build(
    *,
    token: str = "sim-token",  # noqa: S107 - no secret
    profile: Profile = "free",
    contract: Contract | None = None,
) -> Simulator:
    """A simulator with the parts a server needs; :func:`create_app` gives the ASGI app alone.

    With a ``contract`` it refuses what Discord's published document does not allow, and cannot answer otherwise.
    """
    world = World(token=token, profile=profile)
    sockets = Sockets()

    async def gateway(socket: WebSocket) -> None:
        await Connection(world, sockets, socket).run()

    app = Starlette(
        routes=[
            Mount(PREFIX, app=Rest(world, TABLE, sockets, contract)),
            Mount("/_sim", routes=control_routes(world, TABLE)),
            *cdn_routes(world),
            WebSocketRoute("/", gateway),
            WebSocketRoute("/gateway", gateway),
        ]
    )
    return Simulator(app, world, sockets)


def create_app(
    *,
    token: str = "sim-token",  # noqa: S107 - no secret
    profile: Profile = "free",
    contract: Contract | None = None,
) -> Starlette:
    """The ASGI app with a fresh world, to be served or driven in process."""
    return build(token=token, profile=profile, contract=contract).app
