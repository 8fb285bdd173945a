"""The control surface under ``/_sim``: for tests and the demo, JSON, without authorisation, on loopback only."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from bot.simulator.control import (
    application,
    edits,
    faults,
    gateway,
    guilds,
    interactions,
    limits,
    oauth2,
    people,
    reports,
    settings,
)
from bot.simulator.routing import Table
from bot.simulator.world import World


def control_routes(world: World, table: Table) -> Sequence[BaseRoute]:
    return [
        *settings.routes(world),
        *gateway.routes(world),
        *limits.routes(world),
        *application.routes(world),
        *guilds.routes(world),
        *people.routes(world),
        *reports.routes(world),
        *faults.routes(world),
        *interactions.routes(world),
        *oauth2.routes(world),
        *edits.routes(world, table),
    ]
