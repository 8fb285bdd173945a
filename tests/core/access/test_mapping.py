"""What somebody is in a guild, over all that can be said of them."""

from hypothesis import given
from hypothesis import strategies as st

from core.access.mapping import access_of, bits_now, role_of
from core.actor import GuildPermissions
from core.discord.permissions import ALL, BY_NAME, Permission
from core.guilds.mapping import AccessChanges, AccessMapping, merged, touched
from core.rights import Role, role_by_permissions

GUILD = "1045061234567890120"
ROLES = tuple(str(1045061234567890200 + n) for n in range(4))
mapped = st.sampled_from(["admin", "moderator", "user"])
names = st.sampled_from(sorted(BY_NAME))
bits = st.integers(0, int(ALL))
standings = st.builds(
    GuildPermissions,
    guild_id=st.just(GUILD),
    bits=bits,
    role_ids=st.lists(st.sampled_from(ROLES), unique=True).map(tuple),
)
mappings = st.builds(
    AccessMapping,
    permissions=st.dictionaries(names, mapped, max_size=5),
    roles=st.dictionaries(st.sampled_from((*ROLES, GUILD)), mapped),
)
grants = st.none() | st.sampled_from([Role.ADMIN, Role.MODERATOR, Role.USER, Role.GUEST])


@given(standings, mappings, grants, st.booleans())
def test_nobody_owns_the_installation_for_what_they_are_in_a_guild(
    standing: GuildPermissions, mapping: AccessMapping, grant: Role | None, is_guild_owner: bool
) -> None:
    assert role_of(standing, is_guild_owner, mapping, grant) is not Role.OWNER


@given(mappings, grants, st.booleans())
def test_who_is_no_member_is_nothing_whatever_was_granted(
    mapping: AccessMapping, grant: Role | None, is_guild_owner: bool
) -> None:
    assert role_of(None, is_guild_owner, mapping, grant) is Role.GUEST


@given(standings, mappings, grants)
def test_the_guilds_owner_is_never_below_an_administrator(
    standing: GuildPermissions, mapping: AccessMapping, grant: Role | None
) -> None:
    assert role_of(standing, True, mapping, grant) is Role.ADMIN


@given(standings, mappings, grants.filter(bool))
def test_a_grant_overrides_whatever_discord_says(
    standing: GuildPermissions, mapping: AccessMapping, grant: Role | None
) -> None:
    assert access_of(standing, mapping=mapping, grant=grant).role is grant


@given(standings, mappings)
def test_of_everything_that_is_mapped_the_highest_counts(
    standing: GuildPermissions, mapping: AccessMapping
) -> None:
    found = access_of(standing, mapping=mapping)
    reasons = [Role(role) for name, role in mapping.permissions.items() if standing.bits & BY_NAME[name]]
    reasons += [Role(role) for id_, role in mapping.roles.items() if id_ in (GUILD, *standing.role_ids)]
    assert found.role.rank == max((role.rank for role in reasons), default=Role.USER.rank)
    assert (found.source == "member") == (not reasons)


@given(standings)
def test_where_a_guild_has_said_nothing_discord_decides_alone(standing: GuildPermissions) -> None:
    assert role_of(standing, False, AccessMapping(), None) is role_by_permissions(standing.bits)


@given(bits)
def test_a_time_out_takes_nothing_from_administrators_and_all_that_matters_from_others(held: int) -> None:
    left = bits_now(held, timed_out=True)
    if held & Permission.ADMINISTRATOR:
        assert left == held
    else:
        assert left & held == left
        assert role_by_permissions(left) is Role.USER


@given(mappings, mappings)
def test_whatever_differs_between_two_mappings_is_named_with_both_its_roles(
    one: AccessMapping, other: AccessMapping
) -> None:
    named = list(touched(one, other))
    assert (not named) == (one == other)
    for path, role in named:
        what, _, key = path.partition("/")
        assert role.value in {getattr(side, what).get(key) for side in (one, other)}


@given(mappings, st.dictionaries(names, st.none() | mapped, max_size=5))
def test_a_change_of_some_entries_leaves_the_others_alone(
    mapping: AccessMapping, changes: dict[str, str | None]
) -> None:
    after = merged(mapping, AccessChanges(permissions=changes)).permissions  # pyright: ignore[reportArgumentType]
    for name in {*mapping.permissions, *changes}:
        assert after.get(name) == (changes[name] if name in changes else mapping.permissions[name])
    assert merged(mapping, AccessChanges(permissions=changes)).roles == mapping.roles  # pyright: ignore[reportArgumentType]


@given(mappings)
def test_null_brings_back_the_default(mapping: AccessMapping) -> None:
    assert merged(mapping, None) == AccessMapping()
    assert merged(mapping, AccessChanges(permissions=None)).permissions == AccessMapping().permissions
    assert merged(mapping, AccessChanges(roles=None)).roles == {}
