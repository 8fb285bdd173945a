"""`just demo` as a newcomer meets it, as a real program."""

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import msgspec
import psutil
import pytest
import pytest_asyncio

from core.config import VARIABLES
from core.processes import OwnProcess, ProcessGroup
from core.templates.example import EXAMPLE
from tests.fixtures.environment import ROOT, child_environment
from tests.fixtures.patience import LONG_PATIENCE

NATIVE = ROOT.parent / "shared" / "discord" / "native-templates"
NATIVE_FILES = sorted(NATIVE.glob("*.json"), key=lambda path: path.stat().st_size)
# Where Discord's templates do not lie beside the checkout, our own example stands in.
FILES = NATIVE_FILES or [EXAMPLE]
STEPS = (
    "The guild as it is now is kept",
    "The guild now is what the document says",
    "The second plan is empty",
    "The guild is what was captured",
    "they kept their ids",
    "Everything shown was true",
)
CANARY = "canary-that-nobody-may-use"


class Demo:
    """Starts demos in a temporary folder, so that whatever one leaves behind is seen."""

    def __init__(self, group: ProcessGroup, folder: Path) -> None:
        self._group = group
        self.folder = folder
        self.lines: list[str] = []

    async def start(self, *arguments: str, env: dict[str, str] | None = None) -> OwnProcess:
        command = [sys.executable, "-m", "api.demo", *arguments]
        return await self._group.start("demo", command, env=env, cwd=self.folder)

    async def run(self, *arguments: str, env: dict[str, str] | None = None) -> tuple[int, str]:
        """Exit status and output."""
        process = await self.start(*arguments, env=env)
        async with asyncio.timeout(LONG_PATIENCE):
            status = await process.wait()
        return status, "\n".join(process.lines)

    def left_behind(self) -> list[str]:
        """Processes and files."""
        mark = str(self.folder)
        found = [str(path) for path in self.folder.iterdir() if path.name.startswith("guildwright")]
        for process in psutil.process_iter():
            try:
                words = [*process.cmdline(), process.cwd()]
            except psutil.Error:
                continue
            if any(mark in word for word in words) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(words))
        return found


@asynccontextmanager
async def demo_in(folder: Path) -> AsyncGenerator[Demo]:
    env = child_environment() | {"TMPDIR": str(folder), "COLUMNS": "100"}
    async with ProcessGroup(env=env, sink=lambda _name, _line: None) as group:
        yield Demo(group, folder)


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    async with demo_in(tmp_path) as demo:
        yield demo


class Shown(msgspec.Struct, frozen=True):
    """One whole demo, run where settings of a real installation are all around it."""

    status: int
    output: str
    left_behind: list[str]
    canary_was_called: bool


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    folder = tmp_path_factory.mktemp("demo")
    # Were it read, none of the programs would start.
    (folder / ".env").write_text("GUILDWRIGHT_PORT=not-a-port\nDATABASE_URL=not-a-database\n")
    with socket.socket() as canary:
        canary.bind(("127.0.0.1", 0))
        canary.listen()
        canary.setblocking(False)
        settings = canary_settings(*canary.getsockname())
        async with demo_in(folder) as demo:
            process = await demo.start(env=settings)
            with suppress(TimeoutError):
                await asyncio.wait_for(process.writes(re.compile("Ctrl-C stops everything")), LONG_PATIENCE)
            # To it alone: on a terminal, too, its children hear nothing, because they have sessions of their own.
            os.kill(process.pid, signal.SIGINT)
            status = await process.wait()
            left_behind = demo.left_behind()
        try:
            canary.accept()
            was_called = True
        except BlockingIOError:
            was_called = False
    return Shown(status, "\n".join(process.lines), left_behind, was_called)


def canary_settings(host: str, port: int) -> dict[str, str]:
    """Every setting that could lead somewhere leads to the canary."""
    settings = {variable.name: CANARY for variable in VARIABLES if variable.secret}
    return settings | {
        "DATABASE_URL": f"postgresql://{CANARY}@{host}:{port}/{CANARY}",
        "REDIS_URL": f"redis://:{CANARY}@{host}:{port}/0",
        "DISCORD_API_BASE": f"http://{host}:{port}",
        "GUILDWRIGHT_PORT": "1",
        "HTTP_PROXY": f"http://{host}:{port}",
        "PGHOST": host,
        "PGPORT": str(port),
    }


def test_everything_it_shows_is_true(shown: Shown) -> None:
    assert shown.status == 0, shown.output
    assert [step for step in STEPS if step not in " ".join(shown.output.split())] == []


def test_it_stays_until_it_is_told_to_stop_and_leaves_nothing_behind(shown: Shown) -> None:
    assert "/schema/openapi.json" in shown.output
    assert shown.left_behind == []


def test_settings_of_the_shell_and_of_an_env_file_are_not_read(shown: Shown) -> None:
    assert CANARY not in shown.output
    assert not shown.canary_was_called


@pytest.mark.soak
@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
async def test_it_ends_by_itself_when_asked_and_takes_native_templates_of_discord(
    demo: Demo, file: Path
) -> None:
    status, output = await demo.run("--exit", str(file))
    assert status == 0, output
    assert demo.left_behind() == []


async def test_a_file_with_mistakes_is_refused_with_their_places(demo: Demo) -> None:
    file = demo.folder / "mistakes.yaml"
    file.write_text(
        "guildwright: 1\n"
        "roles:\n"
        "  - key: helper\n"
        "    name: Helper\n"
        "    permissions: [kick_membres]\n"
        "  - key: helper\n"
        "    name: Other\n"
    )
    status, output = await demo.run("--exit", str(file))
    assert status == 1
    assert "line 5" in output
    assert "kick_members" in output, "the nearest name is suggested"
    assert "line 6" in output
    assert "Traceback" not in output
    assert demo.left_behind() == []


async def test_a_file_that_is_not_there_is_told_at_once(demo: Demo) -> None:
    status, output = await demo.run("--exit", "no-such-file.yaml")
    assert status == 2
    assert "no-such-file.yaml: No such file or directory" in output


async def test_it_can_be_stopped_at_any_moment_and_leaves_nothing_behind(demo: Demo) -> None:
    process = await demo.start()
    async with asyncio.timeout(LONG_PATIENCE):
        await process.writes(re.compile("Apply"))
        os.kill(process.pid, signal.SIGTERM)
        assert await process.wait() == 128 + signal.SIGTERM, list(process.lines)
    assert demo.left_behind() == []
