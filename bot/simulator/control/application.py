"""The application's portal page.

``PATCH /_sim/application`` ``{"flags": int, "intents": [names], "owner": user, "name": text, "redirect_uris": [...],
"client_secret": text, "bot_public": bool, "bot_require_code_grant": bool, "team": {"name", "owner": user,
"members": [{"user", "role": "admin" | "developer" | "read_only", "state": "invited" | "accepted"}]} or null}`` where
intents name the privileged ones that are enabled: presences, members, message_content. A team's owner is a member
whether listed or not; without ``owner`` it is the application's.
"""

import copy

from starlette.requests import Request
from starlette.routing import BaseRoute

from bot.simulator.application_forms import is_url
from bot.simulator.control.wire import body_of, endpoints, user_of
from bot.simulator.forms import Form
from bot.simulator.routes.applications import application, enforce_intents
from bot.simulator.shapes import JsonObject, as_text, words
from bot.simulator.state import Application, Team, TeamMember, User
from bot.simulator.state.applications import ACCEPTED, INVITED, TEAM_PSEUDO_USER
from bot.simulator.world import World

_INTENTS = {"presences": 1 << 13, "members": 1 << 15, "message_content": 1 << 19}
_ALL_INTENT_FLAGS = sum(1 << bit for bit in (12, 13, 14, 15, 18, 19))
_ROLES = words("admin developer read_only")
_STATES = {"invited": INVITED, "accepted": ACCEPTED}


def routes(world: World) -> list[BaseRoute]:
    return endpoints(world, ("PATCH", "/application", _edit))


async def _edit(world: World, request: Request) -> JsonObject:
    form, edited = Form(await body_of(request)), copy.copy(world.application)
    edited.flags = _with_intents(form, form.whole("flags", edited.flags))
    edited.name = form.text("name", edited.name) or edited.name
    edited.client_secret = form.text("client_secret", edited.client_secret, least=1) or edited.client_secret
    edited.bot_public = form.flag("bot_public", edited.bot_public)
    edited.bot_require_code_grant = form.flag("bot_require_code_grant", edited.bot_require_code_grant)
    if "redirect_uris" in form:
        edited.redirect_uris = _redirect_uris(form)
    if "owner" in form:
        edited.owner_id = user_of(world, form, "owner").id
    if "team" in form:
        edited.team = _team(world, form, edited)
    form.settle()
    world.application = edited
    if edited.team is not None:
        world.users[edited.team.id] = _pseudo_user(edited.team)
    enforce_intents(world)
    return application(world)


def _with_intents(form: Form, flags: int) -> int:
    names = form.items("intents", most=len(_INTENTS))
    if names is None:
        return flags
    flags &= ~_ALL_INTENT_FLAGS
    for name in map(str, names):
        if name in _INTENTS:
            flags |= _INTENTS[name]
        else:
            form.bad_choice("intents", tuple(_INTENTS))
    return flags


def _redirect_uris(form: Form) -> list[str]:
    """Whole addresses without a fragment (RFC 6749, 3.1.2)."""
    uris = [as_text(each) or "" for each in form.items("redirect_uris", most=100) or []]
    for uri in uris:
        if not is_url(uri) or "#" in uri:
            form.bad("redirect_uris", "URL_TYPE_INVALID_URL", "Not a well formed URL.")
    return uris


def _team(world: World, form: Form, edited: Application) -> Team | None:
    """A team that was there keeps its id."""
    given = form.form("team")
    if given is None:
        return None
    given.require("name")
    owner_id = user_of(world, given, "owner").id if "owner" in given else edited.owner_id
    members = [_member(world, each) for each in given.forms("members", most=100) or []]
    listed = tuple(member for member in members if member.user_id != owner_id)
    known = world.application.team
    return Team(
        id=world.mint() if known is None else known.id,
        name=given.text("name", "", least=1, most=100) or "",
        owner_id=owner_id,
        members=(TeamMember(owner_id), *listed),
    )


def _member(world: World, form: Form) -> TeamMember:
    role = form.word("role", "admin", _ROLES) or "admin"
    state = form.word("state", "accepted", tuple(_STATES)) or "accepted"
    return TeamMember(user_of(world, form).id, role, _STATES[state])


def _pseudo_user(team: Team) -> User:
    """Who owns what the team owns: not a person, and known by its flag."""
    return User(id=team.id, username=f"team{team.id}", public_flags=TEAM_PSEUDO_USER)
