"""Who may do what: by hierarchy, by channel, for the bot and for whoever asked."""

import pytest
from msgspec.structs import replace

from core.actions.authority import denials, foreign_denials, member_denial
from core.actions.locking import LOCKED, LOCKED_VOICE, unlocked
from core.actions.payloads import (
    Action,
    ChannelLock,
    ChannelUnlock,
    MemberBan,
    MemberKick,
    MemberNick,
    MemberTimeout,
    MemberUnban,
    MessageCrosspost,
    MessageDelete,
    MessageEdit,
    MessagePurge,
    MessageSend,
    OnMembers,
    RoleGrant,
    RoleRevoke,
)
from core.actions.scene import ASKER_MAY_NOT, BOT_MAY_NOT, Scene, asker_party, bot_party
from core.discord.messages import AllowedMentions, Embed, LinkButton
from core.discord.permissions import Permission
from core.discord.types import Member, Overwrite, Role
from tests.builders.core import snapshot

MODERATION = (
    Permission.MANAGE_ROLES
    | Permission.KICK_MEMBERS
    | Permission.BAN_MEMBERS
    | Permission.MODERATE_MEMBERS
    | Permission.MANAGE_NICKNAMES
    | Permission.CHANGE_NICKNAME
)
MADE = snapshot(roles=3, channels=2)
TOP, HIGH, MIDDLE, LOW, _ = MADE.roles
EVERYONE = replace(MADE.everyone, permissions=int(MODERATION | Permission.VIEW_CHANNEL))
GUILD = replace(MADE, roles=(TOP, HIGH, MIDDLE, LOW, EVERYONE))
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
    roles = with_bits(low=Permission.ADMINISTRATOR, everyone=MODERATION)
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
    links = (LinkButton(label="l", url="https://example.org"),)
    assert codes(MessageSend(channel_id=TEXT.id, content="x", links=links), place) == [ASKER_MAY_NOT]
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


@pytest.mark.parametrize(
    ("action", "needed"),
    [
        (RoleGrant(role_id=LOW.id, member_ids=("5",)), Permission.MANAGE_ROLES),
        (RoleRevoke(role_id=LOW.id, member_ids=("5",)), Permission.MANAGE_ROLES),
        (MemberTimeout(member_ids=("5",), seconds=60), Permission.MODERATE_MEMBERS),
        (MemberKick(member_ids=("5",)), Permission.KICK_MEMBERS),
        (MemberBan(member_ids=("5",)), Permission.BAN_MEMBERS),
        (MemberUnban(member_ids=("5",)), Permission.BAN_MEMBERS),
    ],
    ids=lambda each: getattr(each, "name", type(each).__name__),
)
def test_what_the_kind_needs_the_bot_must_have_too_and_nobody_in_time_out_has_it(
    action: OnMembers, needed: Permission
) -> None:
    bot, asker = replace(BOT, role_ids=(HIGH.id,)), Member(user_id="1", role_ids=(HIGH.id,))
    without = with_bits(everyone=MODERATION & ~needed, top=Permission.ADMINISTRATOR)
    assert codes(action, scene(bot=bot, roles=without)) == [BOT_MAY_NOT]
    assert codes(action, scene(asker=asker, roles=without)) == [ASKER_MAY_NOT]
    silenced = replace(bot, is_timed_out=True)
    assert codes(action, scene(bot=silenced)) == [BOT_MAY_NOT]
    assert codes(action, scene(bot=bot, asker=asker)) == []


def test_ones_own_nickname_and_those_of_others_are_two_permissions() -> None:
    bot, other = replace(BOT, role_ids=(HIGH.id,)), Member(user_id="2")
    for bits, own, others in (
        (Permission.CHANGE_NICKNAME, None, BOT_MAY_NOT),
        (Permission.MANAGE_NICKNAMES, BOT_MAY_NOT, None),
    ):
        place = scene(bot=bot, roles=with_bits(everyone=bits))
        for target, code in ((bot, own), (other, others)):
            denial = member_denial(MemberNick(member_ids=(target.user_id,), nick="x"), place, target)
            assert (denial and denial.code) == code


def test_who_has_the_bots_words_changed_must_be_able_to_speak_there() -> None:
    asker, bot = Member(user_id="1"), Member(user_id="9")
    edit = MessageEdit(channel_id=TEXT.id, message_id="5", content="x")
    rich = replace(edit, embeds=(Embed(title="t"),))
    loud = replace(edit, allowed_mentions=AllowedMentions(parse=("everyone",)))
    reads = Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY
    moderates = reads | Permission.MANAGE_MESSAGES
    speaks = moderates | Permission.SEND_MESSAGES
    for bits, action, refused in (
        (reads, edit, [ASKER_MAY_NOT]),
        (moderates, edit, [ASKER_MAY_NOT]),
        (speaks, edit, []),
        (speaks, rich, [ASKER_MAY_NOT]),
        (speaks, loud, [ASKER_MAY_NOT]),
        (speaks | Permission.EMBED_LINKS, rich, []),
    ):
        assert codes(action, scene(bot=bot, asker=asker, roles=with_bits(everyone=bits))) == refused


def test_what_others_wrote_the_bot_deletes_only_with_the_permission_for_it() -> None:
    delete = MessageDelete(channel_id=TEXT.id, message_id="5")
    place = scene(bot=Member(user_id="9"), roles=with_bits(everyone=WORKER))
    assert codes(delete, place) == []
    assert [denial.code for denial in foreign_denials(delete, place)] == [BOT_MAY_NOT]


def test_who_may_lock_a_channel_may_unlock_it_again_though_nobody_can_write_there_now() -> None:
    held = WORKER | Permission.MANAGE_ROLES | LOCKED
    roles, both = with_bits(everyone=held), {"bot": Member(user_id="9"), "asker": Member(user_id="1")}
    shut = Overwrite("role", GUILD.guild_id, deny=int(LOCKED))
    guild = replace(GUILD, roles=roles, channels=(replace(TEXT, overwrites=(shut,)),))
    place = replace(scene(**both, roles=roles), guild=guild)
    before = Overwrite("role", GUILD.guild_id, allow=int(Permission.SEND_MESSAGES))
    assert codes(ChannelUnlock(channel_id=TEXT.id), place) == []
    assert codes(ChannelUnlock(channel_id=TEXT.id, restore=before), place) == []


def test_restoring_gives_nobody_what_the_asker_does_not_have() -> None:
    roles = with_bits(top=Permission.ADMINISTRATOR, everyone=WORKER | Permission.MANAGE_ROLES)
    place = scene(asker=Member(user_id="1"), roles=roles)
    threads = Overwrite("role", GUILD.guild_id, allow=int(Permission.CREATE_PRIVATE_THREADS))
    assert codes(ChannelUnlock(channel_id=TEXT.id, restore=threads), place) == [ASKER_MAY_NOT]
    beyond = replace(threads, allow=int(Permission.ADMINISTRATOR | Permission.MANAGE_WEBHOOKS))
    assert unlocked(Overwrite("role", GUILD.guild_id), beyond, LOCKED).allow == 0
    for elsewhere in (replace(threads, id=LOW.id), replace(threads, kind="member")):
        assert "not_everyone" in codes(ChannelUnlock(channel_id=TEXT.id, restore=elsewhere), scene())


def test_the_bot_does_not_lock_itself_out_of_a_voice_channel() -> None:
    held = WORKER | Permission.MANAGE_ROLES | LOCKED_VOICE
    roles, bot = with_bits(everyone=held), Member(user_id="9")
    voice = replace(TEXT, type="voice")
    for overwrites, refused in (
        ((), [BOT_MAY_NOT]),
        ((Overwrite("member", "9", allow=int(Permission.CONNECT)),), []),
    ):
        guild = replace(GUILD, roles=roles, channels=(replace(voice, overwrites=overwrites),))
        place = replace(scene(bot=bot), guild=guild)
        assert codes(ChannelLock(channel_id=TEXT.id), place) == refused
