"""What a credential may be limited to when it is made: scopes that exist, and no more than its maker has."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from core.actor import Actor
from core.discord.types import is_snowflake
from core.errors import Forbidden, Invalid, Problem
from core.rights import covers


def distinct(words: Iterable[str] | None) -> tuple[str, ...] | None:
    """In the order given."""
    return None if words is None else tuple(dict.fromkeys(words))


def require_known(scopes: Sequence[str] | None, known: frozenset[str]) -> None:
    """Raises `Invalid` that names each word that is no scope, and what was probably meant."""
    problems = tuple(
        Problem(pointer=f"/scopes/{place}", code="unknown_scope", message=_advice(scope, known))
        for place, scope in enumerate(scopes or ())
        if scope not in known
    )
    if problems:
        raise Invalid("Not all of these scopes exist.", problems=problems)


def require_within(actor: Actor, scopes: Sequence[str] | None, guild_ids: Sequence[str] | None) -> None:
    """Raises `Forbidden` for what is wider than the credential that the actor came with, and `Invalid` for what can be
    no guild's id. None is everything that the account may, in every guild."""
    impossible = tuple(
        Problem(pointer=f"/guild_ids/{place}", code="range", message=f"No guild has the id {guild_id}.")
        for place, guild_id in enumerate(guild_ids or ())
        if not is_snowflake(guild_id)
    )
    if impossible:
        raise Invalid("Not all of these can be guilds.", problems=impossible)
    problems = (*_wider_scopes(actor, scopes), *_wider_guilds(actor, guild_ids))
    if problems:
        raise Forbidden(
            "A credential makes none that may do more than itself.", code="out_of_scope", problems=problems
        )


def _wider_scopes(actor: Actor, scopes: Sequence[str] | None) -> Iterable[Problem]:
    if actor.scopes is None:
        return
    if scopes is None:
        yield _wider("/scopes", "Name scopes: the credential that asks does not have all.")
        return
    for place, scope in enumerate(scopes):
        if not covers(actor.scopes, scope):
            yield _wider(f"/scopes/{place}", f"The credential that asks does not have {scope}.")


def _wider_guilds(actor: Actor, guild_ids: Sequence[str] | None) -> Iterable[Problem]:
    if actor.guild_ids is None:
        return
    if guild_ids is None:
        yield _wider("/guild_ids", "Name guilds: the credential that asks is bound to some.")
        return
    for place, guild_id in enumerate(guild_ids):
        if not actor.reaches(guild_id):
            yield _wider(f"/guild_ids/{place}", f"The credential that asks is not good in {guild_id}.")


def _wider(pointer: str, message: str) -> Problem:
    return Problem(pointer=pointer, code="wider", message=message)


def _advice(scope: str, known: frozenset[str]) -> str:
    guess = next(iter(get_close_matches(scope.lower(), sorted(known), n=1)), None)
    meant = f" Did you mean `{guess}`?" if guess else ""
    return f"There is no scope `{scope}`.{meant}"
