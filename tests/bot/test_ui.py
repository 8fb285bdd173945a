"""What people see fits into Discord's limits, shows what matters first, and cannot be forged."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import disnake
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ui.confirm import Choice, Decide, Press, answer_press, confirm_row, custom_id, read_press
from bot.ui.job_embed import LOOKS, WAITS, JobView, job_embed
from bot.ui.plan_embed import counts, plan_embeds
from bot.ui.text import about, block, clipped, fitting, size
from core.discord.markdown import plain
from core.templates.plan import Change, DeleteRole, Notice, Plan, PlanNode

ASKER = "700000000000000001"
# Long more often than not, at little cost for whoever draws it.
nasty = st.builds(
    str.__mul__, st.sampled_from(["ab `", "```", "\n*_@", "#😀🏳️", "ł|", "x"]), st.integers(1, 100)
)
actions = st.sampled_from(["keep", "create", "edit", "move", "archive", "delete"])
changes = st.builds(Change, field=st.just("topic"), before=st.none() | nasty, after=st.none() | nasty)


def nodes(children: st.SearchStrategy[PlanNode] | None = None) -> st.SearchStrategy[PlanNode]:
    return st.builds(
        PlanNode,
        kind=st.sampled_from(["guild", "role", "channel"]),
        action=actions,
        name=nasty,
        type=st.sampled_from([None, "text", "voice", "category", "forum"]),
        changes=st.lists(changes, max_size=4).map(tuple),
        children=st.just(()) if children is None else st.lists(children, max_size=4).map(tuple),
    )


notices = st.builds(Notice, code=st.just("x"), message=nasty, node=st.none() | nasty)
plans = st.builds(
    Plan,
    steps=st.sampled_from([(), (DeleteRole(id="1", title="x", role_id="1"),)]),
    tree=st.lists(nodes(nodes()), max_size=8).map(lambda each: tuple(each * 30)),
    warnings=st.lists(notices, max_size=6).map(lambda each: tuple(each * 8)),
    blockers=st.lists(notices, max_size=6).map(lambda each: tuple(each * 8)),
    matched=st.just({}),
    calls=st.integers(0, 1000),
    expected_seconds=st.floats(0, 1e5),
    hash=st.just("0123456789abcdef0123"),
)


def plan(*tree: PlanNode, **more: Any) -> Plan:
    empty: dict[str, Any] = {
        "steps": (DeleteRole(id="1", title="x", role_id="1"),) if tree else (),
        "tree": tree,
        "warnings": (),
        "blockers": (),
        "matched": {},
        "calls": 3,
        "expected_seconds": 4.2,
        "hash": "0123456789abcdef",
    }
    return Plan(**(empty | more))


TREE = (
    PlanNode(
        kind="guild",
        action="edit",
        name="Harbour",
        changes=(Change(field="verification_level", before="low", after="high"),),
    ),
    PlanNode(kind="role", action="create", name="Cook"),
    PlanNode(kind="role", action="keep", name="Untouched"),
    PlanNode(
        kind="channel",
        action="keep",
        name="Deck",
        type="category",
        children=(
            PlanNode(
                kind="channel",
                action="edit",
                name="log",
                type="text",
                changes=(Change(field="topic", before=None, after="x"),),
            ),
            PlanNode(kind="channel", action="move", name="Bridge", type="voice"),
        ),
    ),
    PlanNode(kind="channel", action="delete", name="old", type="text"),
)


def assert_within_limits(embeds: list[disnake.Embed]) -> None:
    total = 0
    for embed in embeds:
        title, description, footer = embed.title or "", embed.description or "", embed.footer.text or ""
        assert size(title) <= 256
        assert 0 < size(description) <= 4096
        assert size(footer) <= 2048
        assert len(embed.fields) <= 25
        total += size(title) + size(description) + size(footer)
    assert total <= 6000
    assert len(embeds) <= 10


# Plans


@given(plans, nasty)
def test_a_plan_fits_into_one_message_however_large_it_is(plan: Plan, guild_name: str) -> None:
    assert_within_limits(plan_embeds(plan, guild_name=guild_name))


@given(plans)
def test_nothing_a_name_contains_ends_the_block_it_stands_in(plan: Plan) -> None:
    for embed in plan_embeds(plan, guild_name="x")[1:]:
        text = embed.description or ""
        assert text.startswith("```\n")
        assert text.endswith("\n```")
        assert "`" not in text[3:-3]


def test_a_plan_reads_as_a_tree_of_what_changes() -> None:
    verdict, tree = plan_embeds(plan(*TREE), guild_name="Harbour")
    assert verdict.title == "Plan for Harbour"
    assert verdict.description == (
        "+ 1 to create · ~ 2 to edit · ↕ 1 to move · \N{MINUS SIGN} 1 to delete\n3 Discord calls, about 4 s."
    )
    assert tree.description == (
        "```\n"
        "~ guild\n"
        "    verification_level: low → high\n"
        "+ @Cook\n"
        "  ▾ Deck\n"
        "~   #log\n"
        "      topic: none → x\n"
        "↕   ♪ Bridge\n"
        "\N{MINUS SIGN} #old\n"
        "```"
    )


def test_blockers_come_before_warnings_and_both_before_the_summary() -> None:
    embeds = plan_embeds(
        plan(
            *TREE,
            blockers=(Notice(code="b", message="Bot's role is too low", node="cook"),),
            warnings=(Notice(code="w", message="2 channels go"),),
        ),
        guild_name="x",
    )
    text = embeds[0].description or ""
    assert text.startswith(
        "**1 blocker**\n⛔ `cook`: Bot's role is too low\n\n**1 warning**\n⚠️ 2 channels go"
    )
    assert text.index("1 warning") < text.index("to create")


def test_an_empty_plan_says_that_nothing_is_to_do() -> None:
    (only,) = plan_embeds(plan(), guild_name="Harbour")
    assert only.description == "Nothing to do: the guild already is as the document wants it."


def test_a_plan_too_long_to_show_says_how_much_is_missing() -> None:
    roles = [PlanNode(kind="role", action="create", name=f"role number {n}") for n in range(1000)]
    _, tree = plan_embeds(plan(*roles), guild_name="x")
    lines = (tree.description or "").splitlines()
    shown = len([line for line in lines if line.startswith("+")])
    assert lines[-2] == f"… and {1000 - shown} more lines"
    assert shown > 150


def test_every_node_is_counted_by_what_happens_to_it() -> None:
    assert counts(TREE) == {"create": 1, "edit": 2, "move": 1, "archive": 0, "delete": 1}


# Text


@given(nasty, st.integers(1, 200))
def test_clipped_text_fits_and_is_untouched_when_it_fits_anyway(text: str, limit: int) -> None:
    assert size(clipped(text, limit)) <= limit
    if size(text) <= limit:
        assert clipped(text, limit) == text


@given(nasty, st.integers(1, 200))
def test_as_much_of_a_text_is_kept_as_fits(text: str, limit: int) -> None:
    fits = [end for end in range(len(text) + 1) if size(text[:end]) < limit]
    assert clipped(text, limit) in {text, text[: fits[-1]].rstrip() + "…"}


@given(st.lists(nasty, max_size=50), st.integers(30, 400))
def test_lines_that_do_not_fit_are_counted(lines: list[str], limit: int) -> None:
    flat = [line.replace("\n", " ") for line in lines]
    assert size(fitting(flat, limit)) <= limit
    assert size(block(flat, limit)) <= limit
    shown = fitting(flat, limit).splitlines() if flat else []
    if shown and shown[-1].startswith("… and"):
        assert len(shown) - 1 + int(shown[-1].split()[2]) == len(flat)


def test_text_from_people_is_shown_and_not_obeyed() -> None:
    assert plain("@everyone **x** <@1>\n# y") == r"\@everyone \*\*x\*\* \<\@1\> \# y"


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "1 s"), (89, "89 s"), (120, "2 min"), (5400, "1.5 h"), (172800, "48.0 h")]
)
def test_durations_are_said_as_people_say_them(seconds: float, said: str) -> None:
    assert about(seconds) == said


# Jobs


@given(
    st.builds(
        JobView,
        title=nasty,
        state=st.sampled_from(sorted(LOOKS)),
        id=st.uuids().map(str),
        done=st.integers(-5, 2000),
        total=st.integers(0, 1000),
        now=st.none() | nasty.map(lambda text: text * 30),
        outcome=st.none() | nasty.map(lambda text: text * 30),
        waiting_for=st.sampled_from([None, *sorted(WAITS)]),
        resume_at=st.none() | st.just(datetime(2026, 8, 1, tzinfo=UTC)),
    )
)
def test_a_job_fits_into_one_message_whatever_it_says(job: JobView) -> None:
    assert_within_limits([job_embed(job)])


def test_a_running_job_shows_how_far_it_is_and_what_it_does() -> None:
    job = JobView(title="Apply", state="running", id="7", done=5, total=10, now="create the role Cook")
    assert job_embed(job).description == "**Running**\n`████████░░░░░░░░` 5 of 10\ncreate the role Cook"


def test_a_job_that_knows_when_it_will_be_done_says_so() -> None:
    done_at = datetime(2026, 8, 1, tzinfo=UTC)
    job = JobView(title="Apply", state="running", id="7", done=5, total=10, expected_at=done_at)
    assert job_embed(job).description == "**Running**\n`████████░░░░░░░░` 5 of 10, done <t:1785542400:R>"


def test_a_waiting_job_says_for_what_and_until_when() -> None:
    until = datetime(2026, 8, 1, tzinfo=UTC)
    job = JobView(title="Apply", state="waiting", id="7", waiting_for="rate_limit", resume_at=until)
    said = "**Waiting** · for Discord's rate limit · until <t:1785542400:R>".replace(" · ", " ")
    assert job_embed(job).description == said


# Buttons


@given(
    st.uuids(), st.integers(1, 2**64 - 1).map(str), st.sampled_from(["apply", "cancel", "approve", "reject"])
)
def test_a_buttons_id_says_all_that_is_needed_after_a_restart(plan_id: UUID, asker: str, choice: Any) -> None:
    press = Press(choice, plan_id, asker)
    text = custom_id(press)
    assert text.startswith(f"gw:{choice}:{plan_id}")
    assert len(text) <= 100
    assert read_press(text) == press


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "gw:apply",
        "gw:apply:1:2",
        f"gw:drop:{uuid4()}:1",
        f"xx:apply:{uuid4()}:1",
        f"gw:apply:{uuid4()}:x",
        f"gw:apply:{uuid4()}:",
        f"gw:apply:{uuid4()}:1:2",
    ],
)
def test_any_other_id_is_not_ours(text: str | None) -> None:
    assert read_press(text) is None


@given(st.text(max_size=100))
def test_no_text_whatever_makes_reading_fail(text: str) -> None:
    read_press(text)
    read_press(f"gw:apply:{text}:1")


async def test_apply_cannot_be_pressed_while_there_are_blockers() -> None:
    plan_id = uuid4()
    apply, cancel = confirm_row(plan_id, ASKER, applicable=False).children
    assert isinstance(apply, disnake.ui.Button)
    assert isinstance(cancel, disnake.ui.Button)
    assert (apply.disabled, cancel.disabled) == (True, False)


class Pressed:
    """A press, and what was answered to it in which order."""

    def __init__(self, custom_id: str, user_id: str) -> None:
        self.component = SimpleNamespace(custom_id=custom_id)
        self.author = SimpleNamespace(id=int(user_id))
        self.answers: list[tuple[str, object]] = []
        self.response = SimpleNamespace(send_message=self._sent, edit_message=self._edited)

    async def _sent(self, text: str, *, ephemeral: bool) -> None:
        self.answers.append(("sent", ephemeral))

    async def _edited(self, *, components: list[object]) -> None:
        self.answers.append(("edited", components))

    async def chosen(self, choice: str, plan_id: UUID) -> None:
        self.answers.append((choice, plan_id))

    async def answered(self) -> bool:
        async def apply(_: Any, plan_id: UUID) -> None:
            await self.chosen("apply", plan_id)

        async def cancel(_: Any, plan_id: UUID) -> None:
            await self.chosen("cancel", plan_id)

        async def approve(_: Any, plan_id: UUID) -> None:
            await self.chosen("approve", plan_id)

        async def reject(_: Any, plan_id: UUID) -> None:
            await self.chosen("reject", plan_id)

        decide: dict[Choice, Decide] = {
            "apply": apply,
            "cancel": cancel,
            "approve": approve,
            "reject": reject,
        }
        return await answer_press(cast(Any, self), decide)


@pytest.mark.parametrize("choice", ["apply", "cancel", "approve", "reject"])
async def test_the_askers_press_takes_the_buttons_away_and_then_does_what_it_says(choice: Any) -> None:
    plan_id = uuid4()
    pressed = Pressed(custom_id(Press(choice, plan_id, ASKER)), ASKER)
    assert await pressed.answered()
    assert pressed.answers == [("edited", []), (choice, plan_id)]


async def test_somebody_elses_press_is_refused_and_changes_nothing() -> None:
    pressed = Pressed(custom_id(Press("apply", uuid4(), ASKER)), "700000000000000002")
    assert await pressed.answered()
    assert pressed.answers == [("sent", True)]


async def test_a_press_that_is_not_ours_is_left_to_others() -> None:
    pressed = Pressed("another:program", ASKER)
    assert not await pressed.answered()
    assert pressed.answers == []
