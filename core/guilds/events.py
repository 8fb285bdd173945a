"""What a guild's stream and its callbacks are told of its life: a published format, to which fields are only ever
added. HTTP's schemas describe it, and tests hold the two together. Pure.

One event tells one change. Coming is told by what the guild waits for (`guild.pending`) or may do (`guild.approved`);
`guild.joined` is of one that comes back to what was decided of it before.

Its stream tells all of it to whoever may read it, in whatever state the guild is: what was decided of a guild is no
secret from those who run it. Its callbacks are told all of it but what a banned guild does while it is banned: who is
banned could add the bot and remove it as often as they like, and each time we would call where they say. They are told
of the ban itself, of how their jobs end, and of the approval that lifts it.
"""

from typing import Any

import msgspec

from core.guilds.schemas import GuildState
from core.guilds.states import Decision, Review


class LifeEvent(msgspec.Struct, frozen=True, kw_only=True):
    """`is_quiet` is what callbacks are not told."""

    type: str
    data: dict[str, Any]
    is_quiet: bool = False


class _Life(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is that of now: of a guild that is left it stays so whatever is decided. `before` is None for a guild
    that was never heard of; `by` is the name of who decided."""

    name: str
    state: GuildState
    before: GuildState | None
    reason: str | None = None
    by: str | None = None


def came(name: str, review: Review, *, decided: Review, before: GuildState | None, by: str) -> LifeEvent:
    """`decided` is what stood of it when it came, `review` what stands now; `by` is who vouches for it, where that made
    the difference."""
    if decided != "pending":
        said = _Life(name=name, state=review, before=before)
        return _event("guild.joined", said, is_quiet=review == "banned")
    return _event(
        f"guild.{review}", _Life(name=name, state=review, before=before, by=None if review == decided else by)
    )


def decided(name: str, decision: Decision, *, before: GuildState, reason: str | None, by: str) -> LifeEvent:
    state: GuildState = "left" if before == "left" else decision
    return _event(f"guild.{decision}", _Life(name=name, state=state, before=before, reason=reason, by=by))


def left(name: str, review: Review, *, before: GuildState) -> LifeEvent:
    return _event("guild.left", _Life(name=name, state="left", before=before), is_quiet=review == "banned")


def _event(type_: str, said: _Life, *, is_quiet: bool = False) -> LifeEvent:
    return LifeEvent(type=type_, data=msgspec.to_builtins(said), is_quiet=is_quiet)
