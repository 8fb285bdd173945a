"""Housekeeping done now, by the worker that does it: each kind is asked for as its schedule would."""

from typing import Any

from core.actor import SYSTEM
from core.catalog import CATALOG
from core.housekeeping.jobs import HOUSEKEEPING
from core.housekeeping.retention import Retention
from core.jobs.spec import AnySpec
from core.uow import Database
from workers.jobs import MODULES
from workers.registry import Registry
from workers.running import Running


def hands_for(database: Database) -> Running:
    """A worker of the background lane."""
    return Running(database, Registry(CATALOG, MODULES), None, lane="background", holder="these tests")


async def keep_house(
    database: Database, *specs: AnySpec, retention: Retention | None = None
) -> dict[str, dict[str, Any]]:
    """What each said of it, by its kind; all kinds, unless some are named."""
    same = Database(
        database.engines, CATALOG, clock=database.clock, people=database.people, retention=retention
    )
    async with same.unit() as unit:
        asked = [
            await unit.jobs.ask(SYSTEM, spec, spec.payload(), guild_id=None) for spec in specs or HOUSEKEEPING
        ]
    await hands_for(same).run_until_none()
    results: dict[str, dict[str, Any]] = {}
    async with same.read() as unit:
        for job in asked:
            ended = await unit.jobs.get(SYSTEM, job.id)
            assert ended.state == "succeeded", ended.error
            results[job.kind] = {
                name: value for name, value in (ended.result or {}).items() if name != "kind"
            }
    return results
