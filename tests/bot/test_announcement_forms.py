"""The form of an announcement, and the custom ids of its form and buttons."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from bot.announcement_forms import FIELD_LIMIT, Form, Options, changes_of, draft_of, form_of
from bot.ui.announcement_ids import (
    AnnouncementPress,
    Choice,
    FormId,
    form_id,
    press_id,
    read_form_id,
    read_press,
)
from core.actor import SYSTEM
from core.announcements.rows import changed
from core.announcements.schemas import Announcement, AnnouncementDraft, AnnouncementMessage
from core.discord.messages import AllowedMentions, Embed, EmbedFooter, LinkButton
from core.errors import Conflict, Invalid

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINKS = (
    LinkButton(label="Website", url="https://example.org/?a=b", emoji="⚓"),
    LinkButton(label="This | that", url="discord://-/channels/1"),
)
RICH = Embed(title="Noon", description="All is well", color=0x00FF88, footer=EmbedFooter(text="bell"))
FORM = Form(name="Ahoy", text="Hello\n\nthere")


def found(message: AnnouncementMessage, name: str = "Ahoy") -> Announcement:
    return Announcement(
        id=uuid.UUID(int=7),
        guild_id="1",
        name=name,
        channel_id="2",
        message=message,
        crosspost=False,
        repeats="send",
        needs_approval=False,
        revision=1,
        approval_state="not_needed",
        approval=None,
        actor=SYSTEM,
        changed_by=SYSTEM,
        created_at=NOW,
        updated_at=NOW,
    )


def after(announcement: Announcement, form: Form) -> AnnouncementMessage:
    """What it says once the form is kept."""
    fields = AnnouncementDraft.__struct_fields__
    draft = AnnouncementDraft(**{name: getattr(announcement, name) for name in fields})
    return changed(draft, changes_of(announcement, form, Options())).message


@pytest.mark.parametrize(
    "message",
    [
        AnnouncementMessage(content="Hello\nthere", links=LINKS),
        AnnouncementMessage(embeds=(Embed(title="Noon"),)),
        AnnouncementMessage(embeds=(Embed(description="x" * FIELD_LIMIT, color=0),)),
        AnnouncementMessage(embeds=(Embed(description="neither title nor color"),)),
        AnnouncementMessage(
            embeds=(RICH,), allowed_mentions=AllowedMentions(parse=("everyone",)), silent=True
        ),
    ],
    ids=["text", "title", "color", "card", "rich"],
)
def test_a_form_that_nobody_changes_changes_nothing(message: AnnouncementMessage) -> None:
    announcement = found(message)
    assert after(announcement, form_of(announcement)) == message


@pytest.mark.parametrize(
    "message",
    [
        AnnouncementMessage(embeds=(RICH, RICH)),
        AnnouncementMessage(content="beside", embeds=(RICH,)),
        AnnouncementMessage(embeds=(Embed(description="x" * (FIELD_LIMIT + 1)),)),
        AnnouncementMessage(content="x", links=(LinkButton(label="a\nb", url="https://x.y"),)),
        AnnouncementMessage(content="x", links=(LinkButton(label="l" * 80, url="https://x.y/" + "z" * 400),) * 9),
    ],
    ids=["two embeds", "both", "too long", "two lines", "too many links"],
)  # fmt: skip
def test_what_the_fields_cannot_show_is_not_opened(message: AnnouncementMessage) -> None:
    with pytest.raises(Conflict, match="more than a form can show"):
        form_of(found(message))


def test_a_title_or_a_colour_makes_the_text_an_embeds_and_without_both_it_is_none_again() -> None:
    plain = draft_of(FORM, Options(channel_id="2")).message
    assert plain == AnnouncementMessage(content=FORM.text)
    for shown, embed in (
        (replace(FORM, title=" Noon "), Embed(title="Noon", description=FORM.text)),
        (replace(FORM, colour="FF8800"), Embed(color=0xFF8800, description=FORM.text)),
    ):
        card = after(found(plain), shown)
        assert card == AnnouncementMessage(embeds=(embed,))
        assert after(found(card), FORM) == plain


def test_what_has_more_than_a_title_and_a_colour_stays_an_embed_without_them() -> None:
    left = after(found(AnnouncementMessage(embeds=(RICH,))), FORM)
    assert left.embeds == (Embed(description=FORM.text, footer=RICH.footer),)


def test_options_that_were_not_chosen_stay_as_they_were() -> None:
    announcement = found(AnnouncementMessage(content="x"))
    assert changes_of(announcement, FORM, Options()).crosspost is UNSET
    changes = changes_of(announcement, FORM, Options(crosspost=False, repeats="edit_last"))
    assert (changes.crosspost, changes.repeats, changes.channel_id) == (False, "edit_last", UNSET)


@pytest.mark.parametrize(
    ("links", "pointers"),
    [
        ("\n \n", []),
        ("Web | https://x.y\nWeb https://x.y", ["/links"]),
        ("https://x.y", ["/links"]),
        (" | https://x.y", ["/links"]),
        ("Web | x.y\nWeb | https://x.y | ⚓ | ⚓", ["/links", "/links"]),
    ],
)
def test_each_line_is_a_link_or_is_named(links: str, pointers: list[str]) -> None:
    if not pointers:
        assert draft_of(replace(FORM, links=links), Options()).message.links == ()
        return
    with pytest.raises(Invalid) as refused:
        draft_of(replace(FORM, links=links, colour="red"), Options())
    assert [each.pointer for each in refused.value.problems] == ["/colour", *pointers]


options = st.builds(
    Options,
    channel_id=st.just(UNSET) | st.integers(1, 2**63 - 1).map(str),
    crosspost=st.just(UNSET) | st.booleans(),
    repeats=st.sampled_from([UNSET, "send", "edit_last"]),
    needs_approval=st.just(UNSET) | st.booleans(),
)
moments = st.integers(0, 10**15).map(
    lambda number: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=number)
)


@given(
    form=st.builds(FormId, options=options, announcement_id=st.none() | st.uuids(), seen=st.none() | moments)
)
def test_what_was_chosen_before_a_form_was_opened_comes_back_with_it(form: FormId) -> None:
    text = form_id(form)
    assert len(text) <= 100
    assert read_form_id(text) == form
    assert read_press(text) is None


@given(
    press=st.builds(
        AnnouncementPress,
        choice=st.sampled_from(get_args(Choice)),
        announcement_id=st.uuids(),
        revision=st.integers(1, 2**31 - 1),
        asker_id=st.integers(1, 2**63 - 1).map(str),
    )
)
def test_a_button_says_whose_it_is_and_what_it_was_shown_with(press: AnnouncementPress) -> None:
    text = press_id(press)
    assert len(text) <= 100
    assert read_press(text) == press
    assert read_form_id(text) is None


parts = st.sampled_from(
    ["gwa", "form", "post", "gw", "", "1", "9" * 40, "x", "yes", "---", "٣", str(uuid.UUID(int=1))]
)


@given(text=st.text(max_size=100) | st.lists(parts, max_size=8).map(":".join))
def test_anybodys_custom_id_is_read_or_passed_over(text: str) -> None:
    press, form = read_press(text), read_form_id(text)
    assert press is None or read_press(press_id(press)) == press
    assert form is None or read_form_id(form_id(form)) == form
