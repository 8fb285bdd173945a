"""Who is pinged by a message (Discord docs: Message > Allowed Mentions Object)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.simulator.components import TEXT, walk
from bot.simulator.forms import Form
from bot.simulator.permissions import MENTION_EVERYONE
from bot.simulator.shapes import as_int, as_object
from bot.simulator.state import Guild, Message
from bot.simulator.world import World

KINDS = ("users", "roles", "everyone")
IN_RESPONSES = ("users",)
_MOST = 100
_USER, _ROLE = re.compile(r"<@!?(\d{1,19})>"), re.compile(r"<@&(\d{1,19})>")
_CODE = re.compile(r"```.*?```|``.+?``|`[^`]+`", re.DOTALL)


@dataclass(slots=True, frozen=True)
class Allowed:
    """``parse`` names kinds of which everything in the text counts; ``users`` and ``roles`` are single ones."""

    parse: frozenset[str]
    users: frozenset[int]
    roles: frozenset[int]
    replied_user: bool


def read_allowed(form: Form, default: Iterable[str]) -> Allowed:
    """Without the field ``default`` is parsed and who is replied to is pinged; with it nothing but what it says."""
    found = form.form("allowed_mentions")
    if found is None:
        return Allowed(frozenset(default), frozenset(), frozenset(), replied_user=True)
    users = found.snowflakes("users", most=_MOST) or []
    roles = found.snowflakes("roles", most=_MOST) or []
    parse = frozenset(_kinds(found))
    for kind, ids in (("users", users), ("roles", roles)):
        if ids and kind in parse:
            message = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            form.bad("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)
    return Allowed(parse, frozenset(users), frozenset(roles), found.flag("replied_user", False))


def _kinds(form: Form) -> list[str]:
    kinds: list[str] = []
    for index, each in enumerate(form.items("parse", most=len(KINDS)) or ()):
        if each in KINDS:
            kinds.append(str(each))
        else:
            choices = f"Value must be one of {KINDS}."
            form.errors.add((*form.path, "parse", str(index)), "BASE_TYPE_CHOICES", choices)
    if len(set(kinds)) < len(kinds):
        form.bad_set("parse")
    return kinds


def mention(draft: Message, allowed: Allowed, guild: Guild, world: World, powers: int) -> None:
    """Work out anew whom the draft pings. Nothing in code does, and only what its author may.

    Roles that are not mentionable, @everyone and @here need MENTION_EVERYONE.
    """
    text = _CODE.sub("", _text(draft))
    mighty = bool(powers & MENTION_EVERYONE)
    pinged = [each for each in _found(_USER, text) if "users" in allowed.parse or each in allowed.users]
    if allowed.replied_user and (replied := _replied_to(draft, guild)) is not None:
        pinged.append(replied)
    draft.mentions = [each for each in dict.fromkeys(pinged) if each in world.users]
    everyone = "@everyone" in text or "@here" in text
    draft.mention_everyone = everyone and mighty and "everyone" in allowed.parse
    draft.mention_roles = [
        each
        for each in _found(_ROLE, text)
        if (role := guild.roles.get(each)) is not None
        and (role.mentionable or mighty)
        and ("roles" in allowed.parse or each in allowed.roles)
    ]


def _found(pattern: re.Pattern[str], text: str) -> list[int]:
    return list(dict.fromkeys(int(each) for each in pattern.findall(text)))


def _text(draft: Message) -> str:
    """The content, and what text displays show in its stead."""
    shown = [str(each["content"]) for each in walk(draft.components) if each["type"] == TEXT]
    return "\n".join([draft.content, *shown])


def _replied_to(draft: Message, guild: Guild) -> int | None:
    """The author of the message in the same channel that this one replies to, while it is there."""
    reference = as_object(draft.reference) or {}
    channel = guild.channels.get(draft.channel_id)
    message_id = as_int(reference.get("message_id"))
    if channel is None or message_id is None or reference.get("channel_id") != str(channel.id):
        return None
    replied = channel.messages.get(message_id)
    return None if replied is None else replied.author_id
