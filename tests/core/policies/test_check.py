"""Rules are judged as Discord would: with gates, overwrites and administrators, and without knowing any member."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from core.discord.effective import channel_permissions
from core.discord.permissions import Permission, bits_of
from core.discord.types import Channel, Member, Overwrite, Role, Snapshot
from core.policies.check import violations_in
from core.policies.rules import Always, Never, Only, Rule, problems_in
from tests.builders.guilds import Thrown
from tests.builders.guilds import snapshot as random_guild
from tests.builders.scenes import GUILD, allow, category, channel, deny, guild, role
from tests.fixtures.size import sized

SEE_MOD = Only(name="staff only", roles=("Staff",), permissions=("view_channel",), channels=("mod-*",))
CALM = Never(name="calm", roles=("everyone",), permissions=("mention_everyone",))


def broken(there: Snapshot, *rules: Rule) -> list[tuple[str, str | None, str | None]]:
    return [(v.rule, v.role_id or v.member_id, v.channel_id) for v in violations_in(there, rules)]


class TestOnly:
    def test_a_closed_channel_keeps_the_rule(self) -> None:
        there = guild(
            role(1101, "staff"),
            channel(2001, "mod-log", deny(GUILD, "view_channel"), allow(1101, "view_channel")),
            everyone=["view_channel"],
        )
        assert broken(there, SEE_MOD) == []

    def test_who_sees_it_by_role_or_by_an_overwrite_of_their_own_breaks_it(self) -> None:
        there = guild(
            role(1101, "staff"),
            role(1102, "guest"),
            channel(
                2001,
                "mod-log",
                deny(GUILD, "view_channel"),
                allow(1102, "view_channel"),
                Overwrite("member", "501", allow=int(Permission.VIEW_CHANNEL)),
            ),
            channel(2002, "hall"),
            everyone=["view_channel"],
        )
        assert broken(there, SEE_MOD) == [("staff only", "1102", "2001"), ("staff only", "501", "2001")]

    def test_a_category_stands_for_its_channels(self) -> None:
        there = guild(
            category(2000, "mod-area"), channel(2001, "plans", parent=2000), everyone=["view_channel"]
        )
        assert {where for _, _, where in broken(there, SEE_MOD)} == {"2000", "2001"}

    def test_administrators_are_not_counted(self) -> None:
        there = guild(
            role(1101, "boss", "administrator"), channel(2001, "mod-log", deny(GUILD, "view_channel"))
        )
        assert broken(there, SEE_MOD) == []


class TestNever:
    def test_what_everybody_has_in_the_server_breaks_it_there_and_in_each_channel(self) -> None:
        there = guild(
            channel(2001, "hall"),
            channel(2002, "shut", deny(GUILD, "mention_everyone")),
            everyone=["view_channel", "send_messages", "mention_everyone"],
        )
        assert broken(there, CALM) == [("calm", GUILD, None), ("calm", GUILD, "2001")]

    def test_a_bit_without_its_gates_breaks_nothing_in_a_channel(self) -> None:
        there = guild(channel(2001, "hall", allow(GUILD, "mention_everyone")), everyone=["send_messages"])
        assert broken(there, CALM) == []

    def test_everybody_an_administrator_breaks_it(self) -> None:
        assert broken(guild(everyone=["administrator"]), CALM) == [("calm", GUILD, None)]


class TestAlways:
    def test_who_cannot_read_the_rules_is_named(self) -> None:
        rule = Always(name="rules", roles=("everyone",), permissions=("view_channel",), channels=("rules",))
        there = guild(channel(2001, "rules", deny(GUILD, "view_channel")), everyone=["view_channel"])
        (violation,) = violations_in(there, [rule])
        assert violation.channel_id == "2001"
        assert "does not have view_channel in “rules”" in violation.message


def test_rules_name_ids_as_well() -> None:
    rule = Never(
        name="x", roles=("111111111111111101",), permissions=("speak",), channels=("111111111111111102",)
    )
    there = guild(
        Role(
            id="111111111111111101",
            name="loud",
            permissions=int(bits_of(["speak", "view_channel", "connect"])),
        ),
        Channel(id="111111111111111102", type="voice", name="talk"),
    )
    assert broken(there, rule) == [("x", "111111111111111101", "111111111111111102")]


def test_bad_rules_are_told_where_they_are_bad() -> None:
    found = problems_in([CALM, Never(name="calm", roles=("x",), permissions=("fly",))])
    assert [(p.pointer, p.code) for p in found] == [
        ("/1/name", "duplicate_name"),
        ("/1/permissions/0", "unknown_permission"),
    ]


@settings(max_examples=sized(small=150, soak=3000))
@given(st.integers(0, 2**32), st.sampled_from(["view_channel", "send_messages", "mention_everyone", "speak"]))
def test_whoever_may_do_it_without_the_role_is_found(seed: int, permission: str) -> None:
    """Judged by asking for every pair of roles what Discord would let somebody do."""
    there = random_guild(Thrown(seed))
    rule = Only(name="r", roles=("mod",), permissions=(permission,), channels=("*",))
    found = {v.channel_id for v in violations_in(there, [rule]) if v.member_id is None}
    others = [r for r in there.roles if r.name != "mod" and not r.permissions & Permission.ADMINISTRATOR]
    if there.everyone.permissions & Permission.ADMINISTRATOR:
        return
    bit = Permission(bits_of([permission]))
    for each in there.channels:
        held = any(
            bit in channel_permissions(there, Member(user_id="0", role_ids=tuple(r.id for r in some)), each)
            for size in (0, 1, 2)
            for some in combinations(others, size)
        )
        if held:
            assert each.id in found
