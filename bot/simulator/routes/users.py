"""Users: the bot itself, the guilds it is in, and the channels it has with people."""

import copy

from bot.simulator import direct, payloads, profiles
from bot.simulator.errors import refuse
from bot.simulator.routing import Answer, Call, Routes, ok

routes = Routes()


@routes.on("GET", "/users/@me", scope="identify")
def get_me(call: Call) -> Answer:
    """For an app only with the scope ``email`` also the address, and whether it is verified."""
    me = profiles.own(call.world.users[call.actor_id])
    if call.token is not None and "email" not in call.token.scopes:
        del me["verified"], me["email"]
    return ok(me)


@routes.on("PATCH", "/users/@me")
def edit_me(call: Call) -> Answer:
    """Told by USER_UPDATE, and as GUILD_MEMBER_UPDATE in every guild (docs: Guild Member Update)."""
    user = call.world.users[call.actor_id]
    form = call.form()
    edited = copy.copy(user)
    profiles.read_username(form, edited)
    sent = profiles.read_pictures(form)
    form.settle()
    profiles.keep_pictures(call.world.images, sent, edited, user.id)
    if edited != user:
        call.world.users[user.id] = edited
        profiles.tell(call.world, edited)
    return ok(profiles.own(edited))


@routes.on("GET", "/users/{user_id}")
def get_user(call: Call) -> Answer:
    found = call.world.users.get(call.id("user_id"))
    if found is None:
        raise refuse(10013)
    return ok(payloads.user(found))


@routes.on("GET", "/users/@me/guilds", scope="guilds")
def list_my_guilds(call: Call) -> Answer:
    """Ascending by id; ``before`` takes the last ones before it."""
    limit = call.number("limit", 200, 1, 200)
    before, after = call.snowflake("before"), call.snowflake("after")
    mine = sorted(
        (guild for guild in call.world.guilds.values() if call.actor_id in guild.members),
        key=lambda each: each.id,
    )
    if before is not None:
        mine = [guild for guild in mine if guild.id < before][-limit:]
    elif after is not None:
        mine = [guild for guild in mine if guild.id > after]
    listed = [payloads.partial_guild(guild, guild.members[call.actor_id]) for guild in mine[:limit]]
    if call.query.get("with_counts") in ("true", "True", "1"):
        for body, guild in zip(listed, mine, strict=False):
            body |= {"approximate_member_count": len(guild.members), "approximate_presence_count": 0}
    return ok(listed)


@routes.on("POST", "/users/@me/channels")
def open_direct_channel(call: Call) -> Answer:
    """The channel with that person, whether or not they take messages: that is told by sending one. Bots have none with
    each other."""
    form = call.form()
    form.require("recipient_id")
    recipient_id = form.snowflake("recipient_id")
    form.settle()
    person = call.world.users.get(recipient_id or 0)
    if person is None:
        raise refuse(10013)
    if person.bot or call.actor_id != call.world.application.bot_id:
        raise refuse(50007)
    is_new = direct.find_room(call.world, person.id) is None
    room = direct.room_with(call.world, person)
    return ok(direct.payload(call.world, room), wrote=is_new, channel_id=direct.channel_of(room).id)
