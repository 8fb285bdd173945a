"""Start, join, leave, stop."""

import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec.structs import replace

from core.embedded import postgres as pg
from core.embedded import redis as rd
from core.embedded.binaries import (
    copy_postgres,
    copy_redis,
    place_for_copies,
    postgres_programs,
    redis_program,
)
from core.embedded.errors import ServerUnavailable
from core.embedded.folder import ServerFolder, Use, open_folder
from core.embedded.unprivileged import is_open, server_user
from core.processes import exit_on_termination, undisturbed


class Servers(msgspec.Struct, frozen=True, kw_only=True):
    """Where the servers are; empty for one that was not asked for. `database_url` is the owner's of everything in
    PostgreSQL, `application_database_url` that of a role without any rights but those it is granted."""

    database_url: str = ""
    application_database_url: str = ""
    redis_url: str = ""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a user asks for."""

    postgres: bool
    redis: bool
    durable: bool


@contextmanager
def embedded_servers(
    data_dir: Path, *, postgres: bool = True, redis: bool = True, durable: bool = True
) -> Generator[Servers]:
    """Servers for as long as the block runs; they outlive it only while somebody else uses them.

    The same folder gives the same databases again, and an empty Redis. With `durable=False` a crash of the machine (not
    of a program) may lose the databases, and everything is faster. Inside the block SIGTERM and SIGHUP become
    `SystemExit`, unless they are handled already. Blocks for about a second when starting: in a loop, enter it before
    the loop runs or by `asyncio.to_thread`.
    """
    wanted = Wanted(postgres=postgres, redis=redis, durable=durable)
    folder = open_folder(data_dir)
    with exit_on_termination(), folder.use() as use:
        try:
            yield _join(folder, use, wanted)
        finally:
            with undisturbed():
                _leave(folder, use)


def stop_abandoned(data_dir: Path) -> bool:
    """Stop what killed runs left in `data_dir`; False, and nothing done, if somebody is using it."""
    folder = open_folder(data_dir)
    with folder.use() as use, undisturbed():
        return _leave(folder, use)


def _join(folder: ServerFolder, use: Use, wanted: Wanted) -> Servers:
    with folder.alone():
        alone = use.is_only_one()
        use.begin()
        servers = Servers()
        if wanted.postgres:
            port = _postgres(folder, durable=wanted.durable, alone=alone)
            servers = Servers(
                database_url=pg.database_url(folder.cluster, port),
                application_database_url=pg.application_database_url(folder.cluster, port),
            )
        return replace(servers, redis_url=_redis(folder)) if wanted.redis else servers


def _leave(folder: ServerFolder, use: Use) -> bool:
    with folder.alone():
        if not use.is_only_one():
            return False
        pg.stop(folder.cluster)
        rd.stop(folder.store)
        _remove_copies(folder)
        return True


def _postgres(folder: ServerFolder, *, durable: bool, alone: bool) -> int:
    """Its port."""
    cluster, running = folder.cluster, folder.running
    if pg.is_running(cluster, running.postgres_port):
        if running.durable or not durable:
            return running.postgres_port
        if not alone:
            raise ServerUnavailable(
                f"The PostgreSQL in {folder.path} is used by a program that accepts losing data in a crash: "
                "end that program, or choose another data folder."
            )
    pg.stop(cluster)
    durable = durable or (running.durable and not alone)
    programs = _reachable(folder, postgres_programs(), copy_postgres)
    port = pg.start(cluster, programs, preferred_port=running.postgres_port, durable=durable)
    folder.note(replace(folder.running, postgres_port=port, durable=durable))
    return port


def _redis(folder: ServerFolder) -> str:
    store, running = folder.store, folder.running
    if running.redis and rd.is_running(store, running.redis):
        return running.redis.url
    rd.stop(store)
    program = _reachable(folder, redis_program(), copy_redis)
    endpoint = rd.start(store, program, preferred=running.redis)
    folder.note(replace(folder.running, redis=endpoint))
    return endpoint.url


def _reachable(folder: ServerFolder, programs: Path, copy: Callable[[Path, Path], Path]) -> Path:
    """`programs`, or a copy of them where the account that runs them could not get at them."""
    if server_user() is None or is_open(programs):
        return programs
    place = place_for_copies(folder.path)
    folder.note(replace(folder.running, copies=(*folder.running.copies, str(place))))
    return copy(programs, place)


def _remove_copies(folder: ServerFolder) -> None:
    for place in folder.running.copies:
        shutil.rmtree(place, ignore_errors=True)
    if folder.running.copies:
        folder.note(replace(folder.running, copies=()))
