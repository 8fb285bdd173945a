"""The process, its seal, and what it can be fed."""

import ast
import asyncio
import json
import signal
import sys
import time
from pathlib import Path

import httpx
import pytest

from bot.simulator.clock import Clock
from bot.simulator.server import bind
from bot.simulator.snowflakes import Snowflakes, born_at
from tests.fixtures.patience import PATIENCE
from tests.simulator.calls import Control, Rest
from tests.simulator.clients import REDIRECT, OAuth2Client

SOURCE = Path(__file__).parents[2] / "bot" / "simulator"
TEMPLATES = Path(__file__).parents[3] / "shared" / "discord" / "native-templates"
OURS = {"api", "bot", "core", "workers", "disnake", "litestar"}


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_the_process_listens_answers_and_ends(ending: signal.Signals) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.simulator",
        "--port",
        "0",
        cwd=SOURCE.parents[1],
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), PATIENCE)).decode()
        assert line.startswith("simulator: listening on http://127.0.0.1:")
        async with httpx.AsyncClient(base_url=line.split()[-1]) as http:
            assert (await http.get("/_sim/state")).json()["guilds"] == []
            process.send_signal(ending)
            assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_the_process_takes_its_numbers_from_files(tmp_path: Path) -> None:
    limits, gateway = tmp_path / "limits.json", tmp_path / "gateway.json"
    limits.write_text('{"profile": "free", "global_per_second": 7}')
    gateway.write_text('{"heartbeat_interval": 1, "guilds_per_shard": 3}')
    files = ["--limits", str(limits), "--gateway", str(gateway), "--heartbeat-interval", "500"]
    command = [sys.executable, "-m", "bot.simulator", "--profile", "discord", *files]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=SOURCE.parents[1], stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), PATIENCE)).decode()
        async with httpx.AsyncClient(base_url=line.split()[-1]) as http:
            table, settings = [(await http.get(f"/_sim/{name}")).json() for name in ("limits", "gateway")]
        assert (table["profile"], table["global_per_second"]) == ("free", 7)
        chosen = [
            settings["settings"][key] for key in ("heartbeat_interval", "guilds_per_shard", "members_seconds")
        ]
        assert chosen == [500, 3, 30]
    finally:
        process.terminate()
        await process.wait()
    limits.write_text('{"speed": 1}')
    process = await asyncio.create_subprocess_exec(
        *command, cwd=SOURCE.parents[1], stderr=asyncio.subprocess.PIPE
    )
    _, told = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert (process.returncode, b"speed" in told) == (2, True)


async def test_the_process_takes_the_applications_secret_and_addresses() -> None:
    arguments = [
        "--client-secret",
        "s3",
        "--redirect-uri",
        "http://127.0.0.1/one",
        "--redirect-uri",
        REDIRECT,
    ]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.simulator",
        *arguments,
        cwd=SOURCE.parents[1],
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), PATIENCE)).decode()
        async with httpx.AsyncClient(base_url=line.split()[-1]) as http:
            app = OAuth2Client(http, int((await http.get("/_sim/state")).json()["application"]["id"]))
            code = await app.code("owner", "identify")
            fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
            wrong = fields | {"client_id": app.id, "client_secret": "sim-secret"}
            await app.post("/oauth2/token", wrong, basic=False, status=401)
            await app.post("/oauth2/token", wrong | {"client_secret": "s3"}, basic=False)
    finally:
        process.terminate()
        await process.wait()


def test_only_loopback_is_bound() -> None:
    for host in ("0.0.0.0", "192.0.2.1", "::"):
        with pytest.raises(ValueError, match="loopback"):
            bind(0, host)


def test_the_simulator_imports_nothing_of_ours() -> None:
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                assert name.startswith("bot.simulator") or name.split(".")[0] not in OURS, f"{path}: {name}"


def test_snowflakes_grow_whatever_the_clock_does() -> None:
    clock = Clock()
    snowflakes = Snowflakes(clock)
    minted: list[int] = []
    for offset in (0.0, -3600.0, 0.0):
        clock.offset = offset
        minted += [snowflakes.mint() for _ in range(5000)]
    assert minted == sorted(set(minted))
    assert abs(born_at(minted[0]) - time.time()) < 5


async def test_the_largest_guild_is_made_whole(sim: Control) -> None:
    roles = [{"name": f"r{number}"} for number in range(248)]
    overwrites = [{"role": f"r{number}", "allow": "1024"} for number in range(0, 248, 8)]
    channels = [{"name": f"c{number}", "permission_overwrites": overwrites} for number in range(500)]
    members = [{"username": f"u{number}", "roles": [f"r{number % 248}"]} for number in range(1000)]
    made = await sim.guild(roles=roles, channels=channels, members=members)
    dump = await sim.dump(made["id"])
    assert [len(dump[key]) for key in ("roles", "channels", "members")] == [250, 500, 1002]


@pytest.mark.skipif(not TEMPLATES.exists(), reason="the native templates are not beside this folder")
async def test_native_templates_load_whole(sim: Control, rest: Rest) -> None:
    for path in sorted(TEMPLATES.glob("*.json")):
        template = json.loads(path.read_text())
        source = template["serialized_source_guild"]
        made = await sim("POST", "/guilds", {"native_template": template})
        dump = await sim.dump(made["id"])
        assert len(dump["channels"]) == len(source["channels"])
        assert len(dump["roles"]) == len(source["roles"]) + 1, "the bot's own role is the one more"
        assert [role["name"] for role in dump["roles"][:-1]] == [role["name"] for role in source["roles"]]
        sizes = [len(channel["permission_overwrites"]) for channel in source["channels"]]
        by_id = {channel["id"]: channel for channel in dump["channels"]}
        for channel, size in zip(source["channels"], sizes, strict=True):
            there = by_id[made["channels"][str(channel["id"])]]
            assert (there["name"], len(there["permission_overwrites"])) == (channel["name"], size)
        await rest.ok("GET", f"/guilds/{made['id']}/channels")


async def test_a_spec_with_mistakes_makes_nothing(sim: Control) -> None:
    body = {
        "channels": [{"type": "shed"}, {"name": "x", "parent": "nowhere"}],
        "members": [{"username": "ada", "roles": ["ghost"]}],
        "bot_permissions": ["FLY"],
    }
    answer = await sim("POST", "/guilds", body, status=400)
    assert set(answer["errors"]) == {"name", "channels", "members", "bot_permissions"}
    state = await sim("GET", "/state")
    assert (state["guilds"], "ada" in state["users"]) == ([], False)


async def test_reset_forgets_what_was_done(sim: Control, rest: Rest) -> None:
    made = await sim.guild(members=[{"username": "ada"}])
    await rest.ok("POST", f"/guilds/{made['id']}/roles", {"name": "r"})
    await sim("POST", "/faults", {"kind": "5xx"})
    await sim("POST", "/clock", {"advance": 60})
    await sim("POST", "/reset")
    state = await sim("GET", "/state")
    assert (state["guilds"], state["requests"], state["effects"], state["faults"]) == ([], 0, 0, 0)
    assert (state["clock"]["offset"], "ada" in state["users"]) == (0, False)
    await sim.guild()


async def test_the_journal_tells_each_call_and_each_write_once(sim: Control, rest: Rest) -> None:
    made = await sim.guild()
    guild = f"/guilds/{made['id']}"
    role = await rest.ok("POST", f"{guild}/roles", {"name": "r"}, X_Audit_Log_Reason="sch%C3%B6n")
    await rest.ok("GET", guild)
    await rest.refused("DELETE", f"{guild}/roles/1")
    await sim.edit("owner", "PATCH", f"{guild}/roles/{role['id']}", {"name": "s"})
    requests = (await sim("GET", "/requests"))["items"]
    assert [(call["method"], call["route"], call["status"]) for call in requests] == [
        ("POST", "/guilds/{guild_id}/roles", 200),
        ("GET", "/guilds/{guild_id}", 200),
        ("DELETE", "/guilds/{guild_id}/roles/{role_id}", 404),
    ]
    assert (requests[0]["reason"], requests[0]["body"]) == ("schön", {"name": "r"})
    effects = (await sim("GET", "/effects"))["items"]
    assert [(effect["via"], effect["targets"]) for effect in effects] == [
        ("rest", {"guild_id": made["id"], "role_id": role["id"]}),
        ("edit", {"guild_id": made["id"], "role_id": role["id"]}),
    ]
    assert (await sim("GET", "/requests?since=2"))["items"] == requests[2:]
