"""What an authorisation URL asks for (docs: Topics > OAuth2 > Authorization Code Grant, Bot Authorization Flow).

What is wrong with the app or its redirect address is a :class:`Refusal`, shown to the person; all else is a
:class:`RedirectedError`, told to the redirect address where there is one (RFC 6749, 4.1.2.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from bot.simulator.errors import Refusal, bad_field, refuse
from bot.simulator.oauth2.challenges import read_challenge
from bot.simulator.oauth2.refusals import RedirectedError, bad_scope
from bot.simulator.oauth2.scopes import BOT, GUILD_SCOPES, MEANINGS, PASSTHROUGH, split
from bot.simulator.permissions import ALL
from bot.simulator.shapes import JsonObject, as_int, as_list, as_object
from bot.simulator.state import Application, Challenge
from bot.simulator.world import World

CODE, IMPLICIT = "code", "token"
_GUILD_INSTALL = "0"
# What leaves an authorisation URL to the settings in the portal (docs: Bot Authorization Flow).
_OWN_WISHES = ("scope", "integration_type", "redirect_uri")


@dataclass(slots=True, frozen=True)
class AuthorizationRequest:
    """``target`` is the redirect address; None where nobody waits for an answer, as when a bot is merely added."""

    target: str | None
    response_type: str | None
    scopes: tuple[str, ...]
    permissions: int
    state: str | None
    challenge: Challenge | None
    prompt: str
    guild_id: int | None
    fixed_guild: bool

    @property
    def adds_bot(self) -> bool:
        return BOT in self.scopes

    @property
    def always_asks(self) -> bool:
        return self.prompt != "none" or bool(PASSTHROUGH.intersection(self.scopes))


def target_of(world: World, asked: Mapping[str, str]) -> str | None:
    """The registered redirect address of a known application: the one asked for, or the first where one is needed."""
    application = world.application
    client = asked.get("client_id", "")
    if not client.isdecimal():
        raise bad_field("client_id", "NUMBER_TYPE_COERCE", f'Value "{client}" is not snowflake.')
    if int(client) != application.id:
        raise refuse(10002)
    target = asked.get("redirect_uri")
    if target is None:
        if "response_type" not in asked:
            return None
        target = next(iter(application.redirect_uris), None)
    if target not in application.redirect_uris:
        raise bad_field("redirect_uri", "BASE_TYPE_CHOICES", "Invalid OAuth2 redirect_uri")
    return target


def read_request(world: World, asked: Mapping[str, str]) -> AuthorizationRequest:
    target = target_of(world, asked)
    scopes, permissions = _wishes(world.application, asked)
    response_type = asked.get("response_type")
    if response_type not in (None, CODE, IMPLICIT):
        raise RedirectedError("unsupported_response_type", "response_type must be code or token")
    if response_type is None and (target is not None or not GUILD_SCOPES.issuperset(scopes)):
        raise RedirectedError("invalid_request", "response_type is missing")
    if response_type != CODE and BOT in scopes and world.application.bot_require_code_grant:
        raise RedirectedError("invalid_request", "This bot requires a full code grant")
    challenge = read_challenge(asked)
    if challenge is not None and response_type != CODE:
        raise RedirectedError("invalid_request", "code_challenge is for response_type=code")
    return AuthorizationRequest(
        target=target,
        response_type=response_type,
        scopes=scopes,
        permissions=permissions & ALL,
        state=asked.get("state"),
        challenge=challenge,
        prompt=_prompt(asked),
        guild_id=as_int(asked.get("guild_id")),
        fixed_guild=asked.get("disable_guild_select") == "true",
    )


def _wishes(application: Application, asked: Mapping[str, str]) -> tuple[tuple[str, ...], int]:
    """Scopes and permissions: those asked for, or the default install settings."""
    context = asked.get("integration_type", _GUILD_INSTALL)
    if context not in application.install:
        raise RedirectedError("invalid_request", "The application cannot be installed there")
    wanted: JsonObject = {}
    if not any(name in asked for name in _OWN_WISHES):
        wanted = as_object(application.install[context].get("oauth2_install_params")) or {}
        wanted = wanted or application.install_params or {}
    listed = [str(each) for each in as_list(wanted.get("scopes")) or []]
    scopes = split(asked.get("scope", " ".join(listed)))
    if not scopes or not MEANINGS.keys() >= set(scopes):
        raise bad_scope()
    permissions = as_int(asked.get("permissions", wanted.get("permissions", 0)))
    if permissions is None or permissions < 0:
        raise RedirectedError("invalid_request", "permissions is not a number")
    return scopes, permissions


def _prompt(asked: Mapping[str, str]) -> str:
    prompt = asked.get("prompt", "consent")
    if prompt not in ("none", "consent"):
        raise RedirectedError("invalid_request", "prompt must be none or consent")
    return prompt


def redirect(target: str, told: Mapping[str, str | None], *, fragment: bool = False) -> str:
    """The address with what it is told added to its query, or as its fragment; None is left out."""
    encoded = urlencode({key: value for key, value in told.items() if value is not None})
    parts = urlsplit(target)
    if fragment:
        return urlunsplit(parts._replace(fragment=encoded))
    return urlunsplit(parts._replace(query=f"{parts.query}&{encoded}" if parts.query else encoded))


def error_location(world: World, asked: Mapping[str, str], error: RedirectedError) -> str:
    """Where an error goes; without a redirect address it is a refusal for the person to read."""
    target = target_of(world, asked)
    if target is None:
        raise Refusal(400, 0, f"{error.error}: {error.description}")
    told = {"error": error.error, "error_description": error.description, "state": asked.get("state")}
    return redirect(target, told, fragment=asked.get("response_type") == IMPLICIT)
