"""Leaving out tighter writes that nobody would miss, so that those of a plan are inclusion-minimal (law 6).

Why something is written twice, or closed before it dies, is found by looking at two writes at a time (`precedence`,
`doomed`): that is always enough, and sometimes more than is needed, because by then something else is closed. Here one
after the other is left out of the finished plan. It stays out if all ends the same, if nobody, with any roles, has too
much at any moment, and if no set of overwrites is lost on the way that the document could not put back.
"""

from collections.abc import Callable, Collection, Iterator, Sequence, Set
from typing import Any

from core.discord.types import VOICE_LIKE, BotPowers, Snapshot
from core.templates.goal.target import Target, WantedChannel
from core.templates.plan import DeleteRole, EditChannel, EditRole, Notice, Ref, Step
from core.templates.writes.cascade import own_subject
from core.templates.writes.doors import EVERYTHING, Entries, View, at_stake, opens
from core.templates.writes.history import History, Line
from core.templates.writes.holdings import Holdings, RoleHistory, most_given
from core.templates.writes.meeting import ADMIN
from core.templates.writes.sets import Bits, OverwriteSet, Subject, removed, undecided

Steps = tuple[Step, ...]
Sets = tuple[OverwriteSet | None, OverwriteSet, OverwriteSet | None]


def spared(
    steps: Steps,
    target: Target,
    snapshot: Snapshot,
    powers: BotPowers,
    stands_against: Callable[[Steps], Collection[Notice]],
) -> Steps:
    """The steps without the tighter writes that are not needed. `stands_against` tells what the bot could not do."""
    written = {index: ref for index, step in enumerate(steps) if (ref := _tightened(step)) is not None}
    if not written:
        return steps
    sparing = _Sparing(steps, target, snapshot, own_subject(snapshot, powers))
    is_admin = _stays_admin(powers, steps)
    against = set[Notice]() if is_admin else set(stands_against(steps))
    asked = list(written)
    while asked:
        in_doubt = set[Ref]()
        for index in asked:
            without = {*sparing.left_out, index}
            if not sparing.is_needed(index) and (
                is_admin or against.issuperset(stands_against(_rest(steps, without)))
            ):
                in_doubt |= sparing.leave_out(index)
                del written[index]
        asked = [index for index, ref in written.items() if ref in in_doubt]
    return _rest(steps, sparing.left_out)


def _tightened(step: Step) -> Ref | None:
    """What it closes meanwhile."""
    match step:
        case EditRole(role_id=ref, written="meet") | EditChannel(channel_id=ref, written="meet"):
            return ref
        case _:
            return None


def _rest(steps: Steps, left_out: Collection[int]) -> Steps:
    return tuple(step for index, step in enumerate(steps) if index not in left_out)


def _stays_admin(powers: BotPowers, steps: Steps) -> bool:
    """Nothing is ever refused to it. Its highest role is nothing that a plan writes."""
    touched = {step.role_id for step in steps if isinstance(step, EditRole | DeleteRole)}
    return bool(powers.permissions & ADMIN) and touched.isdisjoint(powers.role_ids)


class _Sparing:
    def __init__(self, steps: Steps, target: Target, snapshot: Snapshot, bot: Subject) -> None:
        self.left_out: set[int] = set()
        self._steps = steps
        self._everyone = Subject("role", target.everyone)
        self._channels = target.index.by_ref
        self._passing = {bot, *(Subject("role", role.id) for role in target.doomed_roles)}
        self._history = History(target, steps)
        self._lines: dict[Ref, Line] = {}
        self._roles = RoleHistory(snapshot, steps)
        self._holdings = self._roles.line(())
        self._extent = self._roles.extent
        self._stakes: dict[Ref, int] = {}
        self._at_stake: dict[object, int] = {}
        self._places = self._roles.places
        self._known: dict[int, tuple[OverwriteSet, Entries]] = {}
        self._equal: dict[frozenset[tuple[Subject, Bits]], Entries] = {}
        self._answers: dict[object, bool] = {}
        self._suspects: dict[Ref, None] = {}

    def is_needed(self, index: int) -> bool:
        step = self._steps[index]
        if isinstance(step, EditRole):
            return self._role_is_needed(index, step)
        return isinstance(step, EditChannel) and self._channel_is_needed(index, step.channel_id)

    def leave_out(self, index: int) -> set[Ref]:
        """Tells of which roles and channels a tighter write may not be needed any more.

        The guild is more open now, so what was needed still is; but a category may take along a child that was kept
        from it, which is tighter then.
        """
        self.left_out.add(index)
        step = self._steps[index]
        if not isinstance(step, EditChannel):
            self._holdings = self._roles.line(self.left_out)
            return set()
        family = self._history.family(step.channel_id)
        lines, self._lines = (
            self._lines_of(family),
            {**self._lines, **self._history.lines(family, self.left_out)},
        )
        for ref in family:
            self._stakes.pop(ref, None)
        is_tighter = any(
            now is not None and instead is not None and removed(now, instead)
            for ref in family
            for _, (now, instead) in _states(lines[ref], self._lines[ref])
        )
        everything = {*self._channels, *self._roles.refs}
        return everything if is_tighter else {*family} - {step.channel_id}

    def _lines_of(self, refs: Set[Ref]) -> dict[Ref, Line]:
        if not refs <= self._lines.keys():
            self._lines |= self._history.lines(refs, self.left_out)
        return self._lines

    def _channel_is_needed(self, index: int, ref: Ref) -> bool:
        family = self._history.family(ref)
        lines, without = self._lines_of(family), self._history.lines(family, {*self.left_out, index})
        return any(self._is_missed(self._channels[each], lines[each], without[each]) for each in family)

    def _is_missed(self, channel: WantedChannel, line: Line, without: Line) -> bool:
        """Whether the channel would be worse off."""
        before, after = line[0][1], line[-1][1]
        if without[-1][1] != after:
            return True
        for (now, instead), moment in most_given([*_states(line, without)], self._holdings):
            if now is None or instead is None or now == instead:
                continue
            if self._is_lost(channel, instead) and not self._is_lost(channel, now):
                return True
            if self._opens(channel, (before, instead, after), moment.holdings):
                return True
        return False

    def _is_lost(self, channel: WantedChannel, now: OverwriteSet) -> bool:
        """Whether nobody who finds the channel like this could say what it had."""
        if channel.is_described or channel.is_doomed:
            return False
        return self._lasting(now) != self._lasting(channel.present)

    def _lasting(self, overwrites: OverwriteSet) -> OverwriteSet:
        return {subject: bits for subject, bits in overwrites.items() if subject not in self._passing}

    def _role_is_needed(self, index: int, step: EditRole) -> bool:
        had, end = self._roles.around(index, self.left_out)
        if end is None:
            return True
        has = step.fields.permissions if isinstance(step.fields.permissions, int) else had
        bits = EVERYTHING if had & ~has & ADMIN else had & ~has
        own, lines = Subject("role", step.role_id), self._lines_of(self._channels.keys())
        meanwhile = [moment for moment in self._holdings if index <= moment.start < end]
        instead: dict[int, Holdings] = {}
        # One that was opened before is likely to be opened again.
        for ref in (*self._suspects, *self._channels):
            if not bits & self._stake_in(ref):
                continue
            line = lines[ref]
            before, after = line[0][1], line[-1][1]
            for now, moment in most_given(line, meanwhile, end):
                if now is None or not (felt := self._felt(bits, own, now, moment.holdings)):
                    continue
                if not felt & self._stake(self._channels[ref], (before, now, after)):
                    continue
                if moment.start not in instead:
                    instead[moment.start] = self._roles.as_if(moment.holdings, step.role_id, has, had)
                holdings = instead[moment.start]
                if self._opens(self._channels[ref], (before, now, after), holdings, felt):
                    self._suspects[ref] = None
                    return True
        return False

    def _stake_in(self, ref: Ref) -> int:
        """Bits without which nothing can be too much there."""
        if ref not in self._stakes:
            line = self._lines[ref]
            before, after = line[0][1], line[-1][1]
            self._stakes[ref] = 0
            for now in (now for _, now in line if now is not None):
                self._stakes[ref] |= self._stake(self._channels[ref], (before, now, after))
        return self._stakes[ref]

    def _stake(self, channel: WantedChannel, sets: Sets) -> int:
        """As `_stake_in`, while it has these overwrites."""
        before, now, after = (None if each is None else self._entries(each) for each in sets)
        has_voice = channel.type in VOICE_LIKE
        question = before, now, after, has_voice
        if question not in self._at_stake and now is not None:
            gained, taken = self._extent
            gained |= now.more_than(before) if before else EVERYTHING
            taken |= now.more_than(after) if after else EVERYTHING
            self._at_stake[question] = at_stake(gained, taken, has_voice=has_voice)
        return self._at_stake[question]

    def _felt(self, bits: int, role: Subject, overwrites: OverwriteSet, holdings: Holdings) -> int:
        """Bits of the role that make a difference there."""
        if bits == EVERYTHING:
            return bits
        felt = bits & undecided(overwrites, self._everyone, role)
        return felt if role == self._everyone else felt & ~holdings.everyone

    def _opens(
        self,
        channel: WantedChannel,
        sets: Sets,
        holdings: Holdings,
        felt: int = EVERYTHING,
    ) -> bool:
        """Many channels have equal sets."""
        has_voice = channel.type in VOICE_LIKE
        before, now, after = (None if each is None else self._entries(each) for each in sets)
        question = (before, now, after, holdings, has_voice, felt)
        if question not in self._answers and now is not None:
            self._answers[question] = opens(
                before and View(self._holdings[0].holdings, before),
                View(holdings, now),
                after and View(self._holdings[-1].holdings, after),
                has_voice=has_voice,
                felt=felt,
            )
        return self._answers[question]

    def _entries(self, overwrites: OverwriteSet) -> Entries:
        """One for all equal sets."""
        known = self._known.get(id(overwrites))
        if known is None or known[0] is not overwrites:
            equal = frozenset(overwrites.items())
            if equal not in self._equal:
                self._equal[equal] = Entries(overwrites, self._everyone, self._places)
            known = self._known[id(overwrites)] = overwrites, self._equal[equal]
        return known[1]


def _states(*lines: Sequence[tuple[int, Any]]) -> Iterator[tuple[int, list[Any]]]:
    """What all lines have from one step on until one of them changes."""
    nexts = [0] * len(lines)
    for start in sorted({start for line in lines for start, _ in line}):
        for number, line in enumerate(lines):
            while nexts[number] < len(line) and line[nexts[number]][0] <= start:
                nexts[number] += 1
        yield start, [line[place - 1][1] for line, place in zip(lines, nexts, strict=True)]
