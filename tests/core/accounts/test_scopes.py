import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.accounts.scopes import require_known, require_within
from core.accounts.secrets import checksum, new_secret, shown
from core.actor import Actor
from core.catalog import CATALOG
from core.errors import Forbidden, Invalid
from core.rights import Right, covers

SCOPES = st.sampled_from(sorted(CATALOG.scopes))
GUILDS = st.sampled_from(["1", "2", "3"])


def program(scopes: list[str] | None, guild_ids: list[str] | None) -> Actor:
    return Actor(
        kind="token",
        via="http",
        name="ci",
        scopes=None if scopes is None else tuple(scopes),
        guild_ids=None if guild_ids is None else tuple(guild_ids),
    )


@given(
    had=st.none() | st.lists(SCOPES, max_size=5),
    wanted=st.none() | st.lists(SCOPES, min_size=1, max_size=5),
    good_in=st.none() | st.lists(GUILDS, max_size=3),
    wanted_in=st.none() | st.lists(GUILDS, min_size=1, max_size=3),
)
def test_what_a_credential_makes_may_nothing_that_it_may_not(
    had: list[str] | None,
    wanted: list[str] | None,
    good_in: list[str] | None,
    wanted_in: list[str] | None,
) -> None:
    maker, made = program(had, good_in), program(wanted, wanted_in)
    may_more = any(made.has_scope(right) and not maker.has_scope(right) for right in CATALOG.scopes)
    is_good_elsewhere = any(made.reaches(guild) and not maker.reaches(guild) for guild in "12345")
    if may_more or is_good_elsewhere:
        with pytest.raises(Forbidden) as refused:
            require_within(maker, wanted, wanted_in)
        assert refused.value.error_code == "out_of_scope"
        assert refused.value.problems
    elif wanted is not None or had is None:
        require_within(maker, wanted, wanted_in)


@pytest.mark.parametrize(
    ("scope", "meant"),
    [
        ("template:write", "templates:write"),
        ("Templates:Write", "templates:write"),
        ("jobs:create:message.sned", "jobs:create:message.send"),
        ("jobs:create:template.apply", None),
        ("*", None),
        ("", None),
        ("templates:write ", "templates:write"),
        ("templates:write:", "templates:write"),
    ],
)
def test_a_scope_that_does_not_exist_is_named_with_what_was_meant(scope: str, meant: str | None) -> None:
    with pytest.raises(Invalid) as refused:
        require_known(["jobs:read", scope], CATALOG.scopes)
    [problem] = refused.value.problems
    assert (problem.pointer, problem.code) == ("/scopes/1", "unknown_scope")
    assert meant is None or f"`{meant}`" in problem.message


def test_every_right_and_every_kind_that_is_asked_for_as_a_job_is_a_scope() -> None:
    assert set(Right) <= CATALOG.scopes
    asked = {spec.needed_right for spec in CATALOG}
    assert asked <= CATALOG.scopes
    assert {each for each in asked if covers(["jobs:create"], each)} > {"jobs:create:message.send"}


def test_a_secret_is_recognised_by_its_prefix_and_its_checksum() -> None:
    made = {new_secret() for _ in range(200)}
    assert len(made) == 200
    for secret in made:
        assert re.fullmatch(r"gwt_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}", secret)
        assert checksum(secret[:-6]) == secret[-6:]
        assert shown(secret) == secret[:8]


@given(
    text=st.text(string.ascii_letters, min_size=1, max_size=60),
    place=st.integers(0, 59),
    letter=st.sampled_from(string.digits),
)
def test_a_secret_that_was_mistyped_has_another_checksum(text: str, place: int, letter: str) -> None:
    place %= len(text)
    assert checksum(text) != checksum(f"{text[:place]}{letter}{text[place + 1 :]}")
