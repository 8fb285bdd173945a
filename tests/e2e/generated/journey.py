"""What a program does with the client that openapi-python-client makes: a program of its own, which knows no more of us
than that client. It prints what it saw as JSON.
"""

import asyncio
import json
import os
import re
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import httpx
from guildwright_client import AuthenticatedClient
from guildwright_client.api.guilds import get_structure
from guildwright_client.api.jobs import get_job, stream_job_events
from guildwright_client.api.me import create_my_token, get_me
from guildwright_client.api.plans import apply_plan, create_plan, create_rollback
from guildwright_client.api.templates import import_template
from guildwright_client.models import (
    Account,
    ApplyPlan,
    ApplyResult,
    CreateApiToken,
    CreatePlan,
    CreatePlanMode,
    CreateRollback,
    Document,
    ImportedTemplate,
    Job,
    JobSettled,
    NewApiToken,
    Plan,
    PlanExtras,
    PlanExtrasChannels,
    PlanExtrasRoles,
    Structure,
)

T = TypeVar("T")
_DATA = re.compile(r"^data: ?(.+)$", re.MULTILINE)


def authenticated(secret: str) -> AuthenticatedClient:
    return AuthenticatedClient(
        base_url=os.environ["API"], token=secret, timeout=httpx.Timeout(60), raise_on_unexpected_status=True
    )


def told(answer: object, kind: type[T]) -> T:
    """The answer, if it is not a problem."""
    if not isinstance(answer, kind):
        raise TypeError(f"no {kind.__name__}, but {answer}")
    return answer


async def journey(guild_id: str, document: dict[str, Any]) -> dict[str, Any]:
    async with authenticated(os.environ["TOKEN"]) as owner:
        made = told(
            await create_my_token.asyncio(client=owner, body=CreateApiToken(name="journey")), NewApiToken
        )
    async with authenticated(made.secret) as client:
        account = told(await get_me.asyncio(client=client), Account)
        template = told(
            await import_template.asyncio(client=client, body=Document.from_dict(document), name="Journey"),
            ImportedTemplate,
        )
        before = await names(client, guild_id)
        plan = await planned(client, guild_id, template.id)
        applied = await done(client, plan)
        after = await names(client, guild_id)
        rest = await planned(client, guild_id, template.id)
        back = CreateRollback(snapshot_id=told(applied.snapshot_id, UUID))
        undone = await done(client, await rolled_back(client, guild_id, back))
        rest_of_rollback = await rolled_back(client, guild_id, back)
        return {
            "account": account.name,
            "blockers": len(plan.blockers),
            "before": before,
            "applied": after,
            "rolled_back": await names(client, guild_id),
            "left": [len(rest.steps), len(rest_of_rollback.steps)],
            "equal": [applied.is_equal, undone.is_equal],
        }


async def rolled_back(client: AuthenticatedClient, guild_id: str, back: CreateRollback) -> Plan:
    """The plan of it."""
    return told(await create_rollback.asyncio(guild_id, client=client, body=back), Plan)


async def planned(client: AuthenticatedClient, guild_id: str, template_id: UUID) -> Plan:
    wanted = CreatePlan(
        template_id=template_id,
        mode=CreatePlanMode.EXACT,
        extras=PlanExtras(channels=PlanExtrasChannels.DELETE, roles=PlanExtrasRoles.DELETE),
        confirm_destructive=True,
    )
    return told(await create_plan.asyncio(guild_id, client=client, body=wanted), Plan)


async def done(client: AuthenticatedClient, plan: Plan) -> ApplyResult:
    """Applies it, and follows that until it is done."""
    asked = await apply_plan.asyncio(
        plan.id, client=client, body=ApplyPlan(hash_=plan.hash_), idempotency_key=f"apply-{plan.id}"
    )
    job = told(asked, Job)
    stream = told(await stream_job_events.asyncio(job.id, client=client), str)
    last = json.loads(_DATA.findall(stream)[-1])
    settled = JobSettled.from_dict(last)
    shown = told(await get_job.asyncio(job.id, client=client), Job)
    if (settled.state, shown.state) != ("succeeded", "succeeded"):
        raise RuntimeError(f"{settled.state}: {shown.error}")
    return told(shown.result, ApplyResult)


async def names(client: AuthenticatedClient, guild_id: str) -> list[str]:
    """Of roles and channels."""
    structure = told(await get_structure.asyncio(guild_id, client=client), Structure)
    channels = [inner for outer in structure.channels for inner in (outer, *(outer.channels or ()))]
    return sorted([f"@{role.name}" for role in structure.roles] + [f"#{one.name}" for one in channels])


if __name__ == "__main__":
    read: dict[str, Any] = json.loads(Path(os.environ["DOCUMENT"]).read_bytes())
    print(json.dumps(asyncio.run(journey(os.environ["GUILD"], read))))
