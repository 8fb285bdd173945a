from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.actor import Actor, GuildPermissions
from core.catalog import CATALOG
from core.discord.permissions import ALL, Permission
from core.errors import Forbidden, NotFound
from core.rights import LEAST_ROLES, Right, Role, covers, least_role, role_by_permissions

GUILD, OTHER = "1200000000000000001", "1200000000000000002"
RIGHTS = [*Right, *sorted({spec.needed_right for spec in CATALOG})]
NEED_NO_ROLE = {Right.ACCOUNT_READ, Right.ACCOUNT_WRITE, Right.IMAGES_READ}
"""What is everybody's own, and pictures, which are for whoever knows their hash."""
rights = st.sampled_from(RIGHTS)
bits = st.integers(0, int(ALL))
words = st.lists(st.text("ab", min_size=1, max_size=2), min_size=1, max_size=4).map(":".join)


def actor(
    *,
    role: Role | None = None,
    held: int = 0,
    owner: bool = False,
    scopes: Iterable[str] | None = None,
    guild_ids: tuple[str, ...] | None = None,
) -> Actor:
    standing = GuildPermissions(guild_id=GUILD, bits=held, role=role)
    return Actor(
        kind="token",
        via="http",
        name="somebody",
        is_owner=owner,
        guilds=() if owner else (standing,),
        scopes=None if scopes is None else tuple(scopes),
        guild_ids=guild_ids,
    )


def test_every_right_and_every_kind_of_job_has_its_place_in_the_table() -> None:
    without = {right for right in Right if right not in LEAST_ROLES}
    assert without == NEED_NO_ROLE
    for spec in CATALOG:
        least_role(spec.needed_right)


def test_a_right_that_has_no_place_is_nobodys() -> None:
    with pytest.raises(KeyError):
        actor(owner=True).may(GUILD, "moon:land")


@given(rights.filter(lambda right: right not in NEED_NO_ROLE))
def test_a_higher_role_may_all_that_a_lower_one_may(right: str) -> None:
    allowed = [actor(role=role).may(GUILD, right) for role in Role if role is not Role.OWNER]
    assert allowed == sorted(allowed)
    assert not allowed[0], "a guest may nothing"


@given(bits, bits)
def test_more_permissions_in_discord_are_never_a_lower_role(one: int, more: int) -> None:
    assert role_by_permissions(one | more).reaches(role_by_permissions(one))


@pytest.mark.parametrize(
    ("held", "role"),
    [
        (Permission(0), Role.USER),
        (Permission.MANAGE_ROLES, Role.USER),
        (Permission.MANAGE_MESSAGES, Role.MODERATOR),
        (Permission.MANAGE_GUILD, Role.MODERATOR),
        (Permission.ADMINISTRATOR, Role.ADMIN),
        (ALL, Role.ADMIN),
    ],
)
def test_discords_permissions_make_a_role_and_never_an_owner(held: Permission, role: Role) -> None:
    assert role_by_permissions(held) is role


@given(st.lists(words, max_size=3), words)
def test_a_scope_covers_itself_and_what_stands_behind_it(scopes: list[str], right: str) -> None:
    parts = right.split(":")
    above = {":".join(parts[:length]) for length in range(1, len(parts) + 1)}
    assert covers(scopes, right) == bool(above & {*scopes})


@given(rights.filter(lambda right: right in LEAST_ROLES), st.sampled_from(list(Role)), st.sets(rights), bits)
def test_a_credential_with_scopes_may_what_its_account_may_and_they_say(
    right: str, role: Role, scopes: set[str], held: int
) -> None:
    owner = role is Role.OWNER
    whole = actor(role=role, held=held, owner=owner)
    narrow = actor(role=role, held=held, owner=owner, scopes=scopes)
    assert narrow.may(GUILD, right) == (whole.may(GUILD, right) and covers(scopes, right))
    assert narrow.unscoped() == whole


@given(rights.filter(lambda right: right in LEAST_ROLES), st.sampled_from(list(Role)), bits)
def test_a_credential_that_is_bound_to_guilds_is_nobody_elsewhere(right: str, role: Role, held: int) -> None:
    bound = actor(role=role, held=held, owner=role is Role.OWNER, guild_ids=(OTHER,))
    assert bound.role_in(GUILD) is Role.GUEST
    assert not bound.may(GUILD, right)
    assert not bound.could(GUILD, Permission.VIEW_CHANNEL)
    assert bound.guilds_with(right) == ()
    with pytest.raises(NotFound):
        bound.require(GUILD, right)
    with pytest.raises(Forbidden):
        bound.require_owner(Right.SYSTEM_READ)


@given(rights.filter(lambda right: right in LEAST_ROLES), st.none() | st.sampled_from(list(Role)), bits)
def test_what_is_required_is_what_may_be(right: str, role: Role | None, held: int) -> None:
    somebody = actor(role=None if role is Role.OWNER else role, held=held, owner=role is Role.OWNER)
    if somebody.may(GUILD, right):
        somebody.require(GUILD, right)
        return
    with pytest.raises(NotFound if somebody.role_in(GUILD) is Role.GUEST else Forbidden):
        somebody.require(GUILD, right)


@given(bits, st.sampled_from(list(Permission)))
def test_a_role_with_us_adds_nothing_to_what_discord_lets_somebody_do(held: int, needed: Permission) -> None:
    granted = actor(role=Role.ADMIN, held=held)
    by_hand = bool(held & (needed | Permission.ADMINISTRATOR))
    assert granted.could(GUILD, needed) == by_hand


@given(bits)
def test_what_is_written_down_beside_a_job_is_of_its_guild_alone(held: int) -> None:
    elsewhere = GuildPermissions(guild_id=OTHER, bits=int(ALL))
    here = GuildPermissions(guild_id=GUILD, bits=held)
    somebody = Actor(
        kind="account", via="http", name="somebody", discord_user_id="77", guilds=(elsewhere, here)
    )
    kept = somebody.kept_for(GUILD)
    assert kept.standing_in(GUILD) == here
    assert kept.standing_in(OTHER) is None
