"""Where new and moved channels go, and which order calls are left."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from core.discord.types import BotPowers, Role, Snapshot, channel_rank, role_rank
from core.templates.goal.order import (
    Rank,
    age_of,
    is_in_order,
    merged,
    place_between,
    role_positions,
)
from core.templates.goal.target import Target, WantedChannel
from core.templates.matching.match import homes_in
from core.templates.plan import Ref


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """`positions` for what is made or moved; `order` for the one call at the end, empty where none is needed."""

    positions: dict[Ref, int]
    order: dict[Ref, int]


def channel_places(target: Target, made: Sequence[Ref]) -> Places:
    """`made` are the new channels in the order in which they are made."""
    ages = {ref: number for number, ref in enumerate(made)}
    positions: dict[Ref, int] = {}
    order: dict[Ref, int] = {}
    stood = _stood(target.earlier) if target.earlier else None
    placed = {channel.ref for channel in target.changing if _is_placed(channel)}
    for siblings in target.index.siblings.values():
        ranks = {c.ref: channel_rank(c.channel) for c in siblings if c.channel and c.ref not in placed}
        if len(ranks) < len(siblings):
            _place(siblings, ranks, ages, positions)
        wanted = [c.ref for c in siblings if c.key is not None or _is_made_earlier(c, stood)]
        if not is_in_order(wanted, ranks):
            present = _standing(siblings, ranks) if stood is None else _having_stood(siblings, stood)
            order |= {ref: place for place, ref in enumerate(merged(wanted, present))}
    return Places(positions=positions, order=order)


def _standing(siblings: Sequence[WantedChannel], ranks: Mapping[Ref, Rank]) -> list[Ref]:
    """Those that were there, in their order."""
    return sorted((c.ref for c in siblings if not _is_placed(c)), key=ranks.__getitem__)


def _stood(earlier: Snapshot) -> dict[Ref, tuple[Ref | None, Rank]]:
    """Where each channel stood before the first step: its category, and its rank there."""
    homes = homes_in(earlier)
    return {c.id: (homes[c.id], channel_rank(c)) for c in earlier.channels}


def _is_made_earlier(channel: WantedChannel, stood: Mapping[Ref, object] | None) -> bool:
    """An archive that an earlier step has made is wanted like one that is still to be made. What comes into it has no
    place of its own there, also if somebody has made it meanwhile."""
    return stood is not None and channel.ref not in stood and not channel.moves


def _having_stood(
    siblings: Sequence[WantedChannel], stood: Mapping[Ref, tuple[Ref | None, Rank]]
) -> list[Ref]:
    """As `_standing`, where some of the steps are done: what these have brought counts as still to come."""
    were = [c.ref for c in siblings if c.ref in stood and stood[c.ref][0] == c.parent]
    return sorted(were, key=lambda ref: stood[ref][1])


def _is_placed(channel: WantedChannel) -> bool:
    """Whether it gets a position with its own write."""
    return channel.channel is None or channel.moves


def _place(
    siblings: Sequence[WantedChannel],
    ranks: dict[Ref, Rank],
    ages: Mapping[Ref, int],
    positions: dict[Ref, int],
) -> None:
    """Gives those that come in their positions, and ranks beside those that stand there."""
    named = [c for c in siblings if c.key is not None]
    before: Rank | None = None
    for index, channel in enumerate(named):
        if _is_placed(channel):
            after = next((ranks[c.ref] for c in named[index:] if not _is_placed(c)), None)
            age = age_of(channel.ref, ages)
            positions[channel.ref] = place_between(before, after, age)
            ranks[channel.ref] = (positions[channel.ref], age)
        before = ranks[channel.ref]


def role_places(target: Target, snapshot: Snapshot, powers: BotPowers) -> dict[Ref, int] | None:
    """The one order call for roles, empty where none is needed, None where there is no room below the bot's role.

    A new role may or may not lift the others: the order has to be right both ways. Where a role stands that the plan
    deletes is nobody's business.
    """
    doomed = {role.id for role in target.doomed_roles}
    movable = [role for role in movable_roles(target.ranked, powers) if role.id not in doomed]
    new = [role.ref for role in target.roles if role.role is None]
    ages = {ref: number for number, ref in enumerate(new)}
    present = [*(role.id for role in movable), *new]
    lifted = {ref: (place, 0) for place, ref in enumerate(reversed(present))}
    wanted = [role.ref for role in target.roles if role.ref in lifted]
    lowest_first = wanted[::-1]
    if is_in_order(lowest_first, lifted) and (not new or is_in_order(lowest_first, _unlifted(movable, ages))):
        return {}
    top = next((r for r in snapshot.roles if r.id == powers.top_role_id), None)
    rank = (top.position, int(top.id)) if top and top.id != snapshot.guild_id else None
    return role_positions(merged(wanted, present)[::-1], ages, rank)


def _unlifted(movable: Iterable[Role], new: Mapping[Ref, int]) -> dict[Ref, Rank]:
    ranks: dict[Ref, Rank] = {role.id: role_rank(role) for role in movable}
    return ranks | {ref: (1, -age_of(ref, new)) for ref in new}


def movable_roles(ranked: Sequence[Role], powers: BotPowers) -> Sequence[Role]:
    """Those below the bot's highest role; @everyone is in neither list."""
    for place, role in enumerate(ranked, 1):
        if role.id == powers.top_role_id:
            return ranked[place:]
    return ()
