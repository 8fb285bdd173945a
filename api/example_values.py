"""A moment, and ids, that several examples name."""

import uuid
from datetime import UTC, datetime

THEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
GUILD, OWNER, BOT, ROLE = (
    "197038439483310086",
    "80351110224678912",
    "1075448420571312128",
    "1075448420571312200",
)
CATEGORY, CHANNEL, MESSAGE = "1075448420571312300", "1075448420571312301", "1075448420571312400"


def _id(number: int) -> uuid.UUID:
    return uuid.UUID(f"0195516f-2c00-7000-8000-{number:012d}")


ACCOUNT, TOKEN, TEMPLATE, SNAPSHOT, PLAN, JOB, SCHEDULE, RUN, ANNOUNCEMENT = (
    _id(number) for number in range(1, 10)
)
