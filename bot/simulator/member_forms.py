"""What may be changed about a member and who may (Discord docs: Guild > Modify Guild Member)."""

import copy
from datetime import UTC, datetime

from bot.simulator.access import Standing
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.permissions import (
    ADMINISTRATOR,
    BAN_MEMBERS,
    CHANGE_NICKNAME,
    DEAFEN_MEMBERS,
    KICK_MEMBERS,
    MANAGE_GUILD,
    MANAGE_NICKNAMES,
    MANAGE_ROLES,
    MODERATE_MEMBERS,
    MOVE_MEMBERS,
    MUTE_MEMBERS,
    base,
)
from bot.simulator.state import Member

_TIMEOUT_SECONDS = 28 * 86_400
_FLAGS_SETTABLE = 1 << 2  # BYPASSES_VERIFICATION
_VOICE = {"mute": MUTE_MEMBERS, "deaf": DEAFEN_MEMBERS, "channel_id": MOVE_MEMBERS}
_MODERATOR = MODERATE_MEMBERS | KICK_MEMBERS | BAN_MEMBERS


def read_member(form: Form, member: Member, now: float) -> Member:
    """The member as wanted, but for its roles."""
    edited = copy.copy(member)
    edited.nick = read_nick(form, member)
    edited.flags = form.whole("flags", member.flags) & _FLAGS_SETTABLE | member.flags & ~_FLAGS_SETTABLE
    edited.timeout_until = _timeout(form, member, now)
    for key in ("mute", "deaf"):
        form.flag(key, False)
    form.snowflake("channel_id")
    return edited


def read_nick(form: Form, member: Member) -> str | None:
    """Empty means none, as null does."""
    nick = form.text("nick", member.nick, most=32)
    return None if nick is None else nick.strip() or None


def _timeout(form: Form, member: Member, now: float) -> float | None:
    """Up to 28 days ahead; a moment that is past ends a timeout as null does."""
    key = "communication_disabled_until"
    if key not in form:
        return member.timeout_until
    text = form.text(key)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        until = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        form.bad(key, "DATE_TIME_TYPE_PARSE", f"Could not parse {text}. Should be ISO8601.")
        return None
    if until > now + _TIMEOUT_SECONDS:
        form.bad(key, "MEMBER_TIMEOUT_TOO_LONG", "Timeout is limited to 28 days")
    return until


def require_edit(standing: Standing, member: Member, edited: Member) -> None:
    """Each field has its own permission; what stays as it is needs none."""
    if edited.nick != member.nick:
        _require_nick(standing, member)
    if edited.timeout_until != member.timeout_until:
        _require_timeout(standing, member)
    if edited.flags != member.flags and not standing.permissions & (MANAGE_GUILD | MANAGE_ROLES):
        standing.require(_MODERATOR)


def _require_nick(standing: Standing, member: Member) -> None:
    if member.user_id == standing.member.user_id:
        standing.require(CHANGE_NICKNAME)
        return
    standing.require(MANAGE_NICKNAMES)
    standing.require_moderable(member.user_id)


def _require_timeout(standing: Standing, member: Member) -> None:
    """Never of oneself, nor of the owner or an administrator."""
    standing.require(MODERATE_MEMBERS)
    standing.require_moderable(member.user_id)
    if base(standing.guild, member) & ADMINISTRATOR:
        raise refuse(50013)


def refuse_voice(form: Form, standing: Standing) -> None:
    """Nobody here is ever connected to voice, so whatever moves or silences somebody there is refused (40032).

    That includes disconnecting (``channel_id`` null); for ``mute`` and ``deaf`` null means nothing.
    """
    for key, permission in _VOICE.items():
        if form.data.get(key) is not None or (key == "channel_id" and key in form):
            standing.require(permission)
            raise refuse(40032)
