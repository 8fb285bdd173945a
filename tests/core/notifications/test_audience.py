"""Who is told of what: those who chose it, each once, and nobody of a cancelled job."""

from itertools import product
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from core.actor import Actor
from core.clock import utc_now
from core.jobs.schemas import Job, JobError, JobProgress
from core.jobs.states import JobState
from core.notifications.audience import ENDED_BADLY, Listener, Recipient, who_is_told
from core.notifications.choices import JobResults, NotificationChoices
from core.notifications.text import CONTENT_LIMIT, job_line, message_of

ADA, LINUS = "501", "502"
STATES: tuple[JobState, ...] = ("succeeded", "partial", "failed", "dead", "cancelled")
RESULTS: tuple[JobResults, ...] = ("none", "failed", "all")
BROKEN = JobError(code="x", message="It *broke*.")


def job(state: JobState, *, user_id: str | None = ADA, account_id: UUID | None = None) -> Job:
    asker = Actor(kind="account", via="http", name="ada", discord_user_id=user_id, account_id=account_id)
    return Job(
        id=uuid4(),
        kind="message.send",
        lane="bot",
        guild_id="1000",
        state=state,
        waiting_for=None,
        resume_at=None,
        run_at=None,
        expires_at=None,
        payload={},
        result=None,
        error=None if state == "succeeded" else BROKEN,
        progress=JobProgress(),
        attempts=1,
        spent_attempts=1,
        max_attempts=5,
        actor=asker,
        request_id=None,
        created_at=utc_now(),
        started_at=None,
        first_call_at=None,
        finished_at=None,
        cancel_requested=False,
    )


def listening(user_id: str, **choices: object) -> Listener:
    return Listener(account_id=uuid4(), user_id=user_id, choices=replace(NotificationChoices(), **choices))


@pytest.mark.parametrize(("results", "state"), list(product(RESULTS, STATES)))
def test_who_asked_is_told_of_what_they_chose(results: JobResults, state: JobState) -> None:
    told = who_is_told(job(state), [listening(ADA, job_results=results)])
    wanted = {"none": frozenset[JobState](), "failed": ENDED_BADLY, "all": ENDED_BADLY | {"succeeded"}}
    assert bool(told) == (state in wanted[results])


def test_an_account_is_who_asked_also_by_a_token_without_a_discord_user() -> None:
    listener = listening(ADA, job_results="all")
    asked = job("succeeded", user_id=None, account_id=listener.account_id)
    assert who_is_told(asked, [listener]) == (Recipient(user_id=ADA),)


@pytest.mark.parametrize("state", STATES)
def test_a_guilds_owner_is_told_of_what_ended_badly_there(state: JobState) -> None:
    owner = listening(LINUS, guild_failures=True)
    assert bool(who_is_told(job(state), [owner], guild_owner_id=LINUS)) == (state in ENDED_BADLY)
    assert who_is_told(job(state), [owner], guild_owner_id=ADA) == ()


def test_who_asked_in_a_guild_of_their_own_is_told_once() -> None:
    listener = listening(ADA, job_results="failed", guild_failures=True)
    told = who_is_told(job("failed"), [listener], guild_owner_id=ADA)
    assert told == (Recipient(user_id=ADA),)


def test_a_guilds_channel_is_told_of_what_ended_badly_only() -> None:
    assert who_is_told(job("succeeded"), (), channel_id="7") == ()
    assert who_is_told(job("dead"), (), channel_id="7") == (Recipient(guild_id="1000", channel_id="7"),)


def test_words_of_others_format_nothing_and_everything_fits_into_one_message() -> None:
    ended = replace(job("failed"), error=JobError(code="x", message="<@1> *" * 900))
    line = job_line(ended, "**Harbour** @everyone " * 90)
    assert str(ended.id) in line
    assert "<@1>" not in line
    assert "@everyone" not in line.replace("\\@", "")
    message = message_of([line] * 40)
    assert len(message) <= CONTENT_LIMIT
    shown = message.count(str(ended.id))
    assert shown > 1
    assert message.endswith(f"and {40 - shown} more.")
    assert message_of([line] * 2) == f"{line}\n{line}"
