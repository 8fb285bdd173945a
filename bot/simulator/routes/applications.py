"""The application as its owner and its bot see it."""

from bot.simulator import payloads
from bot.simulator.routing import Answer, Call, Routes, ok
from bot.simulator.shapes import JsonObject
from bot.simulator.world import World

routes = Routes()


def application(world: World) -> JsonObject:
    app = world.application
    return {
        "id": str(app.id),
        "name": app.name,
        "icon": None,
        "description": app.description,
        "type": None,
        "bot": payloads.user(world.bot),
        "bot_public": app.bot_public,
        "bot_require_code_grant": False,
        "install_params": {"scopes": ["applications.commands", "bot"], "permissions": "8"},
        "integration_types_config": {"0": {}},
        "verify_key": "0" * 64,
        "flags": app.flags,
        "flags_new": str(app.flags),
        "redirect_uris": [],
        "rpc_origins": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": payloads.user(world.users[app.owner_id]),
        "approximate_guild_count": sum(world.bot_in(guild) for guild in world.guilds.values()),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
        "summary": "",
    }


@routes.on("GET", "/oauth2/applications/@me", "/applications/@me")
def get_my_application(call: Call) -> Answer:
    return ok(application(call.world))
