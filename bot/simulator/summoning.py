"""An interaction as the bot gets it: whether it may come to be, what it carries, and its place in the ledger."""

from dataclasses import dataclass, field
from secrets import token_urlsafe

from bot.simulator import direct, payloads, posting
from bot.simulator.command_access import may_use
from bot.simulator.errors import Refusal
from bot.simulator.ledger import Interaction
from bot.simulator.resolving import Place
from bot.simulator.shapes import JsonObject, as_int
from bot.simulator.state import Message


@dataclass(slots=True, frozen=True)
class Cause:
    """What an interaction comes from, and what its messages will say of that (``interaction_metadata``)."""

    name: str = ""
    source: Message | None = None
    trigger: Interaction | None = None
    target: JsonObject = field(default_factory=dict[str, object])


def require_allowed(place: Place, command: JsonObject) -> None:
    """403 unless Discord's client would show the command to this person here."""
    world = place.world
    access = world.commands.access(place.guild, as_int(command["id"]) or 0, world.application.id)
    if not may_use(access, place.member, place.channel, command, world.clock.now()):
        raise Refusal(403, 50013, "This member does not see the command")


def interaction_payload(place: Place, interaction: Interaction, locale: str) -> JsonObject:
    """What INTERACTION_CREATE carries (docs: Interactions > Receiving and Responding > Interaction Structure)."""
    world, guild, channel = place.world, place.guild, place.channel
    bot = guild.members.get(world.application.bot_id)
    body: JsonObject = {
        "id": str(interaction.id),
        "application_id": str(world.application.id),
        "type": interaction.type,
        "data": interaction.data,
        "channel_id": str(channel.id),
        "token": interaction.token,
        "version": 1,
        "app_permissions": place.held_by(bot, channel),
        "locale": locale,
        "entitlements": [],
        "attachment_size_limit": place.attachment_limit,
    }
    body |= _in_room(place) if guild.is_room else _in_guild(place)
    if interaction.source is not None:
        body["message"] = posting.payload(world, interaction.source)
    return body


def _in_guild(place: Place) -> JsonObject:
    world, guild, channel = place.world, place.guild, place.channel
    return {
        "guild": {"id": str(guild.id), "locale": guild.preferred_locale, "features": list(guild.features)},
        "guild_id": str(guild.id),
        "guild_locale": guild.preferred_locale,
        "channel": place.partial_channel(channel),
        "member": world.member_payload(place.member) | {"permissions": place.held_by(place.member, channel)},
        "authorizing_integration_owners": {"0": str(guild.id)},
        "context": 0,
    }


def _in_room(place: Place) -> JsonObject:
    """In a direct message there is a user and no member; what authorised the application is said as 0 there."""
    return {
        "channel": direct.payload(place.world, place.guild),
        "user": payloads.user(place.world.users[place.member.user_id]),
        "authorizing_integration_owners": {"0": "0"},
        "context": 1,
    }


def begin(place: Place, kind: int, data: JsonObject, cause: Cause, locale: str) -> Interaction:
    """Enter it in the ledger and send it to the bot; ``locale`` is the person's."""
    world = place.world
    interaction = Interaction(
        id=world.mint(),
        token=token_urlsafe(96),
        type=kind,
        guild_id=place.guild.id,
        channel_id=place.channel.id,
        user_id=place.member.user_id,
        created=world.clock.now(),
        data=data,
        name=cause.name,
        source=cause.source,
        trigger=cause.trigger,
        target=cause.target,
        is_direct=place.guild.is_room,
    )
    world.interactions.add(interaction)
    world.emit("INTERACTION_CREATE", place.guild, interaction_payload(place, interaction, locale))
    return interaction
