"""What of a message would be otherwise than whoever wrote it may expect. Pure."""

import re
from collections.abc import Iterator

from core.announcements.schemas import AnnouncementMessage, Remark
from core.discord.messages import AllowedMentions

_EVERYONE = re.compile(r"@(?:everyone|here)\b")
_USER, _ROLE = re.compile(r"<@!?(\d{1,19})>"), re.compile(r"<@&(\d{1,19})>")
_CODE = re.compile(r"```.*?```|``.+?``|`[^`]+`", re.DOTALL)


def remarks_of(
    message: AnnouncementMessage, names: tuple[str, ...], *, members: bool, next_time: bool
) -> Iterator[Remark]:
    """`names` are the variables that it uses; of two of them it is told whether what they say is known."""
    yield from _silent_mentions(message)
    if "guild.members" in names and not members:
        yield Remark(
            code="members_unknown",
            message="How many members there are only the bot knows, when it posts: here a dash stands for it.",
        )
    if {"next", "next.relative"} & set(names) and not next_time:
        yield Remark(code="no_next", message="No active schedule posts it: a dash stands for the next time.")


def _silent_mentions(message: AnnouncementMessage) -> Iterator[Remark]:
    text = _CODE.sub("", message.content)
    for mention in dict.fromkeys(_not_allowed(text, message.allowed_mentions)):
        yield Remark(
            code="will_not_ping",
            message=f"{mention} is shown and pings nobody: `allowed_mentions` does not say that it may.",
        )
    shown = [embed.description or "" for embed in message.embeds]
    shown += [field.value for embed in message.embeds for field in embed.fields]
    if any(pattern.search(text) for text in shown for pattern in (_EVERYONE, _USER, _ROLE)):
        yield Remark(code="will_not_ping", message="A mention in an embed never pings anybody.")


def _not_allowed(text: str, allowed: AllowedMentions) -> Iterator[str]:
    if "everyone" not in allowed.parse:
        yield from _EVERYONE.findall(text)
    for pattern, kind, ids in ((_USER, "users", allowed.users), (_ROLE, "roles", allowed.roles)):
        if kind not in allowed.parse:
            yield from (found[0] for found in pattern.finditer(text) if found[1] not in ids)
