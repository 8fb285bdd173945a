"""Callbacks as those see them who run the guild."""

import asyncio
import contextlib
from base64 import b64decode
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from core.actor import Actor
from core.addresses import allowance_of
from core.callbacks.errors import CallbackDisabled, DeliveryPending, TargetRefused, TooManyCallbacks
from core.callbacks.rules import CallbackRules
from core.callbacks.schemas import Attempt, CallbackChanges, CallbackDraft, DeliveryFilter
from core.callbacks.service import CallbackService
from core.discord.permissions import Permission
from core.errors import Conflict, Forbidden, NotFound, Stale
from core.paging import Paging
from tests.builders.core import member
from tests.core.callbacks.conftest import OWNER, Town, new_guild


async def audited(town: Town) -> list[Any]:
    async with town.database.engines.connection() as connection:
        rows = await connection.execute(
            text("SELECT * FROM audit_entries WHERE target_kind = 'callback' ORDER BY id")
        )
        return list(rows.mappings())


async def test_a_secret_is_made_by_us_and_shown_only_when_it_is_made(town: Town) -> None:
    made, other = await town.callback(), await town.callback()
    prefix, encoded = made.secret[:6], made.secret[6:]
    assert prefix == "whsec_"
    assert 24 <= len(b64decode(encoded, validate=True)) <= 64
    assert made.secret != other.secret
    async with town.database.unit() as unit:
        rotated = await unit.callbacks.rotate_secret(OWNER, made.callback.id)
        shown = [
            await unit.callbacks.get(OWNER, made.callback.id),
            await unit.callbacks.edit(OWNER, made.callback.id, CallbackChanges(description="x")),
            await unit.callbacks.list(OWNER, town.guild_id, Paging()),
            await audited(town),
        ]
    assert rotated.secret not in {made.secret, other.secret}
    assert "whsec_" not in repr([*shown, await audited(town)])


async def signing(town: Town, callback_id: UUID) -> tuple[str, ...]:
    """The secrets with which a delivery would be signed now."""
    async with town.database.unit() as unit:
        await unit.callbacks.test(OWNER, callback_id)
        (claim,) = await unit.deliveries.claim(5, 45)
        await unit.deliveries.settle(claim, Attempt(status=200))
    return claim.secrets


async def test_a_rotated_secret_goes_on_signing_for_a_while_and_the_one_before_it_ends(town: Town) -> None:
    first = await town.callback()
    id_, now = first.callback.id, town.database.clock()
    town.database.clock = lambda: now
    town.database.callback_rules = CallbackRules(overlap=timedelta(hours=2))
    assert await signing(town, id_) == (first.secret,)
    async with town.database.unit() as unit:
        second = await unit.callbacks.rotate_secret(OWNER, id_)
    assert await signing(town, id_) == (second.secret, first.secret)
    async with town.database.unit() as unit:
        third = await unit.callbacks.rotate_secret(OWNER, id_)
    assert third.callback.previous_secret_until == now + timedelta(hours=2)
    assert await signing(town, id_) == (third.secret, second.secret)
    town.database.clock = lambda: now + timedelta(hours=2)
    assert await signing(town, id_) == (third.secret,)
    async with town.database.unit() as unit:
        assert await unit.deliveries.forget_secrets() == 1
        assert (await unit.callbacks.get(OWNER, id_)).previous_secret_until is None
    async with town.database.engines.connection() as connection:
        counted = text("SELECT count(previous_secret) + count(sealed_previous_secret) FROM callbacks")
        assert await connection.scalar(counted) == 0


async def test_everything_needs_an_administrator_and_strangers_find_nothing(town: Town) -> None:
    id_ = (await town.callback()).callback.id
    async with town.database.unit() as unit:
        sent = await unit.callbacks.test(OWNER, id_)
    other = await new_guild(town.database)
    draft = CallbackDraft(url="https://hooks.example/x", events=("job.*",))

    def asks(callbacks: CallbackService, actor: Actor) -> list[Callable[[], Awaitable[object]]]:
        return [
            lambda: callbacks.create(actor, town.guild_id, draft),
            lambda: callbacks.list(actor, town.guild_id, Paging()),
            lambda: callbacks.get(actor, id_),
            lambda: callbacks.edit(actor, id_, CallbackChanges(description="theirs")),
            lambda: callbacks.rotate_secret(actor, id_),
            lambda: callbacks.deliveries(actor, id_, DeliveryFilter(), Paging()),
            lambda: callbacks.delivery(actor, id_, sent.id),
            lambda: callbacks.test(actor, id_),
            lambda: callbacks.redeliver(actor, id_, sent.id),
            lambda: callbacks.delete(actor, id_),
        ]

    for actor, error in (
        (member(town.guild_id, Permission.MANAGE_WEBHOOKS | Permission.MANAGE_GUILD), Forbidden),
        (member(other, Permission.ADMINISTRATOR), NotFound),
    ):
        async with town.database.unit() as unit:
            for ask in asks(unit.callbacks, actor):
                with pytest.raises(error):
                    await ask()
    assert len(await audited(town)) == 2
    async with town.database.unit() as unit:
        for ask in asks(unit.callbacks, member(town.guild_id, Permission.ADMINISTRATOR)):
            with contextlib.suppress(DeliveryPending):
                await ask()
    assert (await audited(town))[-1]["action"] == "callback.delete"


async def test_each_change_is_one_audit_entry(town: Town) -> None:
    made = await town.callback("job.settled")
    id_ = made.callback.id
    async with town.database.unit() as unit:
        await unit.callbacks.edit(OWNER, id_, CallbackChanges(enabled=False, description="quiet"))
        await unit.callbacks.edit(OWNER, id_, CallbackChanges(enabled=False))
        await unit.callbacks.edit(OWNER, id_, CallbackChanges(enabled=True))
        await unit.callbacks.rotate_secret(OWNER, id_)
        await unit.callbacks.test(OWNER, id_)
        await unit.callbacks.delete(OWNER, id_)
    entries = await audited(town)
    assert [entry["action"] for entry in entries] == [
        f"callback.{what}" for what in ("create", "edit", "edit", "rotate_secret", "test", "delete")
    ]
    assert {(entry["target_id"], str(entry["guild_id"])) for entry in entries} == {(str(id_), town.guild_id)}
    assert (entries[1]["before"]["enabled"], entries[1]["after"]["enabled"]) == (True, False)


async def test_a_guild_has_so_many_and_no_more_however_many_ask_at_once(town: Town) -> None:
    town.database.callback_rules = CallbackRules(per_guild=3)
    asked = await asyncio.gather(*(town.callback() for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(answer, TooManyCallbacks) for answer in asked) == 5
    await town.callback(guild_id=await new_guild(town.database))
    async with town.database.unit() as unit:
        listed = (await unit.callbacks.list(OWNER, town.guild_id, Paging(limit=2))).items
        rest = await unit.callbacks.list(OWNER, town.guild_id, Paging(limit=2, cursor=listed[-1].id))
        assert len({callback.id for callback in (*listed, *rest.items)}) == 3
        assert rest.next_cursor is None
        await unit.callbacks.delete(OWNER, listed[0].id)
    await town.callback()


async def test_a_target_is_judged_when_it_is_given_changed_and_enabled(town: Town) -> None:
    made = await town.callback()
    id_ = made.callback.id
    for url in (
        "https://10.0.0.1/",
        "http://hooks.example/",
        "https://[::ffff:7f00:1]/",
        "https://a:b@c.example/",
    ):
        with pytest.raises(TargetRefused):
            await town.callback(url=url)
        with pytest.raises(TargetRefused):
            async with town.database.unit() as unit:
                await unit.callbacks.edit(OWNER, id_, CallbackChanges(url=url))
    town.database.callback_rules = CallbackRules(allowance=allowance_of("10.0.0.0/8"))
    async with town.database.unit() as unit:
        await unit.callbacks.edit(OWNER, id_, CallbackChanges(url="http://10.0.0.1:8080/in", enabled=False))
    town.database.callback_rules = CallbackRules()
    async with town.database.unit() as unit:
        await unit.callbacks.edit(OWNER, id_, CallbackChanges(description="still there"))
    with pytest.raises(TargetRefused):
        async with town.database.unit() as unit:
            await unit.callbacks.edit(OWNER, id_, CallbackChanges(enabled=True))


async def test_a_guild_that_is_gone_or_unknown_gets_no_callback(town: Town) -> None:
    async with town.database.unit() as unit:
        await unit.guilds.leave(town.guild_id)
    with pytest.raises(Conflict, match="left"):
        await town.callback()
    with pytest.raises(NotFound):
        await town.callback(guild_id="1")
    with pytest.raises(NotFound):
        async with town.database.read() as unit:
            await unit.callbacks.get(OWNER, uuid4())


async def test_an_edit_of_what_was_changed_since_is_stale(town: Town) -> None:
    seen = (await town.callback()).callback
    async with town.database.unit() as unit:
        await unit.callbacks.edit(OWNER, seen.id, CallbackChanges(description="a"), seen=seen.updated_at)
    for change in (
        lambda unit: unit.callbacks.edit(
            OWNER, seen.id, CallbackChanges(description="b"), seen=seen.updated_at
        ),
        lambda unit: unit.callbacks.delete(OWNER, seen.id, seen=seen.updated_at),
    ):
        with pytest.raises(Stale):
            async with town.database.unit() as unit:
                await change(unit)


async def test_nothing_is_sent_to_a_callback_that_is_disabled_and_what_was_pending_is_given_up(
    town: Town,
) -> None:
    made = await town.callback()
    await town.ask()
    async with town.database.unit() as unit:
        await unit.callbacks.edit(OWNER, made.callback.id, CallbackChanges(enabled=False))
    await town.ask()
    (only,) = await town.deliveries(made.callback.id)
    assert (only.state, only.next_attempt_at) == ("abandoned", None)
    assert only.ended_at is not None
    for ask in (
        lambda unit: unit.callbacks.test(OWNER, made.callback.id),
        lambda unit: unit.callbacks.redeliver(OWNER, made.callback.id, only.id),
    ):
        with pytest.raises(CallbackDisabled):
            async with town.database.unit() as unit:
                await ask(unit)
    async with town.database.unit() as unit:
        assert await unit.deliveries.claim(5, 45) == ()
        assert await unit.deliveries.seconds_to_next() is None


async def test_what_has_ended_is_sent_again_and_what_has_not_is_not(town: Town) -> None:
    made = await town.callback("job.queued")
    await town.ask()
    (first,) = await town.deliveries(made.callback.id)
    with pytest.raises(DeliveryPending):
        async with town.database.unit() as unit:
            await unit.callbacks.redeliver(OWNER, made.callback.id, first.id)
    async with town.database.unit() as unit:
        await unit.callbacks.edit(OWNER, made.callback.id, CallbackChanges(enabled=False))
        await unit.callbacks.edit(OWNER, made.callback.id, CallbackChanges(enabled=True))
    await town.ask()
    async with town.database.unit() as unit:
        again = await unit.callbacks.redeliver(OWNER, made.callback.id, first.id)
    assert (again.id, again.state, again.attempts, again.ended_at) == (first.id, "pending", 0, None)
    async with town.database.unit() as unit:
        (claim,) = await unit.deliveries.claim(5, 45)
    assert claim.delivery_id != first.id, "it goes to the end of the line"
    with pytest.raises(NotFound):
        async with town.database.unit() as unit:
            await unit.callbacks.redeliver(OWNER, (await town.callback()).callback.id, first.id)


async def test_deliveries_are_filtered_and_read_to_their_end(town: Town) -> None:
    made = await town.callback("job.queued")
    for _ in range(5):
        await town.ask()
    whole = await town.deliveries(made.callback.id)
    now = town.database.clock()
    async with town.database.read() as unit:
        for wanted, number in (
            (DeliveryFilter(state="pending"), 5),
            (DeliveryFilter(state="failed"), 0),
            (DeliveryFilter(since=whole[3].created_at), 2),
            (DeliveryFilter(since=now + timedelta(hours=1)), 0),
        ):
            page = await unit.callbacks.deliveries(OWNER, made.callback.id, wanted, Paging())
            assert len(page.items) == number, wanted
        found, cursor = [], None
        while True:
            page = await unit.callbacks.deliveries(
                OWNER, made.callback.id, DeliveryFilter(), Paging(limit=2, cursor=cursor)
            )
            found += page.items
            if page.next_cursor is None:
                break
            cursor = page.items[-1].id
    assert found == whole[::-1]
