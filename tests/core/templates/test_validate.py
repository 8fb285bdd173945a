from typing import Any

import msgspec
import pytest
from hypothesis import given

from core.errors import Problem
from core.templates.documents.document import Document
from core.templates.documents.validate import problems_in
from tests.builders.documents import documents

MEMBER = "123456789012345678"


def problems(**fields: Any) -> tuple[Problem, ...]:
    """Of a document that msgspec accepts: only the rules are asked."""
    return problems_in(msgspec.convert({"guildwright": 1, **fields}, Document))


def only(found: tuple[Problem, ...]) -> Problem:
    assert len(found) == 1, [problem.message for problem in found]
    return found[0]


def role(key: str, **fields: Any) -> dict[str, Any]:
    return {"key": key, "name": key, **fields}


def channel(key: str, kind: str = "text", **fields: Any) -> dict[str, Any]:
    return {"type": kind, "key": key, "name": key, **fields}


@given(documents())
def test_documents_that_could_be_real_have_no_problem(document: Document) -> None:
    assert problems_in(document) == ()


def test_a_key_stands_once_in_roles_and_channels_together() -> None:
    found = problems(
        roles=[role("a"), role("b"), role("b")],
        channels=[channel("c", "category", channels=[channel("a")])],
    )
    assert [(p.code, p.pointer) for p in found] == [
        ("duplicate_key", "/roles/2/key"),
        ("duplicate_key", "/channels/0/channels/0/key"),
    ]
    assert found[1].message == "The key `a` already names /roles/0: every key stands once."


def test_the_key_everyone_is_reserved() -> None:
    found = problems(roles=[role("everyone")], channels=[channel("everyone")])
    assert [(p.code, p.pointer) for p in found] == [
        ("reserved_key", "/roles/0/key"),
        ("reserved_key", "/channels/0/key"),
    ]


def test_an_unknown_permission_suggests_the_nearest_one() -> None:
    problem = only(problems(everyone={"permissions": ["view_channel", "veiw_chanel"]}))
    assert (problem.code, problem.pointer) == ("unknown_permission", "/everyone/permissions/1")
    assert problem.message == "`veiw_chanel` is not a permission. Did you mean `view_channel`?"
    problem = only(problems(roles=[role("a", permissions=["MANAGE_ROLES"])]))
    assert problem.message.endswith("Did you mean `manage_roles`?")


@pytest.mark.parametrize("target", [{}, {"role": "everyone", "member": MEMBER}])
def test_an_overwrite_names_exactly_one_of_role_and_member(target: dict[str, str]) -> None:
    problem = only(problems(channels=[channel("a", overwrites=[target])]))
    assert (problem.code, problem.pointer) == ("overwrite_target", "/channels/0/overwrites/0")


def test_an_overwrite_names_a_role_that_is_there() -> None:
    overwrites = [{"role": "everyone"}, {"role": "moderater"}]
    problem = only(problems(roles=[role("moderator")], channels=[channel("a", overwrites=overwrites)]))
    assert (problem.code, problem.pointer) == ("unknown_role", "/channels/0/overwrites/1/role")
    assert "Did you mean `moderator`?" in problem.message


@pytest.mark.parametrize("target", [{"role": "everyone"}, {"member": MEMBER}])
def test_nobody_has_two_overwrites_in_one_channel(target: dict[str, str]) -> None:
    problem = only(problems(channels=[channel("a", overwrites=[target, target])]))
    assert (problem.code, problem.pointer) == ("duplicate_overwrite", "/channels/0/overwrites/1")


def test_a_permission_is_not_both_allowed_and_denied() -> None:
    overwrite = {"role": "everyone", "allow": ["connect"], "deny": ["speak", "connect"]}
    problem = only(problems(channels=[channel("a", overwrites=[overwrite])]))
    assert (problem.code, problem.pointer) == ("allow_and_deny", "/channels/0/overwrites/0/deny/1")


def test_only_a_channel_in_a_category_can_be_synced() -> None:
    inside = channel("c", "category", channels=[channel("d", overwrites="synced")])
    found = problems(
        channels=[channel("a", overwrites="synced"), channel("b", "category", overwrites="synced"), inside]
    )
    assert [(p.code, p.pointer) for p in found] == [
        ("synced_outside_category", "/channels/0/overwrites"),
        ("synced_outside_category", "/channels/1/overwrites"),
    ]


@pytest.mark.parametrize(
    ("field", "right", "wrong"),
    [
        ("afk_channel", ["voice"], ["text", "stage", "category"]),
        ("system_channel", ["text", "announcement"], ["voice", "forum", "category"]),
        ("rules_channel", ["text", "announcement"], ["voice", "forum", "media"]),
        ("updates_channel", ["text", "announcement"], ["stage"]),
        ("safety_channel", ["text", "announcement"], ["voice"]),
    ],
)
def test_the_guild_points_at_channels_of_the_right_type(
    field: str, right: list[str], wrong: list[str]
) -> None:
    for kind in right:
        assert problems(guild={field: "a"}, channels=[channel("a", kind)]) == ()
    for kind in wrong:
        problem = only(problems(guild={field: "a"}, channels=[channel("a", kind)]))
        assert (problem.code, problem.pointer) == ("wrong_channel_type", f"/guild/{field}")
    problem = only(problems(guild={field: "abb"}, channels=[channel("abc", right[0])]))
    assert problem.code == "unknown_channel"
    assert "Did you mean `abc`?" in problem.message


@pytest.mark.parametrize("kind", ["forum", "media"])
def test_tags_of_a_forum_have_different_names(kind: str) -> None:
    problem = only(
        problems(channels=[channel("a", kind, tags=[{"name": "x"}, {"name": "y"}, {"name": "x"}])])
    )
    assert (problem.code, problem.pointer) == ("duplicate_tag", "/channels/0/tags/2/name")


def test_discords_counts_are_kept() -> None:
    def roles(count: int) -> list[dict[str, Any]]:
        return [role(f"r{n}") for n in range(count)]

    def channels(count: int, prefix: str = "c") -> list[dict[str, Any]]:
        return [channel(f"{prefix}{n}") for n in range(count)]

    def overwrites(count: int) -> list[dict[str, str]]:
        return [{"member": str(10**17 + n)} for n in range(count)]

    full = [channel(f"k{n}", "category", channels=channels(49, f"k{n}c")) for n in range(10)]
    assert problems(roles=roles(249)) == ()
    assert only(problems(roles=roles(250))).pointer == "/roles"
    assert problems(channels=full) == ()
    problem = only(problems(channels=[*full, channel("one-more")]))
    assert problem.message == "There may be up to 500 channels and categories in a guild; these are 501."
    assert problems(channels=[channel("k", "category", channels=channels(50))]) == ()
    assert (
        only(problems(channels=[channel("k", "category", channels=channels(51))])).pointer
        == "/channels/0/channels"
    )
    assert problems(channels=[channel("a", overwrites=overwrites(100))]) == ()
    assert (
        only(problems(channels=[channel("a", overwrites=overwrites(101))])).pointer
        == "/channels/0/overwrites"
    )
