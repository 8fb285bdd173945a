"""What a schedule can ask for is the same over HTTP and within."""

from typing import Any, get_args

import msgspec

from api.schemas.schedule_payloads import SchedulePayload
from core.schedules import payloads


def fields(union: Any) -> dict[Any, set[str]]:
    return {each.__struct_config__.tag: set(each.__struct_fields__) for each in get_args(union)}


def test_every_kind_has_the_same_fields_over_http_and_within() -> None:
    assert fields(SchedulePayload) == fields(payloads.SchedulePayload)


def test_what_is_left_out_is_the_same_on_both_sides() -> None:
    within = {each.__struct_config__.tag: each for each in get_args(payloads.SchedulePayload)}
    for kind in get_args(SchedulePayload):
        shown, meant = defaults(kind), defaults(within[kind.__struct_config__.tag])
        assert set(shown) == set(meant)
        for name, value in meant.items():
            assert msgspec.convert(msgspec.to_builtins(shown[name]), type(value)) == value, (kind, name)


def defaults(kind: Any) -> dict[str, Any]:
    said = {each.name: each.default for each in msgspec.structs.fields(kind)}
    return {
        name: value
        for name, value in said.items()
        if value is not msgspec.NODEFAULT and value is not msgspec.UNSET
    }
