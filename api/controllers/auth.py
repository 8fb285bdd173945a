"""Logging in with Discord, and out; and what is shown for a while instead of a lasting credential."""

from datetime import UTC, datetime
from typing import Annotated, Any, cast

from litestar import Controller, Request, Response, get, post
from litestar.params import QueryParameter

from api.bodies import body_of
from api.clients import client_of
from api.cookies import LOGIN, SESSION, cookie, no_cookie, shown_in
from api.deps import Asker, Unit
from api.errors import InvalidParameter
from api.guards import anyone, signed_in
from api.operations import operation
from api.parts import parts_of
from api.request_id import request_id_of
from api.schemas.access_tokens import AccessToken, CreateAccessToken, access_token_of
from api.security import OPEN_TO_ALL
from core.accounts.logins import LOGIN_LASTS, LoginRefused
from core.accounts.schemas import Visit
from core.errors import Conflict, Forbidden, Unavailable

_HOME = "/schema"
_LONGEST = 500


class AuthController(Controller):
    path = "/auth"
    tags = ("auth",)

    @get(
        "/discord/login",
        guards=[anyone],
        **operation("login", refuses=(Conflict, Unavailable), statuses=(302,), opt=OPEN_TO_ALL),
    )
    async def login(
        self,
        *,
        request: Request[Any, Any, Any],
        next_path: Annotated[
            str,
            QueryParameter(name="next", max_length=_LONGEST, description="Where to go afterwards: a path."),
        ] = _HOME,
    ) -> Response[None]:
        """Send a browser to Discord to log in.

        It comes back to `/auth/discord/callback`, which has to be among the application's redirects.
        """
        parts = parts_of(request.scope)
        parts.discord.require_possible()
        if not _is_own_path(next_path):
            raise InvalidParameter("next", "Give a path of this site: /schema.", code="format")
        # A GET that writes: what is begun is kept until the browser comes back.
        async with parts.database.unit() as unit:
            begun = await unit.logins.begin(next_path)
        return _to(
            parts.discord.authorize_url(begun.state, begun.challenge),
            cookie(LOGIN, begun.browser, LOGIN_LASTS),
        )

    @get(
        "/discord/callback",
        guards=[anyone],
        **operation(
            "finishLogin", refuses=(Conflict, Forbidden, Unavailable), statuses=(302,), opt=OPEN_TO_ALL
        ),
    )
    async def callback(
        self,
        *,
        request: Request[Any, Any, Any],
        given: Annotated[str, QueryParameter(name="state", description="As Discord was given it.")] = "",
        code: Annotated[str, QueryParameter(description="What Discord gives for a consent.")] = "",
    ) -> Response[None]:
        """Where Discord sends the browser back to. Without a `code` nobody has agreed."""
        parts = parts_of(request.scope)
        parts.discord.require_possible()
        # Used up before anybody is asked: no second request finds it, whatever comes of this one.
        async with parts.database.unit() as unit:
            taken = await unit.logins.take(given, shown_in(request, LOGIN) or "")
        if not code:
            raise LoginRefused("You did not agree at Discord, so nobody is logged in.")
        person = await parts.discord.who(code, taken.verifier)
        async with parts.database.unit() as unit:
            made = await unit.sessions.log_in(person, _visit(request), replaces=shown_in(request, SESSION))
            await unit.access.note_login(made.account_id, person.user_id, person.name, person.guilds)
        life = made.session.expires_at - datetime.now(UTC)
        return _to(taken.next_path, cookie(SESSION, made.secret, life), no_cookie(LOGIN))

    @post(
        "/token",
        guards=[signed_in],
        **operation(
            "createAccessToken",
            body=CreateAccessToken,
            body_required=False,
            statuses=(200,),
            refuses=(Forbidden,),
        ),
    )
    async def create_access_token(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit
    ) -> Response[AccessToken]:
        """Get a JWT to show instead of your API token or session, for 15 minutes.

        It may do what the credential may that asks for it, or less; it cannot make or end credentials. It ends with
        that credential. What your account may is looked up whenever it is shown, and stands not in it.
        """
        wanted = await body_of(request, CreateAccessToken, default=CreateAccessToken())
        made = await unit.access_tokens.issue(actor, scopes=wanted.scopes, guild_ids=wanted.guild_ids)
        return Response(access_token_of(made), headers={"Cache-Control": "no-store"})

    @post("/logout", guards=[signed_in], **operation("logout", refuses=(Forbidden,), statuses=(204,)))
    async def logout(self, *, actor: Asker, unit: Unit) -> Response[None]:
        """End the session that asks, for good."""
        await unit.sessions.log_out(actor)
        return Response(None, status_code=204, cookies=[no_cookie(SESSION)])


def _to(location: str, *cookies: Any) -> Response[None]:
    headers = {"Location": location, "Cache-Control": "no-store"}
    empty = Response(b"", status_code=302, headers=headers, cookies=list(cookies))
    return cast("Response[None]", empty)  # litestar writes None as null


def _is_own_path(path: str) -> bool:
    """Browsers take `//host` and `/\\host` for other sites."""
    foreign = path.startswith("//") or "\\" in path
    return path.startswith("/") and not foreign and path.isascii() and path.isprintable()


def _visit(request: Request[Any, Any, Any]) -> Visit:
    agent = request.headers.get("user-agent")
    storable = None if agent is None else agent.replace("\x00", "")[:_LONGEST]
    return Visit(
        user_agent=storable, address=client_of(request.scope), request_id=request_id_of(request.scope)
    )
