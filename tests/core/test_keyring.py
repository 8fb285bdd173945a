import asyncio
import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigurationError
from core.keyring import Keyring, SealBroken, sealed_by
from tests.fixtures.environment import child_environment


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    return Keyring.at(tmp_path_factory.mktemp("keys") / "keys.json")


def test_the_first_start_makes_a_file_for_us_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "keys.json"
    first = Keyring.at(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Keyring.at(path).ids == first.ids
    assert [each.name for each in path.parent.iterdir()] == ["keys.json"]


async def test_starts_at_the_same_moment_make_one_key(tmp_path: Path) -> None:
    program = "import sys, pathlib, core.keyring as k; print(*k.Keyring.at(pathlib.Path(sys.argv[1])).ids)"
    path = tmp_path / "keys.json"
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, str(path), env=child_environment(), stdout=subprocess.PIPE
        )
        for _ in range(5)
    ]
    said = [(await process.communicate())[0] for process in started]
    assert len(set(said)) == 1
    assert said[0].decode().split() == list(Keyring(path).ids)


def test_only_one_of_many_who_found_no_file_makes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `at` runs when the file came between the look and the making."""
    path = tmp_path / "keys.json"
    first = Keyring.at(path)
    monkeypatch.setattr(Path, "exists", lambda _: False)
    assert Keyring.at(path).ids == first.ids


@given(value=st.binary(max_size=300), purpose=st.text(max_size=20))
def test_what_is_sealed_is_read_again_and_never_looks_the_same(
    ring: Keyring, value: bytes, purpose: str
) -> None:
    sealed, other = ring.seal(value, purpose), ring.seal(value, purpose)
    assert sealed != other
    assert ring.unseal(sealed, purpose) == value
    assert sealed_by(sealed) == ring.primary
    assert len(value) < 4 or value not in sealed


@given(value=st.binary(max_size=60), data=st.data())
def test_any_changed_bit_is_refused(ring: Keyring, value: bytes, data: st.DataObject) -> None:
    sealed = bytearray(ring.seal(value, "x"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(SealBroken):
        ring.unseal(bytes(sealed), "x")


@given(value=st.binary(max_size=60), data=st.data())
def test_any_shortened_value_is_refused(ring: Keyring, value: bytes, data: st.DataObject) -> None:
    sealed = ring.seal(value, "x")
    with pytest.raises(SealBroken):
        ring.unseal(sealed[: data.draw(st.integers(0, len(sealed) - 1))], "x")


def test_a_value_of_another_column_or_another_value_s_key_is_refused(ring: Keyring) -> None:
    one, two = ring.seal(b"one", "grants"), ring.seal(b"two", "grants")
    with pytest.raises(SealBroken):
        ring.unseal(one, "logins")
    half = len(one) - len(b"one") - 28
    with pytest.raises(SealBroken):
        ring.unseal(two[:half] + one[half:], "grants")


def test_a_running_process_follows_a_rotation(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    running, rotating = Keyring.at(path), Keyring(path)
    before = running.seal(b"value", "x")
    old = running.primary
    new = rotating.add()
    assert (running.primary, running.unseal(before, "x")) == (new, b"value")
    assert sealed_by(running.seal(b"", "x")) == new
    fresh = rotating.rewrap(before)
    rotating.remove({old})
    assert running.ids == (new,)
    assert running.unseal(fresh, "x") == b"value"
    with pytest.raises(SealBroken, match="not in"):
        running.unseal(before, "x")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_derived_keys_differ_by_name_and_key_and_go_with_their_key(tmp_path: Path) -> None:
    ring = Keyring.at(tmp_path / "keys.json")
    old, new = ring.primary, ring.add()
    derived = {ring.derived(name, key) for name in ("jwt", "csrf") for key in (old, new)}
    assert len(derived) == 4
    assert {len(each or b"") for each in derived} == {32}
    assert ring.derived("jwt", new) in derived
    ring.remove({old})
    assert ring.derived("jwt", old) is None


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"keys": []}',
        '{"keys": [{"id": "short", "secret": "AAAA"}]}',
        '{"keys": [{"id": "12345678"}]}',
    ],
)
def test_a_file_that_holds_no_keys_is_one_sentence(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(ConfigurationError, match=r"keys\.json.* cannot be used"):
        Keyring.at(path)


@pytest.mark.parametrize("mode", [0o644, 0o666, 0o620])
def test_a_file_that_others_may_read_or_change_is_not_used(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys.json"
    Keyring.at(path)
    path.chmod(mode)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        Keyring.at(path)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be used"):
        Keyring.at(tmp_path / "file" / "keys.json")


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    ring = Keyring.at(path)
    secret = json.loads(path.read_text())["keys"][0]["secret"]
    assert secret not in repr(ring) + repr(vars(ring))
