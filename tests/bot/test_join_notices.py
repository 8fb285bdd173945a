"""Owners of the installation are told of a guild that waits, once each, and decide by the message's buttons."""

import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.actions.nonce import nonce_of
from core.actor import SYSTEM
from core.composition.people import People
from core.guilds.jobs import ANNOUNCE_DECISION, ANNOUNCE_JOIN, AnnounceJoinPayload
from core.guilds.join_messages import join_message, join_text
from core.guilds.schemas import Guild
from core.jobs.ring import no_ring
from core.jobs.schemas import Claim, Job, JobFilter
from core.jobs.spec import AnySpec
from core.paging import Paging
from core.uow import Database
from tests.bot.conftest import Discord, seen
from tests.bot.road import bot_on, buttons, database_at, words

LEASE = 1.0
SEND = {"method": "POST", "route": "/channels/{channel_id}/messages"}
HARBOUR: dict[str, Any] = {
    "name": "Harbour *and* more",
    "owner": "olga",
    "channels": [{"name": "log"}],
    "members": [{"username": "owner"}, {"username": "ada"}, {"username": "linus"}],
}
OWNED = {
    "owner": "owner",
    "team": {
        "name": "Keepers",
        "owner": "owner",
        "members": [
            {"user": "ada", "role": "admin", "state": "accepted"},
            {"user": "linus", "role": "developer", "state": "accepted"},
        ],
    },
}


class Quay:
    """A guild that waits, two people who own the installation, and one who does not."""

    def __init__(self, discord: Discord, database: Database, redis_url: str, guild: dict[str, Any]) -> None:
        self.discord = discord
        self.database = database
        self.guild_id = str(guild["id"])
        self.people: dict[str, str] = {name: str(key) for name, key in guild["members"].items()}
        self._redis_url = redis_url

    @asynccontextmanager
    async def bot(self) -> AsyncGenerator[Any]:
        async with bot_on(self.discord, self.database, self._redis_url) as bot:
            yield bot
        self.database.ring = no_ring  # what rang went with the bot

    async def sim(self, method: str, path: str, body: object = None, *, status: int = 200) -> Any:
        url = f"{self.discord.base}/_sim{path}"
        async with self.discord.http.request(method, url, json=body) as answer:
            assert answer.status == status, await answer.text()
            return await answer.json()

    async def messages(self, user: str) -> list[dict[str, Any]]:
        return await self.sim("GET", f"/users/{user}/messages")

    async def told(self, user: str, *, buttons_there: bool = True) -> dict[str, Any]:
        """The one message that they have, once it has buttons, or none."""

        def good(found: list[dict[str, Any]]) -> bool:
            return bool(found) and bool(found[0]["components"]) == buttons_there

        (message,) = await seen(lambda: self.messages(user), good)
        return message

    async def press(self, user: str, message: dict[str, Any], label: str) -> dict[str, Any]:
        button = next(each for each in buttons(message) if each["label"] == label)
        body = {"user": user, "type": "component", "message_id": message["id"]}
        return await self.sim("POST", "/interactions", body | {"custom_id": button["custom_id"]})

    async def guild(self) -> Guild:
        async with self.database.read() as unit:
            return await unit.guilds.get(SYSTEM, self.guild_id)

    async def state(self) -> str | None:
        async with self.database.read() as unit:
            return await unit.guilds.state_of(self.guild_id)

    async def jobs(self, spec: AnySpec = ANNOUNCE_JOIN) -> tuple[Job, ...]:
        wanted = JobFilter(guild_id=self.guild_id, kind=spec.kind)
        async with self.database.read() as unit:
            return (await unit.jobs.list(SYSTEM, wanted, Paging())).items

    async def settled(self, spec: AnySpec = ANNOUNCE_JOIN) -> Job:
        """The only one of that kind, once it has ended."""

        async def look() -> Job | None:
            found = await self.jobs(spec)
            return found[0] if len(found) == 1 and found[0].is_settled else None

        job = await seen(look, lambda found: found is not None)
        assert job is not None
        return job

    async def decide(self, decision: Any, reason: str | None = None) -> None:
        async with self.database.unit() as unit:
            await unit.guild_reviews.decide(SYSTEM, self.guild_id, decision, reason=reason)


@pytest.fixture
async def quay(discord: Discord, database_url: str, redis_url: str) -> AsyncIterator[Quay]:
    made = await discord.make(HARBOUR)
    async with database_at(database_url) as database:
        quay = Quay(discord, database, redis_url, made)
        await quay.sim("PATCH", "/application", OWNED)
        yield quay


async def test_each_owner_gets_one_message_that_says_what_guild_it_is(quay: Quay) -> None:
    async with quay.bot():
        for name in ("owner", "ada"):
            message = await quay.told(name)
            assert f"Harbour *and* more** (`{quay.guild_id}`)" in words(message)
            assert f"Owned by: <@{quay.people['olga']}>" in words(message)
            assert "Members: 5" in words(message)
            assert [each["label"] for each in buttons(message)] == ["Approve", "Reject"]
            assert message["mentions"] == []
        job = await quay.settled()
    assert (job.state, len((job.result or {})["owners"])) == ("succeeded", 2)
    assert await quay.messages("linus") == []


async def test_who_owns_it_by_a_setting_is_told_too(quay: Quay) -> None:
    quay.database.people = People(owner_ids=frozenset({quay.people["linus"]}))
    async with quay.bot():
        for name in ("owner", "ada", "linus"):
            await quay.told(name)
        assert (await quay.settled()).state == "succeeded"


async def test_nobody_is_told_again_of_what_is_known(quay: Quay) -> None:
    for _ in range(2):
        async with quay.bot():
            await quay.told("owner")
            await quay.settled()
    assert len(await quay.messages("owner")) == 1


async def test_a_guild_that_is_joined_again_is_told_of_again(quay: Quay) -> None:
    async with quay.bot():
        await quay.told("owner")
        await quay.settled()
        await quay.sim("DELETE", f"/guilds/{quay.guild_id}/bot")
        left = await quay.told("owner", buttons_there=False)
        assert "has left" in left["content"]
        await quay.sim("POST", f"/guilds/{quay.guild_id}/bot", {})
        await seen(lambda: quay.messages("owner"), lambda found: len(found) == 2)
    assert [len(buttons(each)) for each in await quay.messages("owner")] == [0, 2]


async def test_a_button_decides_after_a_restart_and_every_message_says_who_decided_what(quay: Quay) -> None:
    async with quay.bot():
        await quay.settled()
    async with quay.bot():
        pressed = await quay.press("ada", await quay.told("ada"), "Approve")
        assert pressed["answered"]
        assert await seen(quay.state, lambda state: state == "approved")
        for name in ("owner", "ada"):
            message = await quay.told(name, buttons_there=False)
            assert "was approved by ada" in message["content"]
            assert message["embeds"] == []
        assert (await quay.settled(ANNOUNCE_DECISION)).result == {
            "kind": "guild.announce_decision",
            "messages": 2,
        }
    review = (await quay.guild()).review
    assert (review.decision, review.by) == ("approved", "ada")


async def test_what_is_decided_elsewhere_is_said_with_its_reason(quay: Quay) -> None:
    async with quay.bot():
        await quay.settled()
        await quay.decide("rejected", "Nobody *knows* them")
        for name in ("owner", "ada"):
            message = await quay.told(name, buttons_there=False)
            assert "was rejected by guildwright" in message["content"]
            assert r"Nobody \*knows\* them" in message["content"]


async def test_pressing_a_stale_button_says_what_was_decided_and_decides_nothing(quay: Quay) -> None:
    async with quay.bot():
        await quay.settled()
        message = await quay.told("owner")
    async with quay.database.engines.writing.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM guild_announcements")
    await quay.decide("rejected")
    async with quay.bot():
        await quay.press("owner", message, "Approve")
        assert "was rejected by guildwright" in (await quay.told("owner", buttons_there=False))["content"]
    assert await quay.state() == "rejected"


async def test_who_owns_nothing_any_more_decides_nothing(quay: Quay) -> None:
    async with quay.bot():
        await quay.settled()
        message = await quay.told("ada")
    await quay.sim("PATCH", "/application", {"team": None})
    async with quay.bot():
        refused = await quay.press("ada", message, "Approve")
        assert refused["ephemeral"]
        assert "you are none any more" in refused["data"]["content"]
    assert await quay.state() == "pending"


async def test_whom_nobody_can_write_to_is_named_and_the_others_are_told(quay: Quay) -> None:
    await quay.sim("PATCH", "/users/ada", {"direct_messages": False})
    async with quay.bot():
        await quay.told("owner")
        job = await quay.settled()
    assert (job.state, job.attempts) == ("partial", 1)
    assert job.error is not None
    assert f"{quay.people['ada']} (direct_closed)" in job.error.message
    assert {each["user_id"]: each["code"] for each in (job.result or {})["owners"]} == {
        quay.people["ada"]: "direct_closed",
        quay.people["owner"]: None,
    }


async def test_a_lost_answer_is_no_second_message(quay: Quay) -> None:
    await quay.discord.fault("lost_answer", **SEND)
    async with quay.bot():
        job = await quay.settled()
        assert job.state == "succeeded"
    assert [len(await quay.messages(name)) for name in ("owner", "ada")] == [1, 1]


@pytest.mark.parametrize("forgotten", [False, True], ids=["by its nonce", "by its words"])
async def test_what_a_worker_sent_and_did_not_live_to_record_is_not_sent_again(
    quay: Quay, forgotten: bool
) -> None:
    """`forgotten`: Discord knows the nonce no more."""
    async with quay.bot():
        await quay.settled()
    if forgotten:
        quay.database.clock = lambda: datetime.now(UTC) + timedelta(hours=1)
        quay.discord.simulator.world.nonces.clear()
    joined_at = datetime.now(UTC) + timedelta(days=1)
    async with quay.database.unit() as unit:
        payload = AnnounceJoinPayload(name="Harbour", joined_at=joined_at)
        job = await unit.jobs.ask(SYSTEM, ANNOUNCE_JOIN, payload, guild_id=quay.guild_id)
        claim = await unit.ledger.claim("bot", "dead", LEASE)
        assert isinstance(claim, Claim)
        ada = quay.people["ada"]
        await unit.ledger.intend(claim, LEASE, f"announce:{ada}", "telling ada", once=True)
    text = join_text(quay.guild_id, "Harbour", joined_at)
    async with quay.bot() as bot:
        fields = join_message(text, await quay.guild(), 5)
        channel_id, nonce = await bot.gateway.open_direct(ada), nonce_of(uuid.uuid5(job.id, ada))
        await bot.gateway.send_direct(ada, channel_id, fields, nonce=nonce)

        async def look() -> Job:
            async with quay.database.read() as unit:
                return await unit.jobs.get(SYSTEM, job.id)

        assert (await seen(look, lambda found: found.is_settled)).state == "succeeded"
    for name in ("ada", "owner"):
        assert [each["content"] for each in await quay.messages(name)].count(text) == 1


async def test_what_was_decided_before_anybody_was_told_is_told_to_nobody(quay: Quay) -> None:
    async with quay.bot():
        await quay.settled()
    async with quay.database.unit() as unit:
        await unit.guild_reviews.decide(SYSTEM, quay.guild_id, "rejected")
        payload = AnnounceJoinPayload(name="Harbour", joined_at=datetime.now(UTC))
        job = await unit.jobs.ask(SYSTEM, ANNOUNCE_JOIN, payload, guild_id=quay.guild_id)
    async with quay.bot():

        async def look() -> Job:
            async with quay.database.read() as unit:
                return await unit.jobs.get(SYSTEM, job.id)

        done = await seen(look, lambda found: found.is_settled)
    assert done.result == {"kind": "guild.announce_join", "owners": []}
    assert len(await quay.messages("owner")) == 1


async def test_what_is_decided_while_owners_are_told_is_said_in_every_message(quay: Quay) -> None:
    await quay.discord.fault("held", **SEND, after=1)
    async with quay.bot():
        await seen(lambda: quay.messages("owner"), bool)
        await quay.discord.holds()
        await quay.decide("rejected")
        await quay.discord.lift()
        for name in ("owner", "ada"):
            assert "was rejected" in (await quay.told(name, buttons_there=False))["content"]
        assert (await quay.settled()).state == "succeeded"
