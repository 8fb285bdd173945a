"""A channel's overwrites as a set that can be compared, tightened and counted.

Entries that say nothing (allow = deny = 0) are never in a set, so equal sets are equal dictionaries.
"""

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from core.discord.permissions import UNNAMED, Permission, bits_of
from core.discord.types import Channel, Overwrite, Snowflake
from core.templates.documents.roles import Permissions
from core.templates.plan import Ref


class Subject(NamedTuple):
    """Whose overwrite it is; a role may be one that does not exist yet."""

    kind: Literal["role", "member"]
    ref: Ref


class Bits(NamedTuple):
    allow: int
    deny: int


SILENT = Bits(0, 0)
OverwriteSet: TypeAlias = dict[Subject, Bits]

# Least felt first: a bit that is denied for seconds so that a set differs from its category's.
_HARDLY_MISSED = (
    Permission.SEND_TTS_MESSAGES,
    Permission.MENTION_EVERYONE,
    Permission.CREATE_INSTANT_INVITE,
    Permission.USE_EXTERNAL_STICKERS,
    Permission.MANAGE_WEBHOOKS,
)
# Most needed last: without these the bot does not get at the channel again to write what is to be in the end.
_NEEDED = (
    Permission.CONNECT,
    Permission.MANAGE_ROLES,
    Permission.MANAGE_CHANNELS,
    Permission.VIEW_CHANNEL,
)
_BETWEEN = (bit for bit in Permission if bit not in (*_HARDLY_MISSED, *_NEEDED))
_TIGHTENING = tuple(map(int, (*_HARDLY_MISSED, *_BETWEEN, *_NEEDED)))


# Equal values are one object, where there are thousands: quick to make, and quick to find equal.
subject_of = lru_cache(1 << 16)(Subject)
bits_for = lru_cache(1 << 16)(Bits)


@lru_cache(1 << 14)
def bits_named(allow: Permissions, deny: Permissions) -> Bits:
    """Of the document's words."""
    return bits_for(bits_of(allow), bits_of(deny))


def set_of(overwrites: Iterable[Overwrite], roles: Collection[Ref]) -> OverwriteSet:
    """Overwrites of roles that are not among `roles` are left out: they have no effect."""
    return {
        subject_of(o.kind, o.id): bits_for(o.allow, o.deny)
        for o in overwrites
        if (o.allow or o.deny) and (o.kind == "member" or o.id in roles)
    }


def sets_of(channels: Iterable[Channel], roles: Collection[Ref]) -> dict[Snowflake, OverwriteSet]:
    """Of each channel, as `set_of`. Channels with equal overwrites share one set."""
    subjects = {ref: subject_of("role", ref) for ref in roles}
    made: dict[tuple[Overwrite, ...], OverwriteSet] = {}
    sets: dict[Snowflake, OverwriteSet] = {}
    for channel in channels:
        overwrites = made.get(channel.overwrites)
        if overwrites is None:
            overwrites = made[channel.overwrites] = {
                subject: bits_for(o.allow, o.deny)
                for o in channel.overwrites
                if (o.allow or o.deny)
                and (subject := subjects.get(o.id) if o.kind == "role" else subject_of("member", o.id))
            }
        sets[channel.id] = overwrites
    return sets


def written(overwrites: OverwriteSet) -> tuple[Overwrite, ...]:
    """As it is sent, in an order that does not depend on how the set came about."""
    return tuple(Overwrite(s.kind, s.ref, bits.allow, bits.deny) for s, bits in sorted(overwrites.items()))


def put(overwrites: OverwriteSet, subject: Subject, bits: Bits) -> None:
    """Sets one entry, or takes it out where it would say nothing."""
    if bits == SILENT:
        overwrites.pop(subject, None)
    else:
        overwrites[subject] = bits


def meet(one: OverwriteSet, other: OverwriteSet) -> OverwriteSet:
    """Grants nothing that either does not grant: allow∧, deny∨ for each subject."""
    met: OverwriteSet = {}
    for subject in {**one, **other}:
        a, b = one.get(subject, SILENT), other.get(subject, SILENT)
        put(met, subject, Bits(a.allow & b.allow, a.deny | b.deny))
    return met


def differing(one: OverwriteSet, other: OverwriteSet) -> set[Subject]:
    """Whose entries are not the same in both."""
    return {subject for subject, _ in one.items() ^ other.items()}


def removed(before: OverwriteSet, after: OverwriteSet) -> int:
    """Bits that somebody may lose: an allow lost or a deny gained."""
    bits = 0
    for subject in differing(before, after):
        a, b = before.get(subject, SILENT), after.get(subject, SILENT)
        bits |= (a.allow & ~b.allow) | (b.deny & ~a.deny)
    return bits


def added(before: OverwriteSet, after: OverwriteSet) -> int:
    """Bits that somebody may gain: an allow gained or a deny lost."""
    return removed(after, before)


def undecided(overwrites: OverwriteSet, *subjects: Subject) -> int:
    """Bits for which none of them has an overwrite: there it counts what their roles give."""
    decided = 0
    for subject in subjects:
        bits = overwrites.get(subject, SILENT)
        decided |= bits.allow | bits.deny
    return ~decided


def tightened(
    overwrites: OverwriteSet, subject: Subject, usable: int, avoiding: Iterable[OverwriteSet]
) -> OverwriteSet:
    """A set that grants the subject one bit less, and equals none of `avoiding`. Where no `usable` bit is left it is
    another one: that stands against the plan, and nothing follows by accident."""
    taken = list(avoiding)
    now = overwrites.get(subject, SILENT)
    for bit in sorted(_TIGHTENING, key=lambda bit: not bit & usable):
        if not bit & now.deny:
            tighter = {**overwrites, subject: Bits(now.allow & ~bit, now.deny | bit)}
            if tighter not in taken:
                return tighter
    return overwrites


def with_unnamed_bits(wanted: OverwriteSet, present: OverwriteSet, roles: Collection[Ref]) -> OverwriteSet:
    """A document cannot speak of bits that Discord has not named: they stay as they are."""
    whole = dict(wanted)
    for subject, bits in present.items():
        if (bits.allow | bits.deny) & UNNAMED and (subject.kind == "member" or subject.ref in roles):
            said = whole.get(subject, SILENT)
            put(whole, subject, Bits(said.allow | bits.allow & UNNAMED, said.deny | bits.deny & UNNAMED))
    return whole
