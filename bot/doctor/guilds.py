"""What the bot may and can do in one guild."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from bot.doctor.findings import Finding, note, right, wrong
from core.catalog import BOT_PERMISSIONS
from core.discord.permissions import Permission, names_of

_MOST_NAMED = 6


class GuildFacts(msgspec.Struct, frozen=True, kw_only=True):
    """`permissions` are the bot's own on the guild's level, `held` the ids of its roles; `roles` as Discord gives
    them."""

    id: str
    name: str
    permissions: int
    held: Sequence[str]
    roles: Sequence[dict[str, Any]]


def guild_findings(guild: GuildFacts) -> Iterator[Finding]:
    yield _permissions(guild)
    yield _place(guild)


def _permissions(guild: GuildFacts) -> Finding:
    is_admin = bool(guild.permissions & Permission.ADMINISTRATOR)
    missing = 0 if is_admin else BOT_PERMISSIONS & ~guild.permissions
    if missing:
        return wrong(
            f"In “{guild.name}” the bot lacks {', '.join(names_of(missing))}: give its role these permissions in "
            "Server Settings › Roles, or invite it again."
        )
    return right(f"In “{guild.name}” the bot has every permission that its jobs need.")


def _place(guild: GuildFacts) -> Finding:
    """Roles of integrations are not counted: nobody can edit or delete them."""
    ranked = sorted((role for role in guild.roles if role["id"] != guild.id), key=_rank)
    ids = [role["id"] for role in ranked]
    top = max((ids.index(role_id) for role_id in guild.held if role_id in ids), default=-1)
    above = [role for role in ranked[top + 1 :] if not role["managed"]]
    below = [role for role in ranked[: max(top, 0)] if not role["managed"]]
    if not above:
        return right(f"In “{guild.name}” the bot's role is above all others that it may have to change.")
    names = _named(above)
    if top < 0:
        return wrong(
            f"In “{guild.name}” the bot has no role of its own, so that it cannot change {names}: invite it again, and "
            f"drag its role above “{above[-1]['name']}”."
        )
    drag = f"drag “{ranked[top]['name']}” above “{above[-1]['name']}” in Server Settings › Roles"
    if not below:
        return wrong(
            f"In “{guild.name}” the bot can change no role, because all are above its own ({names}): {drag}."
        )
    return note(f"In “{guild.name}” the bot cannot change {names}: {drag} if it is to do so.")


def _rank(role: dict[str, Any]) -> tuple[int, int]:
    """Lowest first; of equal positions the older role is the higher one."""
    return role["position"], -int(role["id"])


def _named(roles: Sequence[dict[str, Any]]) -> str:
    names = [f"“{role['name']}”" for role in reversed(roles)]
    rest = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")
