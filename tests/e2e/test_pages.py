"""The documentation pages in a real browser that can reach nothing but this machine."""

import asyncio
import re
import shutil
import sys
from pathlib import Path

import pytest

from core.processes import ProcessGroup
from tests.fixtures.environment import child_environment
from tests.fixtures.patience import LONG_PATIENCE, PATIENCE

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


pytestmark = [
    pytest.mark.tools,
    pytest.mark.skipif(
        CHROMIUM is None, reason="SKIPPED LOUDLY: no Chromium on PATH (Debian: apt install chromium)"
    ),
]


async def rendered(url: str, profile: Path) -> str:
    """The page's DOM after its scripts have run; every other host fails to resolve."""
    assert CHROMIUM is not None
    browser = await asyncio.create_subprocess_exec(
        CHROMIUM,
        *QUIET,
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        f"--user-data-dir={profile}",
        "--virtual-time-budget=10000",
        "--dump-dom",
        url,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    out, _ = await asyncio.wait_for(browser.communicate(), LONG_PATIENCE)
    return out.decode()


@pytest.mark.parametrize("page", ["/schema", "/schema/swagger"])
async def test_a_documentation_page_draws_our_operations_offline(
    page: str, database_url: str, redis_url: str, free_port: int, tmp_path: Path
) -> None:
    env = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "GUILDWRIGHT_PORT": str(free_port)}
    async with ProcessGroup(env={**child_environment(), **env}) as group:
        command = [sys.executable, "-m", "api"]
        await group.start("api", command, cwd=tmp_path, ready=re.compile("listening on"), patience=PATIENCE)
        dom = await rendered(f"http://127.0.0.1:{free_port}{page}", tmp_path / "profile")
    text = re.sub(r"<[^>]+>", " ", dom)
    assert "Guildwright" in text
    assert "The guilds that the bot is or was in" in text
