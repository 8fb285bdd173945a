"""Who sees a template, what a copy remembers, and which version a guild is measured by."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from core.actor import Actor
from core.discord.permissions import Permission
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.paging import Paging
from core.templates.documents.channels import TextChannel
from core.templates.documents.document import Document
from core.templates.documents.parse import draft_from
from core.templates.schemas import Template, TemplateChanges
from core.uow import Database, UnitOfWork
from tests.builders.core import member, powers, snapshot

Do = Callable[[UnitOfWork], Awaitable[Any]]


def document(name: str = "hall") -> Document:
    return Document(guildwright=1, channels=(TextChannel(key="hall", name=name),))


async def owning(database: Database) -> Actor:
    async with database.unit() as unit:
        await unit.accounts.bootstrap_owner("o" * 30)
        return await unit.accounts.authenticate("o" * 30)


async def guild(database: Database) -> str:
    seen = snapshot()
    async with database.unit() as unit:
        await unit.guilds.store(seen, powers(seen), vouched=True)
    return seen.guild_id


async def do(database: Database, what: Do) -> Any:
    async with database.unit() as unit:
        return await what(unit)


async def template(database: Database, actor: Actor, **said: Any) -> Template:
    return await do(database, lambda unit: unit.templates.create(actor, "Ours", document=document(), **said))


async def seen_by(database: Database, actor: Actor, template_id: UUID) -> tuple[bool, bool]:
    """Whether it is listed, and whether it can be got."""
    async with database.read() as unit:
        listed = await unit.templates.list(actor, Paging(limit=50))
        try:
            await unit.templates.get(actor, template_id)
        except NotFound:
            return template_id in {each.id for each in listed.items}, False
        return template_id in {each.id for each in listed.items}, True


async def test_a_guilds_template_is_seen_by_who_may_manage_that_guild_and_by_nobody_else(
    database: Database,
) -> None:
    owner, here, there = await owning(database), await guild(database), await guild(database)
    shared = await template(database, owner, visibility="guild", guild_id=here)
    manager = member(here, Permission.MANAGE_GUILD)
    visitor, stranger = member(here, Permission.KICK_MEMBERS), member(there, Permission.ADMINISTRATOR)
    seen = [await seen_by(database, actor, shared.id) for actor in (owner, manager, visitor, stranger)]
    assert seen == [(True, True), (True, True), (False, False), (False, False)]
    with pytest.raises(Forbidden):
        await do(database, lambda unit: unit.templates.edit(manager, shared.id, TemplateChanges(name="Mine")))


async def test_a_template_that_leaves_its_guild_forgets_it_and_none_is_shared_with_no_guild(
    database: Database,
) -> None:
    owner, here = await owning(database), await guild(database)
    shared = await template(database, owner, visibility="guild", guild_id=here)

    async def edited(**changes: Any) -> Template:
        return await do(
            database, lambda unit: unit.templates.edit(owner, shared.id, TemplateChanges(**changes))
        )

    left = await edited(visibility="public")
    assert (left.visibility, left.guild_id) == ("public", None)
    for changes in ({"visibility": "guild"}, {"guild_id": here}, {"visibility": "guild", "guild_id": "x"}):
        with pytest.raises(Invalid) as refused:
            await edited(**changes)
        assert [problem.pointer for problem in refused.value.problems] == ["/guild_id"]
    with pytest.raises(NotFound):
        await edited(visibility="guild", guild_id="1" * 18)
    assert (await edited(visibility="guild", guild_id=here)).guild_id == here


async def test_a_copy_knows_its_origin_and_goes_its_own_way(database: Database) -> None:
    owner = await owning(database)
    origin = await template(database, owner)
    copy = await do(database, lambda unit: unit.templates.copy(owner, origin.id, note="ours now"))
    assert copy.origin is not None
    assert (copy.name, copy.latest_version, copy.origin.template_id) == ("Ours", 1, origin.id)
    assert (copy.origin.version, copy.origin.latest_version) == (1, 1)
    await do(database, lambda unit: unit.template_versions.add(owner, origin.id, document("lobby")))
    async with database.read() as unit:
        again = await unit.templates.get(owner, copy.id)
        kept = await unit.template_versions.get(owner, copy.id)
    assert again.origin is not None
    assert (again.latest_version, again.origin.version, again.origin.latest_version) == (1, 1, 2)
    assert (kept.document, kept.info.note) == (document(), "ours now")
    await do(database, lambda unit: unit.templates.delete(owner, origin.id))
    async with database.read() as unit:
        orphan = await unit.templates.get(owner, copy.id)
    assert orphan.origin is not None
    assert orphan.origin.latest_version is None


async def test_a_guild_has_one_active_version_whoever_writes_it(database: Database) -> None:
    owner, here = await owning(database), await guild(database)
    first, second = await template(database, owner), await template(database, owner)
    for each in (first, second):
        await do(database, lambda unit, each=each: unit.active_versions.put(owner, here, each.id))
    async with database.unit() as unit:
        rows = (await unit._session.execute(text("SELECT template_id FROM active_versions"))).scalars().all()
        active = await unit.active_versions.get(owner, here)
    assert (rows, active.template_id, active.version) == ([second.id], second.id, 1)
    with pytest.raises(Forbidden):
        manager = member(here, Permission.MANAGE_GUILD)
        await do(database, lambda unit: unit.active_versions.put(manager, here, first.id))


async def test_a_guild_is_measured_by_the_document_with_its_own_values(database: Database) -> None:
    owner, here = await owning(database), await guild(database)
    draft = draft_from(
        {
            "guildwright": 1,
            "variables": [{"name": "team", "example": "Staff"}],
            "roles": [{"key": "staff", "name": "The ${team}"}],
        }
    )
    made = await do(database, lambda unit: unit.templates.create(owner, "Ours", document=draft))
    with pytest.raises(Invalid):
        await do(database, lambda unit: unit.active_versions.put(owner, here, made.id))
    active = await do(
        database, lambda unit: unit.active_versions.put(owner, here, made.id, values={"team": "Crew"})
    )
    async with database.read() as unit:
        assert await unit.active_versions.of(here) == active
        meant = await unit.active_versions.document_of(active)
    assert [role.name for role in meant.roles] == ["The Crew"]


async def test_what_a_guild_is_measured_by_cannot_be_deleted_and_the_refusal_names_the_guild(
    database: Database,
) -> None:
    owner, here = await owning(database), await guild(database)
    active = await template(database, owner)
    await do(database, lambda unit: unit.active_versions.put(owner, here, active.id))
    with pytest.raises(Conflict, match=here) as refused:
        await do(database, lambda unit: unit.templates.delete(owner, active.id))
    assert refused.value.error_code == "template_active"
    await do(database, lambda unit: unit.active_versions.clear(owner, here))
    await do(database, lambda unit: unit.templates.delete(owner, active.id))
    with pytest.raises(NotFound):
        await do(database, lambda unit: unit.active_versions.put(owner, here, active.id))


async def test_the_first_snapshot_is_kept_and_others_are_not(database: Database) -> None:
    owner, seen = await owning(database), snapshot()
    async with database.unit() as unit:
        await unit.guilds.store(seen, powers(seen), vouched=True)
        first, second = [
            await unit.snapshots.keep(owner, seen, reason="capture", job_id=None) for _ in range(2)
        ]
    with pytest.raises(Conflict, match="first snapshot"):
        await do(database, lambda unit: unit.snapshots.delete(owner, seen.guild_id, first.id))
    manager = member(seen.guild_id, Permission.MANAGE_GUILD)
    with pytest.raises(Forbidden):
        await do(database, lambda unit: unit.snapshots.delete(manager, seen.guild_id, second.id))
    await do(database, lambda unit: unit.snapshots.delete(owner, seen.guild_id, second.id))
    async with database.read() as unit:
        left = await unit.snapshots.list(owner, seen.guild_id, Paging(limit=50))
    assert [info.id for info in left.items] == [first.id]
