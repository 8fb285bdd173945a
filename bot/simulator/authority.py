"""Whose call it is: the ``Authorization`` header, and what a route asks of it (docs: Reference > Authentication)."""

from bot.simulator.errors import refuse, unauthorized
from bot.simulator.oauth2.scopes import ANY
from bot.simulator.routing import Route
from bot.simulator.state import AccessToken
from bot.simulator.world import World

_BEARER = "Bearer "


def authority(world: World, route: Route, header: str | None) -> tuple[int, AccessToken | None]:
    """The actor, and the token of a person who lets the application act.

    A Bearer token opens only what Discord's document lists for it; elsewhere it is as good as none (401), and without
    the scope that is listed it is refused as 50026.
    """
    bot_id = world.application.bot_id
    if route.keyed:
        return bot_id, None
    if header == f"Bot {world.token}":
        if not route.bots:
            raise refuse(20001)
        return bot_id, None
    token = None if header is None else world.oauth2.find(header.removeprefix(_BEARER))
    if header is None or not header.startswith(_BEARER) or token is None or route.scope is None:
        raise unauthorized()
    if route.scope not in (ANY, *token.scopes):
        raise refuse(50026)
    return token.user_id, token
