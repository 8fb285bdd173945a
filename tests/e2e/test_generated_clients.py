"""Programs that know us only by a client that a generator made of the document: there and back with each."""

import asyncio
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from core.processes import OwnProcess
from tests.builders.clients import DOCUMENT, JOURNEY, make_python_client
from tests.e2e.road import OWNER_TOKEN, Road
from tests.fixtures.environment import child_environment
from tests.fixtures.patience import EXTRA, LONG_PATIENCE

pytestmark = pytest.mark.asyncio(loop_scope="module")

NODE, NPM = shutil.which("node"), shutil.which("npm")
Command = Sequence[str | Path]


class Journey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a program saw on its way: names of roles and channels, and what was left to do after each apply."""

    account: str
    blockers: int
    before: list[str]
    applied: list[str]
    rolled_back: list[str]
    left: list[int]
    equal: list[bool]


async def ran(command: Command, folder: Path, **settings: str) -> bytes:
    """What the program wrote; what it says where it fails is the failure."""
    child = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
        env={**child_environment(), "PYTHONPATH": str(folder), **settings},
    )
    try:
        out, errors = await asyncio.wait_for(child.communicate(), LONG_PATIENCE)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    assert child.returncode == 0, (errors + out).decode()
    return out


async def travelled(command: Command, road: Road, guild_id: str, folder: Path) -> Journey:
    """What the program in the folder says at its end."""
    trip = await road.trip(guild_id)
    document = folder / "document.json"
    document.write_bytes(msgspec.json.encode(trip.document))
    out = await ran(
        command,
        folder,
        API=str(road.http.base_url.join("/")).rstrip("/"),
        TOKEN=OWNER_TOKEN,
        GUILD=guild_id,
        DOCUMENT=str(document),
    )
    return msgspec.json.decode(out, type=Journey)


def assert_there_and_back(journey: Journey) -> None:
    assert journey.account
    assert journey.blockers == 0
    assert journey.applied != journey.before
    assert journey.rolled_back == journey.before
    assert journey.equal == [True, True]
    assert journey.left == [0, 0], "what was applied is to be planned as nothing"


@pytest.mark.timeout(EXTRA)
async def test_the_one_of_openapi_python_client_goes_there_and_back(
    road: Road, guild_id: str, bot: OwnProcess, tmp_path: Path
) -> None:
    await asyncio.to_thread(make_python_client, tmp_path)
    shutil.copy(JOURNEY, tmp_path)
    assert_there_and_back(await travelled([sys.executable, JOURNEY.name], road, guild_id, tmp_path))


@pytest.mark.tools
@pytest.mark.skipif(
    NODE is None or NPM is None, reason="SKIPPED LOUDLY: no Node on PATH (Debian: apt install npm)"
)
@pytest.mark.timeout(EXTRA)
async def test_the_one_of_openapi_typescript_goes_there_and_back(
    road: Road, guild_id: str, bot: OwnProcess, tmp_path: Path
) -> None:
    assert NODE is not None
    assert NPM is not None
    for name in ("journey.ts", "package.json", "tsconfig.json"):
        shutil.copy(JOURNEY.parent / name, tmp_path)
    await ran([NPM, "install", "--no-audit", "--no-fund", "--no-update-notifier"], tmp_path)
    bin_ = tmp_path / "node_modules" / ".bin"
    # As for clients that send what has a default or leave it out, as they like.
    generated = [bin_ / "openapi-typescript", DOCUMENT, "--default-non-nullable", "false"]
    await ran([*generated, "--output", "schema.d.ts"], tmp_path)
    await ran([bin_ / "tsc", "--project", "."], tmp_path)
    assert_there_and_back(await travelled([NODE, "built/journey.js"], road, guild_id, tmp_path))
