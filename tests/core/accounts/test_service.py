from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest

from core.actor import Actor
from core.discord.permissions import Permission
from core.errors import Invalid, NotFound, Unauthenticated
from core.uow import Database
from tests.builders.core import member


async def owner_of(database: Database, secret: str) -> Actor:
    async with database.unit() as unit:
        return await unit.accounts.authenticate(secret)


async def bootstrap(database: Database, token: str | None) -> str | None:
    async with database.unit() as unit:
        return await unit.accounts.bootstrap_owner(token)


async def test_the_first_start_makes_a_token_and_no_later_one_does(database: Database) -> None:
    secret = await bootstrap(database, None)
    assert secret is not None
    assert secret.startswith("gwt_")
    assert await bootstrap(database, None) is None
    assert (await owner_of(database, secret)).is_owner


async def test_a_configured_token_replaces_the_one_configured_before(database: Database) -> None:
    old, new = "o" * 30, "n" * 30
    await bootstrap(database, old)
    await bootstrap(database, new)
    assert (await owner_of(database, new)).is_owner
    with pytest.raises(Unauthenticated):
        await owner_of(database, old)
    await bootstrap(database, old)
    assert (await owner_of(database, old)).is_owner
    with pytest.raises(Unauthenticated):
        await owner_of(database, new)


async def test_the_token_that_was_printed_may_be_put_into_the_setting(database: Database) -> None:
    printed = await bootstrap(database, None)
    assert printed is not None
    assert await bootstrap(database, printed) is None
    assert (await owner_of(database, printed)).is_owner


async def test_a_token_of_the_settings_name_cannot_be_made_by_hand(database: Database) -> None:
    actor = await owner_of(database, await bootstrap(database, None) or "")
    with pytest.raises(Invalid, match="kept for"):
        async with database.unit() as unit:
            await unit.accounts.create_token(actor, "GUILDWRIGHT_OWNER_TOKEN")


async def test_a_token_does_not_outlive_the_one_it_was_made_with(database: Database) -> None:
    actor = await owner_of(database, await bootstrap(database, None) or "")
    soon = database.clock() + timedelta(hours=1)
    async with database.unit() as unit:
        parent = await unit.accounts.create_token(actor, "short", expires_at=soon)
    async with database.unit() as unit:
        child = await unit.accounts.create_token(await owner_of(database, parent.secret), "longer")
    assert child.token.expires_at == soon


async def test_a_secret_is_nowhere_in_the_database(database: Database) -> None:
    secret = await bootstrap(database, None)
    assert secret is not None
    async with database.read() as unit:
        tokens = await unit.accounts.list_tokens(await owner_of(database, secret))
    assert [token.prefix for token in tokens] == [secret[:8]]
    assert secret not in msgspec.json.encode(tokens).decode()


async def test_a_revoked_token_does_not_hold(database: Database) -> None:
    actor = await owner_of(database, await bootstrap(database, None) or "")
    async with database.unit() as unit:
        made = await unit.accounts.create_token(actor, "ci")
    assert (await owner_of(database, made.secret)).account_id == actor.account_id
    async with database.unit() as unit:
        await unit.accounts.revoke_token(actor, made.token.id)
    with pytest.raises(Unauthenticated):
        await owner_of(database, made.secret)


async def test_an_expired_token_does_not_hold(database: Database) -> None:
    actor = await owner_of(database, await bootstrap(database, None) or "")
    begun = database.clock()
    async with database.unit() as unit:
        made = await unit.accounts.create_token(actor, "ci", expires_at=begun + timedelta(hours=1))
    database.clock = lambda: begun + timedelta(hours=1)
    with pytest.raises(Unauthenticated):
        await owner_of(database, made.secret)


async def test_a_token_that_would_be_expired_already_is_refused(database: Database) -> None:
    actor = await owner_of(database, await bootstrap(database, None) or "")
    with pytest.raises(Invalid):
        async with database.unit() as unit:
            await unit.accounts.create_token(actor, "ci", expires_at=database.clock())


async def test_somebody_elses_token_is_not_found(database: Database) -> None:
    await bootstrap(database, None)
    stranger = Actor(kind="token", via="http", name="stranger", account_id=uuid4())
    with pytest.raises(NotFound):
        async with database.unit() as unit:
            await unit.accounts.revoke_token(stranger, uuid4())
    with pytest.raises(NotFound):
        async with database.read() as unit:
            await unit.accounts.get(member("1", Permission.ADMINISTRATOR))
