"""What AutoMod finds in a text: keywords, allowed phrases, Rust's regular expressions."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.auto_moderation.patterns import compiles, find


@pytest.mark.parametrize(
    ("keyword", "text", "matched"),
    [
        # The documentation's own examples.
        ("cat*", "catch", "cat"),
        ("cat*", "Catapult", "Cat"),
        ("cat*", "wildcat", None),
        ("tra*", "TRAditional", "TRA"),
        ("the mat*", "the matrix", "the mat"),
        ("*cat", "copyCat", "Cat"),
        ("*cat", "catch", None),
        ("*tra", "orchesTRA", "TRA"),
        ("*the mat", "breathe mat", "the mat"),
        ("*cat*", "location", "cat"),
        ("*cat*", "eduCation", "Cat"),
        ("*the mat*", "breathe matter", "the mat"),
        ("cat", "a Cat sat", "Cat"),
        ("cat", "cats", None),
        ("cat", "cat", "cat"),
        ("the mat", "on the mat", "the mat"),
        ("i like c++", "yes I like C++ so", "I like C++"),
        ("*", "anything", None),
    ],
)
def test_keywords_match_as_documented(keyword: str, text: str, matched: str | None) -> None:
    found = find(text, [keyword], [], [])
    assert (found and found.content) == matched
    assert found is None or found.keyword == keyword


@pytest.mark.parametrize(
    ("keyword", "allowed", "text", "matched"),
    [
        ("*cat*", "education", "education", None),
        ("*cat*", "education", "education cat", "cat"),
        ("*cat*", "edu*", "education", None),
        ("*cat*", "*ation", "vacation", None),
        ("cat", "cat food", "cat food", None),
        ("cat", "cat food", "my cat", "cat"),
    ],
)
def test_allowed_phrases_spare_what_lies_within_them(
    keyword: str, allowed: str, text: str, matched: str | None
) -> None:
    found = find(text, [keyword], [], [allowed])
    assert (found and found.content) == matched


words = st.text(st.sampled_from("abAB.+ "), min_size=1, max_size=6)


@given(
    core=words, text=st.lists(words, max_size=6).map(" ".join), opened=st.tuples(st.booleans(), st.booleans())
)
def test_a_keyword_is_found_where_its_letters_stand_and_its_ends_allow(
    core: str, text: str, opened: tuple[bool, bool]
) -> None:
    keyword = "*" * opened[0] + core + "*" * opened[1]
    places = [each.start() for each in re.finditer(f"(?={re.escape(core.lower())})", text.lower())]

    def fits(start: int) -> bool:
        end = start + len(core)
        left = opened[0] or start == 0 or text[start - 1].isspace()
        return left and (opened[1] or end == len(text) or text[end].isspace())

    assert (find(text, [keyword], [], []) is not None) is any(map(fits, places))


@pytest.mark.parametrize(
    ("pattern", "taken"),
    [
        ("(b|c)at", True),
        (r"^(?:[0-9]{1,3}\.){3}[0-9]{1,3}$", True),
        (r"(?i)\bcat\b", True),
        (r"\p{Greek}+", True),
        (r"(?<name>cat)", True),
        ("(cat", False),
        ("(?=cat)", False),
        ("(?<!cat)x", False),
        (r"(cat)\1", False),
        ("a{3,2}", False),
    ],
)
def test_regular_expressions_are_rusts(pattern: str, taken: bool) -> None:
    assert compiles(pattern) is taken


@pytest.mark.parametrize(
    ("pattern", "text", "matched"),
    [
        ("(b|c)at", "a bat", "bat"),
        ("^[0-9]+$", "123", "123"),
        ("^[0-9]+$", "a 123", None),
        ("cat", "CAT", None),
        (r"\p{Greek}", "say α", "say α"),  # where, Python cannot tell
    ],
)
def test_patterns_match_as_rust_does(pattern: str, text: str, matched: str | None) -> None:
    found = find(text, [], [pattern], [])
    assert (found and found.content) == matched
