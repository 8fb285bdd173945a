"""The token endpoint, revocation, and what a token is good for (docs: Topics > OAuth2; RFC 6749; RFC 7009)."""

from collections.abc import Callable
from dataclasses import replace

from bot.simulator import payloads
from bot.simulator.clock import iso
from bot.simulator.errors import Refusal, refuse
from bot.simulator.oauth2.authorizations import TOKEN_SECONDS
from bot.simulator.oauth2.challenges import proves
from bot.simulator.oauth2.clients import require_client
from bot.simulator.oauth2.installs import install, installable
from bot.simulator.oauth2.refusals import NO_STORE, TokenRefusal
from bot.simulator.oauth2.scopes import ANY, OWN, OWN_OF_TEAM, split
from bot.simulator.routes.applications import public_application
from bot.simulator.routing import Answer, Call, Routes, ok
from bot.simulator.shapes import JsonObject, as_object
from bot.simulator.state import AccessToken, AuthorizationCode

routes = Routes()


@routes.on("POST", "/oauth2/token", keyed=True, encoded=True)
def exchange(call: Call) -> Answer:
    """Errors are RFC 6749's; nothing may be kept by a cache (5.1)."""
    fields = _fields(call)
    grant = _GRANTS.get(fields.get("grant_type", ""))
    proven = "code_verifier" in fields or fields.get("grant_type") == "refresh_token"
    require_client(call.world.application, call.authorization, fields, proven=proven)
    _require(fields, "grant_type")
    if grant is None:
        raise TokenRefusal("unsupported_grant_type", f"Grant type {fields['grant_type']} is not supported")
    return Answer(200, grant(call, fields), headers=dict(NO_STORE))


def _fields(call: Call) -> dict[str, str]:
    return {key: str(value) for key, value in (as_object(call.body) or {}).items()}


def _require(fields: dict[str, str], name: str) -> str:
    if not fields.get(name):
        raise TokenRefusal("invalid_request", f'Missing "{name}" in request.')
    return fields[name]


def _shown(token: AccessToken) -> JsonObject:
    body: JsonObject = {
        "token_type": "Bearer",
        "access_token": token.text,
        "expires_in": TOKEN_SECONDS,
        "scope": " ".join(token.scopes),
    }
    return body if token.refresh is None else body | {"refresh_token": token.refresh}


def _by_code(call: Call, fields: dict[str, str]) -> JsonObject:
    """Once, within a minute, from the same address, and by whoever holds the verifier."""
    text, redirect_uri = _require(fields, "code"), _require(fields, "redirect_uri")
    code = call.world.oauth2.open_code(text)
    if code is None:
        raise TokenRefusal("invalid_grant", 'Invalid "code" in request.')
    if code.redirect_uri != redirect_uri:
        raise TokenRefusal("invalid_grant", 'Invalid "redirect_uri" in request.')
    if not proves(fields.get("code_verifier"), code.challenge):
        raise TokenRefusal("invalid_grant", 'Invalid "code_verifier" in request.')
    if code.joins:
        _add_bot(replace(call, actor_id=code.user_id), code)
    body = _shown(call.world.oauth2.exchange(code))
    guild = call.world.guilds.get(code.guild_id or 0)
    return body if guild is None else body | {"guild": payloads.guild(guild)}


def _add_bot(call: Call, code: AuthorizationCode) -> None:
    """With ``bot_require_code_grant`` the bot joins only now, if the person still may add it."""
    try:
        install(call, installable(call, code.guild_id), code.permissions)
    except Refusal as refusal:
        raise TokenRefusal("invalid_grant", str(refusal)) from None


def _by_refresh(call: Call, fields: dict[str, str]) -> JsonObject:
    """The token is exchanged for the next one; fewer scopes may be asked for, never more (RFC 6749, 6)."""
    token = call.world.oauth2.by_refresh(_require(fields, "refresh_token"))
    if token is None:
        raise TokenRefusal("invalid_grant", 'Invalid "refresh_token" in request.')
    scopes = split(fields.get("scope", "")) or token.scopes
    if not set(token.scopes).issuperset(scopes):
        raise TokenRefusal("invalid_scope", "The scope exceeds what was granted")
    return _shown(call.world.oauth2.refresh(token, scopes))


def _by_client(call: Call, fields: dict[str, str]) -> JsonObject:
    """The owner's token, or that of the team's pseudo-user; it is not refreshed (docs: Client Credentials Grant)."""
    application = call.world.application
    scopes = split(fields.get("scope", ""))
    if not scopes or not (OWN if application.team is None else OWN_OF_TEAM).issuperset(scopes):
        raise TokenRefusal("invalid_scope", "The requested scope is invalid, unknown, or malformed.")
    return _shown(call.world.oauth2.grant(call.world.app_owner.id, scopes, origin=None))


_GRANTS: dict[str, Callable[[Call, dict[str, str]], JsonObject]] = {
    "authorization_code": _by_code,
    "refresh_token": _by_refresh,
    "client_credentials": _by_client,
}


@routes.on("POST", "/oauth2/token/revoke", keyed=True, encoded=True)
def revoke(call: Call) -> Answer:
    """The whole authorisation goes with any of its tokens, whatever the hint says (docs: Token Revocation)."""
    fields = _fields(call)
    require_client(call.world.application, call.authorization, fields, proven=True)
    call.world.oauth2.revoke(_require(fields, "token"))
    return Answer(200, {}, headers=dict(NO_STORE))


@routes.on("GET", "/oauth2/@me", scope=ANY, bots=False)
def get_my_authorization(call: Call) -> Answer:
    if call.token is None:
        raise refuse(50025)
    body: JsonObject = {
        "application": public_application(call.world),
        "scopes": list(call.token.scopes),
        "expires": iso(call.token.expires),
    }
    if "identify" in call.token.scopes:
        body["user"] = payloads.user(call.world.users[call.token.user_id])
    return ok(body)
