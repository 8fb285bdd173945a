"""What the handlers have at hand, put together by `api.app` alone."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import msgspec
from litestar import Litestar
from litestar.types import Scope

from api.discord_oauth import DiscordOAuth
from api.doors import Door
from api.hub import JobHub
from api.measures import Measures
from api.rates import Limits, SharedRates
from core.uow import Database

Probe: TypeAlias = Callable[[], Awaitable[object]]
_KEY = "parts"


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """`ping_redis` raises when Redis does not answer."""

    database: Database
    hub: JobHub
    door: Door
    limits: Limits
    rates: SharedRates
    ping_redis: Probe
    discord: DiscordOAuth
    measures: Measures


def parts_of(scope: Scope) -> Parts:
    """Of the application that answers this request."""
    return parts_in(scope["litestar_app"])


def parts_in(app: Litestar) -> Parts:
    return app.state[_KEY]


def as_state(parts: Parts) -> dict[str, Parts]:
    """For the application's state, where `parts_of` finds it."""
    return {_KEY: parts}
