"""Whether there is room for what a plan makes, before it closes anything."""

from core.discord.errors import GatewayBusy
from core.discord.pace import merged
from core.jobs.errors import JobFailed
from core.templates.checks.budgets import held_back, shortages
from core.templates.plan import Plan
from workers.registry import JobContext


async def require_room(job: JobContext, plan: Plan) -> None:
    """A plan that would be waited for with doors closed is not begun: raises `GatewayBusy` until there is room for all
    that it makes, and `JobFailed` where there never is. What was told before the bot was started counts too."""
    async with job.database.read() as unit:
        earlier = await unit.guilds.pace_of(job.guild_id)
    pace = merged(earlier, await job.gateway.read_pace(job.guild_id))
    short = held_back(shortages(plan.steps, pace, job.clock()))
    if short is None:
        return
    if short.never_fits:
        raise JobFailed(short.message, code="create_budget")
    raise GatewayBusy(short.message, resume_at=short.done_at)
