"""Whatever the values of variables are, they say themselves and nothing else."""

import re
from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.announcements.variables import NOTHING, VARIABLES, Place, Use, Values, filled, uses_in, widest

NOW = datetime(2026, 3, 28, 17, 30, tzinfo=UTC)
HARBOUR = Values(
    guild_name="Harbour",
    members=1_234,
    channel_id="1200",
    channel_name="news",
    now=NOW,
    next=datetime(2026, 3, 29, 9, tzinfo=UTC),
)
MARKS = "\\*_~`|<>#[]()@:-"
MENTION = re.compile(r"@everyone|@here|<@[!&]?\d+>|<#\d+>")
PLACES: tuple[Place, ...] = get_args(Place)
# Names with what could do harm in them, oftener than chance would have it.
NAMES = st.lists(
    st.one_of(
        st.sampled_from(
            ["@everyone", "@here", "everyone", "<@1>", "<@&2>", "@1>", "1>", "https://", "1.", *MARKS]
        ),
        st.text(max_size=4),
    ),
    max_size=12,
).map(lambda parts: ("".join(parts) or "x")[:100])
MOMENTS = st.integers(0, 7_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
WORDS = st.builds(
    Values,
    guild_name=NAMES,
    members=st.none() | st.integers(0, 10**10 - 1),
    channel_id=st.integers(1, 10**19 - 1).map(str),
    channel_name=NAMES,
    now=MOMENTS,
    next=st.none() | MOMENTS,
)
PLACED = st.sampled_from([f"${{{name}}}" for name in VARIABLES])
AROUND = st.one_of(
    st.sampled_from(
        ["@", "<", "<@", "<@&", "@every", "\\", "\\\\", "`", " ", "\n", "https://a.b/", "$${", ">", ")"]
    ),
    st.text(alphabet=st.characters(exclude_characters="$"), max_size=6),
)
TEXTS = st.lists(st.one_of(AROUND, PLACED), max_size=10).map("".join)


def without_values(text: str) -> str:
    return re.sub(r"\$\{[^}]*\}", "\0", text.replace("$${", "\1"))


@given(TEXTS, WORDS)
@settings(max_examples=80, deadline=None)
def test_no_value_pings_anybody_whatever_stands_around_it(text: str, values: Values) -> None:
    said = filled(text, "content", values)
    own = f"<#{values.channel_id}>"
    assert set(MENTION.findall(said)) <= {*MENTION.findall(without_values(text)), own}


@given(st.text(alphabet="\\ab ", max_size=5), NAMES, st.sampled_from(["content", "prose", "heading"]))
@settings(max_examples=80, deadline=None)
def test_no_value_formats_links_or_leaves_its_line(before: str, name: str, place: Place) -> None:
    said = filled(f"{before}${{guild.name}}", place, replace(HARBOUR, guild_name=name))
    left = re.sub(r"\\.", "", said)
    assert not set(left) & set(MARKS)
    assert "\n" not in said


@given(st.text(max_size=8), NAMES)
@settings(max_examples=80, deadline=None)
def test_no_value_ends_the_code_that_it_stands_in(before: str, name: str) -> None:
    said = filled(f"{before.replace('$', '')}`${{guild.name}}`", "content", replace(HARBOUR, guild_name=name))
    assert said.count("`") == before.count("`") + 2


@given(NAMES, st.sampled_from(["address", "content", "prose"]))
@settings(max_examples=80, deadline=None)
def test_within_an_address_a_value_is_percent_encoded_and_cut(name: str, place: Place) -> None:
    values = replace(HARBOUR, guild_name=name)
    said = filled("https://example.com/?q=${guild.name}", place, values)
    value = said.removeprefix("https://example.com/?q=")
    assert re.fullmatch(r"(?:[A-Za-z0-9_.~-]|%[0-9A-F]{2})*", value)
    assert len(value) <= 120


@given(TEXTS, WORDS, st.sampled_from(PLACES))
@settings(max_examples=80, deadline=None)
def test_no_values_make_a_text_longer_than_the_widest(text: str, values: Values, place: Place) -> None:
    assert len(filled(text, place, values)) <= len(filled(text, place, widest(place)))


@given(st.text(alphabet=st.characters(exclude_characters="$")), st.sampled_from(PLACES), WORDS)
@settings(max_examples=50, deadline=None)
def test_a_text_without_variables_stays_as_it_is(text: str, place: Place, values: Values) -> None:
    assert filled(text, place, values) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("${guild.name} has ${guild.members} members", "Harbour has 1234 members"),
        ("see ${channel}, #${channel.name}", "see <#1200>, #news"),
        ("next: ${next} (${next.relative})", "next: <t:1774774800:F> (<t:1774774800:R>)"),
        ("${now}, ${today}", "<t:1774719000:F>, <t:1774719000:D>"),
        ("$${guild.name} is ${guild.name}", "${guild.name} is Harbour"),
        ("5$ and {that}", "5$ and {that}"),
    ],
)
def test_what_each_variable_says(text: str, said: str) -> None:
    assert filled(text, "content", HARBOUR) == said


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("heading", "\\#news 2026\\-03\\-29 09\\:00 UTC"),
        ("bare", "#news 2026-03-29 09:00 UTC"),
        ("address", "1200 2026-03-29T09%3A00Z"),
    ],
)
def test_where_discord_shows_no_mentions_and_times_they_are_words(place: Place, said: str) -> None:
    assert filled("${channel} ${next}", place, HARBOUR) == said


def test_what_is_not_known_or_not_planned_is_a_dash() -> None:
    unknown = replace(HARBOUR, members=None, next=None)
    assert filled("${guild.members} ${next} ${next.relative}", "content", unknown) == " ".join([NOTHING] * 3)


def test_every_variable_says_something_everywhere() -> None:
    for name in VARIABLES:
        for place in PLACES:
            assert filled(f"${{{name}}}", place, HARBOUR).strip()


def test_each_use_is_told_with_its_place_also_of_what_is_none() -> None:
    assert list(uses_in("a ${next} $${x} ${Guild.name} ${now")) == [
        Use("next", 3),
        Use("Guild.name", 17),
        Use("now…", 31),
    ]
