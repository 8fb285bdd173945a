"""Guilds and documents for one claim, said in few words."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.discord.permissions import bits_of
from core.discord.types import (
    BotPowers,
    Channel,
    ChannelType,
    GuildSettings,
    Overwrite,
    Role,
    Snapshot,
)
from core.templates.diff import diff
from core.templates.documents.channels import DocumentChannel, DocumentOverwrite
from core.templates.documents.document import Document
from core.templates.documents.roles import DocumentRole, Everyone
from core.templates.options import DELETED
from core.templates.plan import Plan, PlanOptions, Step
from tests.builders.journeys import Journey

GUILD, BOT, BOT_ROLE, MEMBER = "1000", "9", "1900", "501"
MERGE = PlanOptions()
EXACT = PlanOptions(mode="exact", extras=DELETED, confirm_destructive=True)
POWERS = BotPowers(user_id=BOT, permissions=8, top_role_id=BOT_ROLE, role_ids=(BOT_ROLE,))


def role(number: int, name: str, *permissions: str, position: int = 1, **more: Any) -> Role:
    return Role(id=str(number), name=name, permissions=int(bits_of(permissions)), position=position, **more)


def channel(
    number: int,
    name: str,
    *overwrites: Overwrite,
    kind: ChannelType = "text",
    parent: int | None = None,
    position: int = 0,
    **more: Any,
) -> Channel:
    return Channel(
        id=str(number),
        name=name,
        type=kind,
        position=position,
        parent_id=str(parent) if parent else None,
        overwrites=overwrites,
        **more,
    )


def category(number: int, name: str, *overwrites: Overwrite, position: int = 0) -> Channel:
    return channel(number, name, *overwrites, kind="category", position=position)


def allow(target: str | int, *permissions: str) -> Overwrite:
    return _entry(target, allowed=permissions)


def deny(target: str | int, *permissions: str) -> Overwrite:
    return _entry(target, denied=permissions)


def _entry(target: str | int, allowed: Sequence[str] = (), denied: Sequence[str] = ()) -> Overwrite:
    kind = "member" if str(target) == MEMBER else "role"
    return Overwrite(kind, str(target), int(bits_of(allowed)), int(bits_of(denied)))


def guild(
    *things: Role | Channel,
    everyone: Sequence[str] = (),
    settings: GuildSettings | None = None,
    features: Sequence[str] = (),
    premium_tier: int = 0,
) -> Snapshot:
    """With @everyone and the bot's role, which is an administrator's at position 9."""
    own = [
        Role(id=GUILD, name="@everyone", permissions=int(bits_of(everyone))),
        Role(id=BOT_ROLE, name="bot", permissions=8, position=9, managed=True, bot_id=BOT),
    ]
    return Snapshot(
        guild_id=GUILD,
        owner_id="1",
        settings=settings or GuildSettings(name="Guild"),
        roles=(*(t for t in things if isinstance(t, Role)), *own),
        channels=tuple(t for t in things if isinstance(t, Channel)),
        features=frozenset(features),
        premium_tier=premium_tier,
    )


def wanted(
    *things: DocumentRole | DocumentChannel, everyone: Sequence[str] | None = None, **more: Any
) -> Document:
    """A document; @everyone's permissions only where they are given."""
    return Document(
        guildwright=1,
        everyone=Everyone() if everyone is None else Everyone(permissions=tuple(everyone)),
        roles=tuple(t for t in things if isinstance(t, DocumentRole)),
        channels=tuple(t for t in things if not isinstance(t, DocumentRole)),
        **more,
    )


def for_role(key: str, *, allow: Sequence[str] = (), deny: Sequence[str] = ()) -> DocumentOverwrite:
    return DocumentOverwrite(role=key, allow=tuple(allow), deny=tuple(deny))


def plan_for(
    document: Document,
    snapshot: Snapshot,
    bindings: Mapping[str, str] | None = None,
    *,
    options: PlanOptions = MERGE,
    powers: BotPowers = POWERS,
) -> Plan:
    return diff(document, snapshot, bindings or {}, powers, options)


def journey_to(
    document: Document,
    snapshot: Snapshot,
    bindings: Mapping[str, str] | None = None,
    *,
    options: PlanOptions = MERGE,
    powers: BotPowers = POWERS,
) -> Journey:
    """A plan that was done, from which nothing is left to do, and which opened no door."""
    plan = plan_for(document, snapshot, bindings, options=options, powers=powers)
    assert not plan.blockers
    journey = Journey(plan, snapshot, powers)
    assert journey.second_plan(document, bindings or {}, powers, options).steps == ()
    assert list(journey.doors(together=3)) == []
    return journey


def ids(plan: Plan) -> list[str]:
    return [step.id for step in plan.steps]


def step_of(plan: Plan, step_id: str) -> Any:
    """The one step with that id."""
    found: list[Step] = [step for step in plan.steps if step.id == step_id]
    assert len(found) == 1, ids(plan)
    return found[0]
