"""A person authorises the application, without a browser.

``POST /_sim/oauth2/authorize`` ``{"user": id or username, "client_id", "scope", "response_type", "redirect_uri",
"state", "code_challenge", "code_challenge_method", "permissions", "guild_id", "deny": true to cancel}`` (the URL's own
parameters, all but the person optional as they are there; ``client_id`` default: the application's) →
``{"location"}``: where the browser would go, errors included. What is not redirected is refused with its status.
"""

from starlette.requests import Request
from starlette.routing import BaseRoute

from bot.simulator.control.wire import body_of, endpoints, user_of
from bot.simulator.forms import Form
from bot.simulator.oauth2.consent import decide
from bot.simulator.shapes import JsonObject
from bot.simulator.world import World

_OURS = ("user", "deny")


def routes(world: World) -> list[BaseRoute]:
    return endpoints(world, ("POST", "/oauth2/authorize", _authorize))


async def _authorize(world: World, request: Request) -> JsonObject:
    form = Form(await body_of(request))
    form.require("user")
    denies, guild_id = form.flag("deny", False), form.snowflake("guild_id")
    form.settle()
    asked = {key: str(value) for key, value in form.data.items() if key not in _OURS and value is not None}
    if "redirect_uri" in asked:
        asked.setdefault("response_type", "code")
    asked.setdefault("client_id", str(world.application.id))
    location = decide(world, user_of(world, form), asked, agrees=not denies, guild_id=guild_id)
    return {"location": location}
