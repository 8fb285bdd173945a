"""What is refused before anybody is asked, and with which pointer."""

import uuid
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.actions.nonce import nonce_of
from core.actions.payloads import (
    Action,
    ChannelFollow,
    MemberBan,
    MemberNick,
    MemberTimeout,
    MessageEdit,
    MessagePurge,
    MessageSend,
    RoleGrant,
)
from core.actions.validate import problems_of
from core.discord.messages import AllowedMentions, Embed, EmbedField, EmbedFooter, LinkButton

CHANNEL = "1075448420571312301"


def send(**fields: Any) -> MessageSend:
    return MessageSend(channel_id=CHANNEL, **fields)


LINK = LinkButton(label="Web", url="https://example.org")


def linked(**fields: Any) -> MessageSend:
    return send(content="x", links=(replace(LINK, **fields),))


NAMELESS = Embed(title="t", fields=(EmbedField(name="", value="v"),))
BOTH = AllowedMentions(parse=("users",), users=("1",))


@pytest.mark.parametrize(
    ("action", "pointer", "code"),
    [
        (send(), "/content", "empty"),
        (send(content="  "), "/content", "empty"),
        (send(content="x" * 2001), "/content", "too_long"),
        (send(content="x", reply_to="x"), "/reply_to", "format"),
        (send(embeds=(Embed(),)), "/embeds/0", "empty"),
        (send(embeds=(NAMELESS,)), "/embeds/0/fields/0/name", "empty"),
        (send(embeds=(Embed(title="t", url="ftp://x"),)), "/embeds/0/url", "format"),
        (send(embeds=(Embed(title="t", color=1 << 24),)), "/embeds/0/color", "range"),
        (send(embeds=(Embed(title="t", footer=EmbedFooter(text="x" * 2049)),)), "/embeds/0/footer/text", "too_long"),
        (send(embeds=(Embed(description="x" * 4096), Embed(description="x" * 1905))), "/embeds", "too_long"),
        (send(embeds=(Embed(title="t"),) * 11), "/embeds", "too_many"),
        (send(content="x", allowed_mentions=BOTH), "/allowed_mentions/users", "exclusive"),
        (send(content="x", allowed_mentions=AllowedMentions(roles=("x",))), "/allowed_mentions/roles/0", "format"),
        (send(content="x", links=(LINK,) * 26), "/links", "too_many"),
        (send(links=(LINK,)), "/content", "empty"),
        (linked(label=" "), "/links/0/label", "empty"),
        (linked(label="x" * 81), "/links/0/label", "too_long"),
        (linked(url="https://x.y/" + "z" * 501), "/links/0/url", "too_long"),
        (linked(url="ftp://x.y"), "/links/0/url", "format"),
        (linked(url="https://x.y/a b"), "/links/0/url", "format"),
        (linked(url="https://"), "/links/0/url", "format"),
        (linked(emoji="ship"), "/links/0/emoji", "format"),
        (linked(emoji="é"), "/links/0/emoji", "format"),
        (linked(emoji="⚓ ⚓"), "/links/0/emoji", "format"),
        (linked(emoji="<:anchor:x>"), "/links/0/emoji", "format"),
        (MessageEdit(channel_id=CHANNEL, message_id="1"), "", "empty"),
        (MessageEdit(channel_id=CHANNEL, message_id="1", content="", embeds=()), "/content", "empty"),
        (MessagePurge(channel_id=CHANNEL, limit=1001), "/limit", "range"),
        (RoleGrant(role_id="1", member_ids=()), "/member_ids", "length"),
        (RoleGrant(role_id="1", member_ids=("1", "1")), "/member_ids/1", "duplicate"),
        (RoleGrant(role_id="9" * 20, member_ids=("1",)), "/role_id", "format"),
        (RoleGrant(role_id="1", member_ids=tuple(map(str, range(1, 1002)))), "/member_ids", "length"),
        (MemberTimeout(member_ids=("1",), seconds=28 * 86_400 + 1), "/seconds", "range"),
        (MemberBan(member_ids=("1",), delete_message_seconds=-1), "/delete_message_seconds", "range"),
        (MemberNick(member_ids=("1",), nick=" "), "/nick", "length"),
        (ChannelFollow(channel_id="1", source_channel_id="1"), "/source_channel_id", "same"),
    ],
)  # fmt: skip
def test_what_discord_would_refuse_is_refused_with_its_place(action: Action, pointer: str, code: str) -> None:
    assert (pointer, code) in [(problem.pointer, problem.code) for problem in problems_of(action)]


def test_what_is_right_has_no_problems() -> None:
    embed = Embed(title="t", fields=(EmbedField(name="n", value="v"),), image="https://example.org/i.png")
    for action in (
        send(content="x" * 2000, embeds=(embed,) * 10),
        MessageEdit(channel_id=CHANNEL, message_id="1", embeds=()),
        MessageEdit(channel_id=CHANNEL, message_id="1", links=()),
        send(content="x", links=(replace(LINK, label="x" * 80, url="https://x.y/" + "z" * 500),) * 25),
        linked(url="discord://-/channels/1"),
        *(linked(emoji=each) for each in ("⚓", "1️⃣", "ℹ️", "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "<:anchor:7>", "<a:wave_2:8>")),
        MemberTimeout(member_ids=("1",), seconds=None),
        MemberNick(member_ids=("1",), nick=None),
        RoleGrant(role_id="1", member_ids=tuple(map(str, range(1, 1001)))),
    ):
        assert problems_of(action) == ()


texts = st.text(max_size=30) | st.sampled_from(["", "1", "9" * 19, "9" * 30, "٣", "x" * 3000])


@given(action=st.one_of(st.builds(MessageSend, channel_id=texts, content=texts, reply_to=st.none() | texts)))
def test_any_message_is_judged_and_pointers_lead_somewhere(action: MessageSend) -> None:
    plain = msgspec.to_builtins(action)
    for problem in problems_of(action):
        name = problem.pointer.removeprefix("/").partition("/")[0]
        assert name in plain or name in ("content", "")
        assert problem.message


@given(number=st.integers(0, (1 << 128) - 1))
def test_a_nonce_fits_and_tells_jobs_apart(number: int) -> None:
    nonce = nonce_of(uuid.UUID(int=number))
    assert 1 <= len(nonce) <= 25
    assert nonce.isascii()
    assert nonce.isalnum()
    assert nonce != nonce_of(uuid.UUID(int=(number + 1) % (1 << 128)))
