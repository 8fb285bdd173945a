"""What a provider of the terraform kind asks of Discord for the same change.

The model, by what such providers document of themselves: each role, each channel and each overwrite is a resource. A
refresh reads every resource once (the guild, each role, each channel; an overwrite comes with its channel's answer, but
is a resource of its own and is read by itself). Each resource that differs is one write; an overwrite is put or deleted
by itself; places are a field of each resource, so everything between an old and a new place is written.
"""

from collections.abc import Iterable

import msgspec

from core.discord.types import Channel, Overwrite, Role, Snapshot

_OF_A_CHANNEL = (
    "name",
    "type",
    "topic",
    "nsfw",
    "slowmode",
    "parent_id",
    "position",
    "bitrate",
    "user_limit",
)
_OF_A_ROLE = ("name", "permissions", "color", "hoist", "mentionable", "position")


class ProviderCalls(msgspec.Struct, frozen=True):
    reads: int
    writes: int

    @property
    def total(self) -> int:
        return self.reads + self.writes


def calls_of_a_provider(before: Snapshot, after: Snapshot) -> ProviderCalls:
    """`after` is the same guild with some of it changed: same objects, same ids."""
    overwrites = sum(len(channel.overwrites) for channel in before.channels)
    reads = 1 + len(before.roles) + len(before.channels) + overwrites
    roles = {role.id: role for role in before.roles}
    channels = {channel.id: channel for channel in before.channels}
    writes = sum(_differs(roles[role.id], role, _OF_A_ROLE) for role in after.roles)
    for channel in after.channels:
        was = channels[channel.id]
        writes += _differs(was, channel, _OF_A_CHANNEL)
        writes += len(_by_target(was.overwrites).items() ^ _by_target(channel.overwrites).items()) // 2
    return ProviderCalls(reads, writes)


def _differs(one: Role | Channel, other: Role | Channel, fields: Iterable[str]) -> bool:
    return any(getattr(one, field) != getattr(other, field) for field in fields)


def _by_target(overwrites: Iterable[Overwrite]) -> dict[str, Overwrite]:
    return {overwrite.id: overwrite for overwrite in overwrites}
