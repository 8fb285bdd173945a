"""Permission syncing between a category and its children (Discord docs: Permissions > Permission Syncing).

There is no flag: a child is synced while its set equals its category's. Sets are compared normalised: an overwrite
that neither allows nor denies counts as absent.
"""

from bot.simulator.state import Channel, Guild, Overwrite

Overwrites = dict[int, Overwrite]


def normalised(overwrites: Overwrites) -> dict[int, tuple[int, int]]:
    return {each.id: (each.allow, each.deny) for each in overwrites.values() if each.allow or each.deny}


def carry(guild: Guild, category: Channel, old: Overwrites) -> list[Channel]:
    """Copy a category's new set to every child that was synced with its old one; the children that changed."""
    was = normalised(old)
    carried: list[Channel] = []
    for child in guild.children(category.id):
        if normalised(child.overwrites) == was and child.overwrites != category.overwrites:
            child.overwrites = dict(category.overwrites)
            carried.append(child)
    return carried
