"""Who is told to have done it: by target, action and field, the newest first."""

from datetime import UTC, datetime

from msgspec.structs import replace

from core.discord.audit import AuditEntry
from core.drift.blame import OUR_REASON, entry_for, is_ours
from core.drift.compare import Deviation
from tests.builders.core import snapshot, snowflake

NOW = datetime(2026, 11, 1, tzinfo=UTC)
GUILD = snapshot(channels=1)
CHANNEL = GUILD.channels[0].id
TOPIC = Deviation(what="changed", kind="channel", name="log", id=CHANNEL, key="log", field="topic")


def entry(**said: object) -> AuditEntry:
    plain = AuditEntry(
        id=snowflake(),
        at=NOW,
        action=11,
        target_id=CHANNEL,
        user_id=snowflake(),
        changed=frozenset({"topic"}),
    )
    return replace(plain, **said)


def test_the_newest_entry_about_the_very_field_tells() -> None:
    newest, older = entry(), entry()
    elsewhere, other = entry(target_id=snowflake()), entry(changed=frozenset({"name"}))
    assert entry_for(TOPIC, (elsewhere, other, newest, older), GUILD) is newest
    assert entry_for(TOPIC, (elsewhere, other), GUILD) is None


def test_a_deletion_is_told_by_the_deletion_and_an_overwrite_by_its_subject() -> None:
    gone = replace(TOPIC, what="missing", field=None)
    deleted = entry(action=12, changed=frozenset())
    assert entry_for(gone, (entry(), deleted), GUILD) is deleted
    opened = replace(TOPIC, field="overwrites of @Crew")
    crew, mates = entry(action=14, subject="@Crew"), entry(action=14, subject="@Mates")
    assert entry_for(opened, (mates, crew), GUILD) is crew


def test_only_the_bot_with_a_reason_that_names_a_job_is_ours() -> None:
    bot = snowflake()
    assert is_ours(entry(user_id=bot, reason=f"{OUR_REASON}7 step 1"), bot)
    assert not is_ours(entry(user_id=bot, reason="by another hand"), bot)
    assert not is_ours(entry(reason=f"{OUR_REASON}7 step 1"), bot)
    assert not is_ours(None, bot)
