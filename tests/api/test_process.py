"""`python -m api` as people start and stop it."""

import asyncio
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from api.__main__ import listening, main
from api.metrics import MEDIA_TYPE
from core.catalog import CATALOG
from core.db import Engines
from core.embedded import Servers
from core.ports import unused_port
from core.uow import Database
from tests.builders.core import owner, powers, snapshot
from tests.fixtures.environment import child_environment
from tests.fixtures.patience import PATIENCE

TOKEN = re.compile(r"the owner's API token, shown this once: (gwt_\S+)")


class Program:
    """One running API. `lines` is what it printed until it listened."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "api"],
            env={**child_environment(), **settings},
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = []

    def listen(self) -> "Program":
        assert self.process.stdout is not None
        while not (self.lines and "listening on" in self.lines[-1]):
            line = self.process.stdout.readline()
            assert line, self.process.communicate()[1]
            self.lines.append(line)
        return self

    def end(self, timeout: float = PATIENCE) -> tuple[int, str]:
        """Its exit status and what it wrote to standard error."""
        try:
            return self.process.returncode or 0, self.process.communicate(timeout=timeout)[1]
        finally:
            self.process.kill()


def settings(database_url: str, redis_url: str, port: int) -> dict[str, str]:
    return {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "GUILDWRIGHT_PORT": str(port)}


async def test_it_serves_shows_the_owners_token_once_and_stops_at_once_with_streams_open(
    database_url: str, redis_url: str, free_port: int, tmp_path: Path
) -> None:
    given = settings(database_url, redis_url, free_port)
    program = Program(tmp_path, **given).listen()
    assert program.lines[-1] == f"api: listening on http://127.0.0.1:{free_port}\n"
    token = TOKEN.search("".join(program.lines))
    assert token is not None
    headers = {"Authorization": f"Bearer {token[1]}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{free_port}", headers=headers) as client:
        assert (await client.get("/api/v1/me")).json()["is_owner"]
        job_id = await _open_job(database_url)
        async with client.stream("GET", f"/api/v1/jobs/{job_id}/events") as stream:
            assert stream.status_code == 200
            began = time.monotonic()
            program.process.send_signal(signal.SIGTERM)
            assert "job.queued" in "".join([line async for line in stream.aiter_lines()])
            assert program.process.wait(PATIENCE) == 0
            assert time.monotonic() - began < 4
    program.end()
    again = Program(tmp_path, **given).listen()
    again.process.send_signal(signal.SIGINT)
    assert again.process.wait(PATIENCE) == 0
    assert not TOKEN.search("".join(again.lines))
    again.end()


async def test_metrics_have_a_port_of_their_own_where_a_setting_says_so(
    database_url: str, redis_url: str, free_port: int, tmp_path: Path
) -> None:
    port = unused_port()
    given = settings(database_url, redis_url, free_port) | {"GUILDWRIGHT_METRICS_PORT": str(port)}
    program = Program(tmp_path, **given).listen()
    assert f"api: metrics at http://127.0.0.1:{port}/metrics\n" in program.lines
    async with httpx.AsyncClient() as client:
        alone, usual = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{free_port}"
        shown = await client.get(f"{alone}/metrics")
        assert (shown.status_code, shown.headers["content-type"]) == (200, MEDIA_TYPE)
        assert "guildwright_database_up 1.0\n" in shown.text
        head = await client.head(f"{alone}/metrics")
        assert (head.status_code, head.content) == (200, b"")
        refused = await client.post(f"{alone}/metrics")
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
        for path in ("/health/live", "/api/v1/me", "/schema", "/metrics/"):
            assert (await client.get(f"{alone}{path}")).json()["code"] == "not_found"
        lying = {"Host": f"127.0.0.1:{port}", "X-Forwarded-Port": str(port)}
        assert (await client.get(f"{usual}/metrics", headers=lying)).status_code == 401
    program.process.send_signal(signal.SIGTERM)
    assert program.process.wait(PATIENCE) == 0
    program.end()


async def _open_job(database_url: str) -> str:
    """The bot is away, so it stays open."""
    engines = Engines(database_url)
    seen = snapshot()
    async with Database(engines, CATALOG).unit() as unit:
        await unit.guilds.store(seen, powers(seen), vouched=True)
        job = await unit.guild_syncs.request(owner(), seen.guild_id)
    await engines.dispose()
    return str(job.id)


class Start:
    """As `python -m api` does it, in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def refused(self, folder: Path, **given: str) -> str:
        """The one sentence with which it does not start."""
        handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        with self._monkeypatch.context() as patch:
            patch.setattr("api.__main__.write_logs", lambda _: None)  # they stay as they are for other tests
            patch.chdir(folder)
            for name, value in {**child_environment(), **given}.items():
                patch.setenv(name, value)
            try:
                status = main()
            finally:
                for number, handler in handlers.items():
                    signal.signal(number, handler)
        error = self._capsys.readouterr().err
        assert (status, len(error.splitlines())) == (78, 1), error
        return error


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Start:
    return Start(monkeypatch, capsys)


async def test_an_answer_does_not_wait_for_the_acknowledgement_of_the_one_before(free_port: int) -> None:
    """Nagle's algorithm holds the body back, written after its head, until the client's delayed acknowledgement."""
    seen: asyncio.Queue[int] = asyncio.Queue()

    async def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted = writer.get_extra_info("socket")
        seen.put_nowait(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    with listening("127.0.0.1", free_port) as listener:
        async with await asyncio.start_server(connected, sock=listener):
            _, writer = await asyncio.open_connection("127.0.0.1", free_port)
            assert await asyncio.wait_for(seen.get(), PATIENCE)
            writer.close()
            await writer.wait_closed()


def test_without_servers_it_says_what_to_do(start: Start, tmp_path: Path) -> None:
    assert "just up" in start.refused(tmp_path)


def test_a_port_for_metrics_that_is_in_use_is_one_sentence(
    start: Start, database_url: str, redis_url: str, free_port: int, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        given = settings(database_url, redis_url, free_port) | {"GUILDWRIGHT_METRICS_PORT": port}
        assert "GUILDWRIGHT_METRICS_PORT" in start.refused(tmp_path, **given)


def test_a_port_in_use_is_one_sentence(
    start: Start, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert "GUILDWRIGHT_PORT" in start.refused(tmp_path, **settings(database_url, redis_url, port))


def test_a_database_that_is_not_migrated_is_one_sentence(
    start: Start, servers: Servers, free_port: int, tmp_path: Path
) -> None:
    given = settings(servers.database_url, servers.redis_url, free_port)
    assert "just migrate" in start.refused(tmp_path, **given)


def test_its_first_start_makes_the_installations_keys(
    start: Start, database_url: str, redis_url: str, free_port: int, tmp_path: Path
) -> None:
    path = tmp_path / "keys.json"
    given = settings(database_url, redis_url, free_port) | {"GUILDWRIGHT_KEYS_FILE": str(path)}
    program = Program(tmp_path, **given).listen()
    made = path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    program.process.send_signal(signal.SIGTERM)
    program.end()
    path.chmod(0o644)
    assert "chmod 600" in start.refused(tmp_path, **given)
    assert path.read_text() == made


def test_a_port_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    program = Program(tmp_path, GUILDWRIGHT_PORT="banana")
    error = program.end()[1]
    assert (program.process.returncode, len(error.splitlines())) == (78, 1)
    assert "GUILDWRIGHT_PORT" in error
