"""The rules that a guild keeps: putting them, and noticing when they are broken."""

from collections.abc import Collection
from datetime import UTC, datetime

import msgspec

from core.actions.messages import CONTENT_LIMIT
from core.actions.payloads import MessageSend
from core.actions.service import ActionService
from core.actor import BOT, SYSTEM, Actor
from core.audit.service import AuditService
from core.clock import Clock
from core.discord.types import Snapshot, Snowflake
from core.errors import Invalid, Problem, Stale
from core.guilds.options import GuildOptions
from core.guilds.options_service import GuildOptionsService
from core.guilds.service import GuildService
from core.policies.check import Violation, violations_in
from core.policies.repository import PolicyRepository
from core.policies.rules import MAX_RULES, Rule, problems_in
from core.rights import Right

NEVER = datetime.fromtimestamp(0, UTC)
"""When rules were changed that were never put: so one can insist on being the first."""


class Policies(msgspec.Struct, frozen=True, kw_only=True):
    """`updated_at` is None for a guild that never had any; `violations` are those of the guild as last seen."""

    rules: tuple[Rule, ...]
    updated_at: datetime | None
    violations: tuple[Violation, ...]


class PolicyService:
    def __init__(
        self,
        policies: PolicyRepository,
        *,
        guilds: GuildService,
        options: GuildOptionsService,
        actions: ActionService,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._policies = policies
        self._guilds = guilds
        self._options = options
        self._actions = actions
        self._audit = audit
        self._clock = clock

    async def of(self, guild_id: Snowflake) -> tuple[Rule, ...]:
        """For plans and for our own watching."""
        found = await self._policies.of(guild_id)
        return () if found is None else found[0]

    async def get(self, actor: Actor, guild_id: Snowflake) -> Policies:
        """Raises `NotFound` also for a guild that the actor may not know of."""
        actor.require(guild_id, Right.POLICIES_READ)
        return await self._now_in(guild_id)

    async def _now_in(self, guild_id: Snowflake) -> Policies:
        view = await self._guilds.seen(guild_id)
        found = await self._policies.of(guild_id)
        rules, updated_at = found or ((), None)
        return Policies(rules=rules, updated_at=updated_at, violations=violations_in(view.structure, rules))

    async def put(
        self, actor: Actor, guild_id: Snowflake, rules: tuple[Rule, ...], *, seen: datetime | None = None
    ) -> Policies:
        """Replaces them all. Raises `Invalid` with every bad rule, `Stale` where they were changed
        after `seen`."""
        actor.require(guild_id, Right.POLICIES_WRITE)
        await self._guilds.known(actor, guild_id)
        _require_valid(rules)
        await self._guilds.lock(guild_id)
        found = await self._policies.of(guild_id)
        if seen is not None and seen != (NEVER if found is None else found[1]):
            raise Stale(
                "These rules were changed after you read them: read them again.", code="precondition_failed"
            )
        before = () if found is None else found[0]
        if found is None or before != rules:
            await self._policies.put(guild_id, rules, self._clock(), actor.kept_for(guild_id))
            await self._audit.record(
                actor,
                "guild.policies",
                ("guild", guild_id),
                guild_id=guild_id,
                before={"rules": before},
                after={"rules": rules},
            )
        return await self._now_in(guild_id)

    async def note_change(
        self, guild_id: Snowflake, before: Snapshot, after: Snapshot
    ) -> tuple[Violation, ...]:
        """What the guild breaks now and did not break before: an audit entry for each, and one message where the guild
        wants to be told."""
        rules = await self.of(guild_id)
        known = {_identity(violation) for violation in violations_in(before, rules)}
        new = tuple(v for v in violations_in(after, rules) if _identity(v) not in known)
        for violation in new:
            await self._audit.record(
                BOT, "policy.broken", ("guild", guild_id), guild_id=guild_id, after=violation
            )
        if new:
            await self._tell(guild_id, new)
        return new

    async def _tell(self, guild_id: Snowflake, violations: Collection[Violation]) -> None:
        options = await self._options.of(guild_id)
        if options.drift_channel_id is not None and _wants_to_be_told(options):
            text = "\n".join(f"⚠️ {violation.message}" for violation in violations)
            if len(text) > CONTENT_LIMIT:
                text = f"{text[: CONTENT_LIMIT - 1]}…"
            await self._actions.request(
                SYSTEM, guild_id, MessageSend(channel_id=options.drift_channel_id, content=text)
            )


def _wants_to_be_told(options: GuildOptions) -> bool:
    return options.drift in ("alert", "revert")


def _identity(violation: Violation) -> tuple[str, str | None, str | None, str | None, tuple[str, ...]]:
    """Without the names in its message."""
    return (
        violation.rule,
        violation.role_id,
        violation.member_id,
        violation.channel_id,
        violation.permissions,
    )


def _require_valid(rules: tuple[Rule, ...]) -> None:
    problems = tuple(
        Problem(pointer=f"/rules{p.pointer}", code=p.code, message=p.message) for p in problems_in(rules)
    )
    if len(rules) > MAX_RULES:
        message = f"A guild may keep up to {MAX_RULES} rules; these are {len(rules)}."
        problems = (Problem(pointer="/rules", code="too_many", message=message), *problems)
    if problems:
        raise Invalid(problems[0].message, problems=problems)
