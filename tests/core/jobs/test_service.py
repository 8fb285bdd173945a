from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest

from core.db import Engines
from core.discord.permissions import Permission
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.jobs.errors import GuildBusy
from core.jobs.idempotency import StoredAnswer
from core.jobs.processes import BotDetails
from core.jobs.schemas import Job, JobFilter
from core.jobs.spec import JobSpec
from core.paging import Paging
from core.uow import Database
from tests.builders.core import member, owner, powers, snapshot
from tests.builders.jobs import MAKE, STRUCTURAL, TEST_CATALOG, MakePayload, MakeResult

ACTOR = owner()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    engines = Engines(database_url)
    yield Database(engines, TEST_CATALOG)
    await engines.dispose()


@pytest.fixture
async def guild_id(database: Database) -> str:
    guild = snapshot()
    async with database.unit() as unit:
        await unit.guilds.store(guild, powers(guild), vouched=True)
    return guild.guild_id


async def ask(
    database: Database, guild_id: str, spec: JobSpec[MakePayload, MakeResult] = MAKE, **options: object
) -> Job:
    async with database.unit() as unit:
        return await unit.jobs.ask(ACTOR, spec, MakePayload(), guild_id=guild_id, **options)  # type: ignore[arg-type]


async def test_only_one_structural_job_at_a_time_and_the_refusal_names_it(
    database: Database, guild_id: str
) -> None:
    first = await ask(database, guild_id, STRUCTURAL)
    with pytest.raises(GuildBusy, match=str(first.id)):
        await ask(database, guild_id, STRUCTURAL)
    await ask(database, guild_id, MAKE)
    async with database.unit() as unit:
        await unit.jobs.cancel(ACTOR, first.id)
    assert (await ask(database, guild_id, STRUCTURAL)).state == "queued"


async def test_asking_needs_the_permission_of_the_kind(database: Database, guild_id: str) -> None:
    with pytest.raises(Forbidden, match="manage_guild"):
        async with database.unit() as unit:
            await unit.jobs.ask(
                member(guild_id, Permission.MANAGE_MESSAGES), MAKE, MakePayload(), guild_id=guild_id
            )


async def test_asking_needs_a_role_with_us_too(database: Database, guild_id: str) -> None:
    with pytest.raises(Forbidden, match="needs the role moderator"):
        async with database.unit() as unit:
            asker = member(guild_id, Permission.SEND_MESSAGES)
            await unit.jobs.ask(asker, MAKE, MakePayload(), guild_id=guild_id)


async def test_the_asker_and_who_administrates_see_a_job_and_nobody_else(
    database: Database, guild_id: str
) -> None:
    asker = member(guild_id, Permission.MANAGE_GUILD)
    async with database.unit() as unit:
        job = await unit.jobs.ask(asker, MAKE, MakePayload(), guild_id=guild_id)
    async with database.read() as unit:
        assert await unit.jobs.get(asker, job.id) == await unit.jobs.get(ACTOR, job.id)
        assert [seen.id for seen in (await unit.jobs.list(asker, JobFilter(), Paging())).items] == [job.id]
        admin = member(guild_id, Permission.ADMINISTRATOR)
        assert [seen.id for seen in (await unit.jobs.list(admin, JobFilter(), Paging())).items] == [job.id]
        assert await unit.jobs.get(admin, job.id) == await unit.jobs.get(ACTOR, job.id)
    for stranger in (member(guild_id, Permission.MANAGE_GUILD), member("1", Permission.ADMINISTRATOR)):
        async with database.unit() as unit:
            assert (await unit.jobs.list(stranger, JobFilter(), Paging())).items == ()
            for reach in (unit.jobs.get, unit.jobs.steps, unit.jobs.cancel, unit.jobs.retry):
                with pytest.raises(NotFound):
                    await reach(stranger, job.id)


async def test_a_queued_job_is_cancelled_at_once_and_an_ended_one_cannot_be(
    database: Database, guild_id: str
) -> None:
    job = await ask(database, guild_id)
    async with database.unit() as unit:
        assert (await unit.jobs.cancel(ACTOR, job.id)).state == "cancelled"
    with pytest.raises(Conflict, match="cancelled"):
        async with database.unit() as unit:
            await unit.jobs.cancel(ACTOR, job.id)
    with pytest.raises(Conflict, match="retried"):
        async with database.unit() as unit:
            await unit.jobs.retry(ACTOR, job.id)


async def test_a_failed_job_can_be_asked_for_again(database: Database, guild_id: str) -> None:
    job = await ask(database, guild_id)
    async with database.unit() as unit:
        claim = await unit.ledger.claim("bot", "one", 45)
        assert claim is not None
        await unit.ledger.settle(claim, "failed")
    async with database.unit() as unit:
        again = await unit.jobs.retry(ACTOR, job.id)
    assert (again.state, again.attempts, again.finished_at) == ("queued", 0, None)


async def test_history_is_in_order_and_without_gaps(database: Database, guild_id: str) -> None:
    job = await ask(database, guild_id)
    async with database.unit() as unit:
        claim = await unit.ledger.claim("bot", "one", 45)
        assert claim is not None
        await unit.ledger.intend(claim, 45, "a", "doing a", once=True)
        await unit.ledger.record(claim, 45, "a", "done")
        await unit.ledger.settle(claim, "succeeded", result=MakeResult(made=()))
    async with database.read() as unit:
        events = await unit.jobs.events_after(ACTOR, job.id, 0)
        assert [event.sequence for event in events] == [1, 2, 3, 4]
        assert [event.type for event in events] == [
            "job.queued",
            "job.running",
            "job.progress",
            "job.settled",
        ]
        assert await unit.jobs.events_after(ACTOR, job.id, 2) == events[2:]


async def test_while_no_bot_is_alive_a_job_says_what_it_waits_for(database: Database, guild_id: str) -> None:
    job = await ask(database, guild_id)
    async with database.unit() as unit:
        assert not await unit.processes.is_bot_alive()
        assert await unit.jobs.park_for_bot() == 1
    async with database.unit() as unit:
        seen = await unit.jobs.get(ACTOR, job.id)
        assert (seen.state, seen.waiting_for) == ("waiting", "bot")
        claim = await unit.ledger.claim("bot", "one", 45)
    assert claim is not None
    assert claim.job.id == job.id


@pytest.mark.parametrize(("connected", "waits"), [(True, False), (False, True)])
async def test_a_bot_that_lost_discord_is_waited_for_and_one_that_is_connected_is_not(
    database: Database, guild_id: str, connected: bool, waits: bool
) -> None:
    await ask(database, guild_id)
    async with database.unit() as unit:
        details = msgspec.to_builtins(BotDetails(connected=connected))
        await unit.processes.beat("a bot", "bot", details)
        await unit.processes.beat("an api", "api", {"address": "http://127.0.0.1"})
    async with database.read() as unit:
        assert await unit.jobs.is_care_due() == (waits, False)
        assert await unit.processes.is_bot_alive() is not waits


async def test_what_expired_before_anybody_began_fails_and_says_so(database: Database, guild_id: str) -> None:
    now = database.clock()
    job = await ask(database, guild_id, expires_at=now + timedelta(minutes=1))
    database.clock = lambda: now + timedelta(minutes=2)
    async with database.unit() as unit:
        assert await unit.jobs.expire_due() == 1
        seen = await unit.jobs.get(ACTOR, job.id)
    assert seen.error is not None
    assert (seen.state, seen.error.code) == ("failed", "expired")
    with pytest.raises(Invalid):
        await ask(database, guild_id, expires_at=now)


async def test_old_jobs_are_deleted_with_all_they_left_and_open_ones_stay(
    database: Database, guild_id: str
) -> None:
    ended, open_ = await ask(database, guild_id), await ask(database, guild_id)
    async with database.unit() as unit:
        await unit.jobs.cancel(ACTOR, ended.id)
    now = database.clock()
    database.clock = lambda: now + timedelta(days=91)
    async with database.unit() as unit:
        assert await unit.jobs.delete_old(timedelta(days=90)) == 1
    async with database.read() as unit:
        assert [job.id for job in (await unit.jobs.list(ACTOR, JobFilter(), Paging())).items] == [open_.id]


async def test_lists_page_newest_first_and_filter(database: Database, guild_id: str) -> None:
    jobs = [await ask(database, guild_id) for _ in range(5)]
    async with database.read() as unit:
        first = await unit.jobs.list(ACTOR, JobFilter(), Paging(limit=3))
        assert [job.id for job in first.items] == [job.id for job in reversed(jobs)][:3]
        second = await unit.jobs.list(ACTOR, JobFilter(), Paging(limit=3, cursor=first.items[-1].id))
        assert [job.id for job in second.items] == [job.id for job in reversed(jobs)][3:]
        assert second.next_cursor is None
        for nothing in (
            JobFilter(state="dead"),
            JobFilter(kind="other"),
            JobFilter(guild_id="1"),
            JobFilter(actor=uuid4()),
            JobFilter(since=database.clock() + timedelta(hours=1)),
        ):
            assert (await unit.jobs.list(ACTOR, nothing, Paging())).items == ()


async def test_the_answer_to_an_idempotency_key_is_kept_with_the_work(database: Database) -> None:
    answer = StoredAnswer(status=202, location="/there", body=b"{}")
    with pytest.raises(ZeroDivisionError):
        async with database.unit() as unit:
            assert await unit.idempotency.reserve(ACTOR, "/jobs", "k", b"body") is None
            await unit.idempotency.store(ACTOR, "/jobs", "k", answer)
            raise ZeroDivisionError
    async with database.unit() as unit:
        assert await unit.idempotency.reserve(ACTOR, "/jobs", "k", b"body") is None
        await unit.idempotency.store(ACTOR, "/jobs", "k", answer)
    async with database.unit() as unit:
        assert await unit.idempotency.reserve(ACTOR, "/jobs", "k", b"body") == answer
        assert await unit.idempotency.reserve(ACTOR, "/other", "k", b"body") is None
    with pytest.raises(Invalid, match="another body"):
        async with database.unit() as unit:
            await unit.idempotency.reserve(ACTOR, "/jobs", "k", b"another")
