"""Which permissions an overwrite can say something with, and what of one is known to be wrong when it is asked for."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from msgspec.structs import replace

from core.actions.authority import denials
from core.actions.known import known_problems
from core.actions.payloads import ChannelOverwrite
from core.actions.scene import ASKER_MAY_NOT, BOT_MAY_NOT, Scene, asker_party, bot_party
from core.discord.channel_bits import IN_CHANNELS, counting_in
from core.discord.permissions import ALL, Permission, bits_of, names_of
from core.discord.types import ChannelType, Member, Overwrite, snowflake_at
from tests.builders.core import snapshot

GUILD = snapshot(roles=1, channels=2)
BOT_ROLE, CREW, _ = GUILD.roles
TEXT = GUILD.channels[0]
SEEN = datetime(2027, 1, 1, tzinfo=UTC)
BOT, ASKER = Member(user_id="900", role_ids=(BOT_ROLE.id,)), Member(user_id="1")
WRITES = Permission.VIEW_CHANNEL | Permission.MANAGE_ROLES


def write(*, allow: tuple[str, ...] = (), deny: tuple[str, ...] = (), **fields: str) -> ChannelOverwrite:
    said = {"channel_id": TEXT.id, "target_kind": "role", "target_id": CREW.id} | fields
    return ChannelOverwrite(**said, allow=allow, deny=deny)  # pyright: ignore[reportArgumentType]


def scene(everyone: Permission, *overwrites: Overwrite, bot: Member = BOT) -> Scene:
    roles = tuple(
        replace(role, permissions=int(everyone)) if role.id == GUILD.guild_id else role
        for role in GUILD.roles
    )
    channels = (replace(TEXT, overwrites=overwrites), *GUILD.channels[1:])
    guild = replace(GUILD, roles=roles, channels=channels)
    return Scene(guild=guild, parties=(bot_party(bot), asker_party("Ada", ASKER)))


def codes(action: ChannelOverwrite, of: Scene) -> list[str]:
    return [denial.code for denial in denials(action, of)]


def test_in_a_category_all_counts_that_counts_in_some_type_of_channel() -> None:
    others = [kind for kind in get_args(ChannelType) if kind != "category"]
    somewhere = Permission(0)
    for kind in others:
        somewhere |= counting_in(kind)
    assert counting_in("category") == somewhere == IN_CHANNELS


@pytest.mark.parametrize(
    ("names", "counts"),
    [
        (
            ("view_channel", "manage_roles", "send_messages", "send_polls"),
            ["text", "voice", "stage", "forum"],
        ),
        (("manage_threads", "send_messages_in_threads"), ["text", "forum"]),
        (("connect", "stream", "mute_members", "create_events"), ["voice", "stage"]),
        (("speak", "use_soundboard", "priority_speaker"), ["voice"]),
        (("request_to_speak",), ["stage"]),
        (("use_embedded_activities",), ["text", "voice", "forum"]),
        (("administrator", "ban_members", "change_nickname", "manage_guild"), []),
    ],
)
def test_what_counts_depends_on_the_type_of_the_channel(names: tuple[str, ...], counts: list[str]) -> None:
    kinds: tuple[ChannelType, ...] = ("text", "voice", "stage", "forum")
    for name in names:
        assert [kind for kind in kinds if counting_in(kind) & bits_of((name,))] == counts, name


def test_what_is_not_there_or_says_nothing_there_is_known_beforehand() -> None:
    def found(action: ChannelOverwrite, kind: ChannelType = "text") -> list[tuple[str, str]]:
        guild = replace(GUILD, channels=(replace(TEXT, type=kind), *GUILD.channels[1:]))
        return [(each.pointer, each.code) for each in known_problems(action, guild, SEEN)]

    assert found(write(allow=("view_channel",), deny=("send_messages",))) == []
    assert found(write(channel_id="7", target_id="8")) == [
        ("/channel_id", "unknown_channel"),
        ("/target_id", "unknown_role"),
    ]
    assert found(write(allow=("view_channel", "connect"), deny=("speak",))) == [
        ("/allow/1", "meaningless"),
        ("/deny/0", "meaningless"),
    ]
    assert found(write(allow=("connect",)), "category") == []
    assert found(write(target_kind="member", target_id="8")) == [], "members are not known here"


def test_what_may_be_newer_than_what_is_known_is_left_to_the_bot() -> None:
    for made, codes in (
        (SEEN - timedelta(minutes=2), ["unknown_channel"]),
        (SEEN, []),
        (SEEN + timedelta(1), []),
    ):
        action = write(channel_id=snowflake_at(made), allow=("connect",))
        assert [each.code for each in known_problems(action, GUILD, SEEN)] == codes


def test_what_stands_there_already_may_stay_though_it_says_nothing_and_nobody_has_it() -> None:
    standing = Overwrite("role", CREW.id, allow=bits_of(("connect", "mention_everyone")))
    place = scene(WRITES | Permission.ADD_REACTIONS, standing)
    assert codes(write(allow=("connect", "mention_everyone", "add_reactions")), place) == []
    assert list(known_problems(write(allow=("connect",)), place.guild, SEEN)) == []
    assert codes(write(), place) == [], "nobody needs what they take back"


@pytest.mark.parametrize("lacking", ["mention_everyone", "manage_roles"])
def test_whoever_asks_has_what_is_newly_said_or_no_longer_denied(lacking: str) -> None:
    place = scene(WRITES)
    assert codes(write(allow=(lacking,)), place) == [ASKER_MAY_NOT]
    assert codes(write(deny=(lacking,)), place) == [ASKER_MAY_NOT]
    closed = scene(WRITES, Overwrite("role", CREW.id, deny=bits_of((lacking,))))
    assert codes(write(), closed) == [ASKER_MAY_NOT]
    trusted = Overwrite("member", ASKER.user_id, allow=int(Permission.MANAGE_ROLES))
    entrusted = scene(WRITES, Overwrite("role", CREW.id, deny=bits_of((lacking,))), trusted)
    assert codes(write(allow=(lacking,)), entrusted) == []


def test_the_bot_does_not_shut_itself_out_of_a_channel() -> None:
    plain = replace(BOT, role_ids=())
    place = scene(ALL & ~Permission.ADMINISTRATOR, bot=plain)
    for bits in (Permission.VIEW_CHANNEL, Permission.MANAGE_ROLES):
        action = write(target_id=GUILD.guild_id, deny=names_of(bits))
        assert BOT_MAY_NOT in codes(action, place)
    assert codes(write(deny=("view_channel",)), place) == [], "it has not that role"


def test_a_role_that_is_not_there_is_nobodys() -> None:
    assert codes(write(target_id="7"), scene(WRITES)) == ["unknown_role"]
    assert codes(write(channel_id="7"), scene(WRITES))[0] == "unknown_channel"
