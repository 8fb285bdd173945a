"""What is known of a plan that was stopped half-way, beside what the guild is by now."""

import msgspec

from core.discord.types import Snapshot, Snowflake


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """`guild` is what it was before the first step: what roles and channels have lost since, they get back. `deleting`
    is what the plan was to delete: a picture that has its successor still has to go."""

    guild: Snapshot
    deleting: frozenset[Snowflake] = frozenset()
