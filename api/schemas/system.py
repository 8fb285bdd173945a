"""The state of the installation as HTTP shows it."""

from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

from api.schemas.values import Time

PartState: TypeAlias = Literal["up", "down"]


class Live(msgspec.Struct, frozen=True):
    """This process answers."""

    status: Literal["live"] = "live"


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """`degraded`: requests are served, and jobs wait for the part that is away. `unavailable`: PostgreSQL is away."""

    status: Literal["ready", "degraded", "unavailable"]
    parts: Annotated[dict[str, PartState], Meta(description="`database`, `redis` and `bot`.")]


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """One of our processes that is alive. `details` is what it says of itself."""

    id: str
    kind: Literal["api", "bot", "workers"]
    pid: int
    started_at: Time
    heartbeat_at: Time
    details: dict[str, Any]


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """Who is alive, and how many jobs could be begun right now, by lane."""

    processes: tuple[Process, ...]
    jobs_claimable: dict[str, int]
