"""What tools of this kind have done to people's servers, each shown to be impossible here.

Judged by a small Discord that is nobody's but the tests', and by an oracle of who may do what.
"""

from collections.abc import Iterator

from core.discord.types import Channel, Overwrite, Snapshot
from core.templates.documents.channels import Category, DocumentOverwrite, TextChannel
from core.templates.documents.document import Document
from core.templates.documents.roles import DocumentRole
from core.templates.plan import (
    NEW,
    CreateChannel,
    CreateRole,
    DeleteChannel,
    DeleteRole,
    EditChannel,
    OrderChannels,
    PlanOptions,
)
from tests.builders.answers import answered
from tests.builders.guilds import Thrown, powers, snapshot, wish
from tests.builders.journeys import Journey
from tests.builders.oracle import effective_bits
from tests.builders.scenes import (
    EXACT,
    GUILD,
    MEMBER,
    POWERS,
    allow,
    category,
    channel,
    deny,
    for_role,
    guild,
    ids,
    journey_to,
    plan_for,
    role,
    wanted,
)
from tests.fixtures.size import SEED, sized

VIEW, SEND = 1 << 10, 1 << 11


def random_journeys(count: int) -> Iterator[tuple[Document, dict[str, str], PlanOptions, Journey]]:
    """Whole ways through random guilds, `exact` every second time."""
    for number in range(count):
        choose = Thrown(SEED * 17_000_023 + number)
        present, (document, bindings) = snapshot(choose), wish(choose)
        bot, mode = powers(present), EXACT if number % 2 else PlanOptions()
        options = answered(document, present, bindings, bot, options=mode, choose=choose)
        plan = plan_for(document, present, bindings, options=options, powers=bot)
        if not plan.blockers:
            yield document, bindings, options, Journey(plan, present, bot)


def found(state: Snapshot, channel_id: str) -> Channel:
    return next(c for c in state.channels if c.id == channel_id)


def test_overwrites_are_never_deleted_and_then_added_again() -> None:
    kept = (deny(GUILD, "view_channel"), allow(1101, "view_channel"), allow(MEMBER, "view_channel"))
    there = guild(role(1101, "mod"), channel(2001, "staff", *kept), everyone=["view_channel", "speak"])
    member = DocumentOverwrite(member=MEMBER, allow=("view_channel",))
    said = wanted(
        DocumentRole(key="mod", name="mod", permissions=("send_messages",)),
        TextChannel(
            key="staff",
            name="staff",
            overwrites=(
                for_role("everyone", deny=["view_channel", "send_messages"]),
                for_role("mod", allow=["view_channel"]),
                member,
            ),
        ),
        everyone=["view_channel", "send_messages"],
    )
    journey = journey_to(said, there)
    assert len(journey.states) > 2
    for state in journey.states:
        entries = {o.id: o for o in found(state, "2001").overwrites}
        assert entries[GUILD].deny & VIEW
        assert entries["1101"].allow & entries[MEMBER].allow & VIEW


def test_member_overwrites_are_never_sent_as_roles() -> None:
    member = DocumentOverwrite(member=MEMBER, allow=("view_channel",), deny=("send_messages",))
    there = guild(
        channel(2001, "old", allow(MEMBER, "speak")), category(2010, "K", allow(MEMBER, "speak"), position=1)
    )
    said = wanted(
        TextChannel(key="old", name="old", overwrites=(member,)),
        TextChannel(key="new", name="new", overwrites=(member,)),
        Category(key="k", name="K", overwrites=(member,), channels=(TextChannel(key="in", name="in"),)),
    )
    journey = journey_to(said, there)
    written = [
        o for step in journey.plan.steps if isinstance(step, CreateChannel | EditChannel)
        for o in step.fields.overwrites or ()
    ]  # fmt: skip
    assert len(written) == 4
    assert set(written) == {Overwrite("member", MEMBER, VIEW, SEND)}
    assert all(c.overwrites == (Overwrite("member", MEMBER, VIEW, SEND),) for c in journey.end.channels)


def test_many_parent_changes_never_share_an_order_call() -> None:
    there = guild(
        category(2000, "A"), category(2010, "B", position=1),
        *(channel(2100 + n, f"c{n}", parent=2000 if n % 2 else 2010, position=n) for n in range(6)),
    )  # fmt: skip
    inside = [
        tuple(TextChannel(key=f"c{n}", name=f"c{n}") for n in numbers) for numbers in ((4, 0, 2), (5, 3, 1))
    ]
    said = wanted(
        Category(key="b", name="B", channels=inside[1]), Category(key="a", name="A", channels=inside[0])
    )
    journey = journey_to(said, there)
    orders = [step for step in journey.plan.steps if isinstance(step, OrderChannels)]
    moves = [step for step in journey.plan.steps if isinstance(step, EditChannel)]
    assert len(orders) <= 1
    assert {step.channel_id for step in moves} == {str(2100 + n) for n in range(6)}
    assert all(step.fields.parent_id in ("2000", "2010") for step in moves)
    for number in range(6):
        assert found(journey.end, str(2100 + number)).parent_id == ("2010" if number % 2 else "2000")


def test_a_live_channel_is_not_deleted_where_a_create_was_skipped() -> None:
    """Whatever it is that stops a plan before its last create: every live channel and role still stands."""
    deleting = 0
    for _, _, _, journey in random_journeys(sized(small=120, soak=4_000)):
        steps = journey.plan.steps
        creates = [n for n, step in enumerate(steps) if isinstance(step, CreateChannel | CreateRole)]
        deletes = [n for n, step in enumerate(steps) if isinstance(step, DeleteChannel | DeleteRole)]
        deleting += bool(creates and deletes)
        before = journey.states[0]
        for state in journey.states[: creates[-1] + 1] if creates else ():
            assert {c.id for c in before.channels} <= {c.id for c in state.channels}
            assert {r.id for r in before.roles} <= {r.id for r in state.roles}
        assert not creates or not deletes or creates[-1] < deletes[0]
    assert deleting > sized(small=10, soak=300)


def test_a_second_apply_does_nothing() -> None:
    for document, bindings, options, journey in random_journeys(sized(small=120, soak=4_000)):
        again = journey.second_plan(document, bindings, powers(journey.states[0]), options)
        assert again.steps == ()
        assert Journey(again, journey.end, powers(journey.states[0])).end == journey.end


def test_duplicate_names_are_not_swallowed() -> None:
    vips = tuple(DocumentRole(key=key, name="vip") for key in ("v1", "v2"))
    chats = tuple(TextChannel(key=key, name="chat", topic=key) for key in ("one", "two", "three"))
    said = wanted(*vips, *chats)
    born = journey_to(said, guild())
    assert sorted(c.topic or "" for c in born.end.channels) == ["one", "three", "two"]
    assert [r.name for r in born.end.roles].count("vip") == 2
    there = guild(channel(2001, "chat"), channel(2002, "chat"))
    asked = plan_for(wanted(*chats), there)
    assert asked.blockers
    assert asked.steps == ()
    options = PlanOptions(mappings={"one": "2002", "two": "2001", "three": NEW})
    journey = journey_to(wanted(*chats), there, options=options)
    assert {c.id: c.topic for c in journey.end.channels} == {
        "2002": "one", "2001": "two", journey.created["three"]: "three",
    }  # fmt: skip


def test_a_loosened_category_does_not_open_a_synced_child() -> None:
    closed = deny(GUILD, "view_channel")
    there = guild(
        category(2000, "K", closed), channel(2001, "secret", closed, parent=2000),
        channel(2002, "open", closed, parent=2000, position=1), everyone=["view_channel"],
    )  # fmt: skip
    opened = TextChannel(key="open", name="open", overwrites="synced")
    for secret in (
        TextChannel(key="secret", name="secret"),
        TextChannel(key="secret", name="secret", overwrites=(for_role("everyone", deny=["view_channel"]),)),
    ):
        said = wanted(Category(key="k", name="K", overwrites=(), channels=(secret, opened)))
        journey = journey_to(said, there)
        for state in journey.states:
            assert effective_bits(state, found(state, "2001"), (), None) == 0
        assert effective_bits(journey.end, found(journey.end, "2002"), (), None) == VIEW


def test_a_doomed_roles_deny_is_not_dropped_early() -> None:
    there = guild(
        role(1101, "muted"), channel(2001, "chat", deny(1101, "send_messages")),
        everyone=["view_channel", "send_messages"],
    )  # fmt: skip
    said = wanted(
        TextChannel(key="chat", name="chat", overwrites=(for_role("everyone", allow=["speak"]),)),
        TextChannel(key="new", name="new", overwrites=()),
    )
    journey = journey_to(said, there, options=EXACT)
    assert ids(journey.plan)[-1] == "delete_role:1101"
    for state in journey.states[:-1]:
        assert not effective_bits(state, found(state, "2001"), ("1101",), None) & SEND
    assert plan_for(said, journey.end, journey.created, options=EXACT, powers=POWERS).is_empty
