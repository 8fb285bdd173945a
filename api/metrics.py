"""Metrics in Prometheus' text format: what this process counts, and what PostgreSQL knows of the installation."""

import asyncio
import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final, cast

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from sqlalchemy.exc import SQLAlchemyError

from api.parts import Parts, parts_of
from api.refusals import Refusal, send_refusal
from core.db import Engines
from core.jobs.tallies import JobTally
from core.uow import Database, UnitOfWork

PATH: Final = "/metrics"
MEDIA_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
LATELY: Final = timedelta(hours=1)
_PATIENCE_SECONDS = 5.0
_NOTHING = Refusal(
    status=HTTPStatus.NOT_FOUND, code="not_found", detail=f"At this port there is {PATH} and nothing else."
)
_ONLY_READ = Refusal(
    status=HTTPStatus.METHOD_NOT_ALLOWED,
    code="method_not_allowed",
    detail="This path takes GET, HEAD.",
    headers={"Allow": "GET, HEAD"},
)


log = logging.getLogger(__name__)


class MetricsDoor:
    """Whoever comes in by the port for metrics gets them without a credential, and nothing else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        port = parts_of(scope).door.metrics_port if scope["type"] == ScopeType.HTTP else 0
        if not port or (scope["server"] or ("", 0))[1] != port:
            await self._app(scope, receive, send)
        elif scope["path"] != PATH:
            await send_refusal(_NOTHING, scope, send)
        elif cast("dict[str, Any]", scope)["method"] not in {"GET", "HEAD"}:
            await send_refusal(_ONLY_READ, scope, send)
        else:
            body = await exposition(parts_of(scope))
            headers = [
                (b"content-type", MEDIA_TYPE.encode()),
                (b"content-length", str(len(body)).encode()),
            ]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body, "more_body": False})


async def exposition(parts: Parts) -> bytes:
    """While PostgreSQL is away, that it is, and what this process counts."""
    families = [*_of_pools(parts.database.engines), *await _of_installation(parts.database)]
    registry = CollectorRegistry(auto_describe=False)
    for collected in (parts.measures, _Collected(families)):
        registry.register(cast("Any", collected))
    return generate_latest(registry)


class _Collected:
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


async def _of_installation(database: Database) -> list[Metric]:
    known: list[Metric] = []
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS), database.read() as unit:
            known = [*await _of_processes(unit), *await _of_jobs(unit), *await _of_guilds(unit)]
    except (SQLAlchemyError, OSError):
        log.warning("Metrics say nothing of the installation: PostgreSQL does not answer.")
    return [_gauge("database_up", "Whether PostgreSQL answers.", {(): bool(known)}), *known]


async def _of_processes(unit: UnitOfWork) -> tuple[Metric, ...]:
    kinds = [process.kind for process in await unit.processes.alive()]
    is_connected = await unit.processes.is_bot_alive()
    alive = {(kind,): kinds.count(kind) for kind in ("api", "bot", "workers")}
    return (
        _gauge("bot_connected", "Whether a bot is connected to Discord.", {(): is_connected}),
        _gauge("processes", "Our processes that are alive.", alive, "kind"),
    )


async def _of_jobs(unit: UnitOfWork) -> tuple[Metric, ...]:
    def by_kind(tallies: Iterable[JobTally]) -> dict[tuple[str, ...], int]:
        return {(tally.kind, tally.state): tally.count for tally in tallies}

    return (
        _gauge(
            "jobs_open",
            "Jobs that have not ended.",
            by_kind(await unit.job_tallies.open()),
            "kind",
            "state",
        ),
        _gauge(
            "jobs_last_hour",
            "Jobs that were asked for within the last hour, by what has become of them.",
            by_kind(await unit.job_tallies.asked_within(LATELY)),
            "kind",
            "state",
        ),
        _gauge(
            "queue_lag_seconds",
            "For how long the oldest job could have been begun that nobody has begun.",
            {(lane,): seconds for lane, seconds in (await unit.job_tallies.lag()).items()},
            "lane",
        ),
    )


async def _of_guilds(unit: UnitOfWork) -> tuple[Metric, ...]:
    guilds = {(state,): count for state, count in (await unit.guilds.tally()).items()}
    tally = await unit.callback_tallies.within(LATELY)
    callbacks = {("enabled",): tally.enabled, ("disabled",): tally.disabled}
    ended = {(state,): count for state, count in tally.ended.items()}
    return (
        _gauge("guilds", "Guilds by what was decided of them, or left.", guilds, "state"),
        _gauge("callbacks", "Callbacks; one that fails for too long is disabled.", callbacks, "state"),
        _gauge("callback_deliveries_pending", "Deliveries that have not ended.", {(): tally.pending}),
        _gauge(
            "callback_deliveries_last_hour",
            "Deliveries that were written within the last hour and have ended, by how.",
            ended,
            "state",
        ),
    )


def _of_pools(engines: Engines) -> Iterator[Metric]:
    yield _gauge(
        "database_connections_in_use",
        "Connections to PostgreSQL that are in use, by pool.",
        {(name,): count for name, count in engines.in_use().items()},
        "pool",
    )


def _gauge(name: str, meaning: str, values: Mapping[tuple[str, ...], float], *labels: str) -> Metric:
    family = GaugeMetricFamily(f"guildwright_{name}", meaning, labels=labels)
    for said, value in values.items():
        family.add_metric(said, value)
    return family
