"""A person's decision: what it changes, and where their browser goes then.

The call is Discord's own web client's: ``POST /oauth2/authorize?…`` by the person, answered with a ``location``.
"""

from bot.simulator.errors import Refusal, bad_field, refuse
from bot.simulator.oauth2.authorizations import TOKEN_SECONDS
from bot.simulator.oauth2.installs import install, installable
from bot.simulator.oauth2.refusals import RedirectedError, denied
from bot.simulator.oauth2.requests import (
    IMPLICIT,
    AuthorizationRequest,
    error_location,
    read_request,
    redirect,
)
from bot.simulator.routing import Answer, Call, Route, perform
from bot.simulator.state import AuthorizationCode, Guild, User
from bot.simulator.world import World

AUTHORIZE, DONE_PAGE = "/oauth2/authorize", "/oauth2/authorized"


def decide(
    world: World, user: User, asked: dict[str, str], *, agrees: bool, guild_id: int | None = None
) -> str:
    """The location to go to. ``guild_id``: the guild the person picked for the bot."""
    call = Call(
        world=world,
        actor_id=user.id,
        method="POST",
        route=Route("POST", AUTHORIZE, _decide),
        path=AUTHORIZE,
        params={},
        query=asked,
        body={"authorize": agrees, "guild_id": guild_id},
    )
    try:
        answer = perform(call, via="authorize")
    except RedirectedError as error:
        return error_location(world, asked, error)
    return str(answer.body)


def _decide(call: Call) -> Answer:
    form = call.form()
    if call.world.users[call.actor_id].bot:
        raise refuse(20001)
    request = read_request(call.world, call.query)
    if not form.flag("authorize", False):
        if request.target is None:
            raise Refusal(400, 0, "You did not authorize the application.")
        raise denied()
    guild = _guild(call, request, form.snowflake("guild_id"))
    location = _granted(call, request, guild)
    return Answer(200, location, targets={} if guild is None else {"guild_id": str(guild.id)})


def _guild(call: Call, request: AuthorizationRequest, picked: int | None) -> Guild | None:
    """Where the bot shall join: the guild in the URL may not be changed if it says so."""
    if not request.adds_bot:
        return None
    wanted = request.guild_id if picked is None or request.fixed_guild else picked
    if wanted is None:
        raise bad_field("guild_id", "BASE_TYPE_REQUIRED", "This field is required")
    return installable(call, wanted)


def _granted(call: Call, request: AuthorizationRequest, guild: Guild | None) -> str:
    world = call.world
    later = world.application.bot_require_code_grant
    if guild is not None and not later:
        install(call, guild, request.permissions)
    if request.target is None:
        return DONE_PAGE
    world.oauth2.agree(call.actor_id, request.scopes)
    if request.response_type == IMPLICIT:
        return _with_token(call, request, request.target)
    code = AuthorizationCode(
        user_id=call.actor_id,
        scopes=request.scopes,
        redirect_uri=request.target,
        challenge=request.challenge,
        guild_id=None if guild is None else guild.id,
        permissions=request.permissions,
        joins=guild is not None and later,
    )
    told = {"code": world.oauth2.issue(code), "state": request.state}
    if guild is not None:
        told |= {"guild_id": str(guild.id), "permissions": str(request.permissions)}
    return redirect(request.target, told)


def _with_token(call: Call, request: AuthorizationRequest, target: str) -> str:
    """The implicit grant: the token itself, in the fragment, and none to refresh it."""
    token = call.world.oauth2.grant(call.actor_id, request.scopes, origin=None)
    told = {
        "token_type": "Bearer",
        "access_token": token.text,
        "expires_in": str(TOKEN_SECONDS),
        "scope": " ".join(token.scopes),
        "state": request.state,
    }
    return redirect(target, told, fragment=True)
