"""What writing one overwrite of a channel changes. Pure."""

from core.actions.payloads import ChannelOverwrite
from core.discord.permissions import Permission, bits_of
from core.discord.types import Channel, Overwrite


def wanted(action: ChannelOverwrite) -> Overwrite:
    """What is to stand there. Its names must be permissions (`validate`)."""
    return Overwrite(
        kind=action.target_kind,
        id=action.target_id,
        allow=bits_of(action.allow),
        deny=bits_of(action.deny),
    )


def standing_in(channel: Channel, like: Overwrite) -> Overwrite:
    """The overwrite of the same target; one that says nothing where there is none."""
    found = (each for each in channel.overwrites if (each.kind, each.id) == (like.kind, like.id))
    return next(found, Overwrite(kind=like.kind, id=like.id))


def says_the_same(one: Overwrite, other: Overwrite) -> bool:
    return (one.allow, one.deny) == (other.allow, other.deny)


def says_nothing(overwrite: Overwrite) -> bool:
    return not overwrite.allow and not overwrite.deny


def newly_said(before: Overwrite, after: Overwrite) -> Permission:
    """What is allowed or denied afterwards and was not before."""
    return Permission(after.allow & ~before.allow | after.deny & ~before.deny)


def newly_free(before: Overwrite, after: Overwrite) -> Permission:
    """What was denied and is not any more: whoever has it from elsewhere has it then."""
    return Permission(before.deny & ~after.deny)
