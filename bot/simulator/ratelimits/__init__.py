"""Rate limits (Discord docs: Topics > Rate Limits): what is counted, by which table, and how a refusal looks."""

from bot.simulator.ratelimits.bans import Bans
from bot.simulator.ratelimits.limits import Limits, Verdict
from bot.simulator.ratelimits.refusals import Blocked, Limited
from bot.simulator.ratelimits.table import PROFILES, LimitTable, Profile, read_table

__all__ = [
    "PROFILES",
    "Bans",
    "Blocked",
    "LimitTable",
    "Limited",
    "Limits",
    "Profile",
    "Verdict",
    "read_table",
]
