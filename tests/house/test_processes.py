"""Programs of our own: started, shown, restarted, and none left behind."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from core.processes import ProcessFailed, ProcessGroup, append_to
from tests.fixtures.environment import child_environment
from tests.house.programs import wait_for

SLEEP = "import time; print('ready', flush=True); time.sleep(600)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEP
WITH_CHILD = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("child", child.pid, flush=True)
child.wait()
"""

READY = re.compile("ready")


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Shown(list[tuple[str, str]]):
    """A sink that remembers."""

    def __call__(self, name: str, line: str) -> None:
        self.append((name, line))


@pytest.fixture
def shown() -> Shown:
    return Shown()


@pytest.fixture
async def group(shown: Shown) -> AsyncIterator[ProcessGroup]:
    async with ProcessGroup(env=child_environment(), sink=shown, grace=5) as group:
        yield group


async def test_each_line_is_shown_under_the_name_of_its_program(group: ProcessGroup, shown: Shown) -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.stdout.write('no newline')"
    process = await group.start("talker", python(code))
    assert await process.wait() == 0
    assert sorted(shown) == [("talker", "err"), ("talker", "no newline"), ("talker", "out")]


async def test_a_very_long_line_does_not_stop_the_output(group: ProcessGroup, shown: Shown) -> None:
    process = await group.start("talker", python("print('x' * 1_000_000); print('after')"))
    await process.wait()
    assert sum(len(line) for _, line in shown[:-1]) == 1_000_000
    assert shown[-1] == ("talker", "after")


async def test_output_can_go_to_a_file(tmp_path: Path) -> None:
    log = tmp_path / "all.log"
    async with ProcessGroup(env=child_environment(), sink=append_to(log)) as group:
        await (await group.start("api", python("print('hello')"))).wait()
    assert log.read_text() == "      api | hello\n"


async def test_start_returns_when_a_line_says_so(group: ProcessGroup) -> None:
    process = await group.start("sleeper", python(SLEEP), ready=READY)
    assert process.returncode is None
    assert list(process.lines) == ["ready"]


async def test_start_returns_when_the_question_is_answered_with_yes(
    group: ProcessGroup, tmp_path: Path
) -> None:
    sign = tmp_path / "sign"

    async def is_there() -> bool:
        return await asyncio.to_thread(sign.exists)

    await group.start("writer", [*python(f"open({str(sign)!r}, 'w'); {SLEEP}")], ready=is_there)
    assert await is_there()


async def test_a_program_that_ends_before_it_is_ready_is_quoted(group: ProcessGroup) -> None:
    with pytest.raises(
        ProcessFailed, match=r"^api ended with status 3 before it was ready; it last said: no port$"
    ):
        await group.start("api", python("import sys; print('no port'); sys.exit(3)"), ready=READY)


async def test_a_program_that_is_never_ready_is_ended(group: ProcessGroup) -> None:
    with pytest.raises(ProcessFailed, match=r"api took more than 0\.5 s"):
        await group.start("api", python(SLEEP), ready=re.compile("never"), patience=0.5)


async def test_a_program_that_is_not_there_is_named(group: ProcessGroup) -> None:
    with pytest.raises(ProcessFailed, match="api cannot be started: nowhere: No such file"):
        await group.start("api", ["nowhere"])


async def test_a_name_can_be_started_again_after_a_crash(group: ProcessGroup) -> None:
    first = await group.start("bot", python(SLEEP), ready=READY)
    assert await first.kill() == -signal.SIGKILL
    second = await group.start("bot", python(SLEEP), ready=READY)
    assert second.pid != first.pid
    assert await second.terminate() == -signal.SIGTERM


async def test_one_that_will_not_end_is_killed(group: ProcessGroup) -> None:
    process = await group.start("bot", python(STUBBORN), ready=READY)
    assert await process.terminate(grace=0.2) == -signal.SIGKILL


async def test_what_a_program_started_ends_with_it(group: ProcessGroup) -> None:
    process = await group.start("parent", python(WITH_CHILD), ready=re.compile("child"))
    grandchild = int(process.lines[0].split()[1])
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    wait_for(lambda: not is_alive(grandchild))


async def test_leaving_the_group_ends_all_even_by_an_exception() -> None:
    pids: list[int] = []

    async def fail() -> None:
        async with ProcessGroup(env=child_environment(), sink=Shown(), grace=5) as group:
            api = await group.start("api", python(SLEEP), ready=READY)
            bot = await group.start("bot", python(SLEEP), ready=READY)
            pids.extend((api.pid, bot.pid))
            raise RuntimeError("oops")

    with pytest.raises(RuntimeError, match="oops"):
        await fail()
    assert [is_alive(pid) for pid in pids] == [False, False]


async def test_leaving_the_group_impatiently_still_ends_all() -> None:
    pids: list[int] = []

    async def work() -> None:
        async with ProcessGroup(env=child_environment(), sink=Shown(), grace=60) as group:
            pids.append((await group.start("bot", python(STUBBORN), ready=READY)).pid)

    task = asyncio.create_task(work())
    await asyncio.sleep(1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    wait_for(lambda: not is_alive(pids[0]))


async def test_children_get_the_environment_of_the_group_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LEAKED", "yes")
    shown = Shown()
    async with ProcessGroup(env={**child_environment(), "A": "group", "B": "group"}, sink=shown) as group:
        code = "import os; print(os.environ.get('LEAKED'), os.environ['A'], os.environ['B'])"
        await (await group.start("child", python(code), env={"B": "own"})).wait()
    assert shown == [("child", "None group own")]


PARENT = """
import asyncio, os, sys
from core.processes import ProcessGroup, exit_on_termination
async def main():
    async with ProcessGroup(env=dict(os.environ)) as group:
        process = await group.start("child", [sys.executable, "-c", "import time; time.sleep(600)"])
        print("started", process.pid, flush=True)
        await process.wait()
with exit_on_termination():
    asyncio.run(main())
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_no_child_survives_its_parent(number: signal.Signals, tmp_path: Path) -> None:
    if number is signal.SIGKILL and sys.platform != "linux":
        pytest.skip("only Linux tells a child that its parent was killed")
    parent = subprocess.Popen(
        python(PARENT),
        env=child_environment(),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline().split()[1])
    assert is_alive(pid)
    begun = time.monotonic()
    parent.send_signal(number)
    parent.communicate(timeout=30)
    wait_for(lambda: not is_alive(pid))
    assert time.monotonic() - begun < 5
