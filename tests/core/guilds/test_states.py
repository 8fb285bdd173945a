"""Whatever is decided of a guild, in whatever order: it can always be approved in the end, and never without a word."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from core.guilds.states import CLOSED, NEXT, Decision, Review, can_become

DECISIONS = get_args(Decision)


def test_every_state_says_what_may_become_of_it_and_none_becomes_itself() -> None:
    assert set(NEXT) == set(get_args(Review))
    assert all(state not in following for state, following in NEXT.items())
    assert {decision for following in NEXT.values() for decision in following} == set(DECISIONS)


def test_nothing_is_done_anywhere_but_in_approved_guilds() -> None:
    assert set(get_args(Review)) - CLOSED == {"approved"}


@given(st.lists(st.sampled_from(DECISIONS), max_size=12))
def test_every_guild_can_be_approved_again_and_banned(decisions: list[Decision]) -> None:
    state: Review = "pending"
    for decision in decisions:
        if can_become(state, decision):
            state = decision
        assert state == "approved" or can_become(state, "approved")
        assert state == "banned" or can_become(state, "banned")
        assert state in {"pending", *DECISIONS}
