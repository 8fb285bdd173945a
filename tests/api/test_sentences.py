"""What is wrong with a body is a sentence: the field, what it may be, what to do."""

from typing import Any

import pytest
from msgspec.json import encode

from api.bodies import decoded
from api.schemas.plans import CreatePlan
from api.schemas.policies import PutPolicies
from api.schemas.templates import CreateVersion
from core.errors import Invalid

TEMPLATE = "01a21702-598d-74a3-b3f3-9caef43e82cd"
POLICY: dict[str, Any] = {"rule": "never", "name": "calm", "roles": ["everyone"], "permissions": ["speak"]}
WRONG: list[tuple[type[Any], dict[str, Any], str, str]] = [
    (CreatePlan, {"mode": "x"}, "/mode", "'x' is not allowed here: give `exact` or `merge`."),
    (
        CreatePlan,
        {"extras": {"channels": "burn"}},
        "/extras/channels",
        "'burn' is not allowed here: give `archive`, `delete` or `keep`.",
    ),
    (CreatePlan, {"max_deletes": 751}, "/max_deletes", "Give a number of at most 750."),
    (CreatePlan, {"version": 0}, "/version", "Give a number of at least 1."),
    (CreatePlan, {"archive": {"name": ""}}, "/archive/name", "Give at least 1 character."),
    (CreatePlan, {"archive": {"name": "x" * 97}}, "/archive/name", "Give at most 96 characters."),
    (CreatePlan, {"foo": 1}, "/foo", "There is no field `foo` here: remove it."),
    (PutPolicies, {"rules": [POLICY | {"roles": []}]}, "/rules/0/roles", "Give at least 1 entry."),
    (
        PutPolicies,
        {"rules": [POLICY | {"rule": "foo"}]},
        "/rules/0/rule",
        "'foo' is not allowed here: give `never`, `only` or `always`.",
    ),
    (PutPolicies, {}, "", "The field `rules` is missing: give it."),
    (
        CreateVersion,
        {"base_version": 1, "operations": [{"op": "zap"}]},
        "/operations/0/op",
        "'zap' is not allowed here: give `set`, `set_guild`, `add`, `remove`, `move`, `rename_key`, `add_variable`, "
        "`set_variable`, `rename_variable` or `remove_variable`.",
    ),
]


@pytest.mark.parametrize(("wanted", "body", "pointer", "sentence"), WRONG)
def test_each_mistake_says_where_it_is_and_what_may_stand_there(
    wanted: type[Any], body: dict[str, Any], pointer: str, sentence: str
) -> None:
    given = {"template_id": TEMPLATE} | body if wanted is CreatePlan else body
    with pytest.raises(Invalid) as raised:
        decoded(encode(given), wanted)
    (problem,) = raised.value.problems
    assert (problem.pointer, problem.message) == (pointer, sentence)
    assert raised.value.message.endswith(sentence)
    assert pointer in raised.value.message
