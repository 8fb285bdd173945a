"""Every operation that is about somebody × askers above, beside and below them."""

from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
import pytest_asyncio

from core.actor import GuildPermissions
from core.discord.permissions import Permission
from core.guilds.jobs import SYNC, SyncPayload
from core.templates.plan import PlanOptions
from tests.api.announcing import announcement_in, posted
from tests.api.conftest import document
from tests.api.matrix.asking import MERGE, Impatient, outcome_in
from tests.api.matrix.ranks import OF_SOMEBODY, PAIRS, RANKED, Pair, Rank
from tests.api.people import ADMIN, MODERATOR, Someone, someone
from tests.api.test_openapi import operations
from tests.api.world import DOCUMENT, Api

pytestmark = pytest.mark.asyncio(loop_scope="module")
OPERATIONS = {
    operation["operationId"]: (method.upper(), path) for path, method, operation in operations(document())
}
BITS: dict[Rank, int] = {"moderator": MODERATOR, "admin": ADMIN, "owner": 0}
BODIES: dict[str, Any] = {
    "putAccess": {"role": "user"},
    "applyPlan": {},
    "approvePlan": {},
    "rejectPlan": {},
    "editSchedule": {"name": "Every hour"},
    "editAnnouncement": {"message": {"content": "Ahoy"}},
    "decideAnnouncement": {"decision": "approve", "revision": 1},
}


class Company(msgspec.Struct, frozen=True):
    """Two of each rank in one guild, and a template that all of them may use."""

    api: Api
    guild_id: str
    people: dict[Rank, tuple[Someone, Someone]]
    template_id: str

    def of(self, pair: Pair) -> tuple[Someone, Someone]:
        return self.people[pair.asker][0], self.people[pair.target][1]


async def person(api: Api, rank: Rank, guild_id: str) -> Someone:
    return await someone(api, f"the {rank}", guild_id, BITS[rank])


async def owners_are(api: Api, *people: Someone) -> None:
    async with api.database.unit() as unit:
        await unit.accounts.note_application_owners(frozenset(each.user_id for each in people))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def company(module_api: Api) -> Company:
    api = module_api
    await api.keep_bot()
    guild_id = await api.guild()
    ranks: tuple[Rank, ...] = ("moderator", "admin", "owner")
    people: dict[Rank, tuple[Someone, Someone]] = {}
    for rank in ranks:
        people[rank] = (await person(api, rank, guild_id), await person(api, rank, guild_id))
    await owners_are(api, *people["owner"])
    made = await api.post("/templates", json={"name": "Ours", "document": DOCUMENT, "visibility": "public"})
    return Company(api, guild_id, people, made.json()["id"])


async def job_of(company: Company, target: Someone, *, failed: bool) -> str:
    then = GuildPermissions(guild_id=company.guild_id, bits=int(Permission.ADMINISTRATOR))
    async with company.api.database.unit() as unit:
        actor = msgspec.structs.replace(target.actor, in_guild=then)
        job = await unit.jobs.ask(actor, SYNC, SyncPayload(), guild_id=company.guild_id)
    state = "failed', finished_at = '2026-01-01" if failed else "queued"
    await company.api.execute(f"UPDATE jobs SET state = '{state}' WHERE id = '{job.id}'")
    return str(job.id)


async def plan_of(company: Company, target: Someone, *, awaited: bool) -> str:
    """That nobody has used yet, or that its maker has asked to apply and somebody else is to approve."""
    then = GuildPermissions(guild_id=company.guild_id, bits=int(Permission.ADMINISTRATOR))
    actor = msgspec.structs.replace(target.actor, in_guild=then)
    api = company.api
    # Whatever was applied by the askers before has not ended: it would stand in the way of this one.
    await api.execute(
        "UPDATE jobs SET state = 'succeeded', waiting_for = NULL, finished_at = now() WHERE structural"
    )
    async with api.database.unit() as unit:
        plan = await unit.plans.create(
            actor, company.guild_id, UUID(company.template_id), None, PlanOptions()
        )
        if awaited:
            job = await unit.plans.request_apply(actor, plan.id)
    if awaited:
        await api.execute(
            "UPDATE jobs SET state = 'waiting', waiting_for = 'approval', needs_approval = true"
            f" WHERE id = '{job.id}'"  # pyright: ignore[reportPossiblyUnboundVariable]
        )
    return str(plan.id)


async def schedule_of(company: Company, target: Someone, *, paused: bool) -> str:
    path = f"/guilds/{company.guild_id}/schedules"
    wanted = {
        "name": "Hourly",
        "payload": {"kind": "guild.sync"},
        "trigger": {"type": "interval", "every_seconds": 3600},
    }
    made = await target.ask("POST", path, json=wanted)
    assert made.is_success, made.text
    schedule_id = made.json()["id"]
    if paused:
        assert (await target.ask("POST", f"/schedules/{schedule_id}/pause")).is_success
    return schedule_id


async def announcement_of(company: Company, target: Someone) -> dict[str, str]:
    """With a message that it became."""
    number = await company.api.scalar("SELECT count(*) FROM announcements")
    made = await announcement_in(
        company.api, company.guild_id, author=target, name=f"No. {number}", needs_approval=True
    )
    return {"announcement_id": made["id"], "post_id": await posted(company.api, made)}


async def names_of(company: Company, operation: str, target: Someone) -> dict[str, str]:
    """What stands in the path, of the target's; made for this question alone."""
    _, path = OPERATIONS[operation]
    if "{job_id}" in path:
        return {"job_id": await job_of(company, target, failed=operation == "retryJob")}
    if "{plan_id}" in path:
        awaited = operation in {"approvePlan", "rejectPlan"}
        return {"plan_id": await plan_of(company, target, awaited=awaited)}
    if "{schedule_id}" in path:
        return {"schedule_id": await schedule_of(company, target, paused=operation == "resumeSchedule")}
    if "{announcement_id}" in path:
        return await announcement_of(company, target)
    names = {"guild_id": company.guild_id, "account_id": target.account_id}
    if "{token_id}" in path:
        made = await target.ask("POST", "/me/tokens", json={"name": "another"})
        names["token_id"] = made.json()["token"]["id"]
    if "{session_id}" in path:
        names["session_id"] = (await target.get("/me/sessions")).json()["items"][0]["id"]
    return names


async def ask(company: Company, operation: str, pair: Pair) -> httpx.Response:
    api, (asker, target) = company.api, company.of(pair)
    if operation in {"deleteAccount", "revokeSession", "revokeMySession"}:
        # Somebody of their own, who is to be gone after that.
        target = await person(api, pair.target, company.guild_id)
        if pair.target == "owner":
            await owners_are(api, *company.people["owner"], target)
    if operation == "deleteAccess" and pair.target != "owner":
        granted = await api.client.put(
            f"/api/v1/guilds/{company.guild_id}/access/{target.account_id}", json={"role": pair.target}
        )
        assert granted.is_success, granted.text
    method, path = OPERATIONS[operation]
    names = await names_of(company, operation, target)
    options: dict[str, Any] = {"json": BODIES[operation]} if operation in BODIES else {}
    transport = httpx.ASGITransport(Impatient(api.app), raise_app_exceptions=False)  # pyright: ignore[reportArgumentType]
    async with httpx.AsyncClient(
        transport=transport, base_url="http://api.test", headers=asker.client.headers
    ) as client:
        headers = MERGE if method == "PATCH" else {}
        answer = await client.request(method, path.format(**names), headers=headers, **options)
    if operation == "putAccess" and answer.is_success:
        await api.client.delete(f"/api/v1/guilds/{company.guild_id}/access/{target.account_id}")
    return answer


async def test_every_operation_that_is_about_somebody_stands_in_the_table_and_no_other() -> None:
    about = {
        name for name, (_, path) in OPERATIONS.items() if any(f"{{{part}}}" in path for part in OF_SOMEBODY)
    }
    assert set(RANKED) == about
    assert all(len(row) == len(PAIRS) for row in RANKED.values())


@pytest.mark.parametrize("operation", sorted(RANKED))
async def test_who_stands_above_beside_or_below_gets_what_the_table_says(
    company: Company, operation: str
) -> None:
    wrong: list[str] = []
    for pair, expected in zip(PAIRS, RANKED[operation], strict=True):
        answer = await ask(company, operation, pair)
        if (found := outcome_in(answer)) != expected or answer.status_code == 422:
            wrong.append(f"{pair}: {expected} expected, {found} {answer.status_code} {answer.text[:300]}")
    assert not wrong, "\n".join(wrong)
