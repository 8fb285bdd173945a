"""The whole as one ASGI app: REST under ``/api/v10``, the gateway at ``/``, the control surface at
``/_sim``, the authorisation page at ``/oauth2/authorize``, and the CDN's folders beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from starlette.routing import Mount, Route, Router, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from bot.simulator.arrivals import PREFIX
from bot.simulator.cdn import cdn_routes
from bot.simulator.contract import Contract
from bot.simulator.control import control_routes
from bot.simulator.gateway.connection import connect
from bot.simulator.gateway.settings import SETTINGS, GatewaySettings
from bot.simulator.oauth2.browser import authorize_routes
from bot.simulator.ratelimits import PROFILES, LimitTable, Profile
from bot.simulator.rest import Rest
from bot.simulator.routes import TABLE
from bot.simulator.sockets import Sockets
from bot.simulator.uploads import upload_routes
from bot.simulator.world import World

# The only API calls that are usual without a version (docs: Topics > OAuth2 > OAuth2 URLs).
_UNVERSIONED = tuple(f"{root}/oauth2/token{end}" for root in ("", "/api") for end in ("", "/revoke"))


@dataclass(slots=True, frozen=True)
class Simulator:
    app: ASGIApp
    world: World
    sockets: Sockets


def build(
    *,
    token: str = "sim-token",  # noqa: S107 - no secret
    profile: Profile = "free",
    limits: LimitTable | None = None,
    gateway: GatewaySettings | None = None,
    contract: Contract | None = None,
    client_secret: str = "sim-secret",  # noqa: S107 - no secret
    redirect_uris: Sequence[str] = (),
) -> Simulator:
    """A simulator with the parts a server needs; :func:`create_app` gives the ASGI app alone.

    ``limits`` and ``gateway`` take the place of the profile's. With a ``contract`` it refuses what Discord's published
    document does not allow, and cannot answer otherwise.
    """
    world = World(
        token=token,
        limits=limits or PROFILES[profile],
        gateway=gateway or SETTINGS[profile],
        client_secret=client_secret,
        redirect_uris=redirect_uris,
    )
    sockets = Sockets()

    async def talk(socket: WebSocket) -> None:
        await connect(world, sockets, socket)

    rest = Rest(world, TABLE, sockets, contract)
    pages = {cast("Route", route).path for route in authorize_routes(world)}
    router = Router(
        routes=[
            *authorize_routes(world),
            *(Route(path, rest) for path in _UNVERSIONED),
            Mount("/_sim", routes=control_routes(world, TABLE)),
            *cdn_routes(world),
            *upload_routes(world),
            WebSocketRoute("/", talk),
            WebSocketRoute("/gateway", talk),
        ]
    )

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        """REST is by far the most, so it is not looked for among the others' routes."""
        path = cast("str", scope.get("path", ""))
        is_rest = scope["type"] == "http" and path.startswith(f"{PREFIX}/") and path not in pages
        await (rest if is_rest else router)(scope, receive, send)

    return Simulator(app, world, sockets)


def create_app(
    *,
    token: str = "sim-token",  # noqa: S107 - no secret
    profile: Profile = "free",
    contract: Contract | None = None,
) -> ASGIApp:
    """The ASGI app with a fresh world, to be served or driven in process."""
    return build(token=token, profile=profile, contract=contract).app
