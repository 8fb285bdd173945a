"""Direct messages: the channel that the application's bot and one person have (Discord docs: User > Create DM).

Such a channel stands in a room of its own, which is kept as guilds are, so that messages in it are written, found and
told as everywhere. No room is among the guilds, and nothing that is shown of it names one.
"""

from bot.simulator import payloads
from bot.simulator.errors import refuse
from bot.simulator.permissions import named
from bot.simulator.shapes import JsonObject, words
from bot.simulator.state import DM, Channel, Guild, Member, Role, User
from bot.simulator.world import World

_HELD = named(
    words(
        "ADD_REACTIONS VIEW_CHANNEL SEND_MESSAGES SEND_TTS_MESSAGES EMBED_LINKS ATTACH_FILES READ_MESSAGE_HISTORY "
        "USE_EXTERNAL_EMOJIS USE_EXTERNAL_STICKERS SEND_VOICE_MESSAGES SEND_POLLS"
    )
)


def room_with(world: World, person: User) -> Guild:
    """Made when it is first asked for, and the same one ever after."""
    known = find_room(world, person.id)
    if known is not None:
        return known
    room = Guild(id=world.mint(), name="", owner_id=0, is_room=True)
    room.roles[room.id] = Role(id=room.id, name="@everyone", permissions=_HELD, position=0)
    for each in (world.bot, person):
        room.members[each.id] = Member(user_id=each.id, joined_at=world.clock.stamp())
    world.rooms[room.id] = room
    world.add_channel(room, Channel(id=world.mint(), guild_id=room.id, type=DM, name=""))
    return room


def find_room(world: World, person_id: int) -> Guild | None:
    return next((each for each in world.rooms.values() if person_id in each.members), None)


def channel_of(room: Guild) -> Channel:
    return next(iter(room.channels.values()))


def person_in(world: World, room: Guild) -> User:
    return next(world.users[each] for each in room.members if each != world.application.bot_id)


def require_welcome(world: World, room: Guild) -> None:
    """50007 where the person lets nobody write to them, 50278 where they share no guild with the bot."""
    person = person_in(world, room)
    if person.closed:
        raise refuse(50007)
    if not any(person.id in guild.members for guild in world.joined_guilds()):
        raise refuse(50278)


def payload(world: World, room: Guild) -> JsonObject:
    """As the bot sees it."""
    channel = channel_of(room)
    return {
        "id": str(channel.id),
        "type": DM,
        "last_message_id": payloads.maybe(channel.last_message_id),
        "flags": channel.flags,
        "recipients": [payloads.user(person_in(world, room))],
    }
