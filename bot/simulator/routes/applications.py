"""The application as its owner, its bot and everybody else see it (docs: Resources > Application; Topics > Teams)."""

import copy

from bot.simulator import events, payloads
from bot.simulator.application_forms import read_settings
from bot.simulator.errors import refuse
from bot.simulator.routing import Answer, Call, Routes, ok
from bot.simulator.shapes import JsonObject
from bot.simulator.state import Team
from bot.simulator.world import World

routes = Routes()

_FORBIDDEN_INTENTS = 4014


def public_application(world: World) -> JsonObject:
    app = world.application
    body: JsonObject = {
        "id": str(app.id),
        "name": app.name,
        "icon": app.icon,
        "description": app.description,
        "type": None,
        "bot": payloads.user(world.bot),
        "bot_public": app.bot_public,
        "bot_require_code_grant": app.bot_require_code_grant,
        "integration_types_config": app.install,
        "verify_key": app.verify_key,
        "flags": world.app_flags & (1 << 31) - 1,
        "flags_new": str(world.app_flags),
        "rpc_origins": [],
        "summary": "",
    }
    optional: JsonObject = {
        "cover_image": app.cover_image,
        "custom_install_url": app.custom_install_url,
        "install_params": app.install_params,
        "max_participants": app.max_participants,
        "tags": app.tags or None,
    }
    return body | {key: value for key, value in optional.items() if value is not None}


def application(world: World) -> JsonObject:
    app = world.application
    return public_application(world) | {
        "redirect_uris": app.redirect_uris,
        "interactions_endpoint_url": None,
        "role_connections_verification_url": app.role_connections_verification_url,
        "owner": payloads.user(world.app_owner),
        "approximate_guild_count": sum(world.bot_in(guild) for guild in world.guilds.values()),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": len(world.oauth2),
        "event_webhooks_url": None,
        "event_webhooks_status": 1,
        "event_webhooks_types": app.event_webhooks_types,
        "explicit_content_filter": app.explicit_content_filter,
        "team": None if app.team is None else _team(world, app.team),
        "eligible_oauth2_scopes": [],
    }


def _team(world: World, team: Team) -> JsonObject:
    """``permissions`` is always everything: what one may do is said by the role, and of the owner by their id."""
    members = [
        {
            "user": payloads.user(world.users[member.user_id]),
            "team_id": str(team.id),
            "membership_state": member.state,
            "role": member.role,
            "permissions": ["*"],
        }
        for member in team.members
    ]
    return {
        "id": str(team.id),
        "icon": None,
        "name": team.name,
        "owner_user_id": str(team.owner_id),
        "members": members,
    }


_PATHS = ("/applications/@me", "/applications/{application_id}")


@routes.on("GET", "/oauth2/applications/@me", *_PATHS)
def get_application(call: Call) -> Answer:
    require_own(call)
    return ok(application(call.world))


@routes.on("PATCH", *_PATHS)
def edit_application(call: Call) -> Answer:
    """By its bot. A client whose intents are no longer allowed is cut off (4014), as when it identifies with them."""
    require_own(call)
    world = call.world
    form, edited = call.form(), copy.copy(world.application)
    images = read_settings(form, edited)
    form.settle()
    for key, image in images.items():
        setattr(edited, key, world.images.keep(image, f"app-icons/{edited.id}"))
    world.application = edited
    enforce_intents(world)
    return ok(application(world))


def require_known(call: Call) -> None:
    """The application in the path. Every other bot has one of its own, which is not to be touched (20012)."""
    if "application_id" not in call.params:
        return
    wanted = call.id("application_id")
    if wanted != call.world.application.id:
        other = call.world.users.get(wanted)
        raise refuse(20012 if other is not None and other.bot else 10002)


def require_own(call: Call) -> None:
    """The application itself calls: its bot, or a token that it got as a client. People at the client do not."""
    require_known(call)
    if call.actor_id != call.world.application.bot_id and call.token is None:
        raise refuse(20012)


def enforce_intents(world: World) -> None:
    for session in list(world.hub.sessions.values()):
        if events.forbidden_intents(session.intents, world.application.flags):
            world.hub.close(session.id)
            if session.line is not None:
                session.line.end(_FORBIDDEN_INTENTS)
