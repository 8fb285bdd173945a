"""`just up` as an operator meets it: everything starts, says where it is, and a wrong setting is one sentence."""

import asyncio
import base64
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import psutil
import pytest
from sqlalchemy import make_url

from core.config import asyncpg_dsn
from core.embedded import embedded_servers
from core.processes import OwnProcess, ProcessGroup
from core.up import main
from tests.fixtures.environment import child_environment
from tests.fixtures.patience import LONG_PATIENCE, PATIENCE

APPLICATION = "1234567890123456789"
TOKEN = f"{base64.b64encode(APPLICATION.encode()).decode().rstrip('=')}.secret.part"
OWNER_TOKEN = "gwt_" + "o" * 30


@pytest.fixture
async def group(tmp_path: Path) -> AsyncIterator[ProcessGroup]:
    async with ProcessGroup(env=child_environment()) as group:
        yield group


async def simulator(group: ProcessGroup, *options: str) -> str:
    """Its address."""
    command = [sys.executable, "-m", "bot.simulator", "--port", "0", "--token", TOKEN, *options]
    process = await group.start("simulator", command, ready=re.compile("listening on"), patience=PATIENCE)
    line = next(line for line in process.lines if "listening on" in line)
    return line.rsplit(" ", 1)[1]


async def up(group: ProcessGroup, folder: Path, **settings: str) -> OwnProcess:
    """Started in a folder without a `.env`, with its data in another."""
    env = {"GUILDWRIGHT_DATA_DIR": str(folder / "data"), **settings}
    working = folder / "working"
    working.mkdir(exist_ok=True)
    return await group.start("up", [sys.executable, "-m", "core.up"], env=env, cwd=working)


def of_folder(folder: Path) -> list[psutil.Process]:
    """Whatever still works in or for a folder."""
    return [p for p in psutil.process_iter(["cmdline"]) if str(folder) in " ".join(p.info["cmdline"] or [])]


async def test_everything_starts_and_stops_and_keeps_its_data(
    group: ProcessGroup, tmp_path: Path, free_port: int
) -> None:
    address = await simulator(group)
    settings = {
        "DISCORD_TOKEN": TOKEN,
        "DISCORD_API_BASE": f"{address}/api/v10",
        "GUILDWRIGHT_OWNER_TOKEN": OWNER_TOKEN,
        "GUILDWRIGHT_PORT": str(free_port),
    }
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{free_port}") as client:
        client.headers["Authorization"] = f"Bearer {OWNER_TOKEN}"
        async with httpx.AsyncClient(base_url=address) as sim:
            (await sim.post("/_sim/guilds", json={"name": "Haven"})).raise_for_status()
        process = await up(group, tmp_path, **settings)
        await asyncio.wait_for(process.writes(re.compile("Invite the bot")), LONG_PATIENCE)
        assert any(f"client_id={APPLICATION}" in line for line in process.lines)
        guilds = await _guilds(client)
        assert [guild["name"] for guild in guilds] == ["Haven"]
        made = await client.post("/api/v1/templates", json={"name": "kept"})
        assert made.status_code == 201, made.text
        await _audit_stands(process, tmp_path / "data")
        assert await process.terminate(PATIENCE) == 0
        assert of_folder(tmp_path) == []

        process = await up(group, tmp_path, **settings)
        await asyncio.wait_for(process.writes(re.compile("Invite the bot")), LONG_PATIENCE)
        assert [item["name"] for item in (await client.get("/api/v1/templates")).json()["items"]] == ["kept"]
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0
    assert of_folder(tmp_path) == []


async def test_a_token_that_discord_refuses_is_one_sentence_and_status_78(
    group: ProcessGroup, tmp_path: Path, free_port: int
) -> None:
    address = await simulator(group)
    wrong = f"{TOKEN}-wrong"
    process = await up(
        group,
        tmp_path,
        DISCORD_TOKEN=wrong,
        DISCORD_API_BASE=f"{address}/api/v10",
        GUILDWRIGHT_PORT=str(free_port),
    )
    assert await process.wait() == 78
    assert any("Discord refuses the bot's token" in line for line in process.lines)
    assert not any("Traceback" in line or wrong in line for line in process.lines)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "DISCORD_TOKEN is not set"),
        ({"DISCORD_TOKEN": "nonsense"}, "DISCORD_TOKEN is not a bot's token"),
        ({"DISCORD_TOKEN": TOKEN, "GUILDWRIGHT_PORT": "many"}, "GUILDWRIGHT_PORT"),
    ],
)
def test_a_setting_that_cannot_work_is_one_sentence_and_status_78(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    settings: dict[str, str],
    said: str,
) -> None:
    with monkeypatch.context() as patch:
        for name, value in {**child_environment(), **settings}.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["up"])
        patch.chdir(tmp_path)
        assert main() == 78
    shown = [line for line in capsys.readouterr().err.splitlines() if line.strip()]
    assert len(shown) == 1
    assert said in shown[0]


async def test_a_database_that_is_not_there_is_one_sentence_and_status_78(
    group: ProcessGroup, tmp_path: Path
) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/none"
    process = await up(group, tmp_path, DISCORD_TOKEN=TOKEN, DATABASE_URL=nowhere)
    assert await process.wait() == 78
    shown = [line for line in process.lines if line.strip()]
    assert len(shown) == 1
    assert "DATABASE_URL" in shown[0]


async def test_a_database_newer_than_the_code_is_refused(
    group: ProcessGroup, tmp_path: Path, database_url: str
) -> None:
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    await connection.execute("UPDATE alembic_version SET version_num = '9999'")
    await connection.close()
    process = await up(group, tmp_path, DISCORD_TOKEN=TOKEN, DATABASE_URL=database_url)
    assert await process.wait() == 78
    assert "newer than the code" in process.lines[-1]


async def _audit_stands(process: OwnProcess, data: Path) -> None:
    """Everybody came in as a role that cannot alter it, and knows nothing of the owner of the tables."""
    with embedded_servers(data, redis=False) as servers:
        top = await asyncpg.connect(asyncpg_dsn(servers.database_url))
        usual = await asyncpg.connect(asyncpg_dsn(servers.application_database_url))
        users = await top.fetch(
            "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = 'guildwright' AND pid <> pg_backend_pid()"
        )
        assert await usual.fetchval("SELECT count(*) FROM audit_entries") > 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await usual.execute("DELETE FROM audit_entries")
        for connection in (top, usual):
            await connection.close()
    assert {row["usename"] for row in users} == {"guildwright_app"}
    password = make_url(servers.database_url).password or ""
    children = psutil.Process(process.pid).children(recursive=True)
    ours = [child for child in children if {"api", "bot"} & set(child.cmdline())]
    assert len(ours) >= 2
    assert not [child for child in ours if password in " ".join(child.environ().values())]


async def _guilds(client: httpx.AsyncClient) -> list[dict[str, str]]:
    for _ in range(200):
        items = (await client.get("/api/v1/guilds")).json()["items"]
        if items:
            return items
        await asyncio.sleep(0.1)
    return []
