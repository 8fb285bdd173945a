from types import ModuleType, SimpleNamespace
from typing import cast

import pytest
from msgspec.structs import replace

from core.catalog import CATALOG
from core.jobs.spec import Catalog
from core.jobs.states import Lane
from tests.builders.jobs import MAKE, TEST_CATALOG, MakePayload, MakeResult, Things, maker
from workers.jobs import MODULES
from workers.registry import Registry, runs, runs_in_background


def _module(**functions: object) -> ModuleType:
    return cast("ModuleType", SimpleNamespace(**functions))


def test_every_kind_of_the_product_has_exactly_one_function() -> None:
    registry = Registry(CATALOG, MODULES)
    assert {registry[spec.kind].spec.kind for spec in CATALOG} == {spec.kind for spec in CATALOG}


def test_a_kind_without_a_function_does_not_start() -> None:
    with pytest.raises(RuntimeError, match=r"test\.structural"):
        Registry(TEST_CATALOG, [_module(make=maker(Things()))])


def test_a_kind_with_two_functions_does_not_start() -> None:
    with pytest.raises(RuntimeError, match="two functions"):
        Registry(Catalog([MAKE]), [_module(one=maker(Things()), two=maker(Things()))])


def test_a_function_for_an_unknown_kind_does_not_start() -> None:
    with pytest.raises(RuntimeError, match="not in the catalog"):
        Registry(Catalog([]), [_module(make=maker(Things()))])


@pytest.mark.parametrize("lane", ["bot", "background"])
def test_a_function_of_another_lane_does_not_start(lane: Lane) -> None:
    async def run(job: object, payload: MakePayload) -> MakeResult:
        raise NotImplementedError

    spec = replace(MAKE, lane=lane)
    declare = runs_in_background if lane == "bot" else runs
    with pytest.raises(RuntimeError, match=f"not made for the lane {lane}"):
        Registry(Catalog([spec]), [_module(one=declare(spec)(run))])


def test_a_kind_cannot_be_declared_twice() -> None:
    with pytest.raises(ValueError, match="twice"):
        Catalog([MAKE, MAKE])
