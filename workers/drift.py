"""Comparing a guild with its active version: look, ask the audit log who did it, keep what was found."""

import asyncio
import contextlib
from collections.abc import Collection
from datetime import datetime, timedelta

from core.discord.audit import AuditEntry
from core.discord.errors import DiscordError
from core.discord.gateway import DiscordGateway
from core.discord.types import Snowflake
from core.drift.blame import entry_for, is_ours
from core.drift.compare import Deviation, deviations
from core.drift.schemas import DriftBasis, Finding
from core.uow import Database

# An entry may appear in the audit log a moment after the thing itself.
_AUDIT_LAG_SECONDS = 0.8
_KEPT_BY_DISCORD = timedelta(days=45)


async def look_for_drift(database: Database, gateway: DiscordGateway, guild_id: Snowflake) -> None:
    """The audit log is read only where something is new, and once more where it does not tell of it yet."""
    async with database.read() as unit:
        basis = await unit.drift.basis(guild_id)
    if basis is None:
        return
    found = deviations(basis.document, basis.bindings, basis.structure, since=basis.active.since)
    if not found and not basis.known:
        return
    new = [each for each in found if basis.known.get(each.identity, _UNKNOWN) != each.found]
    now = database.clock()
    entries = await _entries(gateway, basis, new, now) if new else ()
    findings = tuple(_finding(each, entries, basis, now) for each in found)
    async with database.unit() as unit:
        await unit.drift.note(basis, findings)


_UNKNOWN = object()


def _finding(
    deviation: Deviation, entries: Collection[AuditEntry], basis: DriftBasis, now: datetime
) -> Finding:
    entry = entry_for(deviation, entries, basis.structure)
    if entry is None:
        return Finding(deviation=deviation, at=now)
    return Finding(
        deviation=deviation,
        at=entry.at,
        user_id=entry.user_id,
        user_name=entry.user_name,
        is_ours=entry.at >= basis.active.since and is_ours(entry, basis.powers.user_id),
    )


async def _entries(
    gateway: DiscordGateway, basis: DriftBasis, new: Collection[Deviation], now: datetime
) -> tuple[AuditEntry, ...]:
    """Where the newest that is told is a job of ours, a person's own entry may still be on its way."""
    guild = basis.structure
    entries: tuple[AuditEntry, ...] = ()
    with contextlib.suppress(DiscordError):
        entries = await gateway.read_audit(guild.guild_id, now - _KEPT_BY_DISCORD)
        told = [entry_for(each, entries, guild) for each in new]
        if any(entry is None or is_ours(entry, basis.powers.user_id) for entry in told):
            await asyncio.sleep(_AUDIT_LAG_SECONDS)
            entries = await gateway.read_audit(guild.guild_id, now - _KEPT_BY_DISCORD)
    return entries
