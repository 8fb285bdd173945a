"""Exactly one function for each kind of job; start-up fails otherwise (law 3)."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from types import ModuleType
from typing import Any, Generic, TypeAlias, TypeVar, cast

import msgspec

from core.clock import Clock
from core.discord.gateway import DiscordGateway
from core.discord.types import BotPowers, Snapshot
from core.jobs.journal import Journal
from core.jobs.schemas import Job
from core.jobs.spec import Catalog, JobSpec
from core.uow import Database

P = TypeVar("P", bound=msgspec.Struct)
R = TypeVar("R", bound=msgspec.Struct)


class BackgroundContext(msgspec.Struct, frozen=True, kw_only=True):
    """What a job's function has at hand wherever it runs. `claim` counts the claims of this job: above 1, earlier ones
    were cut off."""

    job: Job
    claim: int
    journal: Journal
    database: Database
    clock: Clock


class JobContext(BackgroundContext, frozen=True, kw_only=True):
    """The same in the bot's lane, beside Discord."""

    guild_id: str
    gateway: DiscordGateway

    async def read_guild(self) -> tuple[Snapshot, BotPowers]:
        """The job's guild as the gateway knows it now."""
        return await self.gateway.read_guild(self.guild_id), await self.gateway.read_powers(self.guild_id)


class JobFunction(msgspec.Struct, Generic[P, R], frozen=True, eq=False):
    """A spec of the bot's lane with the one function that does it."""

    spec: JobSpec[P, R]
    run: Callable[[JobContext, P], Awaitable[R]]


class BackgroundFunction(msgspec.Struct, Generic[P, R], frozen=True, eq=False):
    """The same of the background lane, where there is no gateway."""

    spec: JobSpec[P, R]
    run: Callable[[BackgroundContext, P], Awaitable[R]]


AnyFunction: TypeAlias = JobFunction[Any, Any] | BackgroundFunction[Any, Any]


def runs(spec: JobSpec[P, R]) -> Callable[[Callable[[JobContext, P], Awaitable[R]]], JobFunction[P, R]]:
    """Declares that a function does this kind of job."""

    def declare(run: Callable[[JobContext, P], Awaitable[R]]) -> JobFunction[P, R]:
        return JobFunction(spec, run)

    return declare


def runs_in_background(
    spec: JobSpec[P, R],
) -> Callable[[Callable[[BackgroundContext, P], Awaitable[R]]], BackgroundFunction[P, R]]:
    """Declares that a function does this kind of job, and needs no gateway for it."""

    def declare(run: Callable[[BackgroundContext, P], Awaitable[R]]) -> BackgroundFunction[P, R]:
        return BackgroundFunction(spec, run)

    return declare


class Registry:
    """Raises `RuntimeError` when a kind of the catalog has no function or two, or one that is not of its lane, or a
    function has no kind in it."""

    def __init__(self, catalog: Catalog, modules: Iterable[ModuleType]) -> None:
        self._functions: dict[str, AnyFunction] = {}
        for function in _functions(modules):
            kind = function.spec.kind
            if kind not in catalog:
                raise RuntimeError(f"The job kind {kind} has a function but is not in the catalog.")
            if kind in self._functions:
                raise RuntimeError(f"The job kind {kind} has two functions.")
            if isinstance(function, BackgroundFunction) != (function.spec.lane == "background"):
                raise RuntimeError(f"The function of {kind} is not made for the lane {function.spec.lane}.")
            self._functions[kind] = function
        missing = [spec.kind for spec in catalog if spec.kind not in self._functions]
        if missing:
            raise RuntimeError(f"No function does the job kinds {', '.join(missing)}.")

    def __getitem__(self, kind: str) -> AnyFunction:
        return self._functions[kind]


def _functions(modules: Iterable[ModuleType]) -> Iterator[AnyFunction]:
    for module in modules:
        for found in vars(module).values():
            if isinstance(found, JobFunction | BackgroundFunction):
                yield cast("AnyFunction", found)
