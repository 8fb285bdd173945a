"""Who may do what: by hierarchy, by channel, for the bot and for whoever asked."""

from msgspec.structs import replace

from core.actions.authority import (
    ASKER_MAY_NOT,
    BOT_MAY_NOT,
    LOCKED,
    Scene,
    asker_party,
    bot_party,
    denials,
    member_denial,
)
from core.actions.payloads import (
    Action,
    ChannelLock,
    MemberBan,
    MemberKick,
    MemberNick,
    MemberTimeout,
    MessageCrosspost,
    MessagePurge,
    MessageSend,
    OnMembers,
    RoleGrant,
)
from core.discord.messages import AllowedMentions, Embed
from core.discord.permissions import Permission
from core.discord.types import Member, Overwrite, Role
from tests.builders.core import snapshot

GUILD = snapshot(roles=3, channels=2)
TOP, HIGH, MIDDLE, LOW, EVERYONE = GUILD.roles
TEXT = GUILD.channels[0]
OWNER = Member(user_id=GUILD.owner_id)
BOT = Member(user_id="900", role_ids=(TOP.id,))
WORKER = Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES | Permission.READ_MESSAGE_HISTORY


def scene(*, bot: Member = BOT, asker: Member | None = None, roles: tuple[Role, ...] = GUILD.roles) -> Scene:
    parties = (bot_party(bot), *(() if asker is None else (asker_party("Ada", asker),)))
    return Scene(guild=replace(GUILD, roles=roles), parties=parties)


def with_bits(**bits: Permission) -> tuple[Role, ...]:
    named = {"top": TOP, "high": HIGH, "middle": MIDDLE, "low": LOW, "everyone": EVERYONE}
    return tuple(
        replace(role, permissions=int(bits.get(name, Permission(0))), mentionable=False)
        for name, role in named.items()
    )


def codes(action: Action, of: Scene) -> list[str]:
    return [denial.code for denial in denials(action, of)]


def test_a_role_is_given_only_from_above_by_the_bot_and_by_the_asker() -> None:
    weak = Member(user_id="1", role_ids=(MIDDLE.id,))
    for role, refused in ((LOW, []), (MIDDLE, [ASKER_MAY_NOT]), (HIGH, [ASKER_MAY_NOT])):
        assert codes(RoleGrant(role_id=role.id, member_ids=("5",)), scene(asker=weak)) == refused
    assert codes(RoleGrant(role_id=HIGH.id, member_ids=("5",)), scene(bot=weak, asker=OWNER)) == [BOT_MAY_NOT]


def test_managed_roles_everyone_and_unknown_roles_are_nobodys_to_give() -> None:
    assert codes(RoleGrant(role_id=EVERYONE.id, member_ids=("5",)), scene()) == ["managed_role"]
    assert "managed_role" in codes(RoleGrant(role_id=TOP.id, member_ids=("5",)), scene())
    assert codes(RoleGrant(role_id="7", member_ids=("5",)), scene()) == ["unknown_role"]


def test_of_two_roles_in_one_place_the_older_is_higher() -> None:
    older, younger = sorted((MIDDLE, HIGH), key=lambda role: int(role.id))
    level = tuple(replace(role, position=2) if role in (MIDDLE, HIGH) else role for role in GUILD.roles)
    holder = Member(user_id="1", role_ids=(older.id,))
    assert codes(RoleGrant(role_id=younger.id, member_ids=("5",)), scene(asker=holder, roles=level)) == []
    holder = Member(user_id="1", role_ids=(younger.id,))
    found = codes(RoleGrant(role_id=older.id, member_ids=("5",)), scene(asker=holder, roles=level))
    assert found == [ASKER_MAY_NOT]


def test_members_are_touched_only_from_above_and_the_owner_never() -> None:
    asker = Member(user_id="1", role_ids=(MIDDLE.id,))
    below, beside = Member(user_id="2", role_ids=(LOW.id,)), Member(user_id="3", role_ids=(MIDDLE.id,))
    kick = MemberKick(member_ids=("2",))
    assert member_denial(kick, scene(asker=asker), below) is None
    for target in (beside, OWNER, BOT):
        denial = member_denial(kick, scene(asker=asker), target)
        assert denial is not None
    assert member_denial(kick, scene(asker=OWNER), OWNER) is not None


def test_nobody_who_is_away_is_touched_but_by_bans() -> None:
    for action, code in (
        (MemberKick(member_ids=("2",)), "unknown_member"),
        (RoleGrant(role_id=LOW.id, member_ids=("2",)), "unknown_member"),
        (MemberBan(member_ids=("2",)), None),
    ):
        denial = member_denial(action, scene(), None)
        assert (denial and denial.code) == code


def test_administrators_cannot_be_timed_out_but_released() -> None:
    roles = with_bits(low=Permission.ADMINISTRATOR)
    admin = Member(user_id="2", role_ids=(LOW.id,))
    denial = member_denial(MemberTimeout(member_ids=("2",), seconds=60), scene(roles=roles), admin)
    assert denial is not None
    assert denial.code == "protected"
    assert member_denial(MemberTimeout(member_ids=("2",), seconds=None), scene(roles=roles), admin) is None


def test_everybody_may_rename_themselves() -> None:
    action: OnMembers = MemberNick(member_ids=("900",), nick="x")
    assert member_denial(action, scene(), BOT) is None


def test_a_message_needs_what_it_contains() -> None:
    roles = with_bits(everyone=WORKER)
    asker = Member(user_id="1")
    place = scene(bot=Member(user_id="9"), asker=asker, roles=roles)
    assert codes(MessageSend(channel_id=TEXT.id, content="x"), place) == []
    for richer in (
        MessageSend(channel_id=TEXT.id, embeds=(Embed(title="t"),)),
        MessageSend(channel_id=TEXT.id, content="x", allowed_mentions=AllowedMentions(parse=("everyone",))),
        MessageSend(channel_id=TEXT.id, content="x", allowed_mentions=AllowedMentions(roles=(LOW.id,))),
    ):  # fmt: skip
        assert codes(richer, place) == [BOT_MAY_NOT, ASKER_MAY_NOT]
    open_role = replace(LOW, mentionable=True)
    mentionable = tuple(open_role if role.id == open_role.id else role for role in roles)
    asked = MessageSend(
        channel_id=TEXT.id, content="x", allowed_mentions=AllowedMentions(roles=(open_role.id,))
    )
    assert codes(asked, scene(bot=Member(user_id="9"), asker=asker, roles=mentionable)) == []


def test_a_channels_overwrites_count() -> None:
    roles = with_bits(everyone=WORKER | Permission.MANAGE_MESSAGES)
    closed = replace(TEXT, overwrites=(Overwrite("role", GUILD.guild_id, deny=int(Permission.VIEW_CHANNEL)),))
    guild = replace(GUILD, roles=roles, channels=(closed, *GUILD.channels[1:]))
    place = Scene(guild=guild, parties=(bot_party(Member(user_id="9")),))
    assert codes(MessagePurge(channel_id=TEXT.id), place) == [BOT_MAY_NOT]
    invited = replace(
        closed,
        overwrites=(*closed.overwrites, Overwrite("member", "9", allow=int(Permission.VIEW_CHANNEL))),
    )
    place = Scene(guild=replace(guild, channels=(invited,)), parties=place.parties)
    assert codes(MessagePurge(channel_id=TEXT.id), place) == []


def test_the_kind_of_channel_counts_and_so_does_its_being_there() -> None:
    assert codes(MessageCrosspost(channel_id=TEXT.id, message_id="1"), scene()) == ["wrong_channel_type"]
    assert codes(MessageSend(channel_id="7", content="x"), scene()) == ["unknown_channel"]


def test_who_locks_a_channel_must_have_what_locking_denies() -> None:
    held = WORKER | Permission.MANAGE_ROLES
    asker = Member(user_id="1")
    short = with_bits(top=Permission.ADMINISTRATOR, everyone=held)
    assert codes(ChannelLock(channel_id=TEXT.id), scene(asker=asker, roles=short)) == [ASKER_MAY_NOT]
    enough = with_bits(top=Permission.ADMINISTRATOR, everyone=held | LOCKED)
    assert codes(ChannelLock(channel_id=TEXT.id), scene(asker=asker, roles=enough)) == []
