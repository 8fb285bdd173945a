"""How many calls a change needs, counted from the guild before and after, and from nothing of how plans are made.

A call for each thing that is made, edited or deleted; none for a channel that only follows its category; at most one
for each order, and only where places would be wrong without it. Beyond that only tighter writes that come before
others, and putting back a child that Discord takes along with its category.
"""

from collections.abc import Collection, Mapping

from msgspec import UNSET
from msgspec.structs import replace

from core.discord.types import BotPowers, Channel, Overwrite, Role, Snapshot
from core.templates.documents.channels import Category
from core.templates.documents.document import Document
from core.templates.plan import (
    EditChannel,
    EditGuild,
    EditRole,
    OrderChannels,
    OrderRoles,
    Plan,
    Step,
)
from tests.builders.journeys import Journey
from tests.builders.world import Refused


def needed_calls(before: Snapshot, after: Snapshot) -> int:
    """Beside those for the guild's own settings, for orders and for writes in two parts."""
    roles = _different({r.id: _still(r) for r in before.roles}, {r.id: _still(r) for r in after.roles})
    living = {role.id for role in after.roles}
    old = {c.id: _bare(c, living) for c in before.channels}
    new = {c.id: _bare(c, living) for c in after.channels}
    followers = sum(_follows(ref, old, new) for ref in old.keys() & new.keys())
    return roles + _different(old, new) - followers + _second_parts(after, before)


def _different(old: Mapping[str, object], new: Mapping[str, object]) -> int:
    return sum(old.get(ref) != new.get(ref) for ref in old.keys() | new.keys())


def _still(role: Role) -> Role:
    return replace(role, position=0)


def _bare(channel: Channel, living: set[str]) -> Channel:
    """Without its place, and without entries that say nothing or die with their role."""
    entries = [
        o for o in channel.overwrites if (o.allow or o.deny) and (o.kind == "member" or o.id in living)
    ]
    return replace(channel, position=0, overwrites=tuple(sorted(entries)))


def _follows(ref: str, old: Mapping[str, Channel], new: Mapping[str, Channel]) -> bool:
    """Discord copies a category's new set to a child that had its old one."""
    before, after = old[ref], new[ref]
    home = before.parent_id or ""
    return (
        before.overwrites != after.overwrites
        and replace(before, overwrites=()) == replace(after, overwrites=())
        and home in old
        and home in new
        and old[home].overwrites == before.overwrites
        and new[home].overwrites == after.overwrites
    )


def _second_parts(after: Snapshot, before: Snapshot) -> int:
    """Discord takes the flags of a new forum only with an edit."""
    there = {c.id for c in before.channels}
    return sum((c.require_tag or c.hide_downloads) and c.id not in there for c in after.channels)


def orders(plan: Plan) -> list[Step]:
    return [step for step in plan.steps if isinstance(step, OrderRoles | OrderChannels)]


def is_needed_order(plan: Plan, step: Step, guild: Snapshot, bot: BotPowers, whole: Journey) -> bool:
    """Whether anything would be shown in another order without the call; also if new roles lift the others."""
    left = replace(plan, steps=tuple(s for s in plan.steps if s is not step))
    return any(
        _shown(Journey(left, guild, bot, lifts=lifts).end) != _shown(whole.end) for lifts in (False, True)
    )


def _shown(state: Snapshot) -> object:
    roles = [r.id for r in sorted(state.roles, key=lambda r: (r.position, -int(r.id))) if r.position]
    siblings: dict[object, list[str]] = {}
    for c in sorted(state.channels, key=lambda c: (c.position, int(c.id))):
        kind = "category" if c.type == "category" else "voice" if c.type in ("voice", "stage") else "text"
        siblings.setdefault((c.parent_id, kind), []).append(c.id)
    return roles, siblings


def tighter_writes(plan: Plan) -> list[EditRole | EditChannel]:
    """Every write of something that is written again, or dies, later, or of which all dies that it says."""
    return [s for s in plan.steps if isinstance(s, EditRole | EditChannel) and s.written == "meet"]


def held(plan: Plan, before: Snapshot, after: Snapshot) -> list[EditChannel]:
    """Writes that deny roles until they are deleted, and change nothing else: what others get in the same plan is not
    for them. No second write follows, because Discord takes the entries away with the roles."""
    dying = {role.id for role in before.roles} - {role.id for role in after.roles}
    living = {role.id for role in after.roles}
    old = {c.id: c for c in before.channels}
    new = {c.id: c for c in after.channels}
    found: list[EditChannel] = []
    for step in plan.steps:
        if isinstance(step, EditChannel) and step.written == "final" and step.channel_id in new:
            was, becomes = old[step.channel_id], new[step.channel_id]
            said = step.fields.overwrites
            doomed = said is not UNSET and any(o.kind == "role" and o.id in dying for o in said)
            if doomed and _bare(was, living) == _bare(becomes, living):
                found.append(step)
    return found


def put_back(plan: Plan, before: Snapshot, after: Snapshot) -> list[str]:
    """Channels that are written in the end and are as they were: children that were synced with a category that has
    changed. Raises `AssertionError` for any other such write."""
    living = {role.id for role in after.roles}
    old = {c.id: _bare(c, living) for c in before.channels}
    new = {c.id: _bare(c, living) for c in after.channels}
    found: list[str] = []
    for step in plan.steps:
        if isinstance(step, EditChannel) and step.written == "final":
            ref = step.channel_id
            if (old[ref] != new[ref] and not _follows(ref, old, new)) or step in held(plan, before, after):
                continue
            home = old[ref].parent_id
            assert home is not None, f"{step.id} changes nothing"
            assert _raw(before, home) == _raw(before, ref), f"{step.id} was not synced"
            assert old[home] != new.get(home), f"{step.id} changes nothing"
            found.append(ref)
    return found


def _raw(state: Snapshot, channel_id: str) -> list[Overwrite]:
    channel = next(c for c in state.channels if c.id == channel_id)
    return sorted(o for o in channel.overwrites if o.allow or o.deny)


def is_needed(
    plan: Plan, step: Step, guild: Snapshot, bot: BotPowers, whole: Journey, *, silent: Collection[str] = ()
) -> bool:
    """Whether the plan without this write is refused, ends elsewhere, opens a door, or loses on the way what only the
    guild knows: that of one of the `silent` channels."""
    left = replace(plan, steps=tuple(s for s in plan.steps if s is not step))
    try:
        journey = Journey(left, guild, bot)
    except Refused:
        return True
    return (
        _entries(journey.end) != _entries(whole.end)
        or any(True for _ in journey.doors(together=len(guild.roles)))
        or any(_is_lost(ref, journey, bot) and not _is_lost(ref, whole, bot) for ref in silent)
    )


def silent_channels(document: Document, plan: Plan, guild: Snapshot) -> set[str]:
    """Channels of whose overwrites the document says nothing: if the plan is stopped, the next one leaves them as they
    are found."""
    nodes = [*document.channels]
    nodes += [child for node in document.channels if isinstance(node, Category) for child in node.channels]
    said = {plan.matched.get(node.key) for node in nodes if node.overwrites is not UNSET}
    return {channel.id for channel in guild.channels} - said


def _is_lost(channel_id: str, journey: Journey, bot: BotPowers) -> bool:
    """Whether a channel that stays as it is has other overwrites meanwhile; the bot's own, which only make it differ
    from its category, and those of roles that die are nobody's loss."""
    ends = (journey.states[0], journey.end)
    lasting = {role.id for role in journey.end.roles} - {bot.top_role_id}
    entries = [_lasting(state, channel_id, lasting) for state in (*ends, *journey.states)]
    return entries[0] == entries[1] and any(found != entries[0] for found in entries)


def _lasting(state: Snapshot, channel_id: str, roles: set[str]) -> object:
    """None where there is no such channel."""
    channel = next((c for c in state.channels if c.id == channel_id), None)
    return channel and sorted(
        o for o in channel.overwrites if (o.allow or o.deny) and (o.kind == "member" or o.id in roles)
    )


def _entries(state: Snapshot) -> object:
    living = {role.id for role in state.roles}
    return {c.id: _bare(c, living) for c in state.channels}, {r.id: _still(r) for r in state.roles}


def guild_calls(plan: Plan) -> int:
    return sum(isinstance(step, EditGuild) for step in plan.steps)
