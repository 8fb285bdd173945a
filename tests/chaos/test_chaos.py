"""Whatever is accepted is done once, though everything on its way is killed, emptied, restarted or lies."""

import asyncio
import tempfile
import time
from pathlib import Path

import pytest
from rich.console import Console

from tests.chaos.ends import ends_come_soon
from tests.chaos.judge import Judge
from tests.chaos.points import POINTS
from tests.chaos.records import open_jobs, read_records, rows_of
from tests.chaos.report import Stopwatch, print_report
from tests.chaos.storm import Storm
from tests.chaos.world import World, world
from tests.fixtures.size import SEED, sized

JOBS = sized(small=130, soak=1000)
ROUNDS = sized(small=1, soak=5)
SETTLE_SECONDS = sized(small=120, soak=600)


@pytest.mark.timeout(sized(small=400, soak=3600))
async def test_what_is_accepted_is_done_once_whatever_happens(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    watch = Stopwatch()
    with tempfile.TemporaryDirectory(prefix="guildwright-chaos-") as folder:
        async with world(
            Path(folder), jobs=JOBS, guilds=sized(small=3, soak=5), applies=sized(small=2, soak=4), seed=SEED
        ) as there:
            watch.lap("made ready")
            await storms_and_is_judged(there, watch, capsys, tmp_path)


async def storms_and_is_judged(
    there: World, watch: Stopwatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    storm = Storm(there, jobs=JOBS, rounds=ROUNDS, seed=SEED)
    try:
        async with ends_come_soon(there):
            await storm.rage()
            watch.lap("storm")
            await asyncio.wait_for(there.askers.all_answered(), SETTLE_SECONDS)
            await settled(there)
            watch.lap("settled")
            ended = await rows_of(there)
            await ask_again(there)
            watch.lap("asked again")
    finally:
        kept = tmp_path / "log"
        kept.write_text(there.log.read_text(encoding="utf-8") if there.log.exists() else "", encoding="utf-8")
        with capsys.disabled():
            print(f"\nchaos: the order was {storm.order}; what was said is in {kept}")
    alive = [program.lives_on for program in (there.api, there.bot)]
    records = await read_records(there)
    judge = Judge(there.askers.asked, records)
    breaches = judge.breaches()
    applied = [wrong for trip in there.trips for wrong in await there.road.wrong(trip)]
    watch.lap("judged")
    with capsys.disabled():
        print_report(Console(), there, storm, judge, ended=ended, watch=watch, seed=SEED)
    assert not breaches, "\n".join(breaches)
    assert not there.askers.wrong, "\n".join(there.askers.wrong)
    assert there.api.uninvited + there.bot.uninvited == []
    assert alive == [True, True]
    assert applied == []
    assert not judge.wrongly_undecided(), "\n".join(judge.wrongly_undecided())
    deaths = there.api.deaths + there.bot.deaths
    assert [point.name for point in POINTS if not deaths[point.name]] == []


async def settled(there: World) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS
    while await open_jobs(there):
        if time.monotonic() > deadline:
            rows = (await rows_of(there)).values()
            raise AssertionError([row for row in rows if row.state in {"queued", "waiting", "running"}])
        await asyncio.sleep(0.1)


async def ask_again(there: World) -> None:
    """What spent its attempts in the storm must come out right afterwards, for whoever asks for it once more."""
    while dead := [row.id for row in (await rows_of(there)).values() if row.state == "dead"]:
        asked = [await there.askers.retry(job_id) for job_id in dead]
        assert any(asked), f"nobody may ask again for any of {dead}"
        await settled(there)
