"""Callbacks' secrets stand in the database sealed, and sign all the same."""

from pathlib import Path
from uuid import UUID

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from core.callbacks.schemas import SecretShown
from core.keyring import Keyring, sealed_by
from core.rotation import rotate
from tests.core.callbacks.conftest import OWNER, Town
from tests.core.callbacks.test_service import signing


@pytest.fixture
def ring(town: Town, tmp_path: Path) -> Keyring:
    """Of this test alone."""
    ring = Keyring.at(tmp_path / "keys.json")
    town.database.people = replace(town.database.people, keyring=ring)
    return ring


async def row(town: Town, callback_id: UUID) -> dict[str, object]:
    async with town.database.engines.connection() as connection:
        query = text(
            "SELECT secret, sealed_secret, previous_secret, sealed_previous_secret FROM callbacks WHERE id = :id"
        )
        return dict((await connection.execute(query, {"id": callback_id})).mappings().one())


async def by_an_earlier_version(town: Town, *, previous: str | None = None) -> SecretShown:
    """As its secret was kept before there were seals."""
    made = await town.callback()
    async with town.database.engines.writing.begin() as connection:
        await connection.execute(
            text(
                "UPDATE callbacks SET secret = :secret, sealed_secret = NULL, "
                "previous_secret = CAST(:previous AS text), previous_secret_until = "
                "CASE WHEN CAST(:previous AS text) IS NOT NULL THEN now() + interval '1 hour' END WHERE id = :id"
            ),
            {"secret": made.secret, "previous": previous, "id": made.callback.id},
        )
    return made


async def rotated(town: Town, callback_id: UUID) -> str:
    async with town.database.unit() as unit:
        return (await unit.callbacks.rotate_secret(OWNER, callback_id)).secret


async def test_a_secret_and_the_one_before_it_are_kept_sealed_only(town: Town, ring: Keyring) -> None:
    first = await town.callback()
    second = await rotated(town, first.callback.id)
    kept = await row(town, first.callback.id)
    assert (kept["secret"], kept["previous_secret"]) == (None, None)
    for column, secret in (("sealed_secret", second), ("sealed_previous_secret", first.secret)):
        sealed = kept[column]
        assert isinstance(sealed, bytes)
        assert secret.encode() not in sealed
        assert ring.unseal(sealed, "callbacks.secret").decode() == secret
    assert await signing(town, first.callback.id) == (second, first.secret)


async def test_what_an_earlier_version_kept_signs_before_it_is_sealed_and_after(
    town: Town, ring: Keyring
) -> None:
    made = await by_an_earlier_version(town, previous="whsec_b2xk")
    id_ = made.callback.id
    assert await signing(town, id_) == (made.secret, "whsec_b2xk")
    assert await town.database.seal_what_is_plain() == 2
    kept = await row(town, id_)
    assert (kept["secret"], kept["previous_secret"]) == (None, None)
    assert await signing(town, id_) == (made.secret, "whsec_b2xk")
    assert await town.database.seal_what_is_plain() == 0
    assert await signing(town, id_) == (made.secret, "whsec_b2xk")


async def test_what_an_earlier_version_kept_goes_on_signing_after_its_replacement(
    town: Town, ring: Keyring
) -> None:
    made = await by_an_earlier_version(town)
    second = await rotated(town, made.callback.id)
    kept = await row(town, made.callback.id)
    assert (kept["secret"], kept["previous_secret"]) == (None, None)
    assert await signing(town, made.callback.id) == (second, made.secret)


async def test_a_rotation_of_keys_seals_all_of_them_anew_and_they_go_on_signing(
    town: Town, ring: Keyring, database_url: str
) -> None:
    sealed, plain = await town.callback(), await by_an_earlier_version(town)
    second = await rotated(town, sealed.callback.id)
    done = await rotate(database_url, ring)
    assert (done.values, done.lost, ring.ids) == (3, 0, (done.primary,))
    for callback in (sealed, plain):
        kept = [value for value in (await row(town, callback.callback.id)).values() if value is not None]
        assert {sealed_by(value) for value in kept if isinstance(value, bytes)} == {done.primary}
        assert not [value for value in kept if isinstance(value, str)]
    assert await signing(town, sealed.callback.id) == (second, sealed.secret)
    assert await signing(town, plain.callback.id) == (plain.secret,)


async def test_a_secret_whose_key_is_gone_signs_nothing_and_a_new_one_does(
    town: Town, ring: Keyring, tmp_path: Path
) -> None:
    made = await town.callback()
    another = Keyring.at(tmp_path / "another.json")
    town.database.people = replace(town.database.people, keyring=another)
    assert await signing(town, made.callback.id) == ()
    second = await rotated(town, made.callback.id)
    assert await signing(town, made.callback.id) == (second,)


async def test_no_repr_shows_a_secret(town: Town, ring: Keyring) -> None:
    made = await town.callback()
    async with town.database.unit() as unit:
        await unit.callbacks.test(OWNER, made.callback.id)
        claims = await unit.deliveries.claim(5, 45)
    assert claims[0].secrets == (made.secret,)
    assert made.secret not in repr((made, claims))
