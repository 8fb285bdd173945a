"""Permission syncing between a category and its children (Discord docs: Permissions > Permission Syncing).

There is no flag: a child is synced while its set equals its category's. Sets are compared normalised: an overwrite
that neither allows nor denies counts as absent.
"""

from bot.simulator.state import Channel, Guild, Overwrite

Overwrites = dict[int, Overwrite]


def normalised(overwrites: Overwrites) -> dict[int, tuple[int, int]]:
    return {each.id: (each.allow, each.deny) for each in overwrites.values() if each.allow or each.deny}


def synced(guild: Guild, category: Channel, overwrites: Overwrites) -> list[Channel]:
    """The category's children that have this set."""
    was = normalised(overwrites)
    return [child for child in guild.children(category.id) if normalised(child.overwrites) == was]


def carry(guild: Guild, category: Channel, old: Overwrites) -> list[Channel]:
    """Copy a category's new set to every child that was synced with its old one; the children that changed."""
    carried = [child for child in synced(guild, category, old) if child.overwrites != category.overwrites]
    for child in carried:
        child.overwrites = dict(category.overwrites)
    return carried
