"""How much work a plan is, counted in instructions of the interpreter, because seconds depend on the machine."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from tests.bench.templates.big import Dimensions, guild_of
from tests.bench.templates.whole import CURVES, NOTHING, TYPICAL, planner

# A little more for what grows with the logarithm, such as sorting.
LINEAR = 1.1


def instructions_of(work: Callable[[], object]) -> int:
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    # What is remembered of names and permissions is the same for every plan: only the first one makes it.
    work()
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def of_a_plan(channels: int, curve: str) -> int:
    return instructions_of(planner(guild_of(Dimensions(channels, channels // 2, channels * 10)), curve))


@pytest.mark.parametrize("curve", CURVES)
def test_a_plan_grows_with_the_guild_and_no_faster(curve: str) -> None:
    small, large = of_a_plan(50, curve), of_a_plan(250, curve)

    assert large <= 5 * small * LINEAR


def test_where_nothing_differs_a_plan_is_less_work() -> None:
    assert of_a_plan(100, NOTHING) < of_a_plan(100, TYPICAL)
