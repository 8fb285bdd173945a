"""What a session is told when it starts: READY, then each of its guilds (Discord docs: Gateway > Ready Event)."""

from secrets import token_hex

import msgspec

from bot.simulator import payloads
from bot.simulator.gateway.identify import Identity
from bot.simulator.gateway.session import Line, Session
from bot.simulator.shapes import JsonObject
from bot.simulator.state import Guild
from bot.simulator.world import World

_encode = msgspec.json.Encoder().encode


def open_session(world: World, line: Line, identity: Identity, *, version: int, host: str) -> Session:
    """Start the session and send what it begins with. A guild in an outage is told as such instead of being sent."""
    session = Session(
        token_hex(16),
        identity.intents,
        world.application.bot_id,
        world.clock,
        world.gateway,
        shard=identity.shard or (0, 1),
        large_threshold=identity.large_threshold,
    )
    session.attach(line)
    world.hub.open(session)
    guilds = [guild for guild in world.joined_guilds() if session.handles(guild.id)]
    ready = _ready(world, session, guilds) | {"v": version, "resume_gateway_url": f"ws://{host}"}
    if identity.shard is not None:
        ready["shard"] = list(identity.shard)
    session.send("READY", _encode(ready))
    for guild in guilds:
        session.dispatch(*world.guild_seen(guild, session))
    return session


def _ready(world: World, session: Session, guilds: list[Guild]) -> JsonObject:
    application = world.application
    return {
        "user": payloads.user(world.bot) | {"mfa_enabled": False, "verified": True, "email": None},
        "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
        "session_id": session.id,
        "application": {"id": str(application.id), "flags": world.app_flags},
        "private_channels": [],
        "relationships": [],
        "_trace": ["simulator"],
    }
