"""The authorisation pages on the web (docs: Topics > OAuth2 > OAuth2 URLs): a person's browser, not the API.

Who one is, is remembered in a cookie, as a login would be; ``prompt=none`` needs to know.
"""

from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.simulator.errors import Refusal
from bot.simulator.oauth2 import pages
from bot.simulator.oauth2.consent import AUTHORIZE, DONE_PAGE, decide
from bot.simulator.oauth2.refusals import RedirectedError
from bot.simulator.oauth2.requests import error_location, read_request
from bot.simulator.shapes import as_int
from bot.simulator.state import User
from bot.simulator.world import World

_COOKIE = "simulated_user"
_PATHS = (AUTHORIZE, f"/api{AUTHORIZE}", f"/api/v10{AUTHORIZE}")
# Nothing is loaded from elsewhere, nor is the page framed (docs: State and Security, on clickjacking).
_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'",
    "cache-control": "no-store",
}


def authorize_routes(world: World) -> list[BaseRoute]:
    async def ask(request: Request) -> Response:
        return _shown(world, request, None)

    async def answer(request: Request) -> Response:
        return _shown(world, request, dict(parse_qsl((await request.body()).decode("latin-1"))))

    async def done(_: Request) -> Response:
        return _html(pages.sentence("Authorized", "You may close this page."))

    return [
        *(Route(path, ask, methods=["GET"]) for path in _PATHS),
        *(Route(path, answer, methods=["POST"]) for path in _PATHS),
        Route(DONE_PAGE, done, methods=["GET"]),
    ]


def _shown(world: World, request: Request, posted: dict[str, str] | None) -> Response:
    asked = dict(request.query_params)
    try:
        return _asked(world, request, asked) if posted is None else _answered(world, asked, posted)
    except RedirectedError as error:
        try:
            return RedirectResponse(error_location(world, asked, error), 302)
        except Refusal as refusal:
            return _refused(refusal)
    except Refusal as refusal:
        return _refused(refusal)


def _asked(world: World, request: Request, asked: dict[str, str]) -> Response:
    wanted = read_request(world, asked)
    known = world.users.get(as_int(request.cookies.get(_COOKIE)) or 0)
    if known is not None and not wanted.always_asks and world.oauth2.agreed(known.id) >= set(wanted.scopes):
        return RedirectResponse(decide(world, known, asked, agrees=True), 302)
    return _html(pages.question(world, wanted, str(request.url.replace(scheme="", netloc="")), known))


def _answered(world: World, asked: dict[str, str], posted: dict[str, str]) -> Response:
    user = _who(world, posted)
    agrees = posted.get("action") == "authorize"
    location = decide(world, user, asked, agrees=agrees, guild_id=as_int(posted.get("guild_id")))
    response = RedirectResponse(location, 302)
    response.set_cookie(_COOKIE, str(user.id), httponly=True, samesite="lax")
    return response


def _who(world: World, posted: dict[str, str]) -> User:
    user = world.user_named(posted.get("user", ""))
    if user is None:
        raise Refusal(400, 0, "Say who you are.")
    return user


def _refused(refusal: Refusal) -> Response:
    """Whatever its status as an API answer: these are pages, and what they say no to is a bad request."""
    return _html(pages.sentence("This cannot be authorized", _told(refusal)), 400)


def _told(refusal: Refusal) -> str:
    code = refusal.body.get("code")
    return f"{refusal} ({code})" if code else str(refusal)


def _html(page: str, status: int = 200) -> Response:
    return HTMLResponse(page, status, _HEADERS)
