"""The application, put together. The only file of the API that knows workers."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, TypeAlias, cast

from arq.connections import ArqRedis
from litestar import Controller, Litestar, Router
from litestar.datastructures import State

from api.access import AccessLog, Routes
from api.clients import ClientAddresses
from api.controllers.access import AccessController
from api.controllers.accounts import AccountController
from api.controllers.active_versions import ActiveVersionController
from api.controllers.announcement_posts import AnnouncementPostController
from api.controllers.announcements import AnnouncementController
from api.controllers.audit import AuditController
from api.controllers.auth import AuthController
from api.controllers.callbacks import CallbackController
from api.controllers.deliveries import DeliveryController
from api.controllers.diffs import DiffController
from api.controllers.docs import DocsController
from api.controllers.drift import DriftController
from api.controllers.guild_announcements import GuildAnnouncementController
from api.controllers.guild_schedules import GuildScheduleController
from api.controllers.guild_settings import GuildSettingsController
from api.controllers.guilds import GuildController
from api.controllers.health import HealthController
from api.controllers.images import ImageController
from api.controllers.jobs import GuildJobController, JobController
from api.controllers.me import MeController
from api.controllers.metrics import MetricsController
from api.controllers.notifications import NotificationController
from api.controllers.plans import PlanController
from api.controllers.policies import PolicyController
from api.controllers.rollouts import RolloutController
from api.controllers.schedules import ScheduleController
from api.controllers.schemas import SchemaController
from api.controllers.sessions import SessionController
from api.controllers.snapshots import SnapshotController
from api.controllers.system import SystemController
from api.controllers.system_schedules import SystemScheduleController
from api.controllers.templates import TemplateController
from api.controllers.versions import VersionController
from api.cross_origin import CrossOrigin
from api.deps import DEPENDENCIES
from api.discord_oauth import DiscordOAuth
from api.doors import door_of
from api.errors import answer_error
from api.guards import require_declarations
from api.head import HeadAsGet
from api.hub import JobHub
from api.limiting import AddressLimits, CredentialLimits
from api.lingering import Lingering
from api.locations import PREFIX
from api.measures import Measures
from api.metrics import MetricsDoor
from api.params import require_usable
from api.parts import Parts, Probe, as_state
from api.rates import SPEND, Run, SharedRates, limits_of
from api.request_id import RequestIds
from api.safe_answers import SafeAnswers
from api.security import Credentials
from api.soundness import SoundRequests
from core.callbacks.rules import rules_of
from core.catalog import CATALOG
from core.composition.people import people_of
from core.config import Settings, asyncpg_dsn
from core.db import Engines
from core.errors import ConfigurationError
from core.housekeeping.retention import retention_of
from core.keyring import Keyring
from core.uow import Database
from workers.background import working
from workers.care import JobCare
from workers.deliveries import delivering
from workers.ending import end
from workers.heartbeat import heartbeat
from workers.ring import RedisRing
from workers.scheduler import scheduling
from workers.wire import AWAY, Script, connect, disconnect, within

BODY_LIMIT = 1 << 20
_LIFE = "life"
_PATIENCE_SECONDS = 0.25  # a request waits for it
CONTROLLERS = (
    AuthController,
    MeController,
    SessionController,
    AccountController,
    NotificationController,
    GuildController,
    GuildSettingsController,
    AccessController,
    SnapshotController,
    PlanController,
    PolicyController,
    TemplateController,
    VersionController,
    ActiveVersionController,
    DriftController,
    RolloutController,
    DiffController,
    ImageController,
    SchemaController,
    JobController,
    GuildJobController,
    CallbackController,
    DeliveryController,
    ScheduleController,
    GuildScheduleController,
    AnnouncementController,
    AnnouncementPostController,
    GuildAnnouncementController,
    AuditController,
    SystemController,
    SystemScheduleController,
)
Announce: TypeAlias = Callable[[str], None]
Lifespan: TypeAlias = Callable[[Litestar], AbstractAsyncContextManager[None]]


def application(settings: Settings, *, announce: Announce) -> Litestar:
    """Everything made from settings, and closed at the end of the application's life."""
    if settings.database_url is None or settings.redis_url is None:
        raise ConfigurationError(
            "DATABASE_URL and REDIS_URL must be set here; `just up` starts servers by itself."
        )
    keyring = Keyring.at(settings.keys_path)
    engines = Engines(settings.database_url)
    redis = connect(settings.redis_url)

    @asynccontextmanager
    async def sealed(app: Litestar) -> AsyncGenerator[None]:
        try:
            await database.seal_what_is_plain()
            yield
        finally:
            await engines.dispose()
            await disconnect(redis)

    database = Database(
        engines,
        CATALOG,
        ring=RedisRing(redis),
        callback_rules=rules_of(settings),
        image_capacity=settings.image_capacity,
        people=people_of(settings, keyring),
        retention=retention_of(settings),
    )
    return create_app(settings, database, redis=redis, announce=announce, around=(sealed,))


def create_app(
    settings: Settings,
    database: Database,
    *,
    redis: ArqRedis,
    announce: Announce,
    around: Sequence[Lifespan] = (),
    routes: Litestar | None = None,
) -> Litestar:
    """`announce` is told the owner's token when one was made, which happens once in an installation's life. `routes`
    are what `assemble` made, where they are at hand and nobody else uses them: making them takes a while."""
    hub = JobHub(asyncpg_dsn(settings.database_url or ""))

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncGenerator[None]:
        async with database.unit() as unit:
            secret = await unit.accounts.bootstrap_owner(settings.owner_token)
            await unit.installation_schedules.put()
        if secret is not None:
            announce(secret)
        name = f"api@{socket.gethostname()}:{os.getpid()}"
        async with (
            hub.listening(),
            heartbeat(database, name, "api", lambda: {"address": settings.origin}),
            _running(JobCare(database).run()),
            delivering(settings, database),
            scheduling(settings, database),
            working(settings, database, redis, holder=name),
        ):
            yield

    parts = Parts(
        database=database,
        hub=hub,
        door=door_of(settings),
        discord=DiscordOAuth(settings),
        limits=limits_of(settings),
        rates=SharedRates(_spending(redis), away=AWAY),
        ping_redis=_pinging(redis),
        measures=Measures(),
    )
    app = assemble() if routes is None else routes
    app.state.update(as_state(parts) | {_LIFE: (*around, lifespan)})
    return app


def assemble(*, further: Sequence[type[Controller]] = ()) -> Litestar:
    """The routes and what stands around them; without parts they can be described, but not used. Raises
    `RuntimeError` for a route that declares no permission."""
    app = Litestar(
        route_handlers=[
            HealthController,
            MetricsController,
            DocsController,
            Router(PREFIX, route_handlers=[*CONTROLLERS, *further]),
        ],
        dependencies=DEPENDENCIES,
        middleware=[Credentials, CredentialLimits],
        before_request=require_usable,
        exception_handlers={Exception: answer_error},
        request_max_body_size=BODY_LIMIT,
        lifespan=[_living],
        state=State(),
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    require_declarations(app)
    inside = MetricsDoor(SoundRequests(AddressLimits(HeadAsGet(Routes(app.asgi_handler)))))
    app.asgi_handler = RequestIds(ClientAddresses(AccessLog(SafeAnswers(CrossOrigin(Lingering(inside))))))
    return app


@asynccontextmanager
async def _living(app: Litestar) -> AsyncGenerator[None]:
    async with AsyncExitStack() as stack:
        for lifespan in app.state[_LIFE]:
            await stack.enter_async_context(lifespan(app))
        yield


def _spending(redis: ArqRedis) -> Run:
    script = Script(redis, SPEND)

    async def spend(keys: list[str], args: list[Any]) -> Any:
        return await within(_PATIENCE_SECONDS, asyncio.ensure_future(script(keys, args)))

    return spend


def _pinging(redis: ArqRedis) -> Probe:
    async def ping() -> None:
        await cast("Any", redis).ping()

    return ping


@asynccontextmanager
async def _running(work: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    """In the background, for as long as the block lasts."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        await end(task)
