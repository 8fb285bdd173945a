"""Exactly one function for each kind of job; start-up fails otherwise (law 3)."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from types import ModuleType
from typing import Any, Generic, TypeVar, cast

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


class JobContext(msgspec.Struct, frozen=True, kw_only=True):
    """What a job's function has at hand. `claim` counts the claims of this job: above 1, earlier ones were cut off."""

    job: Job
    guild_id: str
    claim: int
    gateway: DiscordGateway
    journal: Journal
    database: Database
    clock: Clock

    async def read_guild(self) -> tuple[Snapshot, BotPowers]:
        """The job's guild as the gateway knows it now."""
        return await self.gateway.read_guild(self.guild_id), await self.gateway.read_powers(self.guild_id)


class JobFunction(msgspec.Struct, Generic[P, R], frozen=True, eq=False):
    """A spec with the one function that does it."""

    spec: JobSpec[P, R]
    run: Callable[[JobContext, P], Awaitable[R]]


def runs(spec: JobSpec[P, R]) -> Callable[[Callable[[JobContext, P], Awaitable[R]]], JobFunction[P, R]]:
    """Declares that a function does this kind of job."""

    def declare(run: Callable[[JobContext, P], Awaitable[R]]) -> JobFunction[P, R]:
        return JobFunction(spec, run)

    return declare


class Registry:
    """Raises `RuntimeError` when a kind of the catalog has no function or two, or a function has no kind in it."""

    def __init__(self, catalog: Catalog, modules: Iterable[ModuleType]) -> None:
        self._functions: dict[str, JobFunction[Any, Any]] = {}
        for function in _functions(modules):
            kind = function.spec.kind
            if kind not in catalog:
                raise RuntimeError(f"The job kind {kind} has a function but is not in the catalog.")
            if kind in self._functions:
                raise RuntimeError(f"The job kind {kind} has two functions.")
            self._functions[kind] = function
        missing = [spec.kind for spec in catalog if spec.kind not in self._functions]
        if missing:
            raise RuntimeError(f"No function does the job kinds {', '.join(missing)}.")

    def __getitem__(self, kind: str) -> JobFunction[Any, Any]:
        return self._functions[kind]


def _functions(modules: Iterable[ModuleType]) -> Iterator[JobFunction[Any, Any]]:
    for module in modules:
        for found in vars(module).values():
            if isinstance(found, JobFunction):
                yield cast("JobFunction[Any, Any]", found)
