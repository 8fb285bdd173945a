"""Who may write an overwrite: the bot and whoever asked for it (Discord documentation, Resources › Channel › Edit
Channel Permissions). The hierarchy of roles does not count there. Pure."""

from collections.abc import Iterator

from msgspec.structs import replace

from core.actions.locking import locked, locked_bits, unlocked
from core.actions.overwriting import newly_free, newly_said, standing_in, wanted
from core.actions.payloads import ChannelLock, ChannelOverwrite, ChannelUnlock
from core.actions.scene import BOT_MAY_NOT, Denial, Party, Scene, is_admin, needs
from core.discord.channel_bits import counting_in
from core.discord.effective import present_permissions
from core.discord.permissions import ALL, Permission, names_of
from core.discord.types import Channel, Overwrite, Snowflake

_WRITES = Permission.VIEW_CHANNEL | Permission.MANAGE_ROLES
_NOTHING = Permission(0)


def overwrite_denials(
    action: ChannelLock | ChannelUnlock | ChannelOverwrite, scene: Scene
) -> Iterator[Denial]:
    if isinstance(action, ChannelOverwrite):
        yield from _replacing_denials(action, scene)
    else:
        yield from _lock_denials(action, scene)


def _lock_denials(action: ChannelLock | ChannelUnlock, scene: Scene) -> Iterator[Denial]:
    """Locking and unlocking say no more than what their writer has. Who may lock may unlock: what is only taken back
    there needs no right to it."""
    yield from needs(scene, action.channel_id, _WRITES)
    channel = scene.channel(action.channel_id)
    if channel is None:
        return
    everyone = Overwrite(kind="role", id=scene.guild.guild_id)
    now, bits = standing_in(channel, everyone), locked_bits(channel.type)
    if isinstance(action, ChannelLock):
        then = locked(now, bits)
    else:
        restore = action.restore
        if restore is not None and (restore.kind, restore.id) != ("role", now.id):
            message = "Only the overwrite of @everyone is restored."
            yield Denial(code="not_everyone", message=message, field="restore")
        then = unlocked(now, restore, bits)
    for party in scene.parties:
        yield from _unsayable(scene, party, channel, newly_said(now, then))
    yield from _lockout(scene, channel, then)


def _replacing_denials(action: ChannelOverwrite, scene: Scene) -> Iterator[Denial]:
    """Whoever asks must have also what is not denied any more: it may let others in where they could not."""
    then = wanted(action)
    yield from write_denials(action.channel_id, then, scene)
    channel = scene.channel(action.channel_id)
    if channel is None:
        return
    now = standing_in(channel, then)
    if then.kind == "role" and scene.role(then.id) is None:
        message = f"There is no role {then.id} in this guild."
        yield Denial(code="unknown_role", message=message, field="target_id")
    if idle := newly_said(now, then) & ~counting_in(channel.type):
        yield Denial(code="meaningless", message=meaningless(idle, channel))
    for party in scene.parties:
        if party.code != BOT_MAY_NOT:
            yield from _unsayable(scene, party, channel, newly_free(now, then))


def write_denials(channel_id: Snowflake, then: Overwrite, scene: Scene) -> Iterator[Denial]:
    """What Discord would refuse, and what would keep the bot from writing there ever again."""
    yield from needs(scene, channel_id, _WRITES)
    channel = scene.channel(channel_id)
    if channel is None:
        return
    now = standing_in(channel, then)
    for party in scene.parties:
        yield from _unsayable(scene, party, channel, newly_said(now, then))
    yield from _lockout(scene, channel, then)


def meaningless(bits: Permission, channel: Channel) -> str:
    return (
        f"{', '.join(names_of(bits))} would say nothing in #{channel.name}, which is of type {channel.type}."
    )


def _unsayable(scene: Scene, party: Party, channel: Channel, said: Permission) -> Iterator[Denial]:
    if missing := said & ~_sayable_in(scene, party, channel):
        yield party.may_not(f"lacks {', '.join(names_of(missing))}, which this would write")


def _lockout(scene: Scene, channel: Channel, then: Overwrite) -> Iterator[Denial]:
    others = (o for o in channel.overwrites if (o.kind, o.id) != (then.kind, then.id))
    after = replace(channel, overwrites=(*others, then))
    for party in scene.parties:
        if party.code == BOT_MAY_NOT and _WRITES & ~scene.held_in(party, after):
            yield party.may_not(
                f"would be locked out of #{channel.name}, and could not open it again", "channel_id"
            )


def _sayable_in(scene: Scene, party: Party, channel: Channel) -> Permission:
    """What they have in the guild or in the channel's category; everything, where an overwrite trusts them with it.
    Else only administrators say who may write overwrites."""
    targets = (scene.guild.guild_id, party.member.user_id, *party.member.role_ids)
    trusted = any(o.allow & Permission.MANAGE_ROLES for o in channel.overwrites if o.id in targets)
    if is_admin(scene, party.member) or (
        trusted and Permission.MANAGE_ROLES in scene.held_in(party, channel)
    ):
        return ALL
    held = present_permissions(scene.guild, party.member)
    category = None if channel.parent_id is None else scene.channel(channel.parent_id)
    held |= _NOTHING if category is None else scene.held_in(party, category)
    return held & ~Permission.MANAGE_ROLES
