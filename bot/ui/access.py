"""What is said of people's access to a server."""

from collections.abc import Sequence

from bot.ui.answers import CONTENT
from bot.ui.text import clipped, fitting
from core.access.schemas import MemberAccess
from core.discord.markdown import plain

_BECAUSE = {
    "installation": "owns this installation",
    "owner": "owns the server",
    "grant": "was granted it",
    "permission": "by a permission in Discord",
    "mapping": "by a Discord role that this server maps to it",
    "member": "as a member",
    "nobody": "is no member",
}


def told_text(shown: MemberAccess) -> str:
    grant = shown.grant
    granted = ""
    if grant is not None:
        why = f": {plain(grant.reason)}" if grant.reason else ""
        granted = f" Granted is {grant.role.value}, by {plain(grant.by)}{why}."
    return clipped(f"{_line(shown)}.{granted}", CONTENT)


def taken_back_text(shown: MemberAccess) -> str:
    return clipped(f"Taken back. {_line(shown)}.", CONTENT)


def members_text(members: Sequence[MemberAccess], *, is_all: bool) -> str:
    if not members:
        return "Nobody here has an account, or is more than a user."
    lines = [_line(each) for each in sorted(members, key=lambda each: -each.access.role.rank)]
    more = [] if is_all else ["… and more: `GET /guilds/{id}/members` tells all of them."]
    return fitting([*more, *lines], CONTENT)


def _line(shown: MemberAccess) -> str:
    return f"**{plain(shown.name)}** is {shown.access.role.value}: {_BECAUSE[shown.access.source]}"
