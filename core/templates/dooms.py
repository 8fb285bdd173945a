"""What `exact` deletes because the document does not name it, and what it keeps all the same."""

from collections.abc import Collection

import msgspec

from core.discord.types import BotPowers, Channel, Role, Snapshot, Snowflake, role_rank
from core.templates.match import Matches, displayed
from core.templates.plan import Notice, PlanOptions


class Dooms(msgspec.Struct, frozen=True, kw_only=True):
    """Roles lowest first; both empty in merge mode."""

    roles: tuple[Role, ...] = ()
    channels: tuple[Channel, ...] = ()
    warnings: tuple[Notice, ...] = ()

    @property
    def count(self) -> int:
        return len(self.roles) + len(self.channels)


def dooms_of(
    snapshot: Snapshot,
    matches: Matches,
    powers: BotPowers,
    pointed_at: Collection[Snowflake],
    options: PlanOptions,
) -> Dooms:
    """`pointed_at` are the channels that a Community server must keep. What could be the answer to a question is
    nothing that the document does not name."""
    if options.mode == "merge":
        return Dooms()
    warnings: list[Notice] = []
    asked = {question.kind for question in matches.questions}
    return Dooms(
        roles=() if "role" in asked else _roles(snapshot, matches, powers, warnings),
        channels=() if "channel" in asked else _channels(snapshot, matches, pointed_at, warnings),
        warnings=tuple(warnings),
    )


def is_below(role: Role, powers: BotPowers, snapshot: Snapshot) -> bool:
    """Whether the bot can touch the role."""
    if role.id == snapshot.guild_id:
        return True
    if powers.top_role_id == snapshot.guild_id:
        return False
    top = next((r for r in snapshot.roles if r.id == powers.top_role_id), None)
    return top is not None and role_rank(role) < role_rank(top)


def _roles(
    snapshot: Snapshot, matches: Matches, powers: BotPowers, warnings: list[Notice]
) -> tuple[Role, ...]:
    named = {role.id for role in matches.roles.values()}
    doomed: list[Role] = []
    for role in sorted(snapshot.roles, key=role_rank):
        if role.id == snapshot.guild_id or role.id in named or role.managed:
            continue
        if role.id == powers.top_role_id:
            continue
        if is_below(role, powers, snapshot):
            doomed.append(role)
        else:
            warnings.append(_above(role))
    return tuple(doomed)


def _channels(
    snapshot: Snapshot, matches: Matches, pointed_at: Collection[Snowflake], warnings: list[Notice]
) -> tuple[Channel, ...]:
    named = {channel.id for channel in matches.channels.values()}
    unnamed = [channel for channel in displayed(snapshot) if channel.id not in named]
    warnings += (_needed(channel) for channel in unnamed if channel.id in pointed_at)
    return tuple(channel for channel in unnamed if channel.id not in pointed_at)


def _above(role: Role) -> Notice:
    return Notice(
        code="role_kept",
        message=f"The role “{role.name}” is not in the document and stays, because it is not below the bot's own "
        "highest role. Drag the bot's role above it to have it deleted.",
    )


def _needed(channel: Channel) -> Notice:
    return Notice(
        code="channel_kept",
        message=f"#{channel.name} is not in the document and stays: a Community server must keep its rules and "
        "updates channels. Point `guild.rules_channel` and `guild.updates_channel` at other channels to have it "
        "deleted.",
    )
