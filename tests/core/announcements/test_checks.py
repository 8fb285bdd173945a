"""What is wrong with an announcement is told before it is kept, each at its field."""

import pytest
from msgspec.structs import replace

from core.announcements.checks import problems_of
from core.announcements.remarks import remarks_of
from core.announcements.rendering import names_in, rendered, texts_of, widest_of
from core.announcements.schemas import AnnouncementDraft, AnnouncementMessage
from core.announcements.variables import VARIABLES
from core.discord.messages import (
    AllowedMentions,
    Embed,
    EmbedAuthor,
    EmbedField,
    EmbedFooter,
    LinkButton,
)

from .test_variables import HARBOUR

NEWS = AnnouncementDraft(
    name="Opening", channel_id="1200", message=AnnouncementMessage(content="${guild.name} opens ${next}.")
)
EVERYWHERE = AnnouncementMessage(
    content="${guild.name}",
    embeds=(
        Embed(
            title="${guild.name}",
            description="${channel}",
            url="https://a.b/${guild.name}",
            image="https://a.b/${guild.members}.png",
            thumbnail="https://a.b/?${today}",
            author=EmbedAuthor(name="${guild.name}", url="https://a.b/#${channel}", icon_url="https://a.b/i"),
            footer=EmbedFooter(text="${now}, ${next}", icon_url="https://a.b/j"),
            fields=(EmbedField(name="${channel}", value="${next.relative}"),),
        ),
    ),
    links=(LinkButton(label="${guild.members}", url="https://a.b/${channel.name}"),),
)


def found(draft: AnnouncementDraft) -> list[tuple[str, str]]:
    return [(each.pointer, each.code) for each in problems_of(draft)]


def said(**message: object) -> AnnouncementDraft:
    return replace(NEWS, message=AnnouncementMessage(**message))  # pyright: ignore[reportArgumentType]


def test_a_good_one_has_no_problems() -> None:
    assert found(NEWS) == found(replace(NEWS, message=EVERYWHERE)) == []


def test_an_unknown_variable_is_told_with_its_place_and_the_nearest() -> None:
    [problem] = problems_of(said(content="Welcome to ${guild.nam}!"))
    assert (problem.pointer, problem.code) == ("/message/content", "unknown_variable")
    assert "character 12" in problem.message
    assert "`guild.name`" in problem.message


@pytest.mark.parametrize(
    ("draft", "problem"),
    [
        (replace(NEWS, name=" "), ("/name", "length")),
        (replace(NEWS, name="x" * 101), ("/name", "length")),
        (replace(NEWS, channel_id="news"), ("/channel_id", "format")),
        (said(), ("/message/content", "empty")),
        (said(content=" \n"), ("/message/content", "empty")),
        (said(content="${now"), ("/message/content", "unknown_variable")),
        (
            said(content="x", allowed_mentions=AllowedMentions(parse=("users",), users=("1",))),
            ("/message/allowed_mentions/users", "exclusive"),
        ),
        (said(embeds=(Embed(title="${x}"),)), ("/message/embeds/0/title", "unknown_variable")),
        (said(embeds=(Embed(),)), ("/message/embeds/0", "empty")),
        (
            said(content="x", links=(LinkButton(label="l", url="https://${guild.name}.org/"),)),
            ("/message/links/0/url", "variable_host"),
        ),
        (
            said(embeds=(Embed(title="x", url="${guild.name}"),)),
            ("/message/embeds/0/url", "variable_host"),
        ),
        (
            said(content="x", links=(LinkButton(label="l", url="https://a.b/"),) * 26),
            ("/message/links", "too_many"),
        ),
        (
            said(content="x", links=(LinkButton(label="Join ${guild.name}", url="https://a.b/"),)),
            ("/message/links/0/label", "too_long"),
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_field(draft: AnnouncementDraft, problem: tuple[str, str]) -> None:
    assert found(draft) == [problem]


def test_what_the_longest_name_would_make_too_long_is_refused_and_says_so() -> None:
    fits, too_long = said(content="x" * 1_700 + "${guild.name}"), said(content="x" * 1_701 + "${guild.name}")
    assert found(fits) == []
    [problem] = problems_of(too_long)
    assert problem.code == "too_long"
    assert "longest names" in problem.message
    [plainly] = problems_of(said(content="x" * 2_001))
    assert "longest names" not in plainly.message


def test_every_text_is_filled_in_and_nothing_else_is_changed() -> None:
    shown = rendered(EVERYWHERE, HARBOUR)
    assert not any("${" in text for _, text, _ in texts_of(shown))
    assert [pointer for pointer, _, _ in texts_of(shown)] == [
        pointer for pointer, _, _ in texts_of(EVERYWHERE)
    ]
    assert set(names_in(EVERYWHERE)) == set(VARIABLES)
    bare = replace(EVERYWHERE, content="as it is", embeds=(Embed(title="x", color=5),), links=())
    assert rendered(bare, HARBOUR) == widest_of(bare) == bare


def test_mentions_that_will_not_ping_are_remarked_on() -> None:
    message = AnnouncementMessage(content="@everyone <@1> <@&2> `@here`", embeds=(Embed(description="<@1>"),))

    def remarked(allowed: AllowedMentions) -> list[str]:
        found = remarks_of(replace(message, allowed_mentions=allowed), (), members=True, next_time=True)
        return [remark.message.partition(" ")[0] for remark in found if remark.code == "will_not_ping"]

    assert remarked(AllowedMentions()) == ["@everyone", "<@1>", "<@&2>", "A"]
    assert remarked(AllowedMentions(parse=("everyone",), users=("1",), roles=("2",))) == ["A"]
