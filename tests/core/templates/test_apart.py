"""A channel that must not follow its category is made different by what the bot can spare: nothing that it needs there,
nothing that it may not write."""

from collections.abc import Iterable

from msgspec.structs import replace

from core.discord.permissions import BY_NAME, bits_of
from core.discord.types import BotPowers, Snapshot
from core.templates.documents.channels import Category, TextChannel, VoiceChannel
from core.templates.documents.document import Document
from core.templates.documents.roles import DocumentRole
from core.templates.plan import EditChannel, Plan, PlanOptions
from tests.builders.answers import answered
from tests.builders.guilds import BITS, BOT_ROLE, GUILD, Thrown, pick, snapshot, wish
from tests.builders.journeys import Journey
from tests.builders.scenes import (
    BOT,
    EXACT,
    category,
    channel,
    deny,
    for_role,
    guild,
    plan_for,
    wanted,
)
from tests.fixtures.size import SEED, sized

HANDS = ("view_channel", "manage_channels", "manage_roles")
SPARED = "send_tts_messages"
UNSPARED = int(sum(BITS)) | int(bits_of([*HANDS, SPARED, "administrator"]))


def armed(there: Snapshot, *permissions: str) -> tuple[Snapshot, BotPowers]:
    """The bot's role has these instead of administrator; the bot has what everybody has as well."""
    own = int(bits_of(permissions))
    roles = tuple(replace(r, permissions=own) if r.id == BOT_ROLE else r for r in there.roles)
    held = own | there.everyone.permissions
    return replace(there, roles=roles), BotPowers(
        user_id=BOT, permissions=held, top_role_id=BOT_ROLE, role_ids=(BOT_ROLE,)
    )


def kept_apart(*, kind: str = "text", everyone: Iterable[str] = ()) -> tuple[Snapshot, Document]:
    """A category that changes, with a synced child of whose overwrites the document says nothing."""
    shut = deny(GUILD, "speak")
    child = channel(2001, "c", shut, kind=kind, parent=2000)  # pyright: ignore[reportArgumentType] - a type's name
    there = guild(category(2000, "K", shut), child, everyone=tuple(everyone))
    node = TextChannel(key="c", name="c") if kind == "text" else VoiceChannel(key="c", name="c")
    changed = (for_role("everyone", deny=["send_messages"]),)
    return there, wanted(Category(key="k", name="K", overwrites=changed, channels=(node,)))


def own_denies(plan: Plan) -> int:
    """What the plan denies the bot, for a while or for good."""
    return sum(
        entry.deny
        for step in plan.steps
        if isinstance(step, EditChannel) and step.written == "meet"
        for entry in step.fields.overwrites or ()
        if entry.id == BOT_ROLE
    )


def test_it_is_not_what_the_bot_works_with_while_there_is_anything_else() -> None:
    there, said = kept_apart()
    there, bot = armed(there, *HANDS, "send_messages")
    plan = plan_for(said, there, powers=bot)
    assert plan.blockers == ()
    assert own_denies(plan) == bits_of(["send_messages"])
    assert list(Journey(plan, there, bot).doors()) == []


def test_in_a_voice_channel_it_is_not_what_lets_the_bot_in() -> None:
    there, said = kept_apart(kind="voice")
    there, bot = armed(there, *HANDS, "connect", "send_messages")
    plan = plan_for(said, there, powers=bot)
    assert plan.blockers == ()
    assert own_denies(plan) == bits_of(["send_messages"])


def test_a_bot_with_nothing_to_spare_is_told_so_and_nothing_follows_by_accident() -> None:
    """An own permission that the bot cannot do without is never the price."""
    there, said = kept_apart()
    said = replace(said, channels=(replace(said.channels[0], overwrites=()),))
    there, bot = armed(there, *HANDS)
    plan = plan_for(said, there, powers=bot)
    assert {notice.code for notice in plan.blockers} == {"channel_out_of_reach"}


def test_it_is_nothing_that_the_plan_takes_from_the_bot_on_the_way() -> None:
    """What everybody has the bot has, too, until nobody has it any more."""
    there, said = kept_apart(everyone=[SPARED])
    there, bot = armed(there, *HANDS, "send_messages")
    said = replace(said, everyone=replace(said.everyone, permissions=()))
    plan = plan_for(said, there, powers=bot)
    assert plan.blockers == ()
    assert own_denies(plan) == bits_of(["send_messages"])
    assert list(Journey(plan, there, bot).doors()) == []


def pairs() -> Iterable[tuple[Snapshot, Document, dict[str, str], PlanOptions, str]]:
    """Random guilds, and the one permission that the bot can spare: one that no overwrite speaks of."""
    for number in range(sized(small=300, soak=20_000)):
        choose = Thrown(SEED * 23_000_003 + number)
        present, (document, bindings) = snapshot(choose), wish(choose)
        silent = tuple(_silent(node) for node in document.roles)
        spare = pick(choose, [name for name, bit in BY_NAME.items() if not bit & UNSPARED])
        options = EXACT if number % 2 else PlanOptions()
        yield present, replace(document, roles=silent), bindings, options, spare


def _silent(node: DocumentRole) -> DocumentRole:
    return DocumentRole(key=node.key, name=node.name, managed=True) if node.managed else node


def _plan(
    present: Snapshot, document: Document, bindings: dict[str, str], mode: PlanOptions, hands: Iterable[str]
) -> Plan:
    there, bot = armed(_plain(present), *hands)
    options = answered(document, there, bindings, bot, options=mode)
    return plan_for(document, there, bindings, options=options, powers=bot)


def _plain(present: Snapshot) -> Snapshot:
    """What everybody has does not matter here."""
    return replace(
        present, roles=tuple(replace(r, permissions=0) if r.id == GUILD else r for r in present.roles)
    )


def _lost_ways(plan: Plan) -> set[str]:
    return {notice.message for notice in plan.blockers if notice.code == "channel_out_of_reach"}


def test_with_one_permission_to_spare_no_channel_gets_out_of_reach_that_another_bot_would_reach() -> None:
    apart = 0
    for present, document, bindings, mode, spare in pairs():
        plan = _plan(present, document, bindings, mode, (*HANDS, spare))
        easier = _plan(present, document, bindings, mode, (*HANDS, spare, SPARED))
        assert _lost_ways(plan) == _lost_ways(easier)
        apart += bool(own_denies(plan) & bits_of([spare]))
    assert apart > sized(small=2, soak=150)
