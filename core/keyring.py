"""The installation's own keys, in one file beside its data.

A value is sealed as an envelope: a random data key encrypts it (AES-256-GCM), and a key of the ring encrypts the data
key and stands in front with its id. So changing the ring's key costs a few bytes a value, and no value is read for it.

    id (8) | nonce (12) | data key + tag (48) | nonce (12) | value + tag

What signs (short-lived tokens, form tokens) is derived from the same keys by name (HKDF-SHA256), and never kept.
"""

import base64
import os
import secrets
from pathlib import Path
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import ConfigurationError, GuildwrightError

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_ID_BYTES: Final = 8
_HEAD = _ID_BYTES + _NONCE_BYTES + _KEY_BYTES + _TAG_BYTES
_OPEN_TO_OTHERS = 0o027


class SealBroken(GuildwrightError):
    """A sealed value cannot be read: it was changed, or the key that sealed it is not in the file."""

    code = "seal_broken"


class Key(msgspec.Struct, frozen=True):
    """`secret` is base64. The `repr` does not show it."""

    id: str
    secret: str

    def __repr__(self) -> str:
        return f"Key(id={self.id!r})"

    @property
    def bytes(self) -> bytes:
        return base64.b64decode(self.secret)


class _File(msgspec.Struct, frozen=True):
    """From the oldest to the newest, which is the primary one."""

    keys: tuple[Key, ...]


class Keyring:
    """The keys of one file, read again whenever it is another file than before: running processes follow a rotation.

    Raises `ConfigurationError` for a file that cannot be used. Sealing and reading raise it too, should the file
    become unusable later.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self._seen: tuple[int, int, int] | None = None
        self._keys: dict[str, Key] = {}
        self._current()

    @classmethod
    def at(cls, path: Path) -> "Keyring":
        """Makes the file with a first key, readable by us alone, unless it is there. Of several who do so at once,
        one makes it."""
        if not path.exists():
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                _create(path, _File((new_key(),)))
            except OSError as error:
                raise _unusable(path, error.strerror or str(error)) from error
        return cls(path)

    @property
    def primary(self) -> str:
        """The id of the key that seals and signs from now on."""
        return next(reversed(self._current()))

    @property
    def ids(self) -> tuple[str, ...]:
        """From the oldest to the newest."""
        return tuple(self._current())

    def seal(self, value: bytes, purpose: str) -> bytes:
        """Readable only with the same `purpose`, so that a value does not pass for another column's."""
        data_key = secrets.token_bytes(_KEY_BYTES)
        return self._wrap(data_key) + _encrypt(data_key, value, purpose.encode())

    def unseal(self, sealed: bytes, purpose: str) -> bytes:
        """Raises `SealBroken`."""
        return _decrypt(self._unwrap(sealed), sealed[_HEAD:], purpose.encode())

    def rewrap(self, sealed: bytes) -> bytes:
        """The same value under the primary key. Raises `SealBroken`."""
        return self._wrap(self._unwrap(sealed)) + sealed[_HEAD:]

    def derived(self, name: str, key_id: str) -> bytes | None:
        """A key of 256 bits for one use; None where the ring has no such key (any more)."""
        key = self._current().get(key_id)
        if key is None:
            return None
        info = f"guildwright {name}".encode()
        return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=info).derive(key.bytes)

    def add(self) -> str:
        """A new primary key, in the file as well. Only a rotation does this, and only one at a time."""
        key = new_key()
        self._write((*self._current().values(), key))
        return key.id

    def remove(self, key_ids: set[str]) -> None:
        """For good: what they sealed cannot be read afterwards."""
        self._write(tuple(key for key in self._current().values() if key.id not in key_ids))

    def _wrap(self, data_key: bytes) -> bytes:
        key = next(reversed(self._current().values()))
        head = key.id.encode()
        return head + _encrypt(key.bytes, data_key, head)

    def _unwrap(self, sealed: bytes) -> bytes:
        key_id = sealed_by(sealed)
        key = self._current().get(key_id)
        if key is None:
            raise SealBroken(f"The key {key_id!r} that sealed this is not in {self._path}.")
        return _decrypt(key.bytes, sealed[_ID_BYTES:_HEAD], key_id.encode())

    def _current(self) -> dict[str, Key]:
        """Costs one `stat` while nothing has changed."""
        try:
            found = self._path.stat()
            seen = (found.st_ino, found.st_mtime_ns, found.st_size)
            if seen == self._seen:
                return self._keys
            if found.st_mode & _OPEN_TO_OTHERS:
                raise _unusable(self._path, "others may read or change it; `chmod 600` it")
            content = msgspec.json.decode(self._path.read_bytes(), type=_File)
        except OSError as error:
            raise _unusable(self._path, error.strerror or str(error)) from error
        except msgspec.MsgspecError as error:
            raise _unusable(self._path, str(error)) from None
        if not content.keys or not all(map(_is_whole, content.keys)):
            raise _unusable(self._path, "it holds no whole keys")
        self._keys, self._seen = {key.id: key for key in content.keys}, seen
        return self._keys

    def _write(self, keys: tuple[Key, ...]) -> None:
        draft, owned = _draft(self._path, _File(keys)), self._path.stat()
        if (
            owned.st_uid != draft.stat().st_uid
        ):  # whoever runs the system has to read it, not only who rotates
            os.chown(draft, owned.st_uid, owned.st_gid)
        draft.replace(self._path)


def sealed_by(sealed: bytes) -> str:
    """The id of the key that wraps a sealed value's data key."""
    return sealed[:_ID_BYTES].decode("ascii", "replace")


def new_key() -> Key:
    return Key(secrets.token_hex(_ID_BYTES // 2), base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode())


def _is_whole(key: Key) -> bool:
    try:
        return len(key.id.encode("ascii")) == _ID_BYTES and len(key.bytes) == _KEY_BYTES
    except ValueError:
        return False


def _create(path: Path, content: _File) -> None:
    """A link is made only where nothing is yet, and what it shows is whole."""
    draft = _draft(path, content)
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _draft(path: Path, content: _File) -> Path:
    """Whole on the disk, beside the file that it shall become."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return draft


def _encrypt(key: bytes, value: bytes, context: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, value, context)


def _decrypt(key: bytes, sealed: bytes, context: bytes) -> bytes:
    if len(sealed) < _NONCE_BYTES + _TAG_BYTES:
        raise SealBroken("A sealed value is cut short.")
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context)
    except InvalidTag:
        raise SealBroken("A sealed value was changed, or belongs to another column.") from None


def _unusable(path: Path, reason: str) -> ConfigurationError:
    return ConfigurationError(f"The installation's keys, {path}, cannot be used: {reason}.")
