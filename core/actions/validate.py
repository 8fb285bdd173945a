"""What is wrong with an action by itself, before anybody is asked (Discord's documented limits)."""

from collections.abc import Iterator

from msgspec import UNSET

from core.actions.links import link_problems
from core.actions.messages import content_problems, mention_problems
from core.actions.payloads import (
    Action,
    ChannelFollow,
    ChannelOverwrite,
    ChannelUnlock,
    MemberBan,
    MemberNick,
    MemberTimeout,
    MessageEdit,
    MessagePurge,
    MessageSend,
    OnMembers,
)
from core.discord.channel_bits import IN_CHANNELS
from core.discord.messages import Embed
from core.discord.permissions import BY_NAME
from core.discord.types import Overwrite, is_snowflake
from core.errors import Problem

MEMBERS_LIMIT = 1000
PURGE_LIMIT = 1000
TIMEOUT_LIMIT = 28 * 86_400
BAN_DELETES_LIMIT = 7 * 86_400
NICK_LIMIT = 32
BITS_LIMIT = 2**63 - 1
"""Of a field of permissions, which is kept in 64 bits."""


def problems_of(action: Action) -> tuple[Problem, ...]:
    """Every problem with the place it is at, as a pointer into the action."""
    return (*_id_problems(action), *_own_problems(action))


def _own_problems(action: Action) -> Iterator[Problem]:
    match action:
        case MessageSend():
            yield from _message_problems(action.content, action.embeds)
            yield from link_problems(action.links)
            yield from mention_problems(action.allowed_mentions)
        case MessageEdit():
            yield from _edit_problems(action)
            yield from link_problems(action.links or ())
            yield from mention_problems(action.allowed_mentions)
        case MessagePurge():
            yield from _between("/limit", action.limit, 1, PURGE_LIMIT)
        case MemberTimeout() if action.seconds is not None:
            yield from _between("/seconds", action.seconds, 1, TIMEOUT_LIMIT)
        case MemberBan():
            yield from _between(
                "/delete_message_seconds", action.delete_message_seconds, 0, BAN_DELETES_LIMIT
            )
        case MemberNick() if action.nick is not None:
            yield from _nick_problems(action.nick)
        case ChannelFollow() if action.channel_id == action.source_channel_id:
            yield Problem(
                pointer="/source_channel_id", code="same", message="A channel cannot follow itself."
            )
        case ChannelUnlock(restore=Overwrite() as overwrite):
            yield from _overwrite_problems(overwrite, "/restore")
        case ChannelOverwrite():
            yield from _names_problems(action)
        case _:
            pass


def _names_problems(action: ChannelOverwrite) -> Iterator[Problem]:
    for field, names, others in (("allow", action.allow, ()), ("deny", action.deny, action.allow)):
        for index, name in enumerate(names):
            place, bit = f"/{field}/{index}", BY_NAME.get(name)
            if bit is None:
                message = f"“{name[:40]}” is no permission."
                yield Problem(pointer=place, code="unknown_permission", message=message)
            elif bit not in IN_CHANNELS:
                message = f"{name} is a permission of the server as a whole: no channel's overwrite has it."
                yield Problem(pointer=place, code="not_in_channels", message=message)
            elif name in names[:index]:
                yield Problem(pointer=place, code="duplicate", message=f"{name} is named twice.")
            elif name in others:
                message = f"{name} is both allowed and denied."
                yield Problem(pointer=place, code="allow_and_deny", message=message)


def _overwrite_problems(overwrite: Overwrite, pointer: str) -> Iterator[Problem]:
    if not is_snowflake(overwrite.id):
        yield _no_id(f"{pointer}/id", overwrite.id)
    yield from _between(f"{pointer}/allow", overwrite.allow, 0, BITS_LIMIT)
    yield from _between(f"{pointer}/deny", overwrite.deny, 0, BITS_LIMIT)


def _id_problems(action: Action) -> Iterator[Problem]:
    for name in action.__struct_fields__:
        if name.endswith("_id") or name in ("before", "after", "reply_to"):
            value: object = getattr(action, name)
            if isinstance(value, str) and not is_snowflake(value):
                yield _no_id(f"/{name}", value)
    if isinstance(action, OnMembers):
        yield from _member_problems(action.member_ids)


def _member_problems(ids: tuple[str, ...]) -> Iterator[Problem]:
    if not 1 <= len(ids) <= MEMBERS_LIMIT:
        yield Problem(
            pointer="/member_ids",
            code="length",
            message=f"Name 1 to {MEMBERS_LIMIT} members, not {len(ids)}.",
        )
    seen: set[str] = set()
    for index, each in enumerate(ids):
        if not is_snowflake(each):
            yield _no_id(f"/member_ids/{index}", each)
        elif each in seen:
            yield Problem(pointer=f"/member_ids/{index}", code="duplicate", message=f"{each} is named twice.")
        seen.add(each)


def _message_problems(content: str, embeds: tuple[Embed, ...]) -> Iterator[Problem]:
    if not content.strip() and not embeds:
        yield Problem(
            pointer="/content", code="empty", message="A message needs content or at least one embed."
        )
    yield from content_problems(content, embeds)


def _edit_problems(action: MessageEdit) -> Iterator[Problem]:
    content = action.content if isinstance(action.content, str) else None
    embeds = action.embeds if isinstance(action.embeds, tuple) else None
    if content is None and embeds is None and action.links is UNSET:
        yield Problem(pointer="", code="empty", message="Name what to change: content, embeds or links.")
    elif content is not None and embeds is not None:
        yield from _message_problems(content, embeds)
        return
    yield from content_problems(content or "", embeds or ())


def _nick_problems(nick: str) -> Iterator[Problem]:
    if not 1 <= len(nick.strip()) <= NICK_LIMIT:
        yield Problem(
            pointer="/nick",
            code="length",
            message=f"A nickname has 1 to {NICK_LIMIT} characters; null takes it away.",
        )


def _between(pointer: str, value: int, least: int, most: int) -> Iterator[Problem]:
    if not least <= value <= most:
        yield Problem(pointer=pointer, code="range", message=f"From {least} to {most}, not {value}.")


def _no_id(pointer: str, value: str) -> Problem:
    return Problem(pointer=pointer, code="format", message=f"“{value[:40]}” is not an id: up to 19 digits.")
