"""Request Guild Members, opcode 8 (Discord docs: Gateway Events > Request Guild Members, Rate Limited).

A request that the intents do not allow is not answered at all: so it is reported, and nothing is documented.
"""

from bot.simulator import events
from bot.simulator.gateway.codes import DECODE_ERROR, REQUEST_MEMBERS, GatewayClosed
from bot.simulator.gateway.session import Session
from bot.simulator.shapes import JsonObject, as_int, as_list, as_text
from bot.simulator.state import Guild, Member
from bot.simulator.world import World

_CHUNK = 1000
_MOST_MATCHES = 100
_NONCE_BYTES = 32


def request_members(world: World, session: Session, data: JsonObject) -> None:
    """Send the members that are asked for by id, by the start of their username, or all of them."""
    guild_id = _guild_id(data)
    by_id = data.get("user_ids") is not None
    if not by_id:
        _require_query(data)
    guild = world.guilds.get(guild_id)
    if guild is None or not world.bot_in(guild) or not world.is_available(guild):
        return
    if by_id:
        found, missing = _chosen(guild, data)
        _send(world, session, guild, data, found, missing=missing)
    elif data["query"]:
        _send(world, session, guild, data, _matching(world, guild, data))
    elif session.intents & events.GUILD_MEMBERS:
        limit = as_int(data["limit"]) or None
        if limit is not None or not _is_limited(world, session, guild, data):
            _send(world, session, guild, data, list(guild.members.values())[:limit])


def _guild_id(data: JsonObject) -> int:
    """One guild for each request: of a list the first counts, as is reported."""
    raw = data.get("guild_id")
    listed = as_list(raw)
    guild_id = as_int(listed[0] if listed else raw)
    if guild_id is None:
        raise GatewayClosed(DECODE_ERROR)
    return guild_id


def _require_query(data: JsonObject) -> None:
    """``limit`` must stand beside ``query``."""
    limit = as_int(data.get("limit"))
    if as_text(data.get("query")) is None or limit is None or limit < 0:
        raise GatewayClosed(DECODE_ERROR)


def _chosen(guild: Guild, data: JsonObject) -> tuple[list[Member], list[str]]:
    """At most a hundred, and beside them the ids of which there is no member."""
    asked = data["user_ids"]
    listed = as_list(asked)
    ids = [as_int(each) or 0 for each in ([asked] if listed is None else listed)][:_MOST_MATCHES]
    found = [guild.members[each] for each in ids if each in guild.members]
    return found, [str(each) for each in ids if each not in guild.members]


def _matching(world: World, guild: Guild, data: JsonObject) -> list[Member]:
    """Members whose username starts with the query, at most a hundred."""
    query = str(data["query"]).lower()
    found = [
        each
        for each in guild.members.values()
        if world.users[each.user_id].username.lower().startswith(query)
    ]
    return found[: min(as_int(data["limit"]) or _MOST_MATCHES, _MOST_MATCHES)]


def _is_limited(world: World, session: Session, guild: Guild, data: JsonObject) -> bool:
    """Whether the whole list of the guild was sent a moment ago; the session is told so."""
    seconds = world.gateway.members_seconds
    if not seconds:
        return False
    now = world.clock.now()
    window = world.whole_lists.at(guild.id, now, seconds)
    window.used += 1
    if window.used == 1:
        return False
    meta: JsonObject = {"guild_id": str(guild.id)} | _nonce(data)
    session.answer(
        "RATE_LIMITED", {"opcode": REQUEST_MEMBERS, "retry_after": window.ends - now, "meta": meta}
    )
    return True


def _send(
    world: World,
    session: Session,
    guild: Guild,
    data: JsonObject,
    found: list[Member],
    *,
    missing: list[str] | None = None,
) -> None:
    """In chunks of a thousand; ``missing`` is None where nobody was asked for by id."""
    chunks = [found[at : at + _CHUNK] for at in range(0, len(found), _CHUNK)] or [[]]
    for index, chunk in enumerate(chunks):
        body: JsonObject = {
            "guild_id": str(guild.id),
            "members": [world.member_payload(member) for member in chunk],
            "chunk_index": index,
            "chunk_count": len(chunks),
        }
        if missing is not None:
            body["not_found"] = missing
        if data.get("presences") is True and session.intents & events.GUILD_PRESENCES:
            body["presences"] = world.appearance.presences([member.user_id for member in chunk])
        session.answer("GUILD_MEMBERS_CHUNK", body | _nonce(data))


def _nonce(data: JsonObject) -> JsonObject:
    """A nonce that is no text of at most 32 bytes is ignored."""
    nonce = as_text(data.get("nonce"))
    return {} if nonce is None or len(nonce.encode()) > _NONCE_BYTES else {"nonce": nonce}
