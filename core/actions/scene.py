"""A guild with those whose rights bound an action, and who of them stands above whom. Pure.

Source: Discord documentation, Topics › Permissions ("Permission Hierarchy").
"""

from collections.abc import Iterator

import msgspec

from core.actor import Actor
from core.discord.effective import channel_permissions
from core.discord.permissions import Permission, names_of
from core.discord.types import Channel, ChannelType, Member, Role, Snapshot, Snowflake, role_rank
from core.guilds.schemas import GuildView

BOT_MAY_NOT, ASKER_MAY_NOT = "bot_may_not", "asker_may_not"
_NOTHING = Permission(0)


class Denial(msgspec.Struct, frozen=True, kw_only=True):
    """Why something is not done. `code` is bot_may_not, asker_may_not, unknown_channel, wrong_channel_type …; `field`
    is that of the action which it is about, None where it is about all of it."""

    code: str
    message: str
    field: str | None = None


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """One of those whose rights bound an action. `name` stands in sentences."""

    name: str
    code: str
    member: Member

    def may_not(self, what: str, field: str | None = None) -> Denial:
        return Denial(code=self.code, message=f"{self.name} {what}.", field=field)


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """A guild at one moment with everybody whose rights count: the bot, and the asker unless they own the
    installation."""

    guild: Snapshot
    parties: tuple[Party, ...]

    def channel(self, channel_id: Snowflake) -> Channel | None:
        return next((each for each in self.guild.channels if each.id == channel_id), None)

    def role(self, role_id: Snowflake) -> Role | None:
        return next((each for each in self.guild.roles if each.id == role_id), None)

    def held_in(self, party: Party, channel: Channel) -> Permission:
        return channel_permissions(self.guild, party.member, channel)


def bot_party(member: Member) -> Party:
    return Party(name="The bot", code=BOT_MAY_NOT, member=member)


def asker_party(name: str, member: Member) -> Party:
    return Party(name=name, code=ASKER_MAY_NOT, member=member)


def seen_scene(view: GuildView, actor: Actor) -> Scene:
    """The guild as it was last seen, with the bot and, unless they own the installation, the actor."""
    bot = Member(user_id=view.powers.user_id, role_ids=view.powers.role_ids)
    parties: list[Party] = [bot_party(bot)]
    standing = actor.standing_in(view.guild.id)
    if not actor.is_owner and standing is not None and actor.discord_user_id is not None:
        member = Member(user_id=actor.discord_user_id, role_ids=standing.role_ids)
        parties.append(asker_party(actor.name, member))
    return Scene(guild=view.structure, parties=tuple(parties))


def is_owner(scene: Scene, member: Member) -> bool:
    return member.user_id == scene.guild.owner_id


def is_admin(scene: Scene, member: Member) -> bool:
    held = Permission(scene.guild.everyone.permissions)
    for role_id in member.role_ids:
        role = scene.role(role_id)
        held |= Permission(0 if role is None else role.permissions)
    return is_owner(scene, member) or Permission.ADMINISTRATOR in held


def outranks(scene: Scene, member: Member, other: Member) -> bool:
    if is_owner(scene, other):
        return False
    return is_owner(scene, member) or top(scene, member) > top(scene, other)


def top(scene: Scene, member: Member) -> tuple[bool, tuple[int, int]]:
    ranks = [rank(scene, role) for role in scene.guild.roles if role.id in member.role_ids]
    return max(ranks, default=rank(scene, scene.guild.everyone))


def rank(scene: Scene, role: Role) -> tuple[bool, tuple[int, int]]:
    """@everyone is below all, whatever its position."""
    return role.id != scene.guild.guild_id, role_rank(role)


def needs(
    scene: Scene,
    channel_id: Snowflake,
    needed: Permission,
    kinds: frozenset[ChannelType] | None = None,
    *,
    asker: Permission = _NOTHING,
    field: str = "channel_id",
) -> Iterator[Denial]:
    """What is lacking for what needs this in a channel of one of these kinds. `asker` is what is needed beside, of
    everybody but the bot; `field` names the channel."""
    channel = scene.channel(channel_id)
    if channel is None:
        message = f"There is no channel {channel_id} in this guild."
        yield Denial(code="unknown_channel", message=message, field=field)
        return
    if kinds is not None and channel.type not in kinds:
        listed = ", ".join(sorted(kinds))
        yield Denial(
            code="wrong_channel_type",
            message=f"#{channel.name} is of type {channel.type}; this takes {listed}.",
            field=field,
        )
    for party in scene.parties:
        wanted = needed if party.code == BOT_MAY_NOT else needed | asker
        if missing := wanted & ~scene.held_in(party, channel):
            yield party.may_not(f"lacks {', '.join(names_of(missing))} in #{channel.name}", field)
