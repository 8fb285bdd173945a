"""A guild can want that somebody else agrees before something is deleted."""

import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from core.actor import Actor
from core.discord.permissions import Permission
from core.discord.types import Snapshot
from core.errors import Conflict, Forbidden, NotFound, Stale
from core.guilds.options import GuildOptionsChanges
from core.jobs.schemas import Job
from core.templates.documents.channels import TextChannel
from core.templates.documents.document import Document
from core.templates.options import DELETED
from core.templates.plan import PlanOptions
from core.uow import Database
from tests.builders.core import ChannelFactory, member, powers, snapshot
from tests.core.conftest import Rings

EXACT = PlanOptions(mode="exact", extras=DELETED, confirm_destructive=True)


class Scene(SimpleNamespace):
    """A guild that wants approval, two of its administrators, and a plan that one of them wants applied."""

    database: Database
    guild: Snapshot
    ada: Actor
    bob: Actor

    async def ask(self, options: PlanOptions = EXACT) -> Job:
        document = Document(guildwright=1, channels=(TextChannel(key="news", name="news"),))
        async with self.database.unit() as unit:
            await unit.accounts.bootstrap_owner("o" * 30)
            author = await unit.accounts.authenticate("o" * 30)
            template = await unit.templates.create(author, "one", document=document, visibility="public")
            plan = await unit.plans.create(self.ada, self.guild.guild_id, template.id, None, options)
            self.plan_id = plan.id
            return await unit.plans.request_apply(self.ada, plan.id)

    async def approve(self, actor: Actor, **more: str) -> Job:
        async with self.database.unit() as unit:
            return await unit.plan_approvals.approve(actor, self.plan_id, **more)

    async def reject(self, actor: Actor) -> Job:
        async with self.database.unit() as unit:
            return await unit.plan_approvals.reject(actor, self.plan_id)

    async def claimable(self) -> int:
        async with self.database.read() as unit:
            return (await unit.ledger.outlook("bot"))[0]


@pytest.fixture
async def scene(database: Database) -> Scene:
    guild = snapshot(roles=0, channels=1)
    ada, bob = (
        member(guild.guild_id, Permission.ADMINISTRATOR, roles=(guild.roles[0].id,)) for _ in range(2)
    )
    async with database.unit() as unit:
        await unit.guilds.store(guild, powers(guild), vouched=True)
        await unit.guild_options.edit(ada, guild.guild_id, GuildOptionsChanges(approval_required=True))
    return Scene(database=database, guild=guild, ada=ada, bob=bob)


async def test_what_deletes_waits_for_approval_and_is_not_claimed(scene: Scene, rings: Rings) -> None:
    job = await scene.ask()
    assert (job.state, job.waiting_for) == ("waiting", "approval")
    assert job.expires_at is not None
    assert (await scene.claimable(), rings.rung) == (0, [])


async def test_what_deletes_nothing_needs_no_approval(scene: Scene) -> None:
    assert (await scene.ask(PlanOptions())).state == "queued"


async def test_it_begins_when_somebody_else_agrees(scene: Scene, rings: Rings) -> None:
    asked = await scene.ask()
    job = await scene.approve(scene.bob)
    assert (job.id, job.state, job.waiting_for, job.expires_at) == (asked.id, "queued", None, None)
    assert job.approved_by is not None
    assert job.approved_by.discord_user_id == scene.bob.discord_user_id
    assert (await scene.claimable(), [rung.job_id for rung in rings.rung]) == (1, [asked.id])


async def test_who_asked_cannot_agree_over_another_door(scene: Scene) -> None:
    await scene.ask()
    over_http = Actor(
        kind="token",
        via="http",
        name="ada",
        account_id=uuid.uuid4(),
        discord_user_id=scene.ada.discord_user_id,
        is_owner=True,
    )
    for same in (scene.ada, over_http):
        with pytest.raises(Forbidden):
            await scene.approve(same)
    assert await scene.claimable() == 0


async def test_an_account_is_one_person_whichever_token_it_uses(scene: Scene) -> None:
    account = uuid.uuid4()
    scene.ada = Actor(kind="token", via="http", name="x", account_id=account, is_owner=True)
    await scene.ask()
    with pytest.raises(Forbidden):
        await scene.approve(replace(scene.ada, token_id=uuid.uuid4()))


async def test_only_administrators_of_that_guild_decide(scene: Scene) -> None:
    await scene.ask()
    with pytest.raises(Forbidden):
        await scene.approve(member(scene.guild.guild_id, Permission.MANAGE_GUILD))
    with pytest.raises(NotFound):
        await scene.approve(member("1", Permission.ADMINISTRATOR))
    with pytest.raises(Forbidden):
        await scene.reject(member(scene.guild.guild_id, Permission.MANAGE_GUILD))


async def test_administrators_are_told_what_waits_for_them(scene: Scene) -> None:
    job = await scene.ask()

    async def waiting(actor: Actor) -> list[tuple[uuid.UUID, uuid.UUID]]:
        async with scene.database.read() as unit:
            found = await unit.plan_approvals.waiting(actor, scene.guild.guild_id)
        return [(each.stored.id, each.job.id) for each in found]

    assert await waiting(scene.bob) == [(scene.plan_id, job.id)]
    with pytest.raises(Forbidden):
        await waiting(member(scene.guild.guild_id, Permission.MANAGE_GUILD))
    await scene.approve(scene.bob)
    assert await waiting(scene.bob) == []


async def test_who_administrates_may_watch_and_end_it_and_who_moderates_may_not(scene: Scene) -> None:
    job = await scene.ask()
    moderator = member(scene.guild.guild_id, Permission.MANAGE_GUILD)
    async with scene.database.unit() as unit:
        assert (await unit.jobs.get(scene.bob, job.id)).id == job.id
        for reach in (unit.jobs.get, unit.jobs.steps, unit.jobs.cancel):
            with pytest.raises(NotFound):
                await reach(moderator, job.id)
    await scene.approve(scene.bob)
    async with scene.database.unit() as unit:
        assert await unit.jobs.events_after(scene.bob, job.id, 0)
        assert (await unit.jobs.cancel(scene.bob, job.id)).state == "cancelled"


async def test_what_is_rejected_is_cancelled_and_cannot_be_approved_any_more(scene: Scene) -> None:
    await scene.ask()
    job = await scene.reject(scene.bob)
    assert job.error is not None
    assert (job.state, job.error.code) == ("cancelled", "rejected")
    with pytest.raises(Conflict, match="does not wait for approval"):
        await scene.approve(scene.bob)


async def test_it_is_approved_once(scene: Scene) -> None:
    await scene.ask()
    await scene.approve(scene.bob)
    with pytest.raises(Conflict):
        await scene.approve(scene.bob)
    with pytest.raises(Conflict):
        await scene.reject(scene.bob)


async def test_another_plan_than_was_looked_at_is_not_approved(scene: Scene) -> None:
    await scene.ask()
    with pytest.raises(Stale):
        await scene.approve(scene.bob, confirmed_hash="another")
    more = replace(
        scene.guild, channels=(*scene.guild.channels, ChannelFactory.build(name="later", type="text"))
    )
    async with scene.database.unit() as unit:
        await unit.guilds.store(more, powers(more), vouched=True)
    with pytest.raises(Stale, match="later"):
        await scene.approve(scene.bob)


async def test_who_asked_can_call_it_off_while_it_waits(scene: Scene) -> None:
    job = await scene.ask()
    async with scene.database.unit() as unit:
        assert (await unit.jobs.cancel(scene.ada, job.id)).state == "cancelled"


async def test_what_waits_for_approval_keeps_nobody_from_other_work(scene: Scene) -> None:
    await scene.ask()
    assert (await scene.ask(PlanOptions())).state == "queued"
    assert await scene.claimable() == 1


async def test_without_an_answer_it_expires_and_asked_again_it_waits_again(scene: Scene) -> None:
    job = await scene.ask()
    later = Database(
        scene.database.engines,
        scene.database.catalog,
        clock=lambda: scene.database.clock() + timedelta(days=8),
    )
    async with later.unit() as unit:
        assert await unit.jobs.expire_due() == 1
        again = await unit.jobs.retry(scene.ada, job.id)
    assert (again.state, again.waiting_for) == ("waiting", "approval")
    assert await scene.claimable() == 0
    assert (await scene.approve(scene.bob)).state == "queued"


async def test_decisions_stand_in_the_audit_log(scene: Scene) -> None:
    await scene.ask()
    await scene.approve(scene.bob)
    async with scene.database.engines.connection() as connection:
        found = (await connection.scalars(text("SELECT action FROM audit_entries"))).all()
    assert {"plan.apply", "job.approve", "plan.approve"} <= set(found)
