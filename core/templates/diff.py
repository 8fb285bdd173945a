"""What it takes to make a guild as a document says. Pure: what it is given is all it knows, and it changes nothing.

matching   which node is which existing object, and what is to be asked
goal       the state to reach: what is kept, made, changed and deleted, and where everything stands in the end
writes     the sequence of writes (law 6), the plan's steps, and which tighter writes are not needed
checks     what stands against it: limits, reach, budgets, and what its asker may not do
resources  what is neither setting, role nor channel, from matching to steps
tree       the same for people to read
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial

import msgspec
from msgspec.structs import replace

from core.discord.gateway import SettingsFields
from core.discord.pace import UNTOLD
from core.discord.types import BotPowers, Snapshot, Snowflake
from core.templates.begun import Begun
from core.templates.calls import calls_of
from core.templates.checks.fits import converts
from core.templates.checks.preflight import blockers_of, no_room_for_roles, refusals
from core.templates.documents.document import Document
from core.templates.expectation import expected_seconds
from core.templates.goal.aim import target_of
from core.templates.goal.places import Places, channel_places, role_places
from core.templates.goal.settings import NO_EDITS, GuildEdits, guild_edits
from core.templates.goal.target import Target, WantedChannel
from core.templates.matching.match import Matches, match
from core.templates.matching.unfit import unfit
from core.templates.plan import (
    Notice,
    Plan,
    PlanNode,
    PlanOptions,
    Ref,
    Step,
    node_of,
    nodes_in,
    ref_to,
    written_by,
)
from core.templates.resources.steps import emojis_named_by, resource_steps
from core.templates.tree import tree_of
from core.templates.waves import waves_in
from core.templates.writes.precedence import channel_edit
from core.templates.writes.safety import Phase, Safety
from core.templates.writes.sparing import spared
from core.templates.writes.steps import CHANNEL_ORDER, GUILD_FIRST, GUILD_LAST, ROLE_ORDER, Walk

# Where nothing is told of limits, time plays no part.
_SOMETIME = datetime(2000, 1, 1, tzinfo=UTC)
_OF_COMMUNITY = ("announcement", "stage")
_BEHIND_ALL = 1_000_000
_LIVE_ON = Notice(
    code="roles_live_on",
    message="Roles that the document does not name stay for now: to delete them together with these changes, protected "
    "channels would have to be written. Plan again when this one is done.",
)


def diff(
    document: Document,
    snapshot: Snapshot,
    bindings: Mapping[str, Snowflake],
    powers: BotPowers,
    options: PlanOptions,
    *,
    begun: Begun | None = None,
) -> Plan:
    """The document must be valid (`validate`). Bindings to what is gone are ignored. The rest of a plan that was
    `begun` leads to where the whole would have led."""
    begun = begun or Begun(guild=snapshot)
    plan = _plan(document, snapshot, bindings, powers, options, begun=begun)
    if written_by(plan.steps).isdisjoint(options.protected):
        return plan
    # Roles that die want to be denied what they bring, also in channels that nothing else is written to.
    keeping = replace(options, extras=replace(options.extras, roles="keep"))
    plan = _plan(document, snapshot, bindings, powers, keeping, begun=begun)
    kept = (notice for notice in plan.warnings if notice.code != "roles_kept")
    return replace(plan, warnings=(*kept, _LIVE_ON))


def _plan(
    document: Document,
    snapshot: Snapshot,
    bindings: Mapping[str, Snowflake],
    powers: BotPowers,
    options: PlanOptions,
    *,
    begun: Begun,
) -> Plan:
    matches = match(document, snapshot, bindings, options)
    target = target_of(document, snapshot, matches, powers, options, begun=begun)
    role_order = role_places(target, snapshot, powers)
    steps, places = _steps(target, snapshot, powers, role_order or {})
    ids = matches.ids
    tree = tree_of(target, snapshot, tuple(role_order or ()), places)
    nodes = nodes_in(tree)
    return Plan(
        steps=steps,
        tree=tree,
        warnings=target.warnings if role_order is not None else (*target.warnings, no_room_for_roles()),
        blockers=(
            *_unfit(document, snapshot, options, lambda key: key in ids and bindings.get(key) == ids[key]),
            *_open_questions(matches),
            *target.stranded,
            *blockers_of(target, snapshot, powers, options, steps),
        ),
        matched=ids,
        calls=sum(len(calls_of(step)) for step in steps),
        expected_seconds=expected_seconds(waves_in(steps, nodes), UNTOLD, _SOMETIME) if steps else 0.0,
        hash=_hash(steps, nodes),
        questions=matches.questions,
    )


def _unfit(
    document: Document, snapshot: Snapshot, options: PlanOptions, is_bound: Callable[[str], bool]
) -> Iterator[Notice]:
    """Something may have gone since the asker named it. Of a node that is bound to what stands in its place by now,
    what was said is done: an emoji that was made anew is not the one that was meant."""
    for problem in unfit(document, snapshot, options):
        node = problem.pointer.rpartition("/")[2]
        if problem.code != "unknown_id" or not is_bound(node):
            yield Notice(code="option", message=problem.message, node=node)


def _open_questions(matches: Matches) -> Iterator[Notice]:
    for question in matches.questions:
        yield Notice(code="ambiguous", message=question.message, node=question.nodes[0])


def _steps(
    target: Target, snapshot: Snapshot, powers: BotPowers, role_order: Mapping[Ref, int]
) -> tuple[tuple[Step, ...], Places]:
    safety = Safety(target, snapshot, powers)
    guild = _guild_edits(target, safety, bool(role_order))
    if role_order:
        safety.add(ROLE_ORDER, Phase.ROLE_ORDER)
    resources = _resources(target, safety)
    safety.add(CHANNEL_ORDER, Phase.CHANNEL_ORDER)
    sequence = safety.sequence()
    made = [
        f"${key}" for part in sequence.parts if part.startswith("create_channel:") and (key := node_of(part))
    ]
    places = channel_places(target, made)
    steps = Walk(target, sequence, (places, role_order), guild, resources).steps()
    return spared(steps, target, snapshot, powers, partial(refusals, target, snapshot, powers)), places


def _resources(target: Target, safety: Safety) -> Mapping[str, Step]:
    """Adds what is neither guild, role nor channel."""
    steps = resource_steps(target.resources)
    for phase, group in (
        (Phase.ROLE_CREATES, steps.expressions),
        (Phase.RESOURCES, steps.others),
        (Phase.RESOURCE_DELETES, steps.deletes),
    ):
        for place, node in enumerate(group, _BEHIND_ALL):
            safety.add(node, phase, place)
    makers = {ref_to(key): node for node in steps.expressions if (key := node_of(node))}
    for channel in target.changing if makers else ():
        for emoji in emojis_named_by(channel.fields):
            made = channel.channel is None
            node = f"create_channel:{channel.key}" if made else channel_edit(channel.ref)
            if emoji in makers:
                safety.before(makers[emoji], node)
    return steps.all


def _guild_edits(target: Target, safety: Safety, orders_roles: bool) -> GuildEdits:
    """Adds the guild's own one or two edits."""
    if not target.settings.changed:
        return NO_EDITS
    needing = [c for c in target.changing if c.key and _needs_community(c)]
    alone = not orders_roles and safety.is_idle and not channel_places(target, ()).order
    edits = guild_edits(target.settings, needs_community=bool(needing), alone=alone)
    if edits.first != SettingsFields():
        safety.add(GUILD_FIRST, Phase.CHANNEL_CREATES if edits.awaited else Phase.GUILD_FIRST, -1)
        for ref in edits.awaited:
            safety.before(f"create_channel:{ref[1:]}", GUILD_FIRST)
        for channel in needing:
            made = channel.channel is None
            safety.before(GUILD_FIRST, f"create_channel:{channel.key}" if made else channel_edit(channel.ref))
    if edits.last != SettingsFields():
        safety.add(GUILD_LAST, Phase.GUILD_LAST)
        if target.settings.disables:
            for channel in filter(converts, target.changing):
                safety.before(channel_edit(channel.ref), GUILD_LAST)
    return edits


def _needs_community(channel: WantedChannel) -> bool:
    return channel.fields.type in _OF_COMMUNITY or converts(channel)


def _hash(steps: tuple[Step, ...], nodes: Iterable[PlanNode]) -> str:
    """Of what is done and of what people were shown: also of the values that will be overwritten."""
    shown = [(node.kind, node.id, node.key, node.changes) for node in nodes if node.changes]
    return hashlib.sha256(msgspec.json.encode((steps, shown), order="deterministic")).hexdigest()
