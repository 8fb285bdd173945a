"""Answers that are kept for repetitions: what shows a secret is kept sealed."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from api.app import application
from core.config import Settings
from core.keyring import Keyring
from core.rotation import rotate
from tests.api.conftest import living
from tests.api.world import SECRET, Api

KEY = {"Idempotency-Key": "once"}
DRAFT = {"url": "https://hooks.example/in", "events": ["job.*"]}


@pytest.fixture
async def ring(api: Api, tmp_path: Path) -> AsyncIterator[Keyring]:
    """Of this test alone."""
    before, ring = api.database.people, Keyring.at(tmp_path / "keys.json")
    api.database.people = replace(before, keyring=ring)
    yield ring
    api.database.people = before


async def made(api: Api, guild: str) -> httpx.Response:
    return await api.post(f"/guilds/{guild}/callbacks", json=DRAFT, headers=KEY)


async def rotated(api: Api, callback: str) -> httpx.Response:
    return await api.post(f"/callbacks/{callback}/rotate-secret", headers=KEY)


async def both(api: Api, guild: str) -> list[tuple[int, str | None, bytes]]:
    first = await made(api, guild)
    second = await rotated(api, first.json()["id"])
    return [(said.status_code, said.headers.get("location"), said.content) for said in (first, second)]


async def plain(api: Api, ring: Keyring, answers: list[bytes]) -> None:
    """The answers as an earlier version kept them."""
    for answer in answers:
        await api.execute(
            "UPDATE idempotency_keys SET sealed_body = NULL, "
            f"body = decode('{answer.hex()}', 'hex') WHERE route LIKE "
            + ("'%rotate-secret'" if answer is answers[1] else "'%/callbacks'")
        )


async def test_a_repetition_shows_the_secret_again_and_the_table_never_does(api: Api, ring: Keyring) -> None:
    guild = await api.guild()
    first = await both(api, guild)
    assert await both(api, guild) == first
    assert [status for status, _, _ in first] == [201, 200]
    assert await api.scalar("SELECT count(body) FROM idempotency_keys") == 0
    assert await api.scalar("SELECT count(sealed_body) FROM idempotency_keys") == 2


async def test_what_shows_no_secret_is_kept_as_it_is(api: Api, ring: Keyring) -> None:
    await api.post("/templates", json={"name": "x"}, headers=KEY)
    assert await api.scalar("SELECT count(body) FROM idempotency_keys WHERE sealed_body IS NULL") == 1


async def test_a_repetition_after_a_rotation_of_keys_is_the_same(
    api: Api, ring: Keyring, database_url: str
) -> None:
    guild = await api.guild()
    first = await both(api, guild)
    done = await rotate(database_url, ring)
    assert (done.lost, ring.ids) == (0, (done.primary,))
    assert await both(api, guild) == first


async def test_a_repetition_whose_key_is_gone_is_told_what_to_do(
    api: Api, ring: Keyring, tmp_path: Path
) -> None:
    guild = await api.guild()
    callback = (await made(api, guild)).json()["id"]
    api.database.people = replace(api.database.people, keyring=Keyring.at(tmp_path / "another.json"))
    again = await made(api, guild)
    assert (again.status_code, again.json()["code"]) == (409, "answer_sealed")
    assert "rotate-secret" in again.json()["detail"]
    assert (await rotated(api, callback)).status_code == 200
    assert (await api.rows())["callbacks"] == 1


async def test_answers_of_an_earlier_version_are_given_again_and_are_sealed_at_the_next_start(
    api: Api, ring: Keyring, database_url: str, redis_url: str
) -> None:
    guild = await api.guild()
    await api.post("/templates", json={"name": "x"}, headers=KEY)
    first = await both(api, guild)
    await plain(api, ring, [content for _, _, content in first])
    assert await both(api, guild) == first
    assert await api.scalar("SELECT count(sealed_body) FROM idempotency_keys") == 0
    settings = Settings(
        database_url=database_url, redis_url=redis_url, owner_token=SECRET, keys_file=ring._path
    )
    async with living(application(settings, announce=print)):
        pass
    assert await api.scalar("SELECT count(sealed_body) FROM idempotency_keys WHERE body IS NULL") == 2
    assert await api.scalar("SELECT count(body) FROM idempotency_keys WHERE sealed_body IS NULL") == 1
    assert await both(api, guild) == first
