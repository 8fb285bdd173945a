"""How long things are kept, as one value."""

from datetime import timedelta

import msgspec

from core.config import Settings


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """After a job, a delivery and the like has ended, an entry was written, a guild was left. What no setting says is
    the same everywhere: an idempotency key makes a request the same one for a day, and a credential that has ended is
    still shown for a while to whose it was, and what was `given_up` of a callback is still news for some days."""

    jobs: timedelta = timedelta(days=90)
    deliveries: timedelta = timedelta(days=30)
    audit: timedelta = timedelta(days=730)
    left_guilds: timedelta = timedelta(days=90)
    credentials: timedelta = timedelta(days=30)
    idempotency_keys: timedelta = timedelta(days=1)
    given_up: timedelta = timedelta(days=3)
    unused_images: timedelta = timedelta(days=30)
    plans: timedelta = timedelta(days=30)


def retention_of(settings: Settings) -> Retention:
    return Retention(
        jobs=timedelta(days=settings.job_retention_days),
        deliveries=timedelta(days=settings.delivery_retention_days),
        audit=timedelta(days=settings.audit_retention_days),
        left_guilds=timedelta(days=settings.left_guild_retention_days),
    )
